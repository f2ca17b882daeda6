"""A mask drawn by hand on a formula's, in the real window: undo, a project and the next day, a map, its record, and the
same by command."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from hsigui.cube.demo import write_demo
from hsigui.labels.formats.files import read_classes
from hsigui.masks.files import read_mask
from hsigui.pipeline import live, provenance
from hsigui.specs import SplitSpec
from hsigui.ui.results.export_dialog import ExportChoice
from tests.ui.masks.test_masks_panel import by_formula, tick
from tests.ui.windows import features_of, idle, opened, paint, press, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_mask_is_drawn_on_kept_in_a_project_and_a_map_is_made_with_it(
    qtbot, make_window, answers, training, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        live, "embed_again", lambda _ctx, cube, encoder, folder: live.Trained(encoder, features_of(cube), folder)
    )
    scene_path = write_demo(tmp_path / "Übung")[0]
    window = make_window()
    opened(qtbot, window, scene_path)
    answers.save = project = tmp_path / "fields.hsigui"
    window.actions_["save_project_as"].trigger()
    qtbot.waitUntil(lambda: window.keeping.project is not None, timeout=60_000)

    # A formula finds most of it, the hand the rest; one stroke too many is taken back.
    found = by_formula(qtbot, window, "ndvi > 0.5").mask.masked
    press(window, "M", SHIFT)
    press(window, "R")
    paint(window, (60, 60), (75, 80))
    paint(window, (5, 5), (30, 30))
    press(window, "Z", CTRL)
    press(window, "E")
    paint(window, (100, 20), (100, 60))
    wanted = window.session.scene.masks.all[0].mask
    assert wanted.masked[60:76, 60:81].all()
    np.testing.assert_array_equal(wanted.masked[5:31, 5:31], found[5:31, 5:31])
    assert not wanted.masked[100, 20:61].any()
    assert "--formula 'ndvi > 0.5' (drawn: " in wanted.recipe.told
    assert not window.session.labels.labelled()
    tick(qtbot, window, 0, 1)
    window.close()

    # The next day the mask is there and is drawn on further.
    window = make_window()
    window.projects.open(project)
    qtbot.waitUntil(lambda: len(window.session.scene.masks) == 1, timeout=60_000)
    idle(qtbot, window)
    scene = window.session.scene
    assert (scene.masks.all[0].mask.sha256, scene.masks.all[0].uses) == (wanted.sha256, {"map"})
    assert scene.masks.all[0].mask.recipe == wanted.recipe
    press(window, "M", SHIFT)
    press(window, "X")
    paint(window, (90, 90), (90, 95))
    press(window, Qt.Key.Key_Escape)
    masked = scene.masks.all[0].mask.masked
    assert masked[90, 90:96].all()

    # A map does without its pixels, and says so with how many there are and how large they are.
    window.label_files.open_truth(scene_path.parent / "demo-truth.hdr")
    idle(qtbot, window)
    window.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, window)
    trained(qtbot, window, training)
    assert scene.map is not None
    assert not scene.map.class_map.classes[masked].any()
    out = tmp_path / "out"
    window.exporter.export(ExportChoice(("geotiff", "labels"), out, "map"))
    idle(qtbot, window)
    array = read_classes(out / "map.tif").array
    (told,) = provenance.load(out / "map.tif", array).masks
    assert told["pixels"] == masked.sum()
    assert told["use"] == "map"
    assert "(drawn: " in told["recipe"]
    assert told.get("area_m2") == round(scene.masks.all[0].mask.area, 3) > 0

    # No command draws it: it is exported, and the lines read the file.
    window.actions_["copy_commands"].trigger()
    idle(qtbot, window)
    assert "is in no file, and no command makes it" in texts(window)
    answers.save = tmp_path / "drawn.tif"
    window.actions_["export_mask"].trigger()
    idle(qtbot, window)
    assert read_mask(answers.save, scene.cube).recipe == scene.masks.all[0].mask.recipe
    window.messages.clear()
    window.actions_["copy_commands"].trigger()
    idle(qtbot, window)
    assert f"{answers.save}:map" in QGuiApplication.clipboard().text(), texts(window)
