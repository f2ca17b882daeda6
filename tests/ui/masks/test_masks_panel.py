"""Masks in the window: found, listed, used, changed, taken back, and what becomes of encoder and map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.document.overlays import SUBJECT
from hsigui.document.taking_up import state_of
from hsigui.masks.files import read_mask
from hsigui.pipeline import live
from hsigui.ui.masks.controller import MasksPanelController
from hsigui.ui.masks.dialogs import ComparisonDialog, DistanceDialog, NamesDialog
from hsigui.ui.masks.panel import FIRST_USE, NAME, MasksPanel
from hsigui.ui.results.exported import result_of
from tests.ui.layers.asked import dialog, part
from tests.ui.windows import button, click, features_of, idle, paint, press, texts


def ask(window, action: str, kind):
    window.actions_[action].trigger()
    return dialog(window, kind)


def by_formula(qtbot, window, text: str):
    asked = ask(window, "mask_by_formula", ComparisonDialog)
    asked.text.selectAll()
    QTest.keyClicks(asked.text, text)
    QTest.keyClick(asked.text, Qt.Key.Key_Return)
    idle(qtbot, window)
    return window.session.scene.masks.all[-1]


def tick(qtbot, window, row: int, use: int) -> None:
    table = part(window, MasksPanel).table
    item = table.item(row, FIRST_USE + use)
    item.setCheckState(Qt.CheckState.Unchecked if item.checkState() == Qt.CheckState.Checked else Qt.CheckState.Checked)
    qtbot.wait(1)
    idle(qtbot, window)


def back(window, told: str) -> QPushButton:
    """The button of the message that says so."""
    message = next(message for message in window.messages.messages if told in message.text)
    return next(each for each in message.findChildren(QPushButton) if each.text() == "Take it back")


def drawn(qtbot, window, like) -> None:
    """Waits for a map that is like that."""
    scene = window.session.scene
    idle(qtbot, window)
    qtbot.waitUntil(lambda: scene.map is not None and like(scene.map.class_map.classes), timeout=10_000)
    idle(qtbot, window)


def test_a_mask_is_found_grown_joined_renamed_deleted_and_taken_back(qtbot, demo, answers, tmp_path):
    asked = ask(demo, "mask_by_formula", ComparisonDialog)
    asked.text.setText("ndvi")
    assert "compares nothing" in asked.problem.text()
    assert not asked.buttons.button(asked.buttons.StandardButton.Ok).isEnabled()
    asked.reject()
    made = by_formula(qtbot, demo, "ndvi > 0.5")
    scene, panel = demo.session.scene, part(demo, MasksPanel)
    cube = scene.cube
    near, red = (int(np.abs(cube.wavelengths - nm).argmin()) for nm in (800, 670))
    values = cube.read().astype(np.float64)
    wanted = (values[..., near] - values[..., red]) / (values[..., near] + values[..., red]) > 0.5
    np.testing.assert_array_equal(made.mask.masked, wanted)
    assert panel.table.item(0, 0).text() == made.name == "ndvi > 0.5"
    assert panel.table.item(0, 1).text() == f"{int(wanted.sum()):,}"
    assert "--formula 'ndvi > 0.5'" in panel.told.text()
    assert [overlay.id for overlay in scene.overlays if overlay.subject] == [SUBJECT + "mask 1"]
    picture = demo.subjects
    subject = picture.named(scene, "mask 1")
    drawn = subject.draw((0, 0, cube.rows, cube.cols), 1)
    np.testing.assert_array_equal(drawn[..., 3] > 0, wanted)
    assert len(np.unique(drawn[..., 3])) == 3, "hatched"

    grown = ask(demo, "grow_mask", DistanceDialog)
    grown.pixels.setValue(2)
    grown.accept()
    idle(qtbot, demo)
    assert scene.masks.all[0].mask.pixels > wanted.sum()
    assert scene.masks.all[0].mask.recipe.told.endswith("--grow 2")
    button(demo, "Take it back").click()
    assert scene.masks.all[0].mask.pixels == wanted.sum()

    by_formula(qtbot, demo, "b1650 < 0.1")
    panel.table.selectAll()
    demo.actions_["common_masks"].trigger()
    idle(qtbot, demo)
    one, two, both = scene.masks
    np.testing.assert_array_equal(both.mask.masked, one.mask.masked & two.mask.masked)
    answers.save = tmp_path / "a b.tif"
    demo.actions_["export_mask"].trigger()
    idle(qtbot, demo)
    assert read_mask(answers.save, cube).sha256 == both.mask.sha256
    assert scene.masks.all[2].mask.file == str(answers.save)
    demo.actions_["delete_mask"].trigger()
    assert len(scene.masks) == 2
    button(demo, "Take it back").click()
    assert scene.masks.all[2].name == both.name
    answers.path = answers.save
    demo.actions_["open_mask"].trigger()
    idle(qtbot, demo)
    assert scene.masks.all[3].mask.sha256 == both.mask.sha256
    assert state_of(scene).masks == scene.masks.all

    before = scene.masks.all
    item = panel.table.item(0, NAME)
    item.setText("grün & groß")
    qtbot.waitUntil(lambda: scene.masks.all[0].name == "grün & groß")
    back(demo, "is called grün & groß now.").click()
    assert scene.masks.all == before
    tick(qtbot, demo, 0, 2)
    assert scene.masks.all[0].uses == {"statistics"}
    back(demo, "is used for: Statistics.").click()
    assert scene.masks.all == before
    assert scene.counted_cube is cube
    assert panel.table.item(0, FIRST_USE + 2).checkState() == Qt.CheckState.Unchecked


def test_masks_of_the_map_draw_it_anew_and_those_of_pretraining_ask_first(qtbot, mapped, answers, monkeypatch):
    scene = mapped.session.scene
    embedded = []

    def embed_again(_ctx, cube, encoder, folder):
        embedded.append(cube)
        return live.Trained(encoder, features_of(cube), folder)

    monkeypatch.setattr(live, "embed_again", embed_again)
    asked = ask(mapped, "mask_by_map", NamesDialog)
    asked.list.item(0).setCheckState(Qt.CheckState.Checked)
    asked.accept()
    idle(qtbot, mapped)
    masked = scene.masks.all[0].mask.masked
    encoder, before = mapped.session.encoder, scene.map.class_map.classes.copy()
    assert (before[masked] > 0).all()
    tick(qtbot, mapped, 0, 2)
    assert mapped.session.encoder is encoder
    assert not embedded
    assert np.isnan(scene.counted_cube.read()[masked]).all()
    tick(qtbot, mapped, 0, 1)
    qtbot.waitUntil(
        lambda: not mapped.bridge.running and scene.map is not None and not scene.map.class_map.classes[masked].any()
    )
    assert mapped.session.encoder is encoder, "nothing is trained again"
    assert embedded == [scene.mapped_cube]
    (told,) = result_of(mapped.session).record().masks
    assert (told["name"], told["use"]) == (scene.masks.all[0].name, "map")
    tick(qtbot, mapped, 0, 1)
    qtbot.waitUntil(
        lambda: not mapped.bridge.running and scene.map is not None and scene.map.class_map.classes[masked].all()
    )

    tick(qtbot, mapped, 0, 0)
    assert answers.asked[-1] == "Other pixels for pretraining"
    assert mapped.session.encoder is encoder
    assert scene.masks.all[0].uses == {"statistics"}
    assert part(mapped, MasksPanel).table.item(0, FIRST_USE).checkState() == Qt.CheckState.Unchecked
    answers.sure = True
    revision = scene.input_revision
    tick(qtbot, mapped, 0, 0)
    assert scene.run is None
    assert scene.input_revision == revision + 1
    assert not scene.learned_cube.valid_mask()[masked].any()
    part(mapped, MasksPanelController).delete()
    assert scene.learned_cube is scene.cube
    assert texts(mapped)


def test_a_mask_is_drawn_with_the_label_tools_or_by_an_outline_and_leaves_no_labels(qtbot, demo):
    scene = demo.session.scene
    demo.actions_["mask_by_labels"].trigger()
    assert "No pixel is labelled" in texts(demo)
    demo.actions_["mask_by_outline"].trigger()
    assert "No pixel is enclosed" in texts(demo)
    press(demo, "N", Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, demo)
    press(demo, "R")
    paint(demo, (20, 30), (40, 50))
    painted = scene.labels.array > 0
    assert painted.sum() == 21 * 21
    demo.actions_["mask_by_labels"].trigger()
    idle(qtbot, demo)
    (drawn_one,) = scene.masks.all
    np.testing.assert_array_equal(drawn_one.mask.masked, painted)
    message = next(message for message in demo.messages.messages if "are still labels" in message.text)
    away = next(each for each in message.findChildren(QPushButton) if each.text() == "Take the labels away")
    QTest.mouseClick(away, Qt.MouseButton.LeftButton)
    assert not (scene.labels.array > 0).any()
    press(demo, "Z", Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(scene.labels.array > 0, painted)
    demo.image.set_tool("measure")
    for corner in ((60, 60), (60, 90), (90, 90), (90, 60)):
        click(demo, *corner)
    demo.actions_["mask_by_outline"].trigger()
    idle(qtbot, demo)
    outline = scene.masks.all[-1].mask.masked
    assert outline[62:88, 62:88].all()
    assert not outline[:58].any()
    assert not outline[:, 93:].any()
