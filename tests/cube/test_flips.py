"""Rasters turned about: every sample keeps its place."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.cube.flips import Flip, flips, to_north_up

ARRAY = np.arange(12).reshape(3, 4)


@pytest.mark.parametrize("flip", list(flips()))
def test_every_sample_keeps_its_place(flip: Flip) -> None:
    geo = Geo((25.0, 10.0, 400.0, 15.0, -17.0, 900.0), "a system")
    turned, there = flip.array(ARRAY), flip.geo(geo, ARRAY.shape)
    assert there.crs_wkt == "a system"
    for row, col in np.ndindex(ARRAY.shape):
        r, c = (int(i[0]) for i in np.nonzero(turned == ARRAY[row, col]))
        assert there.to_map(r + 0.5, c + 0.5) == pytest.approx(geo.to_map(row + 0.5, col + 0.5))


@pytest.mark.parametrize(
    ("transform", "flip"),
    [
        ((30.0, 0.0, 0.0, 0.0, -30.0, 0.0), Flip()),
        ((30.0, 0.0, 0.0, 0.0, 30.0, 0.0), Flip(rows=True)),
        ((-30.0, 0.0, 0.0, 0.0, -30.0, 0.0), Flip(cols=True)),
        ((-30.0, 0.0, 0.0, 0.0, 30.0, 0.0), Flip(rows=True, cols=True)),
        ((0.0, 30.0, 0.0, 30.0, 0.0, 0.0), Flip()),  # a quarter turn is a turn, and no mirror
        ((0.0, 30.0, 0.0, -30.0, 0.0, 0.0), Flip(rows=True)),
    ],
)
def test_a_raster_is_turned_until_its_first_row_is_the_northern_one(transform, flip) -> None:
    assert to_north_up(Geo(transform)) == flip


def test_without_a_place_there_is_nothing_to_turn() -> None:
    assert not to_north_up(Geo())
    assert Flip(rows=True).geo(Geo(), (3, 4)) == Geo()
