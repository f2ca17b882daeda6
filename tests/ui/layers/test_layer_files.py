"""Layers as files with their records, and as commands and Python that make them again."""

from __future__ import annotations

import json

import numpy as np
import rasterio
from PySide6.QtGui import QGuiApplication

import hsigui
from hsigui.cli import run
from hsigui.document.derived import DerivedView
from hsigui.ui.layers.files import file_name
from tests.ui.layers.asked import choose, layers, make, new_dialog, settle
from tests.ui.windows import click, idle, opened, texts


def copied(window, action: str) -> str:
    QGuiApplication.clipboard().clear()
    window.actions_[action].trigger()
    return QGuiApplication.clipboard().text()


def test_a_layer_is_written_with_its_recipe_and_the_command_that_makes_it(qtbot, window, demo_files, answers, tmp_path):
    opened(qtbot, window, demo_files[0])
    found = make(qtbot, window, "pca")
    answers.save = tmp_path / "out.tif"
    window.actions_["export_layer"].trigger()
    settle(qtbot, window)
    assert answers.proposed[-1].endswith("-Principal-components.tif")
    assert "was written to" in texts(window)
    with rasterio.open(answers.save) as file:
        np.testing.assert_array_equal(np.moveaxis(file.read(), 0, 2), found.layer.array)
        assert file.descriptions == ("PC 1", "PC 2", "PC 3")
    record = json.loads((tmp_path / "out.tif.hsigui.json").read_text())
    assert record["commands"] == [f"hsigui derive {demo_files[0].resolve()} pca --out repeated-layer.tif"]


def test_clusters_are_written_as_a_map(qtbot, demo, answers, tmp_path):
    found = make(qtbot, demo, "kmeans")
    answers.save = tmp_path / "clusters.tif"
    demo.actions_["export_layer"].trigger()
    settle(qtbot, demo)
    with rasterio.open(answers.save) as file:
        np.testing.assert_array_equal(file.read(1), found.layer.array)


def test_the_copied_command_makes_the_mask_that_is_shown(qtbot, window, demo_files, tmp_path, monkeypatch):
    opened(qtbot, window, demo_files[0])
    found = make(qtbot, window, "index", "ndvi")
    window.session.scene.derived.add(found.layer.masked(-0.1, 0.5), 0)
    choose(window, 2)
    line = copied(window, "copy_layer_command").strip()
    path = demo_files[0].resolve()
    assert line == (
        f"hsigui derive {path} ndvi --out repeated-layer.tif --mask repeated-mask.tif --above -0.1 --below 0.5"
    )
    monkeypatch.chdir(tmp_path)
    assert run(line.split()[1:]) == 0
    mask = layers(window)[1].layer
    with rasterio.open("repeated-mask.tif") as file:
        np.testing.assert_array_equal(file.read(1), mask.array)


def test_the_copied_python_makes_the_layer_compared_with_pixels(qtbot, window, demo_files, tmp_path, monkeypatch):
    opened(qtbot, window, demo_files[0])
    from PySide6.QtCore import Qt

    click(window, 20, 30, Qt.KeyboardModifier.ShiftModifier)
    idle(qtbot, window)
    found = make(qtbot, window, "sam")
    script = copied(window, "copy_layer_python")
    assert "spectra={'pixel 20, 30': cube.spectrum(20, 30)}" in script
    assert "--pixel 20,30" in copied(window, "copy_layer_command")
    monkeypatch.chdir(tmp_path)
    exec(script, {"hsigui": hsigui})
    with rasterio.open("repeated-layer.tif") as file:
        np.testing.assert_allclose(file.read(1), found.layer.array, atol=1e-6)


def test_what_no_command_can_make_is_said(qtbot, demo):
    asked = new_dialog(demo, "sam")
    asked.reject()
    found = make(qtbot, demo, "pca")
    from hsigui.analysis.layer import LayerRecipe, Target

    recipe = LayerRecipe("sam", {}, (Target("of a library", (0.5, 0.25), (400.0, 500.0)),))
    demo.session.scene.derived.add(found.layer.__class__("x", recipe, found.layer.array, found.layer.names), 0)
    choose(demo, 2)
    assert copied(demo, "copy_layer_command") == ""
    assert "not those of single pixels" in texts(demo)


def test_a_layer_that_is_only_kept_is_made_before_it_is_written(qtbot, demo, answers, tmp_path):
    make(qtbot, demo, "pca")
    derived = demo.session.scene.derived
    derived.take_up(derived.kept, DerivedView())
    settle(qtbot, demo)
    assert layers(demo)[0].layer is None
    answers.save = tmp_path / "again.tif"
    demo.actions_["export_layer"].trigger()
    settle(qtbot, demo)
    idle(qtbot, demo)
    assert answers.save.exists()
    assert layers(demo)[0].layer is not None


def test_names_of_layers_become_names_of_files():
    assert file_name("NDVI ≥ 0.4") == "NDVI-from-0.4"
    assert file_name("(b850 - b670) / (b850 + b670)") == "b850-b670-b850-b670"
    assert file_name("//") == "layer"
