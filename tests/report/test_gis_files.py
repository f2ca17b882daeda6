"""What other programs read of exported maps: rasterio, GDAL's own tools, OGR."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import rasterio
from PIL import Image
from pyogrio.raw import read
from rasterio.warp import transform
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.class_tables import read_table
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map, map_rgb
from hsigui.report.rasters import write_layers

CLASSES = ClassTable(
    (
        ClassInfo(1, "Bare soil", (170, 119, 68)),
        ClassInfo(2, "Grass & <trees>", (0, 158, 115)),
        ClassInfo(4, "Wässer", (0, 114, 178)),
    )
)
UTM = rasterio.CRS.from_epsg(32616)
GEO = Geo((20.0, 0.0, 500_000.0, 0.0, -20.0, 4_480_000.0), UTM.to_wkt())
TURNED = Geo((15.0, 5.0, 500_000.0, 5.0, -15.0, 4_480_000.0), UTM.to_wkt())
needs_gdal = pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdalinfo (Debian: gdal-bin) is not installed")


@pytest.fixture(scope="module")
def array() -> np.ndarray:
    """600 x 700 pixels in fields of the classes 0, 1, 2 and 4."""
    rng = np.random.default_rng(0)
    layers = np.stack([gaussian_filter(rng.random((600, 700)), 12) for _ in range(4)])
    return np.array([0, 1, 2, 4], dtype=np.uint16)[layers.argmax(axis=0)]


def gdalinfo(path: Path) -> dict[str, Any]:
    done = subprocess.run(["gdalinfo", "-json", str(path)], capture_output=True, text=True, check=True)
    assert "ERROR" not in done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


WANTED = {c.number: (c.name, c.color) for c in CLASSES}


@needs_gdal
@pytest.mark.parametrize(
    ("name", "seen", "options"),
    [
        ("map.tif", "map.tif", MapOptions()),
        ("map.tif", "map.tif", MapOptions(cloud=True)),
        ("map.hdr", "map.img", MapOptions()),
        ("map.png", "map.png", MapOptions(bare=True)),
    ],
)
def test_gdal_sees_names_colours_place_and_nodata(array, tmp_path, name, seen, options):
    export_map(tmp_path / name, array, CLASSES, GEO, options=options)
    text = subprocess.run(["gdalinfo", str(tmp_path / seen)], capture_output=True, text=True, check=True).stdout
    about = gdalinfo(tmp_path / seen)
    for info in CLASSES:
        assert f"{info.number}: {info.name}" in text
    colours = {n: tuple(e[:3]) for n, e in enumerate(about["bands"][0]["colorTable"]["entries"])}
    assert {n: colours[n] for n in WANTED} == {n: color for n, (_, color) in WANTED.items()}
    assert about["geoTransform"] == pytest.approx([500_000, 20, 0, 4_480_000, 0, -20])
    assert "32616" in about["coordinateSystem"]["wkt"]
    assert about["bands"][0]["noDataValue"] == 0
    with rasterio.open(tmp_path / seen) as file:
        np.testing.assert_array_equal(file.read(1), array)
        assert file.crs == UTM


@needs_gdal
def test_gdal_sees_the_attribute_table_with_colours_and_counts(array, tmp_path):
    export_map(tmp_path / "map.tif", array, CLASSES, GEO)
    text = subprocess.run(["gdalinfo", str(tmp_path / "map.tif")], capture_output=True, text=True, check=True).stdout
    root = ET.fromstring(text[text.index("<GDALRasterAttributeTable") : text.index("</GDALRasterAttributeTable>") + 27])
    assert [e.findtext("Name") for e in root.iter("FieldDefn")] == [
        "Value", "Class_Name", "Red", "Green", "Blue", "Count",
    ]  # fmt: skip
    rows = [[f.text for f in row.iter("F")] for row in root.iter("Row")]
    assert rows[1] == ["2", "Grass & <trees>", "0", "158", "115", str(int((array == 2).sum()))]


@needs_gdal
def test_gdal_puts_a_jpeg_in_its_place_by_its_side_files(array, tmp_path):
    written = export_map(tmp_path / "map.jpg", array, CLASSES, TURNED, options=MapOptions(bare=True))
    assert {p.name for p in written} == {"map.jpg", "map.jpg.aux.xml", "map.jgw", "map.prj"}
    about = gdalinfo(tmp_path / "map.jpg")
    assert about["geoTransform"] == pytest.approx([500_000, 15, 5, 4_480_000, 5, -15])
    assert "UTM zone 16N" in about["coordinateSystem"]["wkt"]
    (tmp_path / "map.jpg.aux.xml").unlink()
    assert gdalinfo(tmp_path / "map.jpg")["geoTransform"] == pytest.approx([500_000, 15, 5, 4_480_000, 5, -15])
    with Image.open(tmp_path / "map.jpg") as image:
        seen = np.asarray(image).astype(int)
    assert np.abs(seen - map_rgb(array, CLASSES)).mean() < 3


def test_a_geotiff_is_tiled_compressed_and_has_overviews_of_its_own_classes(array, tmp_path):
    export_map(tmp_path / "map.tif", array, CLASSES, GEO)
    with rasterio.open(tmp_path / "map.tif") as file:
        assert file.profile["tiled"]
        assert file.block_shapes == [(256, 256)]
        assert file.compression is rasterio.enums.Compression.deflate
        assert file.overviews(1) == [2, 4]
        half = file.read(1, out_shape=(300, 350))
    assert set(np.unique(half)) <= {0, 1, 2, 4}
    assert (half == array[::2, ::2]).mean() > 0.95
    assert (tmp_path / "map.tif").stat().st_size < array.size / 10


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_small_geotiff_needs_no_overviews(tmp_path):
    export_map(tmp_path / "map.tif", np.ones((145, 145), np.uint16), CLASSES)
    with rasterio.open(tmp_path / "map.tif") as file:
        assert file.overviews(1) == []


def test_a_cloud_optimised_geotiff_says_so_and_leaves_nothing_beside(array, tmp_path):
    written = export_map(tmp_path / "map.tif", array, CLASSES, GEO, options=MapOptions(cloud=True))
    assert sorted(tmp_path.iterdir()) == sorted(written)
    with rasterio.open(tmp_path / "map.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1)
        assert file.colormap(1)[4][:3] == (0, 114, 178)
        assert file.nodata == 0


def test_an_envi_classification_has_all_fields(array, tmp_path):
    export_map(tmp_path / "map.hdr", array, CLASSES, GEO)
    text = (tmp_path / "map.hdr").read_text(encoding="utf-8")
    for field in (
        "file type = ENVI Classification", "classes = 5", "class names =", "class lookup =", "map info =",
        "coordinate system string =", "data ignore value = 0",
    ):  # fmt: skip
        assert field in text
    assert read_classes(tmp_path / "map.hdr").classes == CLASSES


def test_layers_keep_values_names_and_gaps_in_both_formats(tmp_path):
    layers = np.random.default_rng(0).random((9, 11, 3)).astype(np.float32)
    layers[2, 3] = np.nan
    names = ["Bare soil", "Grass & <trees>", "Wässer"]
    for written, seen in (("p.tif", "p.tif"), ("p.hdr", "p.img")):
        write_layers(tmp_path / written, layers, names, GEO)
        with rasterio.open(tmp_path / seen) as file:
            np.testing.assert_array_equal(np.moveaxis(file.read(), 0, 2), layers)
            assert list(file.descriptions) == names
            assert np.isnan(file.nodata)
            assert file.crs == UTM
    with pytest.raises(HsiError, match=r"p\.png"):
        write_layers(tmp_path / "p.png", layers, names)


def test_the_world_file_names_the_centre_of_the_first_pixel(array, tmp_path):
    export_map(tmp_path / "map.png", array, CLASSES, TURNED, options=MapOptions(bare=True))
    lines = [float(line) for line in (tmp_path / "map.pgw").read_text().split()]
    assert lines == [15, 5, 5, -15, 500_010, 4_479_995]
    assert "UTM" in (tmp_path / "map.prj").read_text()
    again = read_classes(tmp_path / "map.png")
    np.testing.assert_array_equal(again.array, array)
    assert again.classes == CLASSES


@pytest.mark.parametrize("geo", [GEO, TURNED])
def test_a_kmz_lies_at_its_latitude_and_longitude(array, tmp_path, geo):
    export_map(tmp_path / "map.kmz", array, CLASSES, geo, title="Fields <1>")
    with zipfile.ZipFile(tmp_path / "map.kmz") as archive:
        root = ET.fromstring(archive.read("doc.kml"))
        with archive.open("files/map.png") as file, Image.open(file) as image:
            pixels = np.asarray(image)
        assert archive.read("files/legend.png").startswith(b"\x89PNG")
    space = {"k": "http://www.opengis.net/kml/2.2"}
    box = root.find(".//k:LatLonBox", space)
    assert box is not None
    north, south, east, west = (
        float(box.findtext(f"k:{side}", "", space)) for side in ("north", "south", "east", "west")
    )
    assert root.findtext(".//k:GroundOverlay/k:name", "", space) == "Fields <1>"
    rows, cols = pixels.shape[:2]
    grid, right = Grid(*array.shape, geo), 0
    rng = np.random.default_rng(0)
    places = rng.integers((20, 20), (580, 680), (200, 2))
    for row, col in places.tolist():
        x, y = grid.to_map(np.array([[col + 0.5, row + 0.5]]))[0]
        (lon,), (lat,) = transform(UTM, "EPSG:4326", [x], [y])
        seen = pixels[int((north - lat) / (north - south) * rows), int((lon - west) / (east - west) * cols)]
        number = int(array[row, col])
        right += bool((seen[3] == 0) if number == 0 else tuple(seen[:3]) == CLASSES.get(number).color)
    assert right >= 195  # at borders the next pixel may be nearest


def test_without_a_place_there_is_no_kmz(array, tmp_path):
    with pytest.raises(HsiError, match="no place on the earth"):
        export_map(tmp_path / "map.kmz", array, CLASSES)
    assert list(tmp_path.iterdir()) == []


def test_polygons_carry_classes_and_their_style(array, tmp_path):
    assert export_map(tmp_path / "map.gpkg", array, CLASSES, GEO) == [tmp_path / "map.gpkg"]
    again = read_classes(tmp_path / "map.gpkg", grid=Grid(*array.shape, GEO))
    np.testing.assert_array_equal(again.array, array)
    assert again.classes == CLASSES
    assert set(pyogrio.list_layers(tmp_path / "map.gpkg")[:, 0]) == {"labels", "classes", "layer_styles"}
    meta, _, _, values = read(tmp_path / "map.gpkg", layer="layer_styles")
    row = {name: column[0] for name, column in zip(meta["fields"], values, strict=True)}
    assert (row["f_table_name"], row["f_geometry_column"]) == ("labels", "geom")
    (tmp_path / "style.qml").write_text(row["styleQML"], encoding="utf-8")
    assert [c.name for c in read_table(tmp_path / "style.qml")] == [c.name for c in CLASSES]
    assert [c.color for c in read_table(tmp_path / "style.qml")] == [c.color for c in CLASSES]
    assert pyogrio.read_info(tmp_path / "map.gpkg", layer="labels")["crs"] == "EPSG:32616"


@pytest.mark.filterwarnings("ignore:Non-conformant content:RuntimeWarning")
def test_simplified_polygons_are_fewer_valid_and_burn_to_nearly_the_same_map(array, tmp_path):
    options = MapOptions(simplify=1.0, smallest=60)
    export_map(tmp_path / "plain.gpkg", array, CLASSES, GEO)
    export_map(tmp_path / "map.gpkg", array, CLASSES, GEO, options=options)
    many, few = corners(tmp_path / "plain.gpkg"), corners(tmp_path / "map.gpkg")
    assert sum(few) < 0.6 * sum(many)
    assert len(few) <= len(many)
    count = "SELECT COUNT(*) AS n, SUM(ST_IsValid(geom)) AS valid, MIN(ST_Area(geom)) AS least FROM labels"
    _, _, _, (n, valid, least) = read(tmp_path / "map.gpkg", sql=count, sql_dialect="SQLITE")
    assert n[0] == valid[0] == len(few)
    assert least[0] > 0.8 * 60 * 400
    again = read_classes(tmp_path / "map.gpkg", grid=Grid(*array.shape, GEO))
    assert (again.array == array).mean() > 0.97


# What QGIS makes of a layer by itself: kind of renderer, and value, label and colour of each class.
_ASK_QGIS = """
import json, os, sys
from qgis.core import QgsApplication, QgsFeatureRequest, QgsRasterLayer, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
name, kind = sys.argv[1].rsplit(".", 1)
named = {"gpkg": "|layername=labels", "kmz": "|layername=classes"}
if kind in named:
    layer = QgsVectorLayer(sys.argv[1] + named[kind], "map", "ogr")
else:
    layer = QgsRasterLayer(sys.argv[1], "map")
renderer = layer.renderer()
if kind == "kmz":
    asked = QgsFeatureRequest().setFlags(QgsFeatureRequest.EmbeddedSymbols)
    rows = [(int(f["class_id"]), f["Name"], f.embeddedSymbol().color().name()) for f in layer.getFeatures(asked)]
elif kind not in named:
    rows = [(int(c.value), c.label, c.color.name()) for c in renderer.classes()]
else:
    rows = [(int(c.value()), c.label(), c.symbol().color().name()) for c in renderer.categories()]
print(json.dumps([layer.crs().authid(), type(renderer).__name__, rows]), flush=True)
os._exit(0)  # QGIS 3.22 crashes when Python takes its objects down
"""
QGIS_PYTHON = "/usr/bin/python3"  # Debian's python3-qgis is for the system's Python only


@pytest.fixture(scope="module")
def ask_qgis() -> Callable[[Path], list[Any]]:
    if (
        not Path(QGIS_PYTHON).exists()
        or subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode
    ):
        pytest.skip("QGIS's Python (Debian: python3-qgis) is not installed")

    def ask(path: Path) -> list[Any]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(
            [QGIS_PYTHON, "-c", _ASK_QGIS, str(path)], capture_output=True, text=True, check=True, env=environment
        )
        found = json.loads(done.stdout.splitlines()[-1])
        assert isinstance(found, list)
        return found

    return ask


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("map.tif", "QgsPalettedRasterRenderer", "EPSG:32616"),
        ("map.png", "QgsPalettedRasterRenderer", "EPSG:32616"),
        ("map.gpkg", "QgsCategorizedSymbolRenderer", "EPSG:32616"),
        ("map.kmz", "QgsEmbeddedSymbolRenderer", "EPSG:4326"),
    ],
)
def test_qgis_draws_the_classes_in_their_colours_under_their_names(array, tmp_path, ask_qgis, name, kind, place):
    export_map(tmp_path / name, array, CLASSES, GEO, options=MapOptions(bare=True))
    crs, renderer, rows = ask_qgis(tmp_path / name)
    assert (crs, renderer) == (place, kind)
    named = [tuple(row) for row in rows if row[0]]
    assert named == [(c.number, c.name, "#" + bytes(c.color).hex()) for c in CLASSES]


def corners(path: Path) -> list[int]:
    """Of every polygon of a GeoPackage."""
    _, _, geometries, _ = read(path, layer="labels")
    return [sum(len(ring) for _, rings in wkb.decoded(data) for ring in rings) for data in geometries]
