"""Maps resampled to rows from west to east."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.report.north_up import north_up

ARRAY = np.repeat(np.repeat(np.arange(1, 13, dtype=np.uint8).reshape(3, 4), 10, axis=0), 10, axis=1)


def turned(angle: float, width: float = 30.0, height: float = 20.0) -> Geo:
    cos, sin = math.cos(angle), math.sin(angle)
    return Geo((width * cos, height * sin, 400_000.0, width * sin, -height * cos, 5_000_000.0))


def test_each_pixel_has_the_class_that_lies_at_its_centre() -> None:
    geo = turned(0.5)
    array, there = north_up(ARRAY, geo)
    assert there.transform is not None
    assert there.transform[:2] + there.transform[3:5] == pytest.approx((30.0, 0.0, 0.0, -20.0))
    source = Grid(*ARRAY.shape, geo)
    for row, col in np.ndindex(array.shape):
        place = np.array([there.to_map(row + 0.5, col + 0.5)])
        c, r = np.floor(source.to_pixels(place)[0]).astype(int)
        inside = 0 <= r < 30 and 0 <= c < 40
        assert array[row, col] == (ARRAY[r, c] if inside else 0)
    assert np.unique(array).tolist() == list(range(13))


def test_areas_stay_within_a_few_pixels_of_the_border() -> None:
    array, _ = north_up(ARRAY, turned(0.3))
    assert np.bincount(array.ravel())[1:] == pytest.approx(np.bincount(ARRAY.ravel())[1:], abs=12)


def test_a_mirrored_map_is_turned_without_loss() -> None:
    array, there = north_up(ARRAY, Geo((30.0, 0.0, 0.0, 0.0, 30.0, 0.0)))
    assert (array == ARRAY[::-1]).all()
    assert there.transform == (30.0, 0.0, 0.0, 0.0, -30.0, 900.0)


def test_a_frame_without_a_map_is_refused() -> None:
    with pytest.raises(HsiError, match="most of them empty"):
        north_up(np.ones((10, 1000), np.uint8), Geo((1.0, 0.0, 0.0, 1.0, -1e-3, 0.0)))
    with pytest.raises(HsiError, match="no north"):
        north_up(ARRAY, Geo())
