"""The last thing that was done as a command and as Python, in the clipboard: alone, and it runs."""

from __future__ import annotations

import json
import runpy
import shlex
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PySide6.QtGui import QGuiApplication

from hsigui.__main__ import main
from hsigui.document.finished import ChosenStep
from hsigui.document.values import LabelFile
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.labels.label_map import Edit
from hsigui.specs import PretrainSpec, SplitSpec
from hsigui.storage import state_json
from hsigui.ui.results.zones_controller import ZonesController
from tests.ui.layers.asked import make
from tests.ui.results.test_export import draw, export, files, mapped  # noqa: F401 - fixtures
from tests.ui.windows import FakeEncoder, features_of, idle, open_scene, texts


def copied(qtbot, window, name: str) -> str:
    QGuiApplication.clipboard().setText("before")
    window.actions_[name].trigger()
    idle(qtbot, window)
    return QGuiApplication.clipboard().text()


def command(qtbot, window) -> list[list[str]]:
    """The words of the copied lines, without the program."""
    return [shlex.split(line)[1:] for line in copied(qtbot, window, "copy_step_commands").splitlines()]


def python(qtbot, window, folder: Path, monkeypatch) -> None:
    """Runs the copied Python in an empty folder."""
    script = copied(qtbot, window, "copy_step_python")
    assert "import hsigui" in script, texts(window)
    folder.mkdir()
    (folder / "script.py").write_text(script, encoding="utf-8")
    monkeypatch.chdir(folder)
    runpy.run_path("script.py")


@pytest.fixture
def opened(qtbot, window, files):  # noqa: F811
    open_scene(qtbot, window, files / "scene.hdr")
    return window


def test_a_scene_that_was_opened_is_told_of_by_its_command(
    qtbot, opened, files, tmp_path, capsys, monkeypatch  # noqa: F811
):  # fmt: skip
    (line,) = command(qtbot, opened)
    assert line == ["info", str(files / "scene.hdr")]
    assert "scene was opened" in texts(opened)
    assert main(line) == 0
    assert "48" in capsys.readouterr().out
    python(qtbot, opened, tmp_path / "python", monkeypatch)


def test_labels_from_a_file_and_ground_truth_are_brought_onto_the_scene(
    qtbot, opened, files, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    opened.label_files.open_truth(files / "truth.tif")
    idle(qtbot, opened)
    (truth,) = command(qtbot, opened)
    opened.label_files.open_labels(files / "truth.tif")
    idle(qtbot, opened)
    (line,) = command(qtbot, opened)
    assert truth == line
    assert line[:2] == ["labels", str(files / "truth.tif")]
    monkeypatch.chdir(tmp_path)
    assert main(line) == 0
    assert np.array_equal(read_classes("repeated-labels.tif").array, opened.session.labels.array)
    python(qtbot, opened, tmp_path / "python", monkeypatch)
    again = read_classes(tmp_path / "python" / "repeated-labels.tif")
    assert np.array_equal(again.array, opened.session.labels.array)


def test_a_sample_is_drawn_from_the_file_of_the_truth_and_the_map_that_follows_is_no_step(
    qtbot, mapped, files, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    draw(qtbot, mapped, SplitSpec(4, 1))
    assert mapped.session.class_map is not None
    (line,) = command(qtbot, mapped)
    assert line[:2] == ["sample", str(files / "truth.tif")]
    assert "labels were drawn" in texts(mapped)
    monkeypatch.chdir(tmp_path)
    assert main(line) == 0
    assert np.array_equal(read_classes("repeated-labels.tif").array, mapped.session.labels.array)
    python(qtbot, mapped, tmp_path / "python", monkeypatch)
    again = read_classes(tmp_path / "python" / "repeated-labels.tif")
    assert np.array_equal(again.array, mapped.session.labels.array)
    assert (tmp_path / "python" / "repeated-test.tif").exists()


def test_a_map_after_strokes_is_the_last_step_and_is_drawn_by_its_run(
    qtbot, mapped, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    draw(qtbot, mapped, SplitSpec(4, 1))
    row, col = np.argwhere(mapped.session.labels.array == 0)[0].tolist()
    mapped.session.edit(Edit(row, col, np.ones((1, 1), dtype=bool), 1), "Stroke")
    qtbot.waitUntil(lambda: not mapped.maps.busy, timeout=20_000)
    idle(qtbot, mapped)
    assert copied(qtbot, mapped, "copy_step_commands") == "before"
    assert "in no file as they are now" in texts(mapped)
    mapped.desk.prompts.save = tmp_path / "labels.tif"
    mapped.label_files.save_as()
    idle(qtbot, mapped)
    (line,) = command(qtbot, mapped)
    assert line[0] == "classify"
    assert line[line.index("--run") + 1] == str(mapped.session.run_folder)
    monkeypatch.chdir(tmp_path)
    assert main(line) == 0
    assert np.array_equal(read_classes("repeated-map.tif").array, mapped.session.class_map.classes)
    python(qtbot, mapped, tmp_path / "python", monkeypatch)
    again = read_classes(tmp_path / "python" / "repeated-map.tif")
    assert np.array_equal(again.array, mapped.session.class_map.classes)


def test_a_training_is_repeated_by_its_command(qtbot, opened, files, training, tmp_path):  # noqa: F811
    opened.method.show_spec(PretrainSpec("lscosa", seed=7))
    opened.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: opened.session.features is not None, timeout=10_000)
    idle(qtbot, opened)
    (line,) = command(qtbot, opened)
    assert line[:2] == ["pretrain", str(files / "scene.hdr")]
    assert line[line.index("--seed") + 1] == "7"
    assert line[line.index("--out") + 1] == "repeated-run"
    assert "hsigui.pretrain(" in copied(qtbot, opened, "copy_step_python")


def test_an_export_is_repeated_with_all_that_was_chosen(qtbot, mapped, tmp_path, monkeypatch):  # noqa: F811
    draw(qtbot, mapped, SplitSpec(4, 1))
    kinds = ("geotiff", "png", "bare", "polygons", "legend", "labels", "report", "errors")
    export(qtbot, mapped, tmp_path / "window", *kinds, majority=3, simplify=1.0)
    lines = command(qtbot, mapped)
    assert [line[0] for line in lines] == ["classify", *["export"] * 4, "evaluate", "evaluate", "evaluate"]
    assert "the map was exported" in texts(mapped)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        assert main(line) == 0
    for ending, name in ((".tif", "repeated-filtered.tif"), ("-errors.tif", "repeated-errors.tif")):
        first, again = read_classes(tmp_path / "window" / f"out{ending}"), read_classes(tmp_path / name)
        assert np.array_equal(first.array, again.array)
    for name in ("filtered.png", "filtered-bare.png", "filtered.gpkg", "classes.csv", "report", "errors.png"):
        assert (tmp_path / f"repeated-{name}").exists(), name


@pytest.mark.parametrize("kind", ["background", "buffer"])
def test_a_sample_of_a_truth_that_was_read_as_the_user_said_is_drawn_by_its_lines(
    qtbot, opened, files, tmp_path, monkeypatch, kind  # noqa: F811
):  # fmt: skip
    cube, truth = opened.session.cube, read_classes(files / "truth.tif")
    grid = Grid(cube.rows, cube.cols, cube.geo)
    if kind == "background":
        path = tmp_path / "from 0.npy"
        np.save(path, np.where(truth.array > 0, truth.array.astype(np.int16) - 1, 250))
        file = LabelFile(path, background="250")
    else:
        path = tmp_path / "Punkte.geojson"
        places = [np.argwhere(truth.array == n)[9].tolist() for n in (1, 2)]
        shapes = [{"type": "Feature", "properties": {"class": n + 1},
                   "geometry": {"type": "Point", "coordinates": [col + 0.5, row + 0.5]}}
                  for n, (row, col) in enumerate(places)]  # fmt: skip
        told = {"type": "FeatureCollection", "hsigui": {"coordinates": "pixels"}, "features": shapes}
        path.write_text(json.dumps(told), encoding="utf-8")
        file = LabelFile(path, buffer="2.5px")
    held = read_classes(path, grid=grid, background=file.background or None, buffer=file.buffer or None)
    opened.session.set_truth(held.array, held.classes, path.name, file=file)
    opened.sampler.sample(SplitSpec(3, 1))
    idle(qtbot, opened)
    lines = command(qtbot, opened)
    assert [line[0] for line in lines] == (["sample"] if kind == "background" else ["labels", "sample"])
    (tmp_path / "commands").mkdir()
    monkeypatch.chdir(tmp_path / "commands")
    for line in lines:
        assert main(line) == 0
    drawn = opened.session.labels.array
    assert drawn.any()
    assert np.array_equal(read_classes("repeated-labels.tif").array, drawn)
    python(qtbot, opened, tmp_path / "python", monkeypatch)
    assert np.array_equal(read_classes(tmp_path / "python" / "repeated-labels.tif").array, drawn)


def test_an_export_is_python_too_as_polygons_and_cloud_optimised(qtbot, mapped, tmp_path, monkeypatch):  # noqa: F811
    draw(qtbot, mapped, SplitSpec(4, 1))
    export(qtbot, mapped, tmp_path / "window", "geotiff", "png", "labels", "report")
    python(qtbot, mapped, tmp_path / "python", monkeypatch)
    first, again = (read_classes(path) for path in (tmp_path / "window/out.tif", tmp_path / "python/repeated-map.tif"))
    assert np.array_equal(first.array, again.array)
    assert (tmp_path / "python" / "repeated-map.png").exists()
    kinds = ("geotiff", "polygons", "legend", "labels")
    export(qtbot, mapped, tmp_path / "more", *kinds, cloud=True, simplify=1.0, smallest=4)
    python(qtbot, mapped, tmp_path / "again", monkeypatch)
    with rasterio.open(tmp_path / "again" / "repeated-cog.tif") as cloud:
        assert cloud.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.array_equal(cloud.read(1), first.array)
    cube = mapped.session.cube
    polygons = [
        read_classes(path, grid=Grid(cube.rows, cube.cols, cube.geo)).array
        for path in (tmp_path / "more/out.gpkg", tmp_path / "again/repeated-map.gpkg")
    ]
    assert np.array_equal(*polygons)
    assert not np.array_equal(polygons[0], first.array), "simpler than the map"
    assert (tmp_path / "again" / "repeated-classes.csv").exists()


def test_the_demo_scene_is_written_first(qtbot, demo):
    (made, told) = command(qtbot, demo)
    assert made[0] == "demo"
    assert told == ["info", "repeated-demo/demo-scene.hdr"]
    demo.sampler.sample(SplitSpec(3, 0))
    idle(qtbot, demo)
    assert [line[0] for line in command(qtbot, demo)] == ["demo", "sample"]


def test_what_has_no_command_says_so_in_words(qtbot, window, demo):
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    demo.session.edit(Edit(0, 0, np.ones((1, 1), dtype=bool), 1), "Stroke")
    demo.session.edit(Edit(9, 9, np.ones((1, 1), dtype=bool), 2), "Stroke")
    idle(qtbot, demo)
    assert copied(qtbot, demo, "copy_step_commands") == "before"
    assert "no folder" in texts(demo) or "first answer" in texts(demo)


def test_a_derived_layer_is_made_again_by_its_command(qtbot, opened, files, tmp_path, monkeypatch):  # noqa: F811
    made = make(qtbot, opened, "pca")
    (line,) = command(qtbot, opened)
    assert line[:3] == ["derive", str(files / "scene.hdr"), "pca"]
    assert "was derived" in texts(opened)
    monkeypatch.chdir(tmp_path)
    assert main(line) == 0
    assert made.layer is not None
    (written,) = tmp_path.glob("*.tif")
    with rasterio.open(written) as file:
        np.testing.assert_array_equal(np.moveaxis(file.read(), 0, 2), made.layer.stack)


def test_a_scene_that_was_closed_is_forgotten(qtbot, opened, files):  # noqa: F811
    open_scene(qtbot, opened, files / "other.hdr")
    opened.actions_["close_scene"].trigger()
    idle(qtbot, opened)
    assert copied(qtbot, opened, "copy_step_commands") == "before"
    assert "Nothing was done yet" in texts(opened)


def test_before_anything_was_done_that_is_said(qtbot, window):
    assert not window.actions_["copy_step_commands"].isEnabled()
    window.actions_["copy_step_commands"].setEnabled(True)
    assert copied(qtbot, window, "copy_step_commands") == "before"
    assert "Nothing was done yet" in texts(window)


def test_a_project_remembers_the_file_of_the_truth(opened, files, qtbot):  # noqa: F811
    opened.label_files.open_truth(files / "truth.tif")
    idle(qtbot, opened)
    truth = opened.session.truth
    kept = {name: value for name, value in state_json._truth_to_entries(truth).items() if value is not None}
    found = state_json._truth_from(kept, truth.array.shape)["truth"]
    assert found.file == truth.file
    assert found.file.path == files / "truth.tif"
    older = {**kept, ("truth", "about"): '{"name": "truth.tif", "matched_by_user": false}'}
    assert state_json._truth_from(older, truth.array.shape)["truth"].file is None


def test_areas_by_zone_are_counted_of_the_map_that_its_steps_finish(qtbot, mapped, tmp_path):  # noqa: F811
    draw(qtbot, mapped, SplitSpec(4, 1))
    mapped.desk.prompts.save = tmp_path / "labels.tif"
    mapped.label_files.save_as()
    zones = tmp_path / "zö nes.tif"
    write_classes(zones, np.ones(mapped.session.labels.shape, dtype=np.uint16), mapped.session.classes)
    mapped.session.scene.finishing.set_steps((ChosenStep("majority", "3"),))
    mapped.actions_["show_zones"].trigger()
    idle(qtbot, mapped)
    control = mapped._part(ZonesController)
    control.page.classes.setCurrentIndex(control.page.classes.findData("finished"))
    control.take_zones(zones)
    idle(qtbot, mapped)
    idle(qtbot, mapped)
    drawn, edited, counted = command(qtbot, mapped)
    assert (drawn[0], edited[0], edited[-2:]) == ("classify", "edit", ["--majority", "3"])
    assert counted == ["areas", edited[2], "repeated-areas.xlsx", "--zones", str(zones)]
    assert "areas.save('repeated-areas.xlsx')" in copied(qtbot, mapped, "copy_step_python")
