"""Majority filter and sieve, against slow loops and small pictures."""

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.report import filters
from hsigui.report.filters import filtered, majority_filtered, sieved, without_small_groups


def picture(text: str) -> np.ndarray:
    return np.array([[int(c) for c in line] for line in text.split()], dtype=np.uint16)


def slow_majority(array: np.ndarray, side: int) -> np.ndarray:
    """Written from the definition: window, counts, ties to the pixel's own class, then to the lowest number."""
    out, half = array.copy(), side // 2
    for r, c in np.argwhere(array > 0):
        window = array[max(0, r - half) : r + half + 1, max(0, c - half) : c + half + 1]
        counts = {n: int((window == n).sum()) for n in np.unique(window[window > 0]).tolist()}
        best = [n for n, count in counts.items() if count == max(counts.values())]
        out[r, c] = array[r, c] if array[r, c] in best else min(best)
    return out


@pytest.mark.parametrize("side", [3, 5, 11, 13, 99])
def test_the_majority_filter_is_its_definition_where_it_is_done_by_strips_too(side, monkeypatch):
    monkeypatch.setattr(filters, "_AT_ONCE", 1)  # as few rows at once as there may be
    array = np.random.default_rng(side).integers(0, 5, (23, 31)).astype(np.uint16)
    array[array == 4] = 300
    before = array.copy()
    found = majority_filtered(array, side)
    np.testing.assert_array_equal(found, slow_majority(array, side))
    np.testing.assert_array_equal(array, before)
    assert ((found == 0) == (array == 0)).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (0, 5), (5, 0)])
def test_a_map_smaller_than_the_window_is_filtered_as_far_as_it_goes(shape):
    array = np.random.default_rng(1).integers(0, 3, shape).astype(np.uint16)
    np.testing.assert_array_equal(majority_filtered(array, 9), slow_majority(array, 9))


@pytest.mark.parametrize("side", [1, 2, 4, 101])
def test_a_window_that_has_no_middle_is_refused(side):
    with pytest.raises(HsiError, match="window"):
        majority_filtered(np.ones((5, 5)), side)


def test_a_small_group_joins_its_largest_neighbour_and_pixels_without_a_class_stay():
    array = picture("111112 113312 111112 000000 440555 000555")
    found = sieved(array, 3)
    np.testing.assert_array_equal(found, picture("111112 111112 111112 000000 440555 000555"))
    assert array[1, 2] == 3, "the map itself is not changed"


def test_diagonal_neighbours_are_one_group_only_with_connectivity_8():
    array = picture("1111 1211 1121 1111")
    assert (sieved(array, 2, 4) == 1).all()
    np.testing.assert_array_equal(sieved(array, 2, 8), array)
    with pytest.raises(HsiError, match="6 directions"):
        sieved(array, 2, 6)


def test_below_the_mapping_unit_lonely_groups_go_and_others_join():
    array = picture("111100 112100 111100 000000 330000 000000")
    np.testing.assert_array_equal(without_small_groups(array, 3), picture("111100 111100 111100 000000 000000 000000"))
    patchwork = picture("1200 3400 0000 0500")  # too small each, but large enough together
    found = without_small_groups(patchwork, 4)
    assert (found[:2, :2] > 0).all()
    assert found[3, 1] == 0


def test_nothing_asked_for_gives_a_copy():
    array = picture("12 21")
    found = filtered(array)
    np.testing.assert_array_equal(found, array)
    assert found is not array
    with pytest.raises(HsiError, match="sieve"):
        filtered(array, sieve=-1)
