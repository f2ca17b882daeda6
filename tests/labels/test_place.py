"""Rasters of one size that lie at different places."""

from __future__ import annotations

import pytest

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.place import require_same_place

HERE = Geo(transform=(5.0, 0.0, 468_200.0, 0.0, -5.0, 5_541_300.0))


@pytest.mark.parametrize(
    "transform",
    [
        (5.0, 0.0, 1000.0, 0.0, -5.0, 2000.0),
        (5.0, 0.0, 468_203.0, 0.0, -5.0, 5_541_300.0),
        (5.1, 0.0, 468_200.0, 0.0, -5.0, 5_541_300.0),
    ],
)
def test_another_origin_or_pixel_size_is_refused_with_both_places(transform):
    with pytest.raises(HsiError, match="lie elsewhere") as raised:
        require_same_place(Geo(transform=transform), HERE, (100, 100), "labels")
    assert "4687" in raised.value.message or "4682" in raised.value.message


def test_the_same_place_rounded_and_a_raster_without_place_fit():
    rounded = Geo(transform=(5.0, 0.0, 468_200.001, 0.0, -5.0, 5_541_299.999))
    require_same_place(rounded, HERE, (100, 100), "labels")
    require_same_place(Geo(), HERE, (100, 100), "labels")
    require_same_place(HERE, Geo(), (100, 100), "labels")
