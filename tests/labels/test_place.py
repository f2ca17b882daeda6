"""Rasters of one size that lie at different places."""

from __future__ import annotations

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.place import PIXELS, RESAMPLE, Misplaced, fitted, require_same_place
from hsigui.labels.raster import ClassRaster

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


# Rasters that lie elsewhere, and what can be done about it

SCENE = Grid(20, 30, Geo((5.0, 0.0, 468_200.0, 0.0, -5.0, 5_541_300.0), utm_wkt(33)))
TABLE = ClassTable.for_numbers([1, 2])


def raster(shape: tuple[int, int], geo: Geo) -> ClassRaster:
    array = np.ones(shape, np.uint16)
    array[: shape[0] // 2] = 2
    return ClassRaster(array, TABLE, geo)


def shifted(cols: float, rows: float, crs: str | None = SCENE.geo.crs_wkt) -> Geo:
    return Geo((5.0, 0.0, 468_200.0 + 5 * cols, 0.0, -5.0, 5_541_300.0 - 5 * rows), crs)


def test_what_lies_on_the_scene_or_has_no_place_is_taken_as_it_is():
    for geo in (SCENE.geo, Geo(), shifted(0.04, 0)):
        there = raster(SCENE.shape, geo)
        assert fitted(there, SCENE, "labels") is there


def test_a_shift_of_less_than_half_a_pixel_is_told():
    there = raster(SCENE.shape, shifted(0.1, -0.4))
    found = fitted(there, SCENE, "labels")
    assert np.array_equal(found.array, there.array)
    assert any("0.40 pixels beside the scene" in note for note in found.notes)


def test_the_same_place_in_another_system_fits():
    wgs = CRS.from_epsg(25833).to_wkt()  # ETRS89: centimetres apart
    assert fitted(raster(SCENE.shape, shifted(0, 0, wgs)), SCENE, "labels").array.any()


def test_the_same_numbers_in_another_zone_lie_elsewhere():
    with pytest.raises(Misplaced, match="lie elsewhere") as caught:
        fitted(raster(SCENE.shape, shifted(0, 0, utm_wkt(32))), SCENE, "labels")
    assert "UTM zone 32N" in caught.value.message
    assert "UTM zone 33N" in caught.value.message
    assert caught.value.remedies == (PIXELS,)


def test_a_shifted_raster_can_be_resampled_or_taken_by_pixels():
    with pytest.raises(Misplaced) as caught:
        fitted(raster(SCENE.shape, shifted(4, 2)), SCENE, "labels")
    assert caught.value.remedies == (RESAMPLE, PIXELS)
    moved = fitted(caught.value.raster, SCENE, "labels", RESAMPLE)
    expected = np.zeros(SCENE.shape, np.uint16)
    expected[2:, 4:] = caught.value.raster.array[:-2, :-4]
    assert np.array_equal(moved.array, expected)
    assert moved.geo == SCENE.geo
    assert "nearest neighbour" in moved.notes[0]
    assert fitted(caught.value.raster, SCENE, "labels", PIXELS) is caught.value.raster


def test_a_raster_of_another_size_that_overlaps_can_be_resampled_only():
    with pytest.raises(Misplaced, match="40 x 60 pixels, the scene is 20 x 30") as caught:
        fitted(raster((40, 60), Geo((2.5, 0.0, 468_200.0, 0.0, -2.5, 5_541_300.0))), SCENE, "labels")
    assert caught.value.remedies == (RESAMPLE,)
    assert np.array_equal(
        fitted(caught.value.raster, SCENE, "labels", RESAMPLE).array, raster(SCENE.shape, SCENE.geo).array
    )


def test_what_can_not_be_brought_to_the_scene_is_refused_with_the_reason():
    for there, words in (
        (raster((40, 60), shifted(5000, 0)), "do not overlap"),
        (raster((30, 20), Geo()), "exchanged"),
        (raster((10, 12), Geo()), "Choose a file made for this scene"),
    ):
        with pytest.raises(HsiError) as caught:
            fitted(there, SCENE, "labels")
        assert not isinstance(caught.value, Misplaced)
        assert words in str(caught.value)
