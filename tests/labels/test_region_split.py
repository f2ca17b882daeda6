from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_cdt, label

from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.labels.region_split import RegionSplit, draw_regions


def fields() -> np.ndarray:
    """Classes 1 to 3, each in eight squares of 6 x 6 pixels, unlabelled pixels between."""
    truth = np.zeros((48, 32), dtype=np.uint16)
    for k in range(24):
        row, col = divmod(k, 4)
        truth[8 * row : 8 * row + 6, 8 * col : 8 * col + 6] = 1 + k % 3
    return truth


def pieces(truth: np.ndarray) -> np.ndarray:
    """A number for each connected region (corners join), found without the code under test."""
    found, count = np.zeros(truth.shape, dtype=int), 0
    for number in np.unique(truth[truth > 0]):
        marked, n = label(truth == number, structure=np.ones((3, 3)))
        found[marked > 0] = marked[marked > 0] + count
        count += n
    return found


def scene(name: str, data_dir) -> np.ndarray:
    files = {"indian_pines": "indian_pines/Indian_pines_gt.mat", "salinas_a": "salinas_a/SalinasA_gt.mat"}
    return demo_scene().truth if name == "demo" else read_classes(data_dir / files[name]).array


@pytest.mark.parametrize("guard", [0, 2])
@pytest.mark.parametrize("name", ["indian_pines", "salinas_a", "demo"])
def test_on_real_scenes_no_region_is_in_both_parts(name, guard, data_dir):
    truth = scene(name, data_dir)
    number = pieces(truth)
    several = {int(c) for c in np.unique(truth[truth > 0]) if len(np.unique(number[truth == c])) > 1}
    if not several:
        with pytest.raises(HsiError, match="one region"):
            draw_regions(truth, 10, 0, guard=guard)
        return
    for seed in range(3):
        split = draw_regions(truth, 10, seed, guard=guard)
        assert not ((split.train > 0) & (split.test > 0)).any()
        assert not set(number[split.train > 0]) & set(number[split.test > 0])
        assert set(np.unique(split.train)) - {0} == set(np.unique(truth)) - {0}, "every class is learned"
        assert set(split.undivided) == set(np.unique(truth).tolist()) - {0} - several
        if guard == 0:
            assert set(np.unique(split.test).tolist()) - {0} == several
        far = distance_transform_cdt(~split.area, metric="chessboard")[split.test > 0]
        assert far.min() > guard
        for part in (split.train, split.test):
            assert (part[part > 0] == truth[part > 0]).all()


def test_about_the_share_aimed_for_is_in_training_regions():
    truth = fields()
    for seed in range(6):
        split = draw_regions(truth, None, seed, share=0.5)
        np.testing.assert_array_equal(split.train, np.where(split.area, truth, 0))
        assert np.bincount(split.train.ravel())[1:].tolist() == [4 * 36] * 3
        np.testing.assert_array_equal(split.train + split.test, truth)


def test_labels_are_drawn_within_training_regions_and_the_test_does_not_depend_on_their_number():
    few, many = draw_regions(fields(), 5, seed=1), draw_regions(fields(), 40, seed=1)
    assert np.bincount(few.train.ravel())[1:].tolist() == [5] * 3
    np.testing.assert_array_equal(few.test, many.test)
    assert ((few.train == 0) | (few.train == many.train)).all()
    assert not (many.test > 0)[many.area].any(), "what is left of a training region is not tested"


def test_the_same_seed_draws_the_same_and_another_seed_other_regions():
    one, same, other = (draw_regions(fields(), 5, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(one.train, same.train)
    assert (one.area != other.area).any()


def test_two_regions_are_divided_and_the_large_one_is_rather_tested():
    truth = np.zeros((20, 20), dtype=np.uint16)
    truth[:10], truth[12:14, :3] = 1, 1
    for seed in range(5):
        split = draw_regions(truth, None, seed)
        assert (split.train > 0).sum() == 6
        assert (split.test > 0).sum() == 200


def test_regions_that_meet_at_a_corner_are_one():
    truth = np.zeros((12, 12), dtype=np.uint16)
    truth[:3, :3], truth[3:6, 3:6], truth[8:, 8:] = 1, 1, 1
    split = draw_regions(truth, None, 0)
    assert (split.train[:6, :6] > 0).any() != (split.train[8:, 8:] > 0).any()
    assert len(set((split.train > 0)[truth > 0][:18].tolist())) == 1


def test_a_truth_of_single_regions_and_a_guard_that_leaves_nothing_are_refused():
    truth = np.zeros((6, 6), dtype=np.uint16)
    truth[:2], truth[4:] = 1, 2
    with pytest.raises(HsiError, match="Every class of the ground truth is one region"):
        draw_regions(truth)
    with pytest.raises(HsiError, match="A guard of 60 pixels"):
        draw_regions(fields(), guard=60)


def test_a_split_that_breaks_the_rules_cannot_be_made():
    area = np.zeros((3, 9), dtype=bool)
    area[:, :3] = True
    train, test = np.zeros((3, 9), dtype=np.uint16), np.zeros((3, 9), dtype=np.uint16)
    train[0, 0], test[0, 5] = 1, 1
    RegionSplit(train, test, area, 2, ())
    with pytest.raises(ValueError, match="1 test pixels are within 3 pixels of a training region"):
        RegionSplit(train, test, area, 3, ())
    with pytest.raises(ValueError, match="outside the training regions"):
        RegionSplit(test, train * 0, area, 0, ())


@pytest.mark.parametrize("wrong", [{"per_class": 0}, {"guard": -1}, {"share": 1.0}, {"share": 0.0}])
def test_impossible_sizes_are_a_mistake(wrong):
    with pytest.raises(ValueError, match="pixels a class"):
        draw_regions(fields(), **wrong)
