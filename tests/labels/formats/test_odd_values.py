"""Labels with too many regions, nested without end, far away, or of names that few programs can hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.labels.formats.table import usual_suffixes

GEO = Geo((2.0, 0.0, 100.0, 0.0, -2.0, 100.0), utm_wkt(33))
GRID = Grid(5, 6, GEO)
DEGREES = Grid(5, 6, Geo((1.0, 0.0, 0.0, 0.0, -1.0, 5.0), "EPSG:4326"))
LABELS = np.arange(30, dtype=np.uint16).reshape(5, 6) % 3
MANY = 70_000


def geojson(path: Path, features: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties or {"class_id": 1}, "geometry": geometry}


def square(size: float, at: float = 0.0) -> dict[str, object]:
    ring = [[at, at], [at + size, at], [at + size, at + size], [at, at + size], [at, at]]
    return {"type": "Polygon", "coordinates": [ring]}


def refused(path: Path, words: str, grid: Grid = GRID) -> None:
    with pytest.raises(HsiError, match=words) as caught:
        read_classes(path, grid=grid)
    assert caught.value.hint
    assert main(["labels", str(path), str(path.with_name("out.tif"))]) == 1


def refusal(work: Callable[[], object]) -> str:
    """What a refusal says; empty where there is none."""
    try:
        work()
    except HsiError as error:
        return str(error)
    return ""


# Many, and deep


def test_more_regions_than_there_are_class_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(f"<RegionsOfInterest>{'<Region/>' * MANY}</RegionsOfInterest>")
    refused(path, "holds 70,000 regions")
    path = tmp_path / "x.txt"
    region = "; ROI name: a\n; ROI rgb value: {1, 2, 3}\n; ROI npts: 0\n;\n"
    path.write_text(f"; ENVI Output of ROIs\n; Number of ROIs: {MANY}\n{region * MANY};   ID    X    Y\n")
    refused(path, "holds 70,000 regions")


def test_more_names_than_there_are_class_numbers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("row,col,class_name\n" + "".join(f"0,0,name {n}\n" for n in range(MANY)))
    refused(path, "names 70,000 different classes")
    shapes = [feature({"type": "Point", "coordinates": [1, 1]}, class_name=f"name {n}") for n in range(MANY)]
    refused(geojson(tmp_path / "x.geojson", shapes), "names 70,000 different classes")


def test_many_properties_are_refused_before_they_become_columns(tmp_path: Path) -> None:
    shapes = [feature(None, **{f"property {n}": 1}) for n in range(8_000)]
    refused(geojson(tmp_path / "x.geojson", shapes), "8,000 different properties")


@pytest.mark.parametrize("tag", ["Region", "GeometryDef", "a"])
def test_elements_nested_without_end_are_refused(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "x.xml"
    deep = f"<{tag}>" * 200_000 + f"</{tag}>" * 200_000
    path.write_text(f"<RegionsOfInterest><Region>{deep}</Region></RegionsOfInterest>")
    refused(path, "nested deeper than")


@pytest.mark.parametrize("where", ["all", "properties", "coordinates", "geometries"])
def test_json_nested_without_end_is_refused(tmp_path: Path, where: str) -> None:
    path = tmp_path / "x.geojson"
    deep = "[" * 200_000 + "]" * 200_000
    collections = '{"type":"GeometryCollection","geometries":[' * 200_000 + "]}" * 200_000
    inner = {
        "all": deep,
        "properties": '{"type":"FeatureCollection","features":[{"properties":{"a":%s}}]}' % deep,  # noqa: UP031
        "coordinates": '{"type":"Feature","geometry":{"type":"Polygon","coordinates":%s}}' % deep,  # noqa: UP031
        "geometries": '{"type":"Feature","geometry":%s}' % collections,  # noqa: UP031
    }[where]
    path.write_text(inner)
    refused(path, "is no GeoJSON")


# Far away


@pytest.mark.parametrize("value", [1e300, -1e300, 1e18, 1.7976931348623157e308])
@pytest.mark.parametrize("kind", ["Polygon", "LineString", "Point"])
def test_coordinates_far_away_are_outside_or_cover_the_scene(tmp_path: Path, kind: str, value: float) -> None:
    far = {
        "Polygon": square(abs(value) / 10, value / 2),
        "LineString": {"type": "LineString", "coordinates": [[value, value], [value, value / 2]]},
        "Point": {"type": "Point", "coordinates": [value, value]},
    }[kind]
    path = geojson(tmp_path / "x.geojson", [feature(far)])
    with pytest.raises(HsiError, match=r"outside|neither pixels nor map|no place|so far away"):
        read_classes(path, grid=GRID)
    mixed = geojson(tmp_path / "y.geojson", [feature(far), feature(square(2, 92), class_id=2)])
    said = refusal(lambda: read_classes(mixed, grid=GRID))
    if said:
        assert "neither pixels nor map" in said or "so far away" in said
    else:
        assert set(np.unique(read_classes(mixed, grid=GRID).array).tolist()) <= {0, 2}


def test_numbers_of_any_length_are_no_class_numbers(tmp_path: Path) -> None:
    for value in (10**400, -(10**400), 1e300, 2**62, 2**63, 2**64):
        refused(geojson(tmp_path / "x.geojson", [feature(square(2), class_id=value)]), "is no class number")
    path = tmp_path / "x.csv"
    for text in ("9" * 400, "1e300", "-1"):
        path.write_text(f"row,col,class_id\n0,0,{text}\n")
        if text == "1e300":  # a name, since class numbers are not written so
            assert [c.name for c in read_classes(path, grid=GRID).classes] == ["1e300"]
        else:
            refused(path, "is no class number")
    path.write_text("row,col,class_id\n1e300,0,1\n")
    refused(path, "broken position")


def test_samples_of_1e300_are_no_data(tmp_path: Path) -> None:
    samples = np.ones((5, 6, 3))
    samples[0, 0], samples[1, 1] = 1e300, -1e300
    np.save(tmp_path / "x.npy", samples)
    cube = open_cube(tmp_path / "x.npy")
    assert np.isnan(cube.read()[0, 0]).all()
    assert np.isnan(cube.read()[1, 1]).all()
    assert describe_file(tmp_path / "x.npy")["kind"] == "cube"
    labels = np.zeros((5, 6))
    labels[2, 2] = 1e300
    np.save(tmp_path / "y.npy", labels)
    raster = read_classes(tmp_path / "y.npy")
    assert raster.array[2, 2] == 0
    assert any("1e+300 is read as unlabelled (1 pixel)" in note for note in raster.notes)
    labels[0, 0] = -1e300
    np.save(tmp_path / "y.npy", labels)
    refused(tmp_path / "y.npy", "at row 0, column 0 is no class number")


# Names

ODD = ["a\rb", "a\nb", "\ud800", "a\0b", "\u2028", "x" * 5000, "  ", "=1+1", "%s{name}", "<&>\"'"]


@pytest.mark.parametrize("suffix", usual_suffixes())
def test_classes_of_any_name_are_written_and_read(tmp_path: Path, suffix: str) -> None:
    table = ClassTable(tuple(ClassInfo(n, name, (n, 0, 0)) for n, name in enumerate(ODD, 1)))
    array = (np.arange(30, dtype=np.uint16).reshape(5, 6) % (len(ODD) + 1)).astype(np.uint16)
    path = write_classes(tmp_path / f"x{suffix}", array, table, GEO)[0]
    raster = read_classes(path, grid=GRID)
    names = {c.number: c.name for c in raster.classes}
    assert np.array_equal(raster.array, array) or len(set(names.values())) < len(ODD)
    assert all(name.isprintable() for name in names.values())
    assert "=1+1" in names.values()


@pytest.mark.parametrize("name", ["a\ud800b", "c\r\nd"])
def test_names_in_json_that_no_file_can_hold_are_made_such_that_one_can(tmp_path: Path, name: str) -> None:
    path = geojson(tmp_path / "x.geojson", [feature(square(2, 1), class_id=2, class_name=name)])
    raster = read_classes(path, grid=DEGREES)
    assert raster.array.any()
    for suffix in usual_suffixes():
        write_classes(tmp_path / f"y{suffix}", raster.array, raster.classes, GEO)


@pytest.mark.parametrize("stem", ["x" * 300, "a\rb", "a\nb", "ü" * 200, "%s", os.fsdecode(b"\xff\xfe")])
@pytest.mark.parametrize("suffix", [*usual_suffixes(), ".npy"])
def test_files_of_any_name_are_read_or_refused_in_words(
    tmp_path: Path, suffix: str, stem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # As long as a name can be, which leaves no room for the names of the files beside it.
    short = os.fsencode(stem)[: 255 - len(suffix)]
    path = tmp_path / os.fsdecode(short[:-1] if len(short) % 2 and stem[0] == "ü" else short)
    path = path.with_name(path.name + suffix)
    if suffix == ".npy":
        np.save(path, LABELS)
    else:
        (made,) = [write_classes(tmp_path / f"y{suffix}", LABELS, ClassTable.for_numbers([1, 2]), GEO)[0]]
        made.replace(path)
    for way in (describe_file, open_cube, lambda p: read_classes(p, grid=GRID)):
        said = refusal(partial(way, path))
        assert not said or said.isprintable()
    assert main(["info", str(path)]) in (0, 1)
    assert main(["labels", str(path), str(tmp_path / "out.tif")]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err
    said = refusal(lambda: write_classes(path, LABELS, ClassTable.for_numbers([1, 2]), GEO))
    assert not said or said.isprintable()


@pytest.mark.parametrize("suffix", usual_suffixes())
def test_reading_writes_nothing_beside_a_file(tmp_path: Path, suffix: str) -> None:
    path = write_classes(tmp_path / f"x{suffix}", LABELS, ClassTable.for_numbers([1, 2]), GEO)[0]
    before = sorted(tmp_path.iterdir())
    read_classes(path, grid=GRID)
    refusal(lambda: describe_file(path))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["x" * 256, "x" * 700])
def test_names_that_no_file_can_have_are_told_to_be_missing(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.tif"
    for way in (describe_file, open_cube, read_classes):
        with pytest.raises(HsiError, match="does not exist"):
            way(path)
    assert main(["info", str(path)]) == 1
