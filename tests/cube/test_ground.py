"""Where pixels lie on the earth, how far apart and how large, against pyproj."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from hsigui.cube import systems
from hsigui.cube.cube import Geo
from hsigui.cube.graticule import grid_lines, round_length
from hsigui.cube.ground import ground_of
from hsigui.cube.measuring import measured
from hsigui.errors import HsiError

ROTATED = (27.0, 5.0, 500_000.0, 5.0, -27.0, 5_600_000.0)


def of(code: str | None, transform=ROTATED):
    return ground_of(Geo(transform, None if code is None else CRS.from_user_input(code).to_wkt()))


UTM = of("EPSG:32632")
WORLD = of("EPSG:4326", (0.5, 0.0, -180.0, 0.0, -0.5, 90.0))
POLAR = of("EPSG:3413", (25_000.0, 0.0, -3_850_000.0, 0.0, -25_000.0, 5_850_000.0))


def test_a_scene_without_a_place_has_no_ground():
    assert ground_of(Geo()) is None
    assert ground_of(Geo((0.0, 0.0, 1.0, 0.0, 0.0, 1.0))) is None


@pytest.mark.parametrize("ground", [UTM, WORLD, POLAR])
def test_positions_come_back_from_every_system(ground):
    rows, cols = np.array([0.5, 40.0, 77.25]), np.array([1.5, 12.0, 90.75])
    for there, back in ((ground.to_map, ground.to_pixels), (ground.to_lonlat, ground.from_lonlat)):
        np.testing.assert_allclose(back(*there(rows, cols)), (rows, cols), atol=1e-6)
    other = CRS.from_epsg(3857)
    np.testing.assert_allclose(UTM.from_system(other, *UTM.to_system(other, rows, cols)), (rows, cols), atol=1e-6)


def test_longitude_and_latitude_are_those_of_pyproj():
    x, y = 27 * 20 + 5 * 10 + 5e5, 5 * 20 - 27 * 10 + 5.6e6
    expected = Transformer.from_crs(32632, 4326, always_xy=True).transform(x, y)
    np.testing.assert_allclose(UTM.to_lonlat(10, 20), expected, atol=1e-12)


@pytest.mark.parametrize("ground", [UTM, WORLD, POLAR])
def test_lengths_and_areas_are_geodesic(ground):
    rows, cols = np.array([10.0, 40.0, 60.0]), np.array([12.0, 80.0, 20.0])
    lon, lat = ground.to_lonlat(rows, cols)
    geod = Geod(ellps="WGS84")
    assert ground.length(rows, cols) == pytest.approx(geod.line_length(lon, lat), rel=1e-9)
    assert ground.area(rows, cols) == pytest.approx(abs(geod.polygon_area_perimeter(lon, lat)[0]), rel=1e-9)


def test_what_lies_beside_the_earth_has_no_place_and_no_length():
    around = of("EPSG:3035", (1e6, 0.0, -9e7, 0.0, -1e6, 9e7))
    assert np.isnan(around.to_lonlat(0, 0)).all()
    assert around.length([0, 1], [0, 1]) is None


def test_a_local_system_has_neither_degrees_nor_an_ellipsoid():
    local = ground_of(Geo((2.0, 0.0, 0.0, 0.0, -2.0, 0.0), 'LOCAL_CS["grid",UNIT["metre",1]]'))
    assert not local.on_earth
    assert measured(local, [(0.0, 0.0), (0.0, 10.0)]).lines == ["Length 20 m"]
    assert systems.written(local, 0, 0, "lonlat") == "row 0, col 0 (from 0)"
    assert grid_lines(local, "lonlat", (0.0, 0.0, 10.0, 10.0), 5.0) == []


def test_a_projection_that_nobody_knows_leaves_map_coordinates():
    wkt = UTM.crs.to_wkt().replace("Transverse Mercator", "Nobody's own").replace('ID["EPSG",9807]', 'ID["NONE",1]')
    odd = ground_of(Geo(ROTATED, wkt.replace('ID["EPSG",32632]', 'ID["NONE",2]')))
    assert not odd.on_earth
    assert odd.length([0, 0], [0, 1]) is None
    assert systems.written(odd, 10, 20, "map").endswith(" m")


def test_another_body_is_told_in_its_own_degrees():
    mars = of("IAU_2015:49910", (100.0, 0.0, 0.0, 0.0, -100.0, 0.0))
    assert "Mars" in mars.lonlat_named
    assert mars.length([0, 0], [0, 10]) == pytest.approx(1000, rel=1e-3)
    assert systems.written(mars, 0, 0, "EPSG:25832") == "row 0, col 0 (from 0)"


def test_places_are_written_in_the_chosen_system_with_its_unit():
    assert systems.written(UTM, 10, 20, "pixel") == "row 10, col 20 (from 0)"
    x, y = UTM.to_map(10.5, 20.5)
    assert systems.written(UTM, 10, 20, "map") == f"row 10, col 20 (from 0)   x {x:.1f}, y {y:.1f} m"
    lon, lat = UTM.to_lonlat(10.5, 20.5)
    assert systems.written(UTM, 10, 20, "lonlat").endswith(f"   {lat:.6f}° N, {lon:.6f}° E")
    assert systems.written(UTM, 10, 20, "EPSG:25832").endswith(f"   EPSG:25832: x {x:.1f}, y {y:.1f} m")
    assert systems.written(WORLD, 359, 0, "map").endswith("x -179.750000°, y -89.750000°")
    assert systems.written(None, 10, 20, "lonlat") == "row 10, col 20 (from 0)"


def test_small_pixels_get_the_digits_that_tell_them_apart():
    fine = of("EPSG:32632", (0.02, 0.0, 5e5, 0.0, -0.02, 5.6e6))
    assert systems.plain(fine, 0, 0, "map") == "500000.010, 5599999.990"
    one, other = (systems.plain(fine, 0, col, "lonlat") for col in (0, 1))
    assert one != other


def test_systems_are_found_by_code_and_by_parts_of_their_name_those_of_the_scene_first():
    found = systems.systems_named("utm 32n etrs89", UTM, (100, 100))
    assert found[0].code == "EPSG:25832"
    assert found[0].covers
    covering = [system.covers for system in systems.systems_named("utm zone 32", UTM, (100, 100))]
    assert covering == sorted(covering, reverse=True)
    assert systems.systems_named("epsg:25833", UTM, (100, 100))[0].name == "ETRS89 / UTM zone 33N"
    assert systems.system_of("25832") == systems.system_of("EPSG:25832")


@pytest.mark.parametrize("code", ["", "EPSG:1", "/etc/passwd", "https://example.org/crs", "EPSG:5703"])
def test_what_names_no_horizontal_system_is_refused(code):
    with pytest.raises(HsiError):
        systems.system_of(code)


@pytest.mark.parametrize(("most", "expected"), [(1.0, 1.0), (4.99, 2.0), (5.0, 5.0), (0.07, 0.05), (1999, 1000)])
def test_round_lengths_are_one_two_or_five(most, expected):
    assert round_length(most) == pytest.approx(expected)


@pytest.mark.parametrize(("ground", "kind"), [(UTM, "map"), (UTM, "lonlat"), (POLAR, "lonlat"), (WORLD, "lonlat")])
def test_every_line_of_coordinates_has_its_value_all_along(ground, kind):
    lines = grid_lines(ground, kind, (0.0, 0.0, 360.0, 300.0), 60.0)
    assert {line.upright for line in lines} == {True, False}
    for line in lines:
        x, y = ground.to_map(line.rows, line.cols) if kind == "map" else ground.to_lonlat(line.rows, line.cols)
        value = float(line.text.split("°")[0])
        if kind == "lonlat":
            value *= -1 if line.text[-1] in "SW" else 1
            x = value + (x - value + 180) % 360 - 180
        seen = np.asarray(x if line.upright else y)
        if kind == "lonlat" and line.upright:
            seen = seen[np.abs(y) < 90 - 1e-9]  # at a pole every longitude will do
        np.testing.assert_allclose(seen[np.isfinite(seen)], value, atol=1e-6)


def test_a_scene_with_the_pole_has_meridians_all_round():
    lines = grid_lines(POLAR, "lonlat", (0.0, 0.0, 448.0, 304.0), 60.0)
    upright = {line.text for line in lines if line.upright}
    assert {"0°", "90° E", "180°", "90° W"} <= upright
    assert "90° N" in {line.text for line in lines}


def test_a_scene_across_the_180th_meridian_has_lines_on_both_sides():
    east = of("EPSG:4326", (0.01, 0.0, 179.5, 0.0, -0.01, 10.0))
    upright = {line.text for line in grid_lines(east, "lonlat", (0.0, 0.0, 100.0, 100.0), 20.0) if line.upright}
    assert {"179.6° E", "180°", "179.6° W"} <= upright


def test_measures_are_said_in_units_that_fit_and_with_what_they_lie_on():
    places = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0)]
    said = measured(UTM, places)
    assert said.lines[0].startswith("Length 549")
    assert said.lines[0].endswith(" m")
    assert said.lines[2].endswith(" ha")
    assert said.about == "geodesic on WGS 84 (WGS 84 / UTM zone 32N)"
    assert measured(None, places).lines == ["Length 20 px", "Last part 10 px", "Area 50 px²"]
    assert measured(None, [*places[:2], places[1]]).lines == ["Length 10 px"], "the mouse is where it clicked last"
    assert measured(None, [(0.0, 0.0), (33.0, 32.6)]).lines == ["Length 46.39 px"]
    assert measured(None, [(0.0, 0.0), (0.0, 12345.6)]).lines == ["Length 12,346 px"]
    plane = measured(of(None, (2.0, 0.0, 0.0, 0.0, -2.0, 0.0)), places)
    assert plane.lines == ["Length 40 map units", "Last part 20 map units", "Area 200 map units²"]
