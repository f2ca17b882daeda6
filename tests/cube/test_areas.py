"""Areas of pixels against those that geodesics enclose."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from hsigui.cube.areas import PixelAreas, pixel_areas
from hsigui.cube.cube import Geo
from hsigui.labels.bending import divided
from hsigui.labels.grid import Grid
from tests.report.places import LIE, SYSTEMS, geo_in


def geodesic(geo: Geo, left: float, top: float, right: float, bottom: float) -> float:
    """Square metres of a rectangle of pixels, by its border in many short geodesics."""
    crs = CRS.from_wkt(str(geo.crs_wkt))
    base = crs.source_crs or crs
    ring = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], dtype=float)
    points = Grid(1, 1, geo).to_map(divided(ring, max(right - left, bottom - top) / 400))
    x, y = points.T
    if crs != base:
        x, y = Transformer.from_crs(crs, base, always_xy=True).transform(x, y)
    unit = np.degrees(base.axis_info[0].unit_conversion_factor)
    geod = Geod(a=base.ellipsoid.semi_major_metre, b=base.ellipsoid.semi_minor_metre)
    return abs(geod.polygon_area_perimeter(np.asarray(x) * unit, np.asarray(y) * unit)[0])


def of_rectangles(areas: PixelAreas, geo: Geo, boxes: list[tuple[int, int, int, int]]) -> None:
    for number, (left, top, right, bottom) in enumerate(boxes, 1):
        array = np.zeros(areas.shape, np.uint16)
        array[top:bottom, left:right] = number
        found = areas.of_classes(array)
        assert found[number] == pytest.approx(geodesic(geo, left, top, right, bottom), rel=1e-4)
        assert found.sum() == pytest.approx(areas.mean * array.size, rel=1e-4)


@pytest.mark.parametrize("lie", ["north-up", "turned, oblong", "sheared"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_areas_are_those_that_geodesics_enclose(system, lie) -> None:
    geo = geo_in(system, tuple(value * 30 for value in LIE[lie]))
    areas = pixel_areas(geo, (200, 300))
    assert areas is not None
    of_rectangles(areas, geo, [(0, 0, 300, 200), (0, 0, 40, 30), (200, 150, 300, 200)])


@pytest.mark.parametrize(
    ("code", "transform", "shape"),
    [
        (4326, (1.0, 0.0, -180.0, 0.0, -1.0, 90.0), (180, 360)),
        (4326, (0.25, 0.0, 170.0, 0.0, -0.25, 80.0), (300, 200)),  # across the 180th meridian
        (3857, (10_000.0, 0.0, -2_000_000.0, 0.0, -10_000.0, 15_000_000.0), (700, 300)),
        (3031, (5_000.0, 0.0, -900_000.0, 0.0, -5_000.0, 1_000_000.0), (400, 380)),  # with the pole
        (3413, (5_000.0, 0.0, -900_000.0, 0.0, -5_000.0, 1_000_000.0), (400, 380)),
        (32660, (2_000.0, 0.0, 300_000.0, 0.0, -2_000.0, 900_000.0), (300, 300)),
    ],
)
def test_so_they_are_on_large_rasters_at_poles_and_where_longitude_jumps(code, transform, shape) -> None:
    geo = Geo(transform, CRS.from_epsg(code).to_wkt())
    areas = pixel_areas(geo, shape)
    assert areas is not None
    top, left = shape[0] // 3, shape[1] // 3
    boxes = [(left, top, left + 50, top + 40), (5, 20, 60, 70), (shape[1] - 50, shape[0] - 60, shape[1], shape[0] - 20)]
    of_rectangles(areas, geo, boxes)


def test_the_earth_is_as_large_as_it_is() -> None:
    areas = pixel_areas(Geo((0.5, 0.0, -180.0, 0.0, -0.5, 90.0), CRS.from_epsg(4326).to_wkt()), (360, 720))
    assert areas is not None
    assert areas.mean * 360 * 720 == pytest.approx(510_065_621_724_089, rel=1e-6)


def test_web_mercator_at_60_degrees_is_four_times_too_large() -> None:
    geo = Geo((30.0, 0.0, 0.0, 0.0, -30.0, 8_399_737.89), CRS.from_epsg(3857).to_wkt())
    areas = pixel_areas(geo, (60, 80))
    assert areas is not None
    assert areas.mean == pytest.approx(225, rel=0.01)
    assert "WGS 84" in areas.about
    assert " to " in areas.about


def test_small_rasters_and_single_pixels_have_areas() -> None:
    geo = geo_in("EPSG:32633", LIE["north-up"])
    for shape in ((1, 1), (1, 5), (2, 1)):
        areas = pixel_areas(geo, shape)
        assert areas is not None
        assert areas.rows(slice(None)).shape == shape
        assert areas.mean == pytest.approx(geodesic(geo, 0, 0, 1, 1), rel=1e-3)


@pytest.mark.parametrize(
    "geo",
    [
        Geo(),
        Geo((1.0, 0.0, 0.0, 0.0, -1.0, 0.0)),
        Geo((1.0, 0.0, 0.0, 0.0, -1.0, 0.0), 'PROJCS["bogus"]'),
        Geo((1.0, 0.0, 0.0, 0.0, -1.0, 0.0), 'LOCAL_CS["pixels",UNIT["metre",1]]'),
        Geo((1e6, 0.0, 9e7, 0.0, -1e6, 9e7), CRS.from_epsg(3035).to_wkt()),  # beside the earth
    ],
)
def test_what_is_not_on_the_earth_has_no_area(geo) -> None:
    assert pixel_areas(geo, (10, 10)) is None
