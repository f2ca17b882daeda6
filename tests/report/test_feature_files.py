"""Maps as polygons: in their place, without gaps and overlaps, in every format."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
from pyogrio.raw import read
from rasterio.crs import CRS

from hsigui.cube.crs import Unplaceable
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import read_classes
from hsigui.labels.grid import Grid
from hsigui.report import table
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from tests.report.places import LIE, SYSTEMS, geo_in, off
from tests.report.test_boundaries import blobs

CLASSES = ClassTable(tuple(ClassInfo(n, f"Class, {n}", (n, 0, 200)) for n in (1, 2, 3)))
FILES = ("m.gpkg", "m.geojson", "m.fgb", "m.kmz")


def rings_in(path: Path) -> tuple[list[np.ndarray], CRS]:
    """All rings of a file, n x 2, and their coordinate system."""
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path) as archive:
            root = ET.fromstring(archive.read("doc.kml"))
        texts = [e.text or "" for e in root.iter("{http://www.opengis.net/kml/2.2}coordinates")]
        return [np.array([p.split(",") for p in text.split()], dtype=float) for text in texts], CRS.from_epsg(4326)
    layer = "labels" if path.suffix == ".gpkg" else None
    _, _, geometries, _ = read(path, layer=layer)
    crs = pyogrio.read_info(path, layer=layer)["crs"]
    rings = [ring for data in geometries for _, parts in wkb.decoded(data) for ring in parts]
    return rings, CRS.from_user_input(crs)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("lie", LIE)
def test_corners_and_the_middles_between_them_are_on_the_edges_of_pixels(name, lie, tmp_path) -> None:
    geo = geo_in("EPSG:32633", LIE[lie])
    array = np.ones((500, 400), np.uint16)
    array[100:300, 50:350] = 2
    export_map(tmp_path / name, array, CLASSES, geo)
    rings, crs = rings_in(tmp_path / name)
    grid = Grid(*array.shape, geo)
    assert rings
    for ring in rings:
        for points in (ring, (ring[:-1] + ring[1:]) / 2):
            there = from_degrees(points, crs, geo)
            pixels = grid.to_pixels(there)
            near = np.abs(pixels - np.rint(pixels))
            assert near.min(axis=1).max() < 0.01, "beside the edges of pixels"
            assert off(points, crs, np.where(near < 0.01, np.rint(pixels), pixels), geo, array) < 0.01
    corners = {tuple(np.rint(p)) for ring in rings for p in grid.to_pixels(from_degrees(ring, crs, geo))}
    assert {(0, 0), (400, 0), (400, 500), (0, 500), (50, 100), (350, 300)} <= corners


def from_degrees(points: np.ndarray, crs: CRS, geo: Geo) -> np.ndarray:
    from hsigui.labels.shapes import transformed

    return transformed(points, crs.to_wkt(), str(geo.crs_wkt), "a map")


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", FILES)
def test_every_coordinate_system_is_carried(name, system, tmp_path) -> None:
    geo = geo_in(system, LIE["turned"])
    array = blobs(3, 30, 40) + 1
    export_map(tmp_path / name, array, CLASSES, geo)
    rings, crs = rings_in(tmp_path / name)
    grid = Grid(*array.shape, geo)
    pixels = np.concatenate([grid.to_pixels(from_degrees(ring, crs, geo)) for ring in rings])
    assert np.abs(pixels - np.rint(pixels)).min(axis=1).max() < 0.01
    assert pixels.min(axis=0) == pytest.approx((0, 0), abs=0.01)
    assert pixels.max(axis=0) == pytest.approx((40, 30), abs=0.01)


@pytest.mark.parametrize("name", FILES)
def test_on_turned_pixels_neighbours_have_all_corners_in_common(name, tmp_path) -> None:
    """A corner of one in the middle of the other's border lies beside it by a rounding: a sliver."""
    array = blobs(7, 30, 40) + 1
    export_map(tmp_path / name, array, CLASSES, geo_in("EPSG:32633", LIE["turned, oblong"]))
    known: dict[frozenset, int] = {}
    for ring in rings_in(tmp_path / name)[0]:
        for a, b in itertools.pairwise(map(tuple, ring.tolist())):
            known[frozenset((a, b))] = known.get(frozenset((a, b)), 0) + 1
    assert set(known.values()) == {1, 2}
    on_edge = sum(count == 1 for count in known.values())
    assert on_edge < 0.25 * len(known), "only the frame belongs to one polygon"
    turns = {p: sum(p in piece for piece, count in known.items() if count == 1) for piece in known for p in piece}
    assert set(turns.values()) == {0, 2}, "the pieces of one polygon alone are a closed frame"


@pytest.mark.parametrize("name", ["m.geojson", "m.fgb"])
def test_features_have_classes_and_burn_to_the_map(name, tmp_path) -> None:
    geo = geo_in("EPSG:32633", LIE["south-up"])
    array = blobs(5, 30, 40)
    assert export_map(tmp_path / name, array, CLASSES, geo) == [tmp_path / name]
    meta, _, _, values = read(tmp_path / name)
    assert list(meta["fields"]) == ["class_id", "class_name", "color"]
    assert set(values[0].tolist()) == {1, 2, 3}
    assert set(values[1].tolist()) == {"Class, 1", "Class, 2", "Class, 3"}
    raster = read_classes(tmp_path / name, grid=Grid(*array.shape, geo))
    assert (raster.array == array).all()
    assert {c.number: c.name for c in raster.classes} == {c.number: c.name for c in CLASSES}


def test_geojson_follows_its_standard(tmp_path) -> None:
    export_map(tmp_path / "m.geojson", blobs(5, 30, 40), CLASSES, geo_in("EPSG:32633", LIE["north-up"]))
    text = (tmp_path / "m.geojson").read_text(encoding="utf-8")
    assert '"crs"' not in text
    for ring in rings_in(tmp_path / "m.geojson")[0]:
        assert (np.abs(ring) <= (180, 90)).all()


@pytest.mark.parametrize("name", FILES[1:])
def test_without_a_place_it_is_refused(name, tmp_path) -> None:
    with pytest.raises(Unplaceable, match="no place") as caught:
        export_map(tmp_path / name, np.ones((3, 4), np.uint16), CLASSES, Geo())
    assert "Choose" in caught.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.geojson", "m.kmz"])
def test_across_the_180th_meridian_it_is_refused(name, tmp_path) -> None:
    geo = Geo((0.1, 0.0, 179.0, 0.0, -0.1, 10.0), CRS.from_epsg(4326).to_wkt())
    far = Geo((20_000.0, 0.0, 300_000.0, 0.0, -20_000.0, 300_000.0), CRS.from_epsg(32660).to_wkt())
    export_map(tmp_path / name, np.ones((3, 4), np.uint16), CLASSES, geo)
    with pytest.raises(Unplaceable, match="180th"):
        export_map(tmp_path / name, np.ones((30, 40), np.uint16), CLASSES, far)


def test_an_option_that_makes_no_sense_is_refused(tmp_path) -> None:
    geo = geo_in("EPSG:32633", LIE["north-up"])
    for name in FILES:
        with pytest.raises(HsiError, match="negative"):
            export_map(tmp_path / name, np.ones((3, 4), np.uint16), CLASSES, geo, options=MapOptions(simplify=-1))


def test_a_format_whose_driver_gdal_lacks_is_not_offered(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(table, "vector_drivers", frozenset)
    assert ".parquet" not in table.map_suffixes()
    assert "parquet" not in [row.name for row in table.offered()]
    with pytest.raises(HsiError, match="does not say"):
        export_map(tmp_path / "m.parquet", np.ones((3, 4), np.uint16), CLASSES)
    monkeypatch.setattr(table, "vector_drivers", lambda: frozenset({"Parquet"}))
    assert ".parquet" in table.map_suffixes()


@pytest.mark.skipif("Parquet" not in pyogrio.list_drivers(), reason="this GDAL has no driver for Parquet")
def test_a_geoparquet_is_read_back(tmp_path) -> None:
    array = blobs(5, 30, 40)
    export_map(tmp_path / "m.parquet", array, CLASSES, geo_in("EPSG:32633", LIE["turned"]))
    rings, crs = rings_in(tmp_path / "m.parquet")
    assert rings
    assert crs == CRS.from_epsg(32633)
