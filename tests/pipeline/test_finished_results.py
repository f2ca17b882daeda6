"""Finished maps of this program: their record and printed lines make the same map again, their accuracy is honest."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS

import hsigui
from hsigui import api
from hsigui.cli import run as main
from hsigui.cube.cube import Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.flips import Flip
from hsigui.cube.formats.envi import write_cube
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.painting import Paint
from hsigui.finishing.step import finished as steps_done
from hsigui.finishing.unclassified import Below
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.finished_record import finished_of, with_finishing
from hsigui.pipeline.python_lines import python_of
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters
from hsigui.pipeline.writing import Outputs, write_all
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map

EMPTY = np.s_[4:9, 3:12]  # pixels without data
TABLE = ClassTable(tuple(ClassInfo(*c) for c in demo_scene(rows=28, cols=28, bands=10).classes))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A scene with a hole, its truth, labels, and classes painted by hand."""
    folder = tmp_path_factory.mktemp("Szene Süd")
    scene = demo_scene(seed=1, rows=28, cols=28, bands=10)
    values = scene.cube.read()
    values[EMPTY] = -1.0
    write_cube(folder / "Szene.hdr", values, dataclasses.replace(scene.cube.info, nodata=-1.0))
    write_classes(folder / "Wahrheit.tif", scene.truth, TABLE, scene.cube.geo)
    api.save(api.sample(api.read_labels(folder / "Wahrheit.tif"), 8).train, folder / "Proben.tif")
    hand = np.zeros(scene.truth.shape, np.uint16)
    hand[2:6, 2:20] = 1
    write_classes(folder / "von Hand.tif", hand, TABLE, scene.cube.geo)
    return folder


@pytest.fixture(scope="module")
def result(folder) -> Result:
    cube = api.open(folder / "Szene.hdr")
    features = api.embed(cube, api.pretrain(cube, "spatial-only", device="cpu"))
    return api.classify(features, api.fit(features, api.read_labels(folder / "Proben.tif", cube)))


def finished(result: Result, folder: Path) -> Result:
    first, second = (info.name for info in list(result.classes)[:2])
    return api.edit(
        result, "below 0.55", "fill 6", f"paint {shlex.quote(str(folder / 'von Hand.tif'))}", hsigui.Majority(3),
        hsigui.Merge(((second, first),)), "sieve 4,8",
    )  # fmt: skip


def test_the_record_of_a_finished_map_makes_it_again_in_an_empty_folder(folder, result, tmp_path, monkeypatch):
    made = finished(result, folder)
    api.save(made, tmp_path / "fertige Karte.tif")
    record = provenance.load(tmp_path / "fertige Karte.tif", made.array)
    assert record is not None
    told = [step["step"].split()[0] for step in record.finishing["steps"]]
    assert told == ["--below", "--fill", "--paint", "--majority", "--merge", "--sieve"]
    assert [shlex.split(line)[1] for line in record.commands[-2:]] == ["classify", "edit"]
    there = tmp_path / "ganz woanders, größer"
    there.mkdir()
    monkeypatch.chdir(there)
    for line in record.commands:
        assert main(shlex.split(line)[1:]) == 0, line
    again = read_classes(there / "repeated-finished.tif")
    np.testing.assert_array_equal(again.array, made.array)
    assert again.classes == made.classes
    repeated = provenance.load(there / "repeated-finished.tif", again.array)
    assert repeated is not None
    same = ("steps", "map_sha256", "model_sha256", "became", "painted", "painted_pixels")
    assert {name: repeated.finishing[name] for name in same} == {name: record.finishing[name] for name in same}
    assert repeated.no_data == record.no_data
    (there / "repeated-finished.tif").unlink()
    exec(compile(python_of(record.commands), "lines", "exec"), {})
    np.testing.assert_array_equal(read_classes(there / "repeated-finished.tif").array, made.array)


def test_a_finished_map_is_measured_alike_in_memory_and_from_its_file(folder, result, tmp_path):
    made = finished(result, folder)
    api.save(made, tmp_path / "map.tif")
    first, second = (info.number for info in list(result.classes)[:2])
    truth, labels = (read_classes(folder / name).array for name in ("Wahrheit.tif", "Proben.tif"))
    painted = (read_classes(folder / "von Hand.tif").array > 0) & made.valid
    tested = made.valid & (truth > 0) & (labels == 0) & ~painted
    wanted = np.where(truth == second, first, truth)
    for what in (made, tmp_path / "map.tif"):
        found = api.evaluate(what, folder / "Wahrheit.tif")
        assert found.accuracy.n_test == np.count_nonzero(tested)
        assert found.oa == pytest.approx(np.mean((made.array == wanted)[tested]))
        assert found.context.split is not None
        assert found.context.split.painted == np.count_nonzero(painted & (truth > 0))
        assert found.context.split.after == tuple(done.told for done in made.finishing.steps)
    assert not np.array_equal(made.array, result.array)


def test_filters_over_a_finished_map_are_further_steps(folder, result):
    made = finished(result, folder).filtered(Filters(majority=5, sieve=6))
    assert [done.told for done in made.finishing.steps[-2:]] == ["--majority 5", "--sieve 6"]
    np.testing.assert_array_equal(made.array, api.edit(finished(result, folder), "majority 5", "sieve 6").array)
    assert made.finishing.painted is not None
    assert made.record().finishing["map_sha256"] == provenance.raster_hash(made.array)


def test_a_finished_map_is_exported_with_filters_and_a_record_of_all_steps(folder, result, tmp_path):
    made = finished(result, folder)
    outputs = Outputs({"geotiff": tmp_path / "map.tif"}, Filters(majority=5))
    write_all(SilentContext(), made, outputs)
    array = read_classes(tmp_path / "map.tif").array
    record = provenance.load(tmp_path / "map.tif", array)
    assert record is not None
    assert record.finishing["steps"][-1]["step"] == "--majority 5"
    assert record.commands[-1].endswith("--majority 5 --confidence repeated-confidence.tif")
    np.testing.assert_array_equal(array, api.edit(made, "majority 5").array)


def test_pixels_that_were_left_unclassified_are_errors_and_no_data_is_none(folder, result, tmp_path):
    made = api.edit(result, "below 0.9")
    gone = (made.array == 0) & made.valid
    assert gone.any()
    api.save(made, tmp_path / "map.tif")
    truth, labels = (read_classes(folder / name).array for name in ("Wahrheit.tif", "Proben.tif"))
    for what in (made, tmp_path / "map.tif"):
        accuracy = api.evaluate(what, folder / "Wahrheit.tif").accuracy
        assert accuracy.unmapped == np.count_nonzero(gone & (truth > 0) & (labels == 0))
        assert accuracy.n_test == np.count_nonzero(made.valid & (truth > 0) & (labels == 0))


@pytest.mark.parametrize("name", ["map.tif", "map.hdr", "map.mat"])
def test_no_data_and_unclassified_pixels_of_a_map_from_the_south_are_told_apart_in_any_format(tmp_path, name):
    valid = np.ones((8, 6), bool)
    valid[:2], valid[2, 5] = False, False
    sure = np.full(valid.shape, 0.9, np.float32)
    sure[-3:] = 0.2  # so that turned about, unclassified pixels lie where the scene has no data
    geo = Geo((30.0, 0.0, 500_000.0, 0.0, 30.0, 5_000_000.0), CRS.from_epsg(32633).to_wkt())
    hand = np.zeros(valid.shape, np.uint16)
    hand[4, 1:3] = 2
    made = steps_done(
        FinishedMap(valid.astype(np.uint16), TABLE, sure, geo, valid), [Below(0.5), Paint(hand, TABLE, "hand.tif", "1")]
    )
    export_map(tmp_path / name, made.classes, made.table, geo, options=MapOptions(), title="map")
    provenance.save(with_finishing(provenance.Provenance(), made), tmp_path / name, made.classes)
    raster = read_classes(tmp_path / name)
    turned = Flip(rows=not np.array_equal(raster.array, made.classes))
    read, _ = finished_of(provenance.load(tmp_path / name, raster.array), raster)
    np.testing.assert_array_equal(read.valid, turned.array(valid))
    np.testing.assert_array_equal(read.painted, turned.array(hand > 0))
    assert bool(turned) == (name == "map.hdr")


def test_the_answer_of_the_model_stays_what_it_was(folder, result):
    before = result.array.copy()
    made = finished(result, folder)
    np.testing.assert_array_equal(result.array, before)
    np.testing.assert_array_equal(made.before_steps.array, before)
    assert made.before_steps.classes == result.classes
    assert (made.array[~made.valid] == 0).all()
    assert api.edit(result) is result
