"""What is written in any format is read as it was: pixels, class numbers, names and colours."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import rasterio
import spectral
from pyogrio.raw import read as read_layer
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.labels.formats.table import usual_suffixes

TABLE = ClassTable(
    (
        ClassInfo(1, "Corn, no till", (255, 0, 10)),
        ClassInfo(2, "Größe <2> & “Süd”", (1, 2, 3)),
        ClassInfo(5, "Water", (0, 0, 255)),
        ClassInfo(7, "without pixels", (9, 9, 9)),
        ClassInfo(300, "水田", (12, 200, 30)),
    )
)
GEO = Geo((2.5, 0.0, 468_200.0, 0.0, -2.5, 5_541_300.0), utm_wkt(33))
TURNED = Geo((2.0, 1.0, 468_200.0, 1.0, -2.0, 5_541_300.0), utm_wkt(33))
DEGREES = Geo((1e-4, 0.0, 11.5, 0.0, -1e-4, 48.1), CRS.from_epsg(4326).to_wkt())
NO_CODE = CRS.from_proj4("+proj=laea +lat_0=47.3 +lon_0=11.2 +x_0=1000 +y_0=500 +ellps=bessel +units=m").to_wkt()
PLACES = [Geo(), GEO, TURNED, DEGREES, Geo((30.0, 0.0, 1000.0, 0.0, -30.0, 2000.0)), Geo(GEO.transform, NO_CODE)]
SUFFIXES = list(usual_suffixes())
SHAPES = [".gpkg", ".geojson", ".xml"]


def random_labels(seed: int, rows: int = 37, cols: int = 53, share: float = 0.6) -> np.ndarray:
    """Speckles with holes, touching corners and single pixels."""
    rng = np.random.default_rng(seed)
    picked = rng.choice([1, 2, 5, 300], (rows, cols))
    return np.where(rng.random((rows, cols)) < share, picked, 0).astype(np.uint16)


@pytest.mark.parametrize("geo", PLACES, ids=["pixels", "utm", "turned", "degrees", "no crs", "crs without code"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_pixels_numbers_names_and_colours_come_back(tmp_path: Path, suffix: str, geo: Geo) -> None:
    array = random_labels(3)
    written = write_classes(tmp_path / f"labels{suffix}", array, TABLE, geo)
    raster = read_classes(written[0], grid=Grid(*array.shape, geo))
    assert np.array_equal(raster.array, array)
    assert raster.notes == ()
    found = {c.number: c for c in raster.classes}
    expected = {c.number: c for c in TABLE}
    if suffix == ".csv":
        del expected[7]  # a table of pixels holds no class without any
    assert found == expected


@pytest.mark.parametrize("suffix", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_random_rasters_survive_as_polygons_to_the_pixel(tmp_path: Path, suffix: str, seed: int) -> None:
    for share, geo in ((0.1, GEO), (0.5, TURNED), (0.95, Geo())):
        array = random_labels(seed, 24, 31, share)
        raster = read_classes(
            write_classes(tmp_path / f"labels{suffix}", array, TABLE, geo)[0], grid=Grid(*array.shape, geo)
        )
        assert np.array_equal(raster.array, array)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_labels_without_any_pixel_are_written_and_read(tmp_path: Path, suffix: str) -> None:
    path = write_classes(tmp_path / f"none{suffix}", np.zeros((4, 5), np.uint16), TABLE, GEO)[0]
    raster = read_classes(path, grid=Grid(4, 5, GEO))
    assert not raster.array.any()
    assert (5 in raster.classes) == (suffix != ".csv"), "a table of pixels holds no class without any"


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".txt"])
@pytest.mark.parametrize("geo", [Geo(), GEO])
def test_a_file_that_names_its_scene_is_read_without_one(tmp_path: Path, suffix: str, geo: Geo) -> None:
    array = random_labels(1)
    raster = read_classes(write_classes(tmp_path / f"labels{suffix}", array, TABLE, geo)[0])
    assert np.array_equal(raster.array, array)
    if suffix != ".txt":
        assert raster.geo.transform == geo.transform


@pytest.mark.parametrize("suffix", [".xml", ".csv"])
def test_a_file_that_does_not_name_its_scene_asks_for_one(tmp_path: Path, suffix: str) -> None:
    path = write_classes(tmp_path / f"labels{suffix}", random_labels(1), TABLE)[0]
    with pytest.raises(HsiError, match="scene") as caught:
        read_classes(path)
    assert "Open the scene" in caught.value.hint


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_polygons_lie_where_other_programs_look_for_them(tmp_path: Path, suffix: str) -> None:
    array = np.zeros((10, 20), np.uint16)
    array[2:5, 3:9] = 5
    path = write_classes(tmp_path / f"labels{suffix}", array, TABLE, GEO)[0]
    info = pyogrio.read_info(path, layer="labels")
    assert info["features"] == 1
    assert CRS.from_user_input(info["crs"]).to_epsg() == 32633
    assert tuple(pyogrio.read_bounds(path, layer="labels")[1][:, 0]) == (468207.5, 5541287.5, 468222.5, 5541295.0)
    meta, _, _, fields = read_layer(path, layer="labels")
    assert list(meta["fields"]) == ["class_id", "class_name", "color"]
    assert [column[0] for column in fields] == [5, "Water", "#0000ff"]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_polygons_of_a_scene_without_place_say_that_they_are_pixels(tmp_path: Path, suffix: str) -> None:
    path = write_classes(tmp_path / f"labels{suffix}", random_labels(0), TABLE)[0]
    if suffix == ".gpkg":
        with sqlite3.connect(path) as base:
            (row,) = base.execute("select description, srs_id from gpkg_contents where table_name = 'labels'")
        base.close()
        assert "x is the column and y the row" in row[0]
        assert row[1] == -1
    else:
        content = json.loads(path.read_text(encoding="utf-8"))
        assert content["crs"] is None
        assert "x is the column and y the row" in content["hsigui"]["about"]


def test_holes_are_holes_to_other_programs(tmp_path: Path) -> None:
    array = np.full((5, 5), 1, np.uint16)
    array[2, 2] = 0
    write_classes(tmp_path / "labels.geojson", array, TABLE)
    (feature,) = json.loads((tmp_path / "labels.geojson").read_text(encoding="utf-8"))["features"]
    assert len(feature["geometry"]["coordinates"]) == 2


def test_a_scene_whose_system_has_no_code_is_written_in_degrees(tmp_path: Path) -> None:
    array = random_labels(2)
    path = write_classes(tmp_path / "labels.geojson", array, TABLE, Geo((30, 0, 1000, 0, -30, 2000), NO_CODE))[0]
    left, bottom, right, top = pyogrio.read_info(path, force_total_bounds=True)["total_bounds"]
    assert 11.1 < left < right < 11.4
    assert 47.2 < bottom < top < 47.4


def test_an_envi_roi_file_has_a_region_a_class_and_closed_rings(tmp_path: Path) -> None:
    array = np.zeros((6, 6), np.uint16)
    array[1:3, 2:4] = 2
    root = ElementTree.parse(write_classes(tmp_path / "rois.xml", array, TABLE, GEO)[0]).getroot()
    assert root.tag == "RegionsOfInterest"
    assert [(r.get("name"), r.get("color")) for r in root] == [
        (c.name, ",".join(map(str, c.color))) for c in TABLE
    ]  # fmt: skip
    assert CRS.from_wkt(root[1].findtext("GeometryDef/CoordSysStr")).to_epsg() == 32633
    numbers = root[1].findtext("GeometryDef/Polygon/Exterior/LinearRing/Coordinates").split()
    assert numbers[:2] == numbers[-2:]
    assert {float(n) for n in numbers[::2]} == {468205.0, 468210.0}
    plain = ElementTree.parse(write_classes(tmp_path / "rois.xml", array, TABLE)[0]).getroot()
    assert plain[1].findtext("GeometryDef/CoordSysStr") == "none"


def test_the_text_of_envi_classic_counts_from_one(tmp_path: Path) -> None:
    array = np.zeros((6, 9), np.uint16)
    array[0, 8] = array[5, 0] = 5
    lines = write_classes(tmp_path / "rois.txt", array, TABLE, GEO)[0].read_text(encoding="utf-8").splitlines()
    assert "; File Dimension: 9 x 6" in lines
    assert "; ROI rgb value: {0, 0, 255}" in lines
    assert [line.split()[:3] for line in lines if line and line[0] != ";"] == [["1", "9", "1"], ["2", "1", "6"]]


def test_a_table_of_pixels_tells_row_column_class_and_place(tmp_path: Path) -> None:
    array = np.zeros((3, 4), np.uint16)
    array[1, 2] = 1
    path = write_classes(tmp_path / "pixels.csv", array, TABLE, GEO)[0]
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {
        "row": "1", "col": "2", "class_id": "1", "class_name": "Corn, no till", "color": "#ff000a",
        "x": "468206.25", "y": "5541296.25",
    }  # fmt: skip


def test_a_png_shows_palette_and_place_and_has_its_legend_beside(tmp_path: Path) -> None:
    array = np.where(random_labels(0) == 300, 0, random_labels(0))
    table = ClassTable(TABLE.classes[:4])
    picture, aux, legend = write_classes(tmp_path / "labels.png", array, table, GEO)
    with rasterio.open(picture) as dataset:
        assert dataset.dtypes == ("uint8",)
        assert dataset.colormap(1)[5][:3] == (0, 0, 255)
        assert dataset.crs.to_epsg() == 32633
        assert tuple(dataset.transform)[:6] == GEO.transform
    assert legend.read_text(encoding="utf-8").splitlines()[1] == '1,"Corn, no till",#ff000a'
    aux.unlink()
    assert read_classes(picture).classes == table
    legend.unlink()
    assert read_classes(picture).classes.get(5).color == (0, 0, 255)


def test_spectral_reads_what_is_written_for_envi(tmp_path: Path) -> None:
    array = random_labels(5)
    image = spectral.open_image(str(write_classes(tmp_path / "map.hdr", array, TABLE, GEO)[0]))
    assert np.array_equal(image.read_band(0), array)
    assert image.metadata["class names"][5] == "Water"


def test_the_highest_class_number_survives(tmp_path: Path) -> None:
    array = np.array([[0, MAX_CLASS]], np.uint16)
    for suffix in SUFFIXES:
        path = write_classes(tmp_path / f"high{suffix}", array, ClassTable.for_numbers([MAX_CLASS]))[0]
        assert np.array_equal(read_classes(path, grid=Grid(1, 2)).array, array), suffix


def test_an_unknown_ending_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="docx") as caught:
        write_classes(tmp_path / "labels.docx", random_labels(0), TABLE)
    assert all(suffix in caught.value.hint for suffix in SUFFIXES)


@pytest.mark.parametrize("suffix", SHAPES)
def test_speckles_are_refused_as_polygons_before_anything_is_written(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hsigui.labels.shapes.MOST_GROUPS", 50)
    with pytest.raises(HsiError, match="more than 50") as caught:
        write_classes(tmp_path / f"labels{suffix}", random_labels(0), TABLE)
    assert "GeoTIFF" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
