"""Strokes drawn from a ground truth: each in one region, so many pixels at most, something always left to test."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, distance_transform_cdt, label

from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.labels.stroke_split import PIXELS, draw_strokes
from hsigui.specs import STROKE_PIXELS, NamedSplit, SplitSpec

EIGHT = np.ones((3, 3), dtype=int)


def fields(side: int = 12) -> np.ndarray:
    """Classes 1 to 3, each in four squares, unlabelled pixels between."""
    truth = np.zeros((4 * (side + 2), 3 * (side + 2)), dtype=np.uint16)
    for k in range(12):
        row, col = (side + 2) * (k // 3), (side + 2) * (k % 3)
        truth[row : row + side, col : col + side] = 1 + (k + k // 3) % 3
    return truth


def stroked(train: np.ndarray, truth: np.ndarray, number: int) -> list[int]:
    """How many training pixels each region of a class holds, found without the code under test; none left out."""
    marked, count = label(truth == number, structure=EIGHT)
    held = np.bincount(marked[train == number], minlength=count + 1)
    assert held[0] == 0, "every label is in a region of its class"
    return [n for n in held[1:].tolist() if n]


def scene(name: str, data_dir) -> np.ndarray:
    files = {"indian_pines": "indian_pines/Indian_pines_gt.mat", "salinas_a": "salinas_a/SalinasA_gt.mat"}
    return demo_scene().truth if name == "demo" else read_classes(data_dir / files[name]).array


@pytest.mark.parametrize("name", ["indian_pines", "salinas_a", "demo"])
def test_on_real_scenes_strokes_are_apart_from_the_test_and_within_their_limits(name, data_dir):
    truth = scene(name, data_dir)
    for seed, (strokes, pixels) in enumerate([(1, 25), (3, 25), (2, 12), (6, 4)]):
        split = draw_strokes(truth, strokes, seed, pixels=pixels)
        assert not ((split.train > 0) & (split.test > 0)).any()
        np.testing.assert_array_equal(split.train + split.test, truth)
        for number in np.unique(truth[truth > 0]).tolist():
            size, drawn = (truth == number).sum(), (split.train == number).sum()
            assert 1 <= drawn <= max(1, size // 2)
            assert drawn <= strokes * pixels
            if strokes == 1:
                assert len(stroked(split.train, truth, number)) == 1
                assert label(split.train == number, structure=EIGHT)[1] == 1, "a stroke hangs together"


def test_the_strokes_of_a_class_lie_in_different_regions():
    truth = fields()
    for seed in range(5):
        split = draw_strokes(truth, 3, seed)
        for number in (1, 2, 3):
            assert stroked(split.train, truth, number) == [25, 25, 25]


def test_more_strokes_than_regions_lie_in_the_same_ones_and_do_not_touch():
    truth = np.ones((40, 40), dtype=np.uint16)
    for seed in range(5):
        split = draw_strokes(truth, 3, seed)
        strokes, count = label(split.train > 0, structure=EIGHT)
        assert count == 3
        assert np.bincount(strokes.ravel())[1:].tolist() == [25, 25, 25]


def test_strokes_in_a_crowded_region_lie_beside_each_other():
    drawn = [np.count_nonzero(draw_strokes(np.ones((3, 4), dtype=np.uint16), 3, seed).train) for seed in range(30)]
    assert max(drawn) == 6, "half of the pixels"
    assert min(drawn) >= 4, "only a corner that is cut off ends a stroke early"


def test_a_stroke_is_as_wide_as_a_brush_of_two_pixels():
    truth = np.ones((60, 60), dtype=np.uint16)
    inside = np.zeros(truth.shape, dtype=bool)
    inside[1:-1, 1:-1] = True
    whole = [
        train for train in (draw_strokes(truth, 1, s, pixels=60).train > 0 for s in range(9)) if inside[train].all()
    ]
    assert whole, "strokes that the border of the scene cuts are not judged"
    for train in whole:
        corners = train[:-1, :-1] & train[1:, :-1] & train[:-1, 1:] & train[1:, 1:]
        covered = binary_dilation(np.pad(corners, ((0, 1), (0, 1))), np.array([[1, 1], [1, 1]]), origin=-1)
        assert np.count_nonzero(train & ~covered) <= 2, "only the last step may be cut short"


@pytest.mark.parametrize(("side", "drawn"), [(1, 1), (2, 2), (4, 8), (9, 25)])
def test_a_small_class_keeps_half_of_its_pixels_for_testing(side, drawn):
    truth = np.zeros((12, 12), dtype=np.uint16)
    truth[:side, :side] = 4
    split = draw_strokes(truth, 1, 0)
    assert np.count_nonzero(split.train) == drawn
    assert np.count_nonzero(split.test) == side * side - drawn


def test_what_a_small_class_gives_is_shared_out_between_its_strokes():
    truth = np.zeros((30, 30), dtype=np.uint16)
    truth[:4, :4], truth[10:14, :4], truth[20:24, :4] = 1, 1, 1
    split = draw_strokes(truth, 3, 0)
    assert stroked(split.train, truth, 1) == [8, 8, 8]
    truth[10:24] = 0
    truth[10, 10] = 1
    assert sorted(stroked(draw_strokes(truth, 3, 0).train, truth, 1)) == [1, 4], "of 2 pixels each at most"


def test_a_class_of_single_pixels_gives_a_stroke_of_one_pixel_each():
    truth = np.zeros((20, 20), dtype=np.uint16)
    truth[::4, ::4] = 7
    split = draw_strokes(truth, 4, 0)
    assert stroked(split.train, truth, 7) == [1, 1, 1, 1]
    truth[:] = 0
    truth[2, 2], truth[8, 8], truth[14, 14] = 7, 7, 9
    split = draw_strokes(truth, 3, 0)
    assert (np.count_nonzero(split.train == 7), np.count_nonzero(split.train == 9)) == (1, 1)
    assert np.count_nonzero(split.test) == 1
    assert split.test.max() == 7, "the single pixel of a class is learned and not tested"


def test_more_strokes_of_a_seed_hold_the_fewer():
    for truth in (fields(), np.ones((40, 40), dtype=np.uint16)):
        for seed in range(3):
            drawn = [draw_strokes(truth, strokes, seed, pixels=10).train > 0 for strokes in range(1, 8)]
            for fewer, more in itertools.pairwise(drawn):
                assert (more | ~fewer).all()
                assert more.sum() > fewer.sum()


def test_the_seed_decides_and_a_class_does_not_hang_on_the_others():
    truth = fields()
    first = draw_strokes(truth, 2, 3)
    np.testing.assert_array_equal(first.train, draw_strokes(truth, 2, 3).train)
    assert (first.train != draw_strokes(truth, 2, 4).train).any()
    alone = draw_strokes(np.where(truth == 2, truth, 0), 2, 3)
    np.testing.assert_array_equal(first.train == 2, alone.train == 2)


def test_large_regions_are_stroked_more_often():
    truth = np.zeros((40, 40), dtype=np.uint16)
    truth[:20], truth[30:33, :3] = 1, 1
    share = np.mean([draw_strokes(truth, 1, seed).train[:20].any() for seed in range(200)])
    assert share > 0.95, "800 of 809 pixels"
    truth[30:, :] = 1
    truth[20:30] = 0
    share = np.mean([draw_strokes(truth, 1, seed).train[:20].any() for seed in range(300)])
    assert 0.55 < share < 0.78, "two thirds of the pixels"


def test_no_stroke_lies_on_or_crosses_pixels_without_data():
    truth = np.ones((30, 31), dtype=np.uint16)
    valid = np.ones(truth.shape, dtype=bool)
    valid[:, 15] = False
    for seed in range(10):
        split = draw_strokes(truth, 1, seed, valid, pixels=60)
        assert not split.train[~valid].any()
        assert not split.test[~valid].any()
        assert len(stroked(split.train, np.where(valid, truth, 0), 1)) == 1


def test_a_stroke_follows_a_region_that_is_one_pixel_wide_and_turns():
    truth = np.zeros((20, 20), dtype=np.uint16)
    np.fill_diagonal(truth, 1)
    train = draw_strokes(truth, 1, 0, pixels=6).train
    assert np.count_nonzero(train) == 6
    assert label(train, structure=EIGHT)[1] == 1


def test_the_test_begins_beside_the_strokes():
    split = draw_strokes(fields(), 1, 0)
    assert distance_transform_cdt(split.train == 0, metric="chessboard")[split.test > 0].min() == 1
    rim = binary_dilation(split.train == 1, EIGHT) & (fields() == 1) & (split.train == 0)
    assert (split.test[rim] == 1).all()


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(HsiError, match="holds no class"):
        draw_strokes(np.zeros((4, 4), dtype=np.uint16), 1)
    with pytest.raises(HsiError, match="where the scene has data"):
        draw_strokes(fields(), 1, valid=np.zeros(fields().shape, dtype=bool))
    for strokes, pixels in ((0, 25), (1, 0)):
        with pytest.raises(ValueError, match="strokes of"):
            draw_strokes(fields(), strokes, pixels=pixels)


def test_a_stroke_has_one_length_wherever_it_is_asked_for():
    assert PIXELS == STROKE_PIXELS == SplitSpec().pixels == NamedSplit("strokes").pixels
