import numpy as np
import pytest
from scipy import ndimage

from hsigui.errors import HsiError
from hsigui.labels import regions
from hsigui.labels.regions import find_regions


def by_class(array):
    """The same regions by another way: each class labelled on its own, with corners."""
    found = []
    for number in np.unique(array[array > 0]):
        pieces, count = ndimage.label(array == number, structure=np.ones((3, 3)))
        found += [(int(number), np.flatnonzero(pieces == piece).tolist()) for piece in range(1, count + 1)]
    return sorted(found, key=lambda region: (region[0], region[1][0]))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8, 1.0])
def test_regions_are_the_connected_pixels_of_each_class(share):
    rng = np.random.default_rng(3)
    array = (rng.integers(1, 4, (40, 53)) * (rng.random((40, 53)) < share)).astype(np.uint16)
    assert [(r.number, r.pixels.tolist()) for r in find_regions(array)] == by_class(array)


def test_the_right_edge_does_not_touch_the_left_one():
    array = np.zeros((3, 4), dtype=np.uint16)
    array[0, 3] = array[1, 0] = array[2, 3] = 1
    assert [r.first for r in find_regions(array)] == [(0, 3), (1, 0), (2, 3)]


def test_a_region_knows_its_box_and_its_first_pixel():
    array = np.zeros((9, 9), dtype=np.uint16)
    array[2, 5] = array[3, 4] = array[4, 4] = 7
    (region,) = find_regions(array)
    top, left, mask = region.area()
    assert (region.number, region.size, region.first) == (7, 3, (2, 5))
    assert (top, left, mask.tolist()) == (2, 4, [[False, True], [True, False], [True, False]])


def test_a_sample_is_spread_over_the_region_and_lies_in_it():
    array = np.zeros((9, 20), dtype=np.uint16)
    array[4] = 2
    (region,) = find_regions(array)
    assert region.sample(3) == [(4, 0), (4, 9), (4, 19)]
    assert len(region.sample(99)) == 20


def test_no_labels_are_no_regions():
    assert find_regions(np.zeros((5, 5), dtype=np.uint16)) == []


def test_too_many_labels_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(regions, "MOST_LABELS", 10)
    with pytest.raises(HsiError, match="More than 10 labels"):
        find_regions(np.ones((5, 5), dtype=np.uint16))
