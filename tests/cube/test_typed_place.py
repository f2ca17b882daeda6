"""Places as they are typed."""

from __future__ import annotations

import pytest

from hsigui.cube import systems
from hsigui.cube.ground import ground_of
from hsigui.cube.typed_place import place_typed
from hsigui.errors import HsiError
from tests.cube.test_ground import UTM

SHAPE = (1000, 1000)
LAT, LON = 50.54, 9.04


@pytest.mark.parametrize("text", ["120, 85", "120 85", "120;85", "row 120 col 85", "Col: 85, Line: 120", "r120 c85"])
def test_whole_numbers_in_the_scene_are_a_pixel_and_its_centre_is_meant(text):
    place = place_typed(text, UTM, SHAPE)
    assert (place.row, place.col) == (120.5, 85.5)
    assert place.how == "Row 120, column 85 (from 0)."


@pytest.mark.parametrize(
    "text", ["503000, 5598000", "x 503000 y 5598000", "y=5598000 x=503000", "503000 E 5598000 N", "5598000N, 503000E"]
)
def test_map_coordinates_are_understood(text):
    place = place_typed(text, UTM, SHAPE)
    rows, cols = UTM.to_pixels(503_000, 5_598_000)
    assert (place.row, place.col) == pytest.approx((float(rows), float(cols)))
    assert place.how == "Map x 503000, y 5598000 (WGS 84 / UTM zone 32N)."


@pytest.mark.parametrize(
    "text",
    [
        "50.54, 9.04", "50.54 9.04", "50,54 9,04", "50,54; 9,04", "9.04, 50.54", "50.54 N 9.04 E", "50.54N9.04E",
        "N50.54 E9.04", "9.04°E, 50.54°N", "50.54° 9.04°", "lat 50.54 lon 9.04", "longitude: 9.04 latitude: 50.54",
        "50°32'24\" N 9°2'24\" E", "50°32′24″N, 9°02′24″E", "N 50 32 24 E 9 2 24", "50 32.4 N; 9 2.4 E",
        "lat 50°32.4' lon 9°2.4'", "50:32:24N 9:02:24E",
    ],
)  # fmt: skip
def test_latitude_and_longitude_are_understood_as_people_write_them(text):
    place = place_typed(text, UTM, SHAPE)
    rows, cols = UTM.from_lonlat(LON, LAT)
    assert (place.row, place.col) == pytest.approx((float(rows), float(cols)), abs=1e-4)
    assert place.how == "Latitude 50.540000° N, longitude 9.040000° E (WGS 84)."


def test_south_and_west_are_negative():
    ground = ground_of(systems_geo())
    one = place_typed("33°30' S 70°36' W", ground, SHAPE)
    other = place_typed("-33.5, -70.6", ground, SHAPE)
    assert (one.row, one.col) == pytest.approx((other.row, other.col))
    assert (one.row, one.col) == pytest.approx((50, 40))


def systems_geo():
    from pyproj import CRS

    from hsigui.cube.cube import Geo

    return Geo((0.01, 0.0, -71.0, 0.0, -0.01, -33.0), CRS.from_epsg(4326).to_wkt())


def test_a_code_names_the_system_and_the_chosen_one_is_tried_first():
    coded = place_typed("EPSG:25832 503000 5598000", UTM, SHAPE)
    assert coded.how == "x 503000, y 5598000 (ETRS89 / UTM zone 32N)."
    assert place_typed("503000, 5598000", UTM, SHAPE, "EPSG:25832").how == coded.how
    assert place_typed("120, 85", UTM, SHAPE, "lonlat").how.startswith("Row 120")


@pytest.mark.parametrize("system", ["pixel", "map", "lonlat", "EPSG:25832", "EPSG:3857"])
def test_what_is_copied_leads_back_to_its_pixel(system):
    for row, col in ((0, 0), (17, 930), (999, 999)):
        place = place_typed(systems.plain(UTM, row, col, system), UTM, SHAPE, system)
        assert (int(place.row), int(place.col)) == (row, col)
        place = place_typed(systems.in_words(UTM, row, col, system), UTM, SHAPE, system)
        assert (int(place.row), int(place.col)) == (row, col)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60 N 9 E", "outside of the scene: at row"),
        ("1000, 3", "outside of the scene"),
        ("row 1000 col 3", "outside of the scene: at row 1000"),
        ("95 N 8 E", "it goes up to 90"),
        ("50°70' N 8° E", "go up to 60"),
        ("hello", "no place that is understood"),
        ("50 N 9 N", "no place that is understood"),
        ("12", "no place that is understood"),
        ("row 3 lat 4", "no place that is understood"),
        ("EPSG:1 3 4", "no coordinate system"),
    ],
)
def test_what_is_no_place_of_the_scene_is_said(text, said):
    with pytest.raises(HsiError, match=said):
        place_typed(text, UTM, SHAPE)


def test_a_scene_without_a_place_takes_rows_and_columns_alone():
    assert place_typed("3.25 4.5", None, SHAPE).row == 3.25
    for text in ("50 N 9 E", "x 3 y 4", "EPSG:4326 9 50"):
        with pytest.raises(HsiError, match=r"no place on the earth|not known"):
            place_typed(text, None, SHAPE)
    with pytest.raises(HsiError, match="at row 5000"):
        place_typed("5000, 4", None, SHAPE)
