"""`hsigui areas` and `hsigui.areas`: a map and a file of parcels to hectares by parcel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS, Transformer
from rasterio.features import geometry_mask
from rasterio.transform import Affine

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

SIZE = (60, 80)
TRANSFORM = (10.0, 0.0, 500_000.0, 0.0, -10.0, 5_300_000.0)
TABLE = ClassTable((ClassInfo(1, "meadow", (0, 200, 0)), ClassInfo(3, "maize", (200, 200, 0))))


def corners(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]


PARCELS = {
    "Wiese": ([[corners(2, 2, 20, 20), corners(8, 8, 4, 4)], [corners(2, 40, 6, 6)]], "MultiPolygon"),
    "Äcker": ([[corners(70, 50, 20, 20)]], "Polygon"),
    "=HYPERLINK(1)": ([[corners(50, 40, 1, 1)]], "Polygon"),
    "sliver": ([[corners(55.6, 30, 0.2, 10)]], "Polygon"),
    "bow tie": ([[[(60, 10), (70, 20.3), (70, 10), (60, 20.3), (60, 10)]]], "Polygon"),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map in UTM, and parcels in degrees: with holes, of several parts, partly beside the map, invalid."""
    folder = tmp_path_factory.mktemp("Fläche 1")
    numbers = np.random.default_rng(1).choice(np.array([0, 1, 3], dtype=np.uint16), SIZE)
    write_classes(folder / "map.tif", numbers, TABLE, Geo(TRANSFORM, CRS.from_epsg(32633).to_wkt()))
    write_classes(folder / "nowhere.tif", numbers, TABLE)
    zones = np.zeros(SIZE, dtype=np.uint16)
    zones[:5] = 12
    write_classes(folder / "zones.tif", zones, ClassTable((ClassInfo(12, "north", (0, 0, 0)),)))
    degrees = Transformer.from_crs(32633, 4326, always_xy=True)
    features = []
    for name, (polygons, kind) in PARCELS.items():
        placed = [
            [[degrees.transform(500_000 + 10 * x, 5_300_000 - 10 * y) for x, y in ring] for ring in parts]
            for parts in polygons
        ]
        geometry = {"type": kind, "coordinates": placed if kind == "MultiPolygon" else placed[0]}
        features.append({"type": "Feature", "properties": {"parcel": name, "code": 5}, "geometry": geometry})
    content = {"type": "FeatureCollection", "features": features}
    (folder / "parcels.geojson").write_text(json.dumps(content), encoding="utf-8")
    return folder


def run(*words: object) -> int:
    return main(["areas", *map(str, words)])


def test_hectares_by_parcel_are_written_printed_and_those_of_the_api(files, tmp_path, capsys):
    outs = [tmp_path / f"areas ü.{ending}" for ending in ("csv", "xlsx", "gpkg", "json")]
    assert run(files / "map.tif", *outs, "--zones", files / "parcels.geojson") == 0
    told = capsys.readouterr()
    assert "meadow, ha" in told.out
    assert told.out.count("Table: ") == 4
    for said in ("field “parcel”", "Äcker (75 % outside)", "has no pixel: sliver"):
        assert said in told.err
    lines = pd.read_csv(outs[0])
    found = hsigui.areas(files / "map.tif", files / "parcels.geojson", zone_field="parcel")
    assert list(lines["zone"][:3]) == ["Wiese", "Äcker", "'=HYPERLINK(1)"]
    np.testing.assert_allclose(lines["meadow [ha]"], [row["meadow [ha]"] for row in found.table()], atol=1e-9)
    numbers = hsigui.read_labels(files / "map.tif").array
    for row, (polygons, _) in zip(found.table("zones"), PARCELS.values(), strict=False):
        geometries = [{"type": "Polygon", "coordinates": parts} for parts in polygons]
        inside = ~geometry_mask(geometries, SIZE, Affine.identity())
        assert row["pixels"] == np.count_nonzero(inside)
        assert row["maize [ha]"] == pytest.approx(np.count_nonzero(inside & (numbers == 3)) * 0.0100080, rel=1e-4)
    record = json.loads((tmp_path / "areas ü.csv.hsigui.json").read_text(encoding="utf-8"))
    assert record["zones"].endswith("parcels.geojson")
    assert record["rule"] == "a pixel belongs to a zone where its centre lies in it"
    assert record["command"].startswith("hsigui areas ")
    assert len(record["map_sha256"]) == len(record["zones_sha256"]) == 64


def test_zones_may_be_a_raster_or_weighted_or_none_at_all(files, tmp_path, capsys):
    assert run(files / "map.tif", "--zones", files / "zones.tif", "--json") == 0
    north, rest, whole = json.loads(capsys.readouterr().out)["tables"]["zones"]
    assert (north["zone"], north["pixels"]) == ("north", 400)
    assert north["pixels"] + rest["pixels"] == whole["pixels"] == 4800
    weighted = hsigui.areas(files / "map.tif", files / "parcels.geojson", by_share=True)
    pixels = {row["zone"]: row["pixels"] for row in weighted.table("zones")}
    assert pixels["sliver"] == pytest.approx(2, abs=1e-6)
    assert pixels["Wiese"] == pytest.approx(420, abs=1e-6)
    out = tmp_path / "classes.csv"
    assert run(files / "nowhere.tif", out) == 0
    assert "no place on the earth" in capsys.readouterr().err
    assert list(pd.read_csv(out)["class"]) == ["meadow", "maize", "Unclassified", "Whole map"]


def test_a_map_after_steps_is_counted_as_it_is_then_and_the_steps_are_told(files, tmp_path):
    edited = hsigui.edit(files / "map.tif", "merge 3=1")
    found = hsigui.areas(edited, files / "parcels.geojson")
    before = hsigui.areas(files / "map.tif", files / "parcels.geojson")
    own, first = found.table("classes"), before.table("classes")
    assert own[0]["pixels"] == first[0]["pixels"] + first[1]["pixels"]
    assert found.book.made["steps"] == ["--merge 3=1"]
    hsigui.save(edited, tmp_path / "edited.tif")
    again = hsigui.areas(tmp_path / "edited.tif", files / "parcels.geojson")
    assert again.table("zones") == found.table("zones")
    assert again.book.made["steps"] == ["--merge 3=1"]


def test_a_designed_sample_gives_areas_with_intervals_as_evaluate_does(files, tmp_path, capsys):
    numbers = hsigui.read_labels(files / "map.tif").array
    rng, reference = np.random.default_rng(0), np.zeros(SIZE, dtype=np.uint16)
    for number in (1, 3):
        at = rng.choice(np.flatnonzero(numbers.ravel() == number), 60, replace=False)
        reference.flat[at] = np.where(rng.random(60) < 0.8, number, 4 - number)
    write_classes(tmp_path / "test.tif", reference, TABLE, hsigui.read_labels(files / "map.tif").geo)
    words = ["--reference", tmp_path / "test.tif", "--zones", files / "zones.tif"]
    assert run(files / "map.tif", *words) == 1
    assert "not said by which" in capsys.readouterr().err
    out = tmp_path / "estimates.csv"
    assert run(files / "map.tif", out, *words, "--design", "stratified", "--table", "estimates") == 0
    assert "1 zone has no estimate" in capsys.readouterr().err
    lines = pd.read_csv(out)
    area = hsigui.evaluate(files / "map.tif", tmp_path / "test.tif", design="stratified").context.area
    size, half = area.hectares(1)
    assert list(lines["class"][:2]) == ["meadow", "maize"]
    np.testing.assert_allclose(lines.loc[1, ["estimated_ha", "half_interval_ha"]].astype(float), [size, half])
    assert lines["zone"][2] == "north"
    assert lines["remark"][2].startswith("Fewer than 20 test pixels")
    assert np.isnan(lines["estimated_ha"][2])


def test_what_cannot_be_is_told_and_nothing_is_written(files, tmp_path, capsys):
    parcels = files / "parcels.geojson"
    for words, said in (
        ((tmp_path / "a.csv", "--zones", parcels, "--zone-field", "owner"), "Its fields: parcel, code"),
        ((tmp_path / "a.txt",), "End it in one of .csv, .xlsx, .gpkg, .json"),
        ((tmp_path / "a.gpkg",), "a line of figures each"),
        ((tmp_path / "a.csv", "--zone-field", "parcel"), "--zone-field is of --zones"),
        ((tmp_path / "a.csv", "--zones", files / "none.shp"), "does not exist"),
        ((tmp_path / "a.csv", "--zones", files / "zones.tif", "--by-share"), "holds no polygons"),
    ):
        assert run(files / "map.tif", *words) == 1
        assert said in capsys.readouterr().err
    assert run(files / "nowhere.tif", tmp_path / "a.csv", "--zones", parcels) == 1
    assert "not known where the scene lies" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
