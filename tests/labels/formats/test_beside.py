"""Names and colours of classes that other programs put beside a raster, or into the style of a layer of shapes."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import rasterio
from rasterio.transform import Affine

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import geographic_wkt
from hsigui.labels.formats import wkb
from hsigui.labels.formats.attributes import color_text
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.raster import ClassRaster

STORED = np.array([[0, 1, 2], [2, 5, 5]], np.uint8)
NAMES = {1: "Corn", 2: "Größe, rau", 5: "Water"}
COLORS = {1: (255, 0, 10), 2: (1, 2, 3), 5: (0, 0, 255)}


def raster(folder: Path, suffix: str = ".tif") -> Path:
    path = folder / f"map{suffix}"
    driver = {".tif": "GTiff", ".png": "PNG", ".img": "ENVI"}[suffix]
    profile = {"driver": driver, "height": 2, "width": 3, "count": 1, "dtype": "uint8"}
    with rasterio.open(path, "w", **profile, transform=Affine(1, 0, 9, 0, -1, 9)) as dataset:
        dataset.write(STORED, 1)
    for beside in folder.glob("*.aux.xml"):
        beside.unlink()
    return path


def told(found: ClassRaster) -> tuple[dict[int, str], dict[int, tuple[int, int, int]]]:
    return {c.number: c.name for c in found.classes}, {c.number: c.color for c in found.classes}


def rat(*, attributes: str = "", columns: tuple[tuple[str, int], ...], rows: list[tuple[object, ...]]) -> str:
    fields = "".join(
        f'<FieldDefn index="{n}"><Name>{name}</Name><Type>2</Type><Usage>{use}</Usage></FieldDefn>'
        for n, (name, use) in enumerate(columns)
    )
    cells = "".join(f'<Row index="{n}">{"".join(f"<F>{cell}</F>" for cell in row)}</Row>' for n, row in enumerate(rows))
    table = f"<GDALRasterAttributeTable{attributes}>{fields}{cells}</GDALRasterAttributeTable>"
    return f'<PAMDataset><PAMRasterBand band="1">{table}</PAMRasterBand></PAMDataset>'


def table_rows() -> list[tuple[object, ...]]:
    return [(n, NAMES[n], *COLORS[n]) for n in NAMES]


@pytest.mark.parametrize("suffix", [".tif", ".png", ".img"])
def test_a_raster_attribute_table_names_and_colours_the_classes(tmp_path: Path, suffix: str):
    path = raster(tmp_path, suffix)
    columns = (("Code", 5), ("Label", 2), ("R", 6), ("G", 7), ("B", 8))
    path.with_name(path.name + ".aux.xml").write_text(rat(columns=columns, rows=table_rows()), encoding="utf-8")
    assert told(read_classes(path)) == (NAMES, COLORS)


def test_a_raster_attribute_table_whose_columns_say_nothing_of_their_use_is_known_by_names(tmp_path: Path):
    path = raster(tmp_path)
    columns = (("OID", 0), ("Value", 0), ("Count", 1), ("Class_Name", 0), ("Red", 0), ("Green", 0), ("Blue", 0))
    rows = [(n, number, 9, name, *color) for n, (number, name, *color) in enumerate(table_rows())]
    path.with_name("map.tif.aux.xml").write_text(rat(columns=columns, rows=rows), encoding="utf-8")
    assert told(read_classes(path)) == (NAMES, COLORS)


def test_rows_of_an_attribute_table_without_a_value_are_counted_from_its_first(tmp_path: Path):
    path = raster(tmp_path)
    text = rat(attributes=' Row0Min="1" BinSize="1"', columns=(("Class", 2),), rows=[("Corn",), ("Soil",)])
    path.with_name("map.tif.aux.xml").write_text(text)
    assert told(read_classes(path))[0] == {1: "Corn", 2: "Soil", 5: "Class 5"}


def test_category_names_and_a_colour_table_of_gdal_are_read(tmp_path: Path):
    path = raster(tmp_path)
    entries = "".join(f'<Entry c1="{r}" c2="{g}" c3="{b}" c4="255"/>' for r, g, b in [(0, 0, 0), *COLORS.values()])
    path.with_name("map.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><CategoryNames><Category>Sea</Category><Category>Corn</Category>'
        f"<Category/></CategoryNames><ColorTable>{entries}</ColorTable></PAMRasterBand></PAMDataset>"
    )
    names, colors = told(read_classes(path))
    assert names == {1: "Sea", 2: "Corn", 3: "Class 2", 6: "Class 5"}, "the file calls 0 a class"
    assert (colors[2], colors[3]) == (COLORS[1], COLORS[2])


@pytest.mark.parametrize("shares", [False, True], ids=["to 255", "to 1"])
@pytest.mark.parametrize("name", ["map.tif.vat.dbf", "map.vat.dbf"])
def test_an_attribute_table_of_arcgis_names_and_colours_the_classes(tmp_path: Path, name: str, shares: bool):
    path = raster(tmp_path)
    parts = np.array(list(COLORS.values()))
    fields = {
        "Value": np.array(list(NAMES)), "Count": np.array([1, 2, 2]),
        "Class_Name": np.array([text.encode("latin-1").decode("latin-1") for text in NAMES.values()], dtype=object),
        **{c: parts[:, n] / 255 if shares else parts[:, n] for n, c in enumerate(("Red", "Green", "Blue"))},
    }  # fmt: skip
    pyogrio.raw.write(tmp_path / "t.dbf", None, list(fields.values()), list(fields), driver="ESRI Shapefile",
                      geometry_type=None, encoding="UTF-8")  # fmt: skip
    (tmp_path / "t.dbf").rename(tmp_path / name)
    if (tmp_path / "t.cpg").exists():
        (tmp_path / "t.cpg").rename((tmp_path / name).with_suffix(".cpg"))
    found = read_classes(path)
    assert told(found) == (NAMES, COLORS)
    assert f"Names and colours of classes are from {name}." in found.notes


def test_a_style_of_qgis_names_and_colours_the_classes(tmp_path: Path):
    path = raster(tmp_path)
    entries = "".join(
        f'<paletteEntry value="{n}" label="{NAMES[n]}" color="{color_text(COLORS[n])}" alpha="255"/>' for n in NAMES
    )
    style = f'<!DOCTYPE qgis><qgis><pipe><rasterrenderer type="paletted"><colorPalette>{entries}</colorPalette>'
    (tmp_path / "map.qml").write_text(style + "</rasterrenderer></pipe></qgis>", encoding="utf-8")
    assert told(read_classes(path)) == (NAMES, COLORS)
    (tmp_path / "map.qml").write_text(
        '<qgis><colorrampshader colorRampType="EXACT"><item value="5" label="Lake" color="#010203" alpha="255"/>'
        '</colorrampshader><colorrampshader colorRampType="INTERPOLATED"><item value="1" label="low" color="#000000"/>'
        "</colorrampshader></qgis>"
    )
    assert told(read_classes(path))[0] == {1: "Class 1", 2: "Class 2", 5: "Lake"}


def test_colours_of_arcgis_are_read(tmp_path: Path):
    path = raster(tmp_path)
    (tmp_path / "map.clr").write_text("0 0 0 0\n1 255 0 10 Corn\n2 1 2 3\n5 0 0 255 Open water\n")
    names, colors = told(read_classes(path))
    assert (names, colors) == ({1: "Corn", 2: "Class 2", 5: "Open water"}, COLORS)


def test_what_the_raster_itself_says_goes_before_the_files_beside_it(tmp_path: Path):
    path = raster(tmp_path, ".img")
    header = path.with_suffix(".hdr")
    header.write_text(header.read_text() + "class names = {Unclassified, Wheat}\n")
    (tmp_path / "map.clr").write_text("1 255 0 10 Corn\n2 1 2 3 Soil\n")
    for opened in (path, header):
        names, colors = told(read_classes(opened))
        assert (names[1], names[2], colors[1]) == ("Wheat", "Soil", (255, 0, 10))


@pytest.mark.parametrize("name", ["map.tif.aux.xml", "map.tif.vat.dbf", "map.qml", "map.clr"])
@pytest.mark.parametrize("content", [b"", b"\xff\0nonsense", b"<a>" * 500, b"1e999 x y z\n" * 3, b"\x03" + bytes(200)])
def test_a_file_beside_that_cannot_be_read_costs_nothing_but_its_names(tmp_path: Path, name: str, content: bytes):
    path = raster(tmp_path)
    (tmp_path / name).write_bytes(content)
    found = read_classes(path)
    assert (found.array == STORED).all()
    assert told(found)[0] == {1: "Class 1", 2: "Class 2", 5: "Class 5"}


def test_that_a_file_beside_is_passed_over_is_told(tmp_path: Path):
    path = raster(tmp_path)
    (tmp_path / "map.qml").write_text("<qgis><pipe>")
    assert any("map.qml beside it is passed over" in note for note in read_classes(path).notes)


# Shapes

CATEGORIES = """<qgis><renderer-v2 type="categorizedSymbol" attr="{attr}"><categories>
<category value="{one}" label="Corn" symbol="0"/><category value="{other}" label="Open water" symbol="1"/>
<category value="" label="others" symbol="2"/></categories><symbols>
<symbol name="0"><layer><Option type="Map"><Option name="color" value="255,0,10,255,rgb:1,0,0.04,1"/></Option></layer>
</symbol><symbol name="1"><layer><prop k="color" v="0,0,255,255"/></layer></symbol>
<symbol name="2"><layer/></symbol></symbols></renderer-v2></qgis>"""


def square(col: int) -> bytes:
    ring = np.array([(col, 0), (col + 1, 0), (col + 1, 1), (col, 1), (col, 0)], dtype=np.float64)
    return wkb.encoded([ring])


def shapes(path: Path, driver: str, **columns: list[object]) -> Path:
    geometries = np.array([square(0), square(2)], dtype=object)
    fields = [np.array(v, dtype=object if isinstance(v[0], str) else np.int32) for v in columns.values()]
    pyogrio.raw.write(path, geometries, fields, list(columns), driver=driver, geometry_type="Polygon", crs=None,
                      layer=path.stem)  # fmt: skip
    return path


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(("suffix", "driver"), [(".gpkg", "GPKG"), (".shp", "ESRI Shapefile"), (".geojson", "GeoJSON")])
@pytest.mark.parametrize(("attr", "values"), [("kind", [3, 7]), ("crop", ["c", "w"])])
def test_categories_of_a_layers_style_name_the_classes_of_its_field(tmp_path, suffix, driver, attr, values):
    path = shapes(tmp_path / f"train{suffix}", driver, kind=[3, 7], crop=["c", "w"], other=[1, 1])
    (tmp_path / "train.qml").write_text(CATEGORIES.format(attr=attr, one=values[0], other=values[1]))
    found = read_classes(path, grid=Grid(1, 3, Geo((1.0, 0.0, 0.0, 0.0, -1.0, 1.0), geographic_wkt())))
    names, colors = told(found)
    assert list(names.values()) == ["Corn", "Open water"]
    assert list(colors.values()) == [(255, 0, 10), (0, 0, 255)]
    assert found.array.tolist() == ([[3, 0, 7]] if attr == "kind" else [[1, 0, 2]])
    assert "Names and colours of classes are from train.qml." in found.notes


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_style_that_qgis_keeps_in_a_geopackage_is_used(tmp_path: Path):
    path = shapes(tmp_path / "train.gpkg", "GPKG", kind=[3, 7], other=[1, 1])
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, useAsDefault BOOLEAN, "
                     "styleQML TEXT)")  # fmt: skip
        rows = [("train", 0, "<qgis/>"), ("train", 1, CATEGORIES.format(attr="kind", one=3, other=7)), ("x", 1, "<a>")]
        base.executemany("INSERT INTO layer_styles (f_table_name, useAsDefault, styleQML) VALUES (?, ?, ?)", rows)
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES "
                     "('layer_styles', 'attributes', 'layer_styles')")  # fmt: skip
        base.commit()
    found = read_classes(path, grid=Grid(1, 3))
    assert told(found)[0] == {3: "Corn", 7: "Open water"}
    assert any("the style that the file keeps" in note for note in found.notes)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_style_of_another_field_than_the_one_chosen_names_nothing(tmp_path: Path):
    path = shapes(tmp_path / "train.gpkg", "GPKG", kind=[3, 7], other=[7, 3])
    (tmp_path / "train.qml").write_text(CATEGORIES.format(attr="kind", one=3, other=7))
    assert told(read_classes(path, grid=Grid(1, 3), variable="other"))[0] == {3: "Class 3", 7: "Class 7"}


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("content", [b"", b"<qgis>", b"\xff", struct.pack("<d", 1.0)])
def test_a_damaged_style_beside_shapes_costs_nothing_but_its_names(tmp_path: Path, content: bytes):
    path = shapes(tmp_path / "train.gpkg", "GPKG", kind=[3, 7])
    (tmp_path / "train.qml").write_bytes(content)
    assert told(read_classes(path, grid=Grid(1, 3)))[0] == {3: "Class 3", 7: "Class 7"}
