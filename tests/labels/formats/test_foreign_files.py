"""Label files as other programs write them: fields, systems of coordinates, damaged ones among them."""

from __future__ import annotations

import contextlib
import json
import struct
import warnings
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasterio import warp
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import AmbiguousLabels, Grid, read_classes, write_classes

GEO = Geo((5.0, 0.0, 468_200.0, 0.0, -5.0, 5_541_300.0), utm_wkt(33))
GRID = Grid(20, 30, GEO)
TABLE = ClassTable((ClassInfo(1, "Corn", (255, 0, 10)), ClassInfo(4, "Water", (0, 0, 255))))


def square(left: float, top: float, right: float, bottom: float, crs: str = "") -> list[list[float]]:
    """A closed ring around pixels of GRID, in its map coordinates or in another system."""
    pixels = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], dtype=float)
    points = GRID.to_map(pixels)
    if crs:
        points = np.array(warp.transform(CRS.from_wkt(GEO.crs_wkt), crs, points[:, 0], points[:, 1])).T
    return points.tolist()


def feature(ring: list, **properties: object) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def geojson(path: Path, *features: dict, **members: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def layer(path: Path, rings: list, crs: str | None, name: str = "fields", **fields: list) -> Path:
    """A vector file as other programs write it."""
    shapes = np.array([wkb.encoded([np.array(ring)]) for ring in rings], dtype=object)
    values = [np.array(v, dtype=object if isinstance(v[0], str) else np.int32) for v in fields.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pyogrio.raw.write(
            path, shapes, values, list(fields), layer=name, geometry_type="Polygon", crs=crs, append=path.exists()
        )
    return path


def expected(*boxes: tuple[int, int, int, int, int]) -> np.ndarray:
    array = np.zeros(GRID.shape, np.uint16)
    for number, left, top, right, bottom in boxes:
        array[top:bottom, left:right] = number
    return array


# Coordinates


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb"])
@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326", "EPSG:3857", "EPSG:31468"])
def test_polygons_of_another_system_land_on_their_pixels(tmp_path: Path, suffix: str, crs: str) -> None:
    rings = [square(2, 3, 10, 9, crs), square(12, 1, 20, 6, crs)]
    path = layer(tmp_path / f"fields{suffix}", rings, crs, class_id=[1, 4], class_name=["Corn", "Water"])
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((1, 2, 3, 10, 9), (4, 12, 1, 20, 6)))
    assert [c.name for c in raster.classes] == ["Corn", "Water"]
    assert raster.geo == GEO


def test_geojson_without_a_system_is_in_degrees(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", feature(square(2, 3, 10, 9, "EPSG:4326"), class_id=4))
    assert np.array_equal(read_classes(path, grid=GRID).array, expected((4, 2, 3, 10, 9)))


def test_geojson_in_map_coordinates_without_a_system_is_taken_as_the_scenes_and_said(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", feature(square(2, 3, 10, 9), class_id=4))
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((4, 2, 3, 10, 9)))
    assert "taken as map coordinates of the scene" in raster.notes[0]


def test_shapes_in_map_coordinates_need_a_scene_with_a_place(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", [square(2, 3, 10, 9)], "EPSG:32633", class_id=[4])
    with pytest.raises(HsiError, match="not known where the scene lies") as caught:
        read_classes(path, grid=Grid(20, 30))
    assert "UTM zone 33N" in caught.value.message
    assert caught.value.hint


def test_shapes_far_from_the_scene_are_refused_with_where_they_are(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", [square(400, 300, 410, 310)], "EPSG:32633", class_id=[4])
    with pytest.raises(HsiError, match="rows 300 to 310 and columns 400 to 410"):
        read_classes(path, grid=GRID)


def test_shapes_outside_are_counted_and_left_out(tmp_path: Path) -> None:
    rings = [square(2, 3, 10, 9), square(400, 300, 410, 310)]
    raster = read_classes(layer(tmp_path / "a.gpkg", rings, "EPSG:32633", class_id=[4, 1]), grid=GRID)
    assert "1 of 2 shapes lie outside" in raster.notes[0]
    assert np.array_equal(raster.array, expected((4, 2, 3, 10, 9)))


def test_pixels_of_a_scene_of_another_size_are_refused(tmp_path: Path) -> None:
    for suffix in (".gpkg", ".geojson", ".txt"):
        path = write_classes(tmp_path / f"a{suffix}", expected((4, 2, 3, 10, 9)), TABLE)[0]
        with pytest.raises(HsiError, match="20 x 30") as caught:
            read_classes(path, grid=Grid(40, 50))
        assert "40 x 50" in caught.value.message


def test_points_and_lines_label_the_pixels_that_they_are_in(tmp_path: Path) -> None:
    points = {"type": "MultiPoint", "coordinates": GRID.to_map(np.array([(3.5, 2.5), (7.2, 8.9)])).tolist()}
    line = {"type": "LineString", "coordinates": GRID.to_map(np.array([(1.5, 15.5), (9.5, 15.5)])).tolist()}
    path = geojson(
        tmp_path / "a.geojson",
        {"type": "Feature", "properties": {"class": "Corn"}, "geometry": points},
        {"type": "Feature", "properties": {"class": "Water"}, "geometry": line},
        {"type": "Feature", "properties": {"class": "Water"}, "geometry": None},
    )
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((1, 3, 2, 4, 3), (1, 7, 8, 8, 9), (2, 1, 15, 10, 16)))
    assert [(c.number, c.name) for c in raster.classes] == [(1, "Corn"), (2, "Water")]
    assert any("1 shape without" in note for note in raster.notes)


# Fields


def test_fields_of_other_programs_are_known_by_their_names(tmp_path: Path) -> None:
    ring = [square(2, 3, 10, 9)]
    for fields, name in (
        ({"MC_ID": [9], "MC_name": ["Land"], "C_ID": [4], "C_name": ["Water"]}, "Water"),
        ({"DN": [4]}, "Class 4"),
        ({"Class": [4], "comment": ["x"]}, "Class 4"),
        ({"level_1_id": [4], "level_1": ["Water"]}, "Water"),
    ):
        path = layer(tmp_path / f"{next(iter(fields))}.gpkg", ring, "EPSG:32633", **fields)
        raster = read_classes(path, grid=GRID)
        assert raster.array.max() == 4
        assert raster.classes.get(4).name == name


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_shapes_of_the_class_0_have_a_class_unless_they_are_called_none(tmp_path: Path, suffix: str) -> None:
    rings = [square(2, 3, 10, 9), square(12, 1, 20, 6)]

    def written(name: str, **fields: list) -> Path:
        path = tmp_path / f"{name}{suffix}"
        if suffix == ".gpkg":
            return layer(path, rings, "EPSG:32633", **fields)
        rows = (dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True))
        return geojson(path, *(feature(ring, **row) for ring, row in zip(rings, rows, strict=True)))

    counted = read_classes(written("a", class_id=[0, 1]), grid=GRID)
    assert np.array_equal(counted.array, expected((1, 2, 3, 10, 9), (2, 12, 1, 20, 6)))
    assert [c.name for c in counted.classes] == ["Class 0", "Class 1"]
    assert any("0 is a class (1 shape)" in note for note in counted.notes)
    styled = written("s", class_id=[0, 1])
    categories = "".join(f'<category value="{n}" label="{w}" symbol="{n}"/>' for n, w in enumerate(("Corn", "Rye")))
    styled.with_suffix(".qml").write_text(
        f'<qgis><renderer-v2 type="categorizedSymbol" attr="class_id"><categories>{categories}</categories>'
        "</renderer-v2></qgis>"
    )
    assert [c.name for c in read_classes(styled, grid=GRID).classes] == ["Corn", "Rye"]
    for name, fields in (("n", {"class_id": [0, 1], "class_name": ["Unclassified", "Corn"]}), ("d", {"DN": [0, 1]})):
        left = read_classes(written(name, **fields), grid=GRID)
        assert np.array_equal(left.array, expected((1, 12, 1, 20, 6)))


def test_several_fields_that_could_be_the_class_are_listed_and_one_can_be_chosen(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", [square(2, 3, 10, 9)], "EPSG:32633", soil=[3], crop=[2], farm=["x"])
    with pytest.raises(AmbiguousLabels, match="several fields") as caught:
        read_classes(path, grid=GRID)
    assert [c.name for c in caught.value.candidates] == ["soil", "crop", "farm"]
    assert caught.value.part == "field"
    assert "crop (whole numbers, 1 different: 2)" in str(caught.value)
    assert read_classes(path, grid=GRID, variable="crop").array.max() == 2
    assert read_classes(path, grid=GRID, variable="farm").classes.get(1).name == "x"


def test_fields_that_tell_shapes_apart_are_listed_first_with_what_they_hold(tmp_path: Path) -> None:
    shapes = [square(n, 3, n + 1, 9) for n in range(6)]
    told = {
        "number": range(100, 106),
        "year": [2026] * 6,
        "use": ["Mais", "Gras"] * 3,
        "note": ["", "", "", "a", "", ""],
    }
    path = layer(tmp_path / "a.gpkg", shapes, "EPSG:32633", **told)
    with pytest.raises(AmbiguousLabels) as caught:
        read_classes(path, grid=GRID)
    assert [c.name for c in caught.value.candidates] == ["use", "number", "year", "note"]
    assert [c.about for c in caught.value.candidates[:2]] == [
        "text, 2 different: Gras, Mais", "whole numbers, 6 different: 100, 101, 102, 103, …"
    ]  # fmt: skip


def test_several_layers_are_listed_and_one_can_be_chosen(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", [square(2, 3, 10, 9)], "EPSG:32633", "first", class_id=[3])
    layer(path, [square(0, 0, 1, 1)], "EPSG:32633", "second", class_id=[4])
    with pytest.raises(AmbiguousLabels, match="several layers"):
        read_classes(path, grid=GRID)
    assert read_classes(path, grid=GRID, variable="second").array[0, 0] == 4


def test_one_number_of_several_names_is_told_apart_by_name(tmp_path: Path) -> None:
    rings = [square(2, 3, 10, 9), square(12, 1, 20, 6)]
    path = layer(tmp_path / "a.gpkg", rings, "EPSG:32633", class_id=[1, 1], class_name=["Water", "Corn"])
    raster = read_classes(path, grid=GRID)
    assert {c.name for c in raster.classes} == {"Corn", "Water"}
    assert raster.array[4, 3] != raster.array[2, 13]
    assert "several names" in raster.notes[0]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"class_id": [-1]}, "-1 in the field"),
        ({"class_id": [70_000]}, "70000"),
        ({"fid_2": ["x"], "y2": ["z"]}, "several"),
    ],
)
def test_what_is_no_class_is_refused(tmp_path: Path, fields: dict, words: str) -> None:
    path = layer(tmp_path / "a.gpkg", [square(2, 3, 10, 9)], "EPSG:32633", **fields)
    with pytest.raises(HsiError, match=words):
        read_classes(path, grid=GRID)


# ENVI regions


def roi(name: str, color: str, system: str, body: str) -> str:
    return (
        f'<Region name="{name}" color="{color}"><GeometryDef><CoordSysStr>{system}</CoordSysStr>{body}'
        "</GeometryDef></Region>"
    )


def outline(numbers: str, name: str = "Exterior") -> str:
    return f"<{name}><LinearRing><Coordinates>\n {numbers}\n</Coordinates></LinearRing></{name}>"


def document(*regions: str) -> str:
    return f'<RegionsOfInterest version="1.1">{"".join(regions)}</RegionsOfInterest>'


def rois(path: Path, *regions: str) -> Path:
    path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + document(*regions), encoding="utf-8")
    return path


def polygon(numbers: str, system: str = "none") -> str:
    return document(roi("a", "1,2,3", system, f"<Polygon>{outline(numbers)}</Polygon>"))


def test_regions_in_pixels_with_a_hole_and_an_open_ring(tmp_path: Path) -> None:
    body = f"<Polygon>{outline('2 3 10 3 10 9 2 9')}{outline('4 5 6 5 6 7 4 7 4 5', 'Interior')}</Polygon>"
    path = rois(tmp_path / "a.xml", roi("Corn", "255,0,10", "none", body))
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((1, 2, 3, 10, 9), (0, 4, 5, 6, 7)))
    assert raster.classes.get(1) == ClassInfo(1, "Corn", (255, 0, 10))


def test_overlapping_polygons_of_a_region_add_up(tmp_path: Path) -> None:
    body = f"<Polygon>{outline('2 3 10 3 10 9 2 9 2 3')}</Polygon><Polygon>{outline('8 3 14 3 14 9 8 9 8 3')}</Polygon>"
    raster = read_classes(rois(tmp_path / "a.xml", roi("Corn", "1,2,3", "none", body)), grid=GRID)
    assert np.array_equal(raster.array, expected((1, 2, 3, 14, 9)))


def test_regions_in_the_map_coordinates_of_another_system(tmp_path: Path) -> None:
    wkt = CRS.from_epsg(4326).to_wkt(version="WKT1_ESRI").replace('"', "&quot;")
    numbers = " ".join(f"{x!r} {y!r}" for x, y in square(2, 3, 10, 9, "EPSG:4326"))
    path = rois(tmp_path / "a.xml", roi("Corn", "1,2,3", wkt, f"<Polygon>{outline(numbers)}</Polygon>"))
    assert np.array_equal(read_classes(path, grid=GRID).array, expected((1, 2, 3, 10, 9)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<RegionsOfInterest/>", "no regions"),
        ("<svg/>", "no regions"),
        ("<RegionsOfInterest><Region", "no ENVI ROI"),
        ("\x00\x01", "no ENVI ROI"),
        (polygon("1 2 3"), "no pairs"),
        (polygon("1 2 a b"), "no pairs"),
        (polygon("1 2 3 4 5 6", "PROJCS[x"), "not understood"),
    ],
)
def test_damaged_regions_are_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HsiError, match=words):
        read_classes(path, grid=GRID)


CLASSIC = """; ENVI Output of ROIs (4.7) [Mon Mar 01 10:00:00 2010]
; Number of ROIs: 2
; File Dimension: 30 x 20
;
; ROI name: Corn [Red] 2 points
; ROI rgb value: {255, 0, 0}
; ROI npts: 2
;
; ROI name: Water
; ROI rgb value: {0, 0, 255}
; ROI npts: 1
;   ID    X    Y       Map X        Map Y        Lat         Lon    B1   B2
     1    3    1  468212.5  5541297.5  50.02  14.5   17   92
     2   30   20  468347.5  5541202.5  50.02  14.5   17   92

     1    1    2  468202.5  5541292.5  50.02  14.5   17   92
"""


def test_the_text_of_envi_classic_with_bands(tmp_path: Path) -> None:
    path = tmp_path / "rois.txt"
    path.write_text(CLASSIC, encoding="utf-8")
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((1, 2, 0, 3, 1), (1, 29, 19, 30, 20), (2, 0, 1, 1, 2)))
    assert [(c.name, c.color) for c in raster.classes] == [("Corn [Red] 2 points", (255, 0, 0)), ("Water", (0, 0, 255))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("npts: 2", "npts: 5", "should list 6 pixels and lists 3"),
        ("X    Y ", "Z    W ", "no pixel positions"),
        ("    2   30   20", "    2   ab   20", "without a pixel position"),
        ("ROI n", "RO n", "names no regions"),
        ("30 x 20", "60 x 40", "40 x 60 pixels, this one is 20 x 30"),
    ],
)
def test_a_damaged_text_of_envi_classic_is_refused_in_words(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "rois.txt"
    path.write_text(CLASSIC.replace(old, new), encoding="utf-8")
    with pytest.raises(HsiError, match=words):
        read_classes(path, grid=GRID)


# Tables of pixels


@pytest.mark.parametrize(
    "text",
    [
        "row,col,class\n3,2,Corn\n",
        "\ufeffRow;Col;Class_Name\n3;2;Corn\n",
        "x\ty\tlabel\n468212.5\t5541282.5\tCorn\n",
        "line,sample,class_id,class_name,B1\n3,2,1,Corn,0.5\n",
        "x;y;label;note\n468212,5;5541282,5;Corn;a, b\n",
    ],
)
def test_tables_of_other_programs(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    raster = read_classes(path, grid=GRID)
    assert np.array_equal(raster.array, expected((1, 2, 3, 3, 4)))
    assert raster.classes.get(1).name == "Corn"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no table"),
        ("row,col,class\n", "no lines"),
        ("row,col,class\n1,2\n", "Line 2 of a.csv has 2 values"),
        ("row,col,class\n1,99,3\n", "outside the scene of 20 x 30"),
        ("row,col,class\n-1,0,3\n", "row -1"),
        ("row,col,class\n1,b,3\n", "holds text in the column “col”"),
        ("row,col,class\n1,nan,3\n", "broken position"),
        ("a,b\n1,2\n", "no columns say where"),
        ("row,col\n1,2\n", "no field with a class"),
        ("row,col,class\n1,2,3.5\n", ""),
    ],
)
def test_damaged_tables_are_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    if not words:  # 3.5 is no number of a class: it is a name
        assert read_classes(path, grid=GRID).classes.get(1).name == "3.5"
        return
    with pytest.raises(HsiError, match=words):
        read_classes(path, grid=GRID)


# Pictures


def test_each_colour_of_a_picture_is_a_class(tmp_path: Path) -> None:
    rgb = np.zeros((20, 30, 4), np.uint8)
    rgb[..., 3] = 255
    rgb[3:9, 2:10, :3] = (200, 100, 0)
    rgb[1:6, 12:20, :3] = (0, 50, 200)
    rgb[15, 15] = (1, 2, 3, 0)  # transparent
    Image.fromarray(rgb).save(tmp_path / "map.png")
    raster = read_classes(tmp_path / "map.png")
    assert np.array_equal(raster.array, expected((2, 2, 3, 10, 9), (1, 12, 1, 20, 6)))
    assert [c.color for c in raster.classes] == [(0, 50, 200), (200, 100, 0)]


def test_a_photograph_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40, 3)).astype(np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    with pytest.raises(HsiError, match="photograph"):
        read_classes(tmp_path / "photo.png")


# Damage


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".xml", ".txt", ".csv", ".png"])
def test_files_cut_or_changed_anywhere_never_end_in_a_bug(tmp_path: Path, suffix: str) -> None:
    array = np.random.default_rng(1).integers(0, 3, GRID.shape).astype(np.uint16)
    path = write_classes(tmp_path / f"a{suffix}", array, TABLE, GEO)[0]
    whole = path.read_bytes()
    rng = np.random.default_rng(2)
    for _ in range(25):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3).tolist():
            data[at] = int(rng.integers(256))
        path.write_bytes(data[: int(rng.integers(len(data) // 2, len(data) + 1))])
        with contextlib.suppress(HsiError):
            assert read_classes(path, grid=GRID).array.shape == GRID.shape


@given(st.binary(max_size=60))
def test_any_bytes_are_a_geometry_or_refused(data: bytes) -> None:
    try:
        for _kind, rings in wkb.decoded(data):
            assert all(ring.ndim == 2 for ring in rings)
    except ValueError:
        pass


def test_other_forms_of_a_geometry_are_read_in_two_dimensions() -> None:
    ring = [(0, 0, 9), (4, 0, 9), (4, 4, 9), (0, 0, 9)]
    numbers = b"".join(struct.pack(">3d", *p) for p in ring)
    for code in (1003, 0x80000003):
        data = struct.pack(">BIII", 0, code, 1, 4) + numbers
        ((kind, (found,)),) = list(wkb.decoded(data))
        assert kind == "polygon"
        assert found.tolist() == [[0, 0], [4, 0], [4, 4], [0, 0]]


@pytest.mark.parametrize(
    ("name", "ignored", "told"),
    [("Nontronite", None, True), ("Unclassified", None, False), ("Background", None, False), ("Nontronite", 0, False)],
)
def test_a_class_0_with_the_name_of_a_class_is_a_class_and_told(tmp_path, name, ignored, told):
    ignore = "" if ignored is None else f"data ignore value = {ignored}\n"
    (tmp_path / "c.hdr").write_text(
        "ENVI\nsamples = 3\nlines = 1\nbands = 1\ndata type = 1\ninterleave = bsq\nbyte order = 0\n"
        f"file type = ENVI Classification\nclasses = 2\nclass names = {{{name}, Soil}}\n{ignore}"
    )
    (tmp_path / "c.img").write_bytes(bytes([0, 1, 0]))
    raster = read_classes(tmp_path / "c.hdr")
    assert [c.name for c in raster.classes] == ([name, "Soil"] if told else ["Soil"])
    assert raster.array.tolist() == ([[1, 2, 1]] if told else [[0, 1, 0]])
    assert any("0 is a class (2 pixels)" in note for note in raster.notes) == told
