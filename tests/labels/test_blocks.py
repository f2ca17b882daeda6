from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_cdt

from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.labels.blocks import BLOCK, GUARD, TRAINING_SHARE, BlockSplit, draw_blocks
from hsigui.labels.formats.files import read_classes


def stripes(rows: int = 80, cols: int = 96) -> np.ndarray:
    """Fields of 24 x 20 pixels of five classes, a row in eight unlabelled."""
    truth = 1 + (np.arange(rows)[:, None] // 20 * 3 + np.arange(cols)[None, :] // 24) % 5
    truth[::8] = 0
    return truth.astype(np.uint16)


def apart(split: BlockSplit) -> int:
    """The smallest distance from a training block to a test pixel, found without the code under test."""
    return int(distance_transform_cdt(~split.area, metric="chessboard")[split.test > 0].min())


def counts(array: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(array.ravel(), minlength=size)[1:]


def scene(name: str, data_dir) -> np.ndarray:
    files = {"indian_pines": "indian_pines/Indian_pines_gt.mat", "salinas_a": "salinas_a/SalinasA_gt.mat"}
    return demo_scene().truth if name == "demo" else read_classes(data_dir / files[name]).array


@pytest.mark.parametrize(("name", "always_tested"), [("salinas_a", 6), ("indian_pines", 12), ("demo", 9)])
def test_on_real_scenes_training_and_test_are_disjoint_with_the_guard_between(name, always_tested, data_dir):
    truth = scene(name, data_dir)
    classes = np.unique(truth[truth > 0])
    for seed in range(5):
        split = draw_blocks(truth, 10, seed)
        assert not ((split.train > 0) & (split.test > 0)).any()
        assert apart(split) > GUARD
        assert not split.train[~split.area].any()
        for part in (split.train, split.test):
            assert (part[part > 0] == truth[part > 0]).all()
        assert set(np.unique(split.train)) - {0} == set(classes.tolist()), "every class can be learned"
        assert len(np.unique(split.test[split.test > 0])) >= always_tested
        assert (split.test > 0).sum() > 0.2 * (truth > 0).sum()


def test_each_class_gives_the_number_asked_for_and_the_test_does_not_depend_on_it():
    few, many = draw_blocks(stripes(), 5, seed=3), draw_blocks(stripes(), 50, seed=3)
    assert counts(few.train, 6).tolist() == [5] * 5
    np.testing.assert_array_equal(few.test, many.test)
    assert ((few.train == 0) | (few.train == many.train)).all(), "the larger sample holds the smaller one"


def test_test_pixels_are_all_labelled_pixels_beyond_the_guard():
    truth = stripes()
    split = draw_blocks(truth, 5, seed=1, block=10, guard=4)
    far = distance_transform_cdt(~split.area, metric="chessboard") > 4
    np.testing.assert_array_equal(split.test, np.where(far, truth, 0))


def test_about_the_share_aimed_for_lies_in_training_blocks():
    truth = stripes(160, 160)
    inside = [counts(np.where(draw_blocks(truth, 5, s).area, truth, 0), 6) / counts(truth, 6) for s in range(10)]
    assert np.mean(inside) == pytest.approx(TRAINING_SHARE, abs=0.08)


@pytest.mark.parametrize("percent", [2.0, 30.0])
def test_a_share_of_each_class_comes_from_blocks_and_the_test_stays_apart(percent):
    truth = stripes()
    split = draw_blocks(truth, None, seed=1, block=6, guard=1, percent=percent)
    asked = np.floor(counts(truth, 6) * percent / 100 + 0.5)
    given = counts(split.train, 6)
    assert (given <= asked).all()
    assert given.sum() >= 0.7 * asked.sum(), "a class whose blocks would starve the test gives fewer"
    assert apart(split) > 1
    if percent < 100 * TRAINING_SHARE:
        assert np.array_equal(split.test, draw_blocks(truth, 5, seed=1, block=6, guard=1).test)
        assert np.array_equal(given, asked)


def test_the_same_seed_draws_the_same_pixels_and_another_seed_other_blocks():
    one, same, other = (draw_blocks(stripes(), 5, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.train, same.train)
    np.testing.assert_array_equal(one.test, same.test)
    assert (one.area != other.area).any()


def test_the_grid_does_not_begin_at_the_same_place_in_every_draw():
    truth = np.zeros((64, 64), dtype=np.uint16)
    truth[:, :32], truth[:, 32:] = 1, 2
    corners = {tuple(np.argwhere(draw_blocks(truth, 1, seed).area)[0] % BLOCK) for seed in range(12)}
    assert len(corners) > 3


def test_a_class_in_one_place_is_learned_and_not_tested():
    truth = stripes()
    truth[40:44, 50:53] = 9
    split = draw_blocks(truth, 5, seed=0)
    assert (split.train == 9).sum() >= 1
    assert not (split.test == 9).any()


def test_a_class_in_two_places_far_apart_is_learned_in_one_and_tested_in_the_other():
    truth = stripes()
    truth[2:6, 2:6] = truth[70:74, 85:89] = 9
    tested = [int((draw_blocks(truth, 5, seed).test == 9).sum()) for seed in range(10)]
    assert min(tested) > 0


def test_pixels_without_data_are_in_neither_part():
    valid = np.random.default_rng(0).random((80, 96)) < 0.6
    split = draw_blocks(stripes(), 5, seed=0, valid=valid)
    assert not split.train[~valid].any()
    assert not split.test[~valid].any()


def test_a_scene_labelled_everywhere_is_split_too():
    truth = np.ones((60, 60), dtype=np.uint16)
    truth[30:] = 2
    split = draw_blocks(truth, 3, seed=0, block=8, guard=2)
    assert counts(split.train, 3).tolist() == [3, 3]
    assert (counts(split.test, 3) > 0).all()


def test_a_ground_truth_too_small_to_be_split_is_refused_with_a_way_out():
    with pytest.raises(HsiError, match="leave no pixel of this ground truth to test") as refused:
        draw_blocks(np.ones((10, 10), dtype=np.uint16), 3)
    assert "smaller blocks" in refused.value.hint


def test_a_truth_without_classes_is_refused():
    with pytest.raises(HsiError, match="holds no class"):
        draw_blocks(np.zeros((30, 30), dtype=np.uint16), 3)


def test_a_split_that_breaks_the_guard_cannot_be_made():
    area = np.zeros((1, 12), dtype=bool)
    area[0, :3] = True
    train, test = np.zeros((1, 12), dtype=np.uint16), np.zeros((1, 12), dtype=np.uint16)
    train[0, 0], test[0, 7] = 1, 1
    BlockSplit(train, test, area, guard=4)
    with pytest.raises(ValueError, match="1 test pixels are within 5 pixels of a training block"):
        BlockSplit(train, test, area, guard=5)
    with pytest.raises(ValueError, match="1 training pixels are outside"):
        BlockSplit(test, train, area, guard=0)
    with pytest.raises(ValueError, match="in training and in test"):
        BlockSplit(train, train, area, guard=0)


@pytest.mark.parametrize("wrong", [{"per_class": 0}, {"block": 0}, {"guard": -1}])
def test_impossible_sizes_are_a_mistake(wrong):
    with pytest.raises(ValueError, match="blocks of"):
        draw_blocks(stripes(), wrong.pop("per_class", 5), **wrong)
