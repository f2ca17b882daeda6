"""Areas by class and zone: by hand, and against a loop over masks of rasterio; and the tables and files of them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from numpy.typing import NDArray
from pyogrio.raw import read
from pyproj import Geod
from rasterio.features import geometry_mask
from rasterio.transform import Affine

from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import Shape
from hsigui.labels.zones import polygon_zones, raster_zones
from hsigui.report import zone_areas as counting
from hsigui.report.sheet_files import csv_of, write_book
from hsigui.report.sheets import Book, Places
from hsigui.report.zone_areas import zone_areas
from hsigui.report.zone_sheets import NO_DATA, REST, UNCLASSIFIED, WHOLE, area_sheets

ROWS, COLS = 40, 50
DEGREES = Geo((0.001, 0, 11.0, 0, -0.002, 48.0), "EPSG:4326")
TABLE = ClassTable((ClassInfo(1, "Wiese", (0, 200, 0)), ClassInfo(7, "Mais 玉米", (200, 200, 0))))


def square(x: float, y: float, width: float, height: float) -> Shape:
    ring = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)], dtype=float)
    return Shape(1, "polygon", (ring,))


def a_map() -> tuple[NDArray[np.uint16], NDArray[np.bool_]]:
    rng = np.random.default_rng(0)
    numbers = rng.choice(np.array([0, 1, 7], dtype=np.uint16), (ROWS, COLS))
    return numbers, (numbers > 0) | (rng.random((ROWS, COLS)) < 0.5)


def geo() -> Geo:
    from pyproj import CRS

    return Geo(DEGREES.transform, CRS.from_epsg(4326).to_wkt())


def test_areas_by_hand_add_up_to_zones_classes_and_the_map(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.array([[1, 1, 7, 0], [1, 7, 7, 0], [1, 1, 1, 1]], dtype=np.uint16)
    valid = np.array([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1]], dtype=bool)
    zones = polygon_zones(["a", "b"], [[square(0, 0, 2, 2)], [square(2, 0, 2, 2)]], Grid(3, 4))
    monkeypatch.setattr(counting, "_AT_ONCE", 4)  # one row at a time
    found = zone_areas(numbers, TABLE, zones, None, valid)
    np.testing.assert_array_equal(found.by_zone.pixels, [[3, 1, 0, 0], [0, 2, 1, 1]])
    assert found.rest is not None
    np.testing.assert_array_equal(found.rest.pixels, [4, 0, 0, 0])
    np.testing.assert_array_equal(found.whole.pixels, [7, 3, 1, 1])
    of_zones, classes, cells = area_sheets(found)
    assert [row[0] for row in of_zones.rows] == ["a", "b", REST, WHOLE]
    assert of_zones.rows[0] == ("a", 1, 4, 0.0, 3, 1, 0, 0, "Wiese", 0.75)
    assert [row[1] for row in classes.rows] == ["Wiese", "Mais 玉米", UNCLASSIFIED, NO_DATA, WHOLE]
    assert [row[2] for row in classes.rows] == [7, 3, 1, 1, 12]
    assert classes.rows[0][3:] == (7 / 12, 0.7)
    shares = {(row[0], row[2]): row[4:] for row in cells.rows}
    assert shares["a", "Wiese"] == (0.75, 3 / 7)
    assert shares["a", NO_DATA] == (0.0, 0.0)
    assert any("no place" in note for note in found.notes)


@pytest.mark.parametrize("by_share", [False, True])
def test_hectares_in_degrees_are_those_of_a_loop_over_masks_and_of_the_ellipsoid(by_share: bool) -> None:
    numbers, valid = a_map()
    shapes = [[square(3.2, 4.7, 20.3, 11.9)], [square(30.1, 20.4, 9, 9), square(41.3, 2.2, 30, 8.8)]]
    grid = Grid(ROWS, COLS, geo())
    zones = polygon_zones(["a", "b"], shapes, grid, by_share=by_share)
    areas = pixel_areas(grid.geo, grid.shape)
    assert areas is not None
    found = zone_areas(numbers, TABLE, zones, areas, valid)
    assert found.by_zone.metres is not None
    assert found.whole.metres is not None
    assert found.rest is not None
    assert found.rest.metres is not None
    np.testing.assert_allclose(found.by_zone.metres.sum(axis=0) + found.rest.metres, found.whole.metres)
    each = areas.rows(slice(0, ROWS))
    for zone, parts in enumerate(shapes):
        polygons = [{"type": "Polygon", "coordinates": [part.rings[0].tolist()]} for part in parts]
        inside = ~geometry_mask(polygons, (ROWS, COLS), Affine.identity())
        expected = [each[inside & (numbers == 1)].sum(), each[inside & (numbers == 7)].sum()]
        np.testing.assert_allclose(found.by_zone.metres[zone, :2], expected, rtol=0.1 if by_share else 1e-12)
    # The whole of the first zone against the area of its polygon on the ellipsoid.
    x, y = grid.to_map(shapes[0][0].rings[0]).T
    metres = abs(Geod(ellps="WGS84").polygon_area_perimeter(x, y)[0])
    assert found.by_zone.metres[0].sum() == pytest.approx(metres, rel=2e-6 if by_share else 0.05)


def test_zones_that_overlap_are_counted_fully_and_that_is_said() -> None:
    numbers = np.ones((ROWS, COLS), dtype=np.uint16)
    parts = [[square(0, 0, 10, 10)], [square(5, 0, 10, 10)]]
    zones = polygon_zones(["a", "b"], parts, Grid(ROWS, COLS))
    found = zone_areas(numbers, TABLE, zones)
    np.testing.assert_array_equal(found.by_zone.pixels[:, 0], [100, 100])
    assert found.shared == 50
    assert found.rest is not None
    assert found.rest.pixels.sum() == ROWS * COLS - 150
    assert any("50 pixels count in more than one" in note for note in found.notes)
    weighted = zone_areas(numbers, TABLE, polygon_zones(["a", "b"], parts, Grid(ROWS, COLS), by_share=True))
    assert weighted.rest is not None
    assert weighted.rest.pixels.sum() == pytest.approx(ROWS * COLS - 150)
    assert any("Where weighted zones overlap" in note for note in weighted.notes)
    assert [row[0] for row in area_sheets(weighted)[0].rows] == ["a", "b", REST, WHOLE]


def test_zones_of_a_raster_are_counted_by_their_numbers() -> None:
    numbers, _ = a_map()
    raster = np.zeros((ROWS, COLS), dtype=np.uint16)
    raster[:10], raster[10:15] = 900, 4
    zones = raster_zones(raster, {4: "b", 900: "a", 5: "none"}, Grid(ROWS, COLS), ())
    found = zone_areas(numbers, TABLE, zones)
    assert [info.name for info in found.zones] == ["b", "a", "none"]
    expected = [np.count_nonzero(numbers[10:15] == 1), np.count_nonzero(numbers[:10] == 1), 0]
    np.testing.assert_array_equal(found.by_zone.pixels[:, 0], expected)
    assert zones.box(1) == (0, 0, 10, COLS)
    assert zones.box(2) is None
    with pytest.raises(HsiError, match="40 x 50"):
        zone_areas(numbers[:3], TABLE, zones)


def test_what_lies_beside_the_scene_or_holds_no_centre_is_said() -> None:
    parts = [[square(-5, 0, 10, 10)], [square(3.6, 3, 0.2, 5)], [square(100, 100, 5, 5)]]
    zones = polygon_zones(["half", "sliver", "far"], parts, Grid(ROWS, COLS))
    np.testing.assert_allclose([info.outside for info in zones.infos], [0.5, 0, 1])
    said = " ".join(zones.notes)
    assert "half (50 % outside)" in said
    assert "holds no pixel's centre and so has no pixel: sliver" in said
    assert "lies beside the scene: far" in said
    weighted = polygon_zones(["half", "sliver", "far"], parts, Grid(ROWS, COLS), by_share=True)
    found = zone_areas(np.ones((ROWS, COLS), dtype=np.uint16), TABLE, weighted)
    np.testing.assert_allclose(found.by_zone.pixels.sum(axis=1), [50, 1, 0], atol=1e-9)


def book() -> Book:
    numbers, valid = a_map()
    parts = [[square(3, 4, 20, 11)], [square(30, 20, 9, 9), square(41, 2, 8, 8)]]
    grid = Grid(ROWS, COLS, geo())
    zones = polygon_zones(["=1+1", "Äcker"], parts, grid)
    found = zone_areas(numbers, TABLE, zones, pixel_areas(grid.geo, grid.shape), valid)
    read_as = [tuple(Shape(1, "polygon", (grid.to_map(shape.rings[0]),)) for shape in zone) for zone in parts]
    made = {"map": "/maps/Karte ü.tif", "steps": ["--sieve 3"]}
    return Book(area_sheets(found), made, found.notes, Places(read_as, grid.geo.crs_wkt))


def test_a_csv_is_read_by_pandas_and_known_to_excel_as_utf_8(tmp_path: Path) -> None:
    files = write_book(tmp_path / "Flächen.csv", book())
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbf")
    lines = pd.read_csv(files[0])
    assert list(lines["zone"]) == ["'=1+1", "Äcker", REST, WHOLE]
    assert lines["hectares"][3] == pytest.approx(lines["hectares"][:3].sum())
    assert lines["Mais 玉米 [ha]"].dtype == float
    assert json.loads(files[1].read_text(encoding="utf-8"))["map"] == "/maps/Karte ü.tif"
    other = write_book(tmp_path / "cells.csv", book(), "zones_by_class")[0]
    rows = csv.DictReader(io.StringIO(other.read_text(encoding="utf-8-sig")))
    assert {row["class"] for row in rows} >= {"Wiese", NO_DATA}
    with pytest.raises(HsiError, match="no table"):
        write_book(tmp_path / "x.csv", book(), "what")
    assert "\ufeff" not in csv_of(book().sheets[0])


def test_a_workbook_has_a_sheet_for_each_table_and_no_formula(tmp_path: Path) -> None:
    (path,) = write_book(tmp_path / "areas.xlsx", book())
    content = openpyxl.load_workbook(path)
    assert content.sheetnames == ["zones", "classes", "zones_by_class", "about"]
    cell = content["zones"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert content["zones"].freeze_panes == "A2"
    assert content["zones"]["F2"].number_format == "0.00%"
    assert content["zones"]["A5"].font.bold
    assert [row[0].value for row in content["about"].rows][:3] == ["name", "map", "steps"]
    lines = pd.read_excel(path, sheet_name="classes")
    assert list(lines["pixels"])[-1] == ROWS * COLS


def test_a_geopackage_has_the_zones_in_their_place_with_legal_fields(tmp_path: Path) -> None:
    (path,) = write_book(tmp_path / "zones ü.gpkg", book())
    meta, _, geometries, values = read(path, layer="zones")
    assert "4326" in meta["crs"]
    columns = dict(zip(meta["fields"], values, strict=True))
    assert list(columns["zone"]) == ["=1+1", "Äcker"]
    assert {"Mais_玉米_ha", "Unclassified_ha", "share_beside_scene"} <= set(columns)
    assert [len(list(wkb.decoded(data))) for data in geometries] == [1, 2]
    kinds = read(path, layer="fields")
    assert dict(zip(*kinds[3], strict=True))["Mais_玉米_ha"] == "Mais 玉米 [ha]"
    assert read(path, layer="zones_by_class")[0]["geometry_type"] is None
    without = Book(book().sheets[1:2])
    with pytest.raises(HsiError, match="a line of figures each"):
        write_book(tmp_path / "none.gpkg", without)
    assert not (tmp_path / "none.gpkg").exists()


def test_json_holds_all_tables_and_how_they_were_made(tmp_path: Path) -> None:
    (path,) = write_book(tmp_path / "areas.json", book())
    content = json.loads(path.read_text(encoding="utf-8"))
    assert content["steps"] == ["--sieve 3"]
    assert [line["zone"] for line in content["tables"]["zones"]] == ["=1+1", "Äcker", REST, WHOLE]
    assert content["tables"]["zones"][2]["polygons"] is None
