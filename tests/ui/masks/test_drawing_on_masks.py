"""Masks drawn on with the label tools in the window: every tool, undo, what follows from it, and what a kill leaves."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.demo import write_demo
from hsigui.document.overlays import SUBJECT
from hsigui.document.paint_target import LABELS
from hsigui.pipeline import live
from hsigui.ui.masks.controller import MasksPanelController
from hsigui.ui.masks.dialogs import DistanceDialog
from hsigui.ui.masks.panel import MasksPanel
from hsigui.ui.results.exported import result_of
from tests.ui.layers.asked import dialog, part
from tests.ui.masks.test_masks_panel import back, by_formula, tick
from tests.ui.windows import click, features_of, idle, labels, open_scene, paint, press, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def new_mask(window) -> None:
    window.actions_["draw_new_mask"].trigger()


def masked(window, number: int = 0) -> np.ndarray:
    return window.session.scene.masks.all[number].mask.masked


@pytest.fixture
def embedded(monkeypatch):
    """Which scenes features were computed of."""
    found = []

    def embed_again(_ctx, cube, encoder, folder):
        found.append(cube)
        return live.Trained(encoder, features_of(cube), folder)

    monkeypatch.setattr(live, "embed_again", embed_again)
    return found


def use(qtbot, window, name: str) -> None:
    """A tool as a hand uses it, at one place."""
    window.labels.choose_tool(name)
    if name == "superpixel":
        idle(qtbot, window)
        qtbot.waitUntil(lambda: window.labels.controller._superpixels.area_at(60, 60) is not None)
    if name == "fill":
        click(window, 60, 60)
        idle(qtbot, window)
        qtbot.waitUntil(lambda: window.labels.fill.area is not None)
        press(window, Qt.Key.Key_Return)
    elif name == "polygon":
        for pixel in ((50, 50), (50, 70), (70, 60)):
            click(window, *pixel)
        QTest.mouseClick(window.image.viewport(), RIGHT, Qt.KeyboardModifier.NoModifier,
                         window.image.position_of(60, 60))  # fmt: skip
    elif name == "lasso":
        paint(window, (50, 50), (50, 70), (70, 70), (70, 50), (50, 50))
    else:
        paint(window, (60, 60), (64, 70))


def test_every_tool_draws_on_the_mask_one_step_each_and_labels_stay(qtbot, demo):
    scene, bar, panel = demo.session.scene, demo.labels.options, part(demo, MasksPanel)
    classes = scene.classes
    assert not demo.actions_["draw_on_mask"].isEnabled()
    new_mask(demo)
    assert demo.image.tool == "brush"
    assert bar.on_mask.isVisible()
    assert bar.on_mask.text() == "Drawing on mask ‘Drawn’: labels are not touched · Esc: labels"
    assert panel.draw.isChecked()
    assert "Drawing on mask ‘Drawn’" in panel.drawing.text()
    assert not scene.undo_text
    for name in ("brush", "pixel", "line", "rectangle", "polygon", "lasso", "fill", "superpixel"):
        use(qtbot, demo, name)
        drawn = masked(demo)
        assert drawn[60, 60], name
        assert scene.undo_text.endswith(": Drawn (mask)"), name
        use(qtbot, demo, "eraser")
        assert masked(demo).sum() < drawn.sum(), name
        press(demo, "Z", CTRL)
        np.testing.assert_array_equal(masked(demo), drawn)
        press(demo, "Z", CTRL)
        assert not masked(demo).any(), name
    press(demo, "Z", CTRL | SHIFT)
    np.testing.assert_array_equal(masked(demo), drawn)
    assert panel.table.item(0, 1).text() == f"{drawn.sum():,}"
    assert not labels(demo).any()
    assert scene.classes is classes, "no class is made for it"
    use(qtbot, demo, "pick")
    assert "no classes to take one from" in texts(demo)
    press(demo, "B")
    press(demo, Qt.Key.Key_Escape)
    assert demo.image.tool == "navigate"
    assert not bar.on_mask.isVisible()
    assert not panel.draw.isChecked()
    press(demo, "Z", CTRL)
    assert not masked(demo).any(), "in its turn, also when labels are painted again"


def test_the_mask_is_seen_as_it_is_drawn(qtbot, demo):
    scene = demo.session.scene
    new_mask(demo)
    assert [overlay.id for overlay in scene.overlays if overlay.subject] == [SUBJECT + "mask 1"]
    port, image = demo.image.viewport(), demo.image

    def color(row: int, col: int) -> tuple[int, ...]:
        return image.grab().toImage().pixelColor(image.position_of(row, col)).getRgb()[:3]

    before = color(60, 62)
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, image.position_of(60, 60))
    QTest.mouseMove(port, image.position_of(60, 70))
    idle(qtbot, demo)
    QTest.mouseMove(port, image.position_of(60, 90))
    assert not masked(demo).any(), "the stroke goes on"
    qtbot.waitUntil(lambda: color(60, 62) != before)
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, image.position_of(60, 90))
    assert masked(demo)[60, 62]


def test_another_mode_another_scene_and_a_mask_that_goes_end_drawing(qtbot, window, tmp_path):
    for name in ("one", "two"):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(0).random((40, 42, 12)))
    open_scene(qtbot, window, tmp_path / "one.npy")
    first = window.session.scene
    new_mask(window)
    press(window, "V")
    assert first.painting.on(LABELS)
    assert not window.actions_["draw_on_mask"].isChecked()
    press(window, "V")
    press(window, "M", SHIFT)
    assert first.mask_drawn_on == 1
    open_scene(qtbot, window, tmp_path / "two.npy")
    assert first.painting.on(LABELS)
    assert not window.labels.options.on_mask.isVisible()
    press(window, "B")
    paint(window, (20, 10), (20, 20))
    assert labels(window).any()
    window.session.show(first)
    press(window, "M", SHIFT)
    part(window, MasksPanelController).delete()
    assert first.painting.on(LABELS)
    assert not window.labels.options.on_mask.isVisible()
    back(window, "was deleted").click()
    press(window, "M", SHIFT)
    QTest.mouseClick(part(window, MasksPanel).draw, LEFT)
    assert first.painting.on(LABELS)


def test_the_map_follows_when_drawing_ends_and_once_and_so_it_does_when_strokes_are_taken_back(qtbot, mapped, embedded):
    scene = mapped.session.scene
    by_formula(qtbot, mapped, "ndvi > 5")
    tick(qtbot, mapped, 0, 1)
    idle(qtbot, mapped)
    embedded.clear()
    press(mapped, "M", SHIFT)
    assert "(Map) follows when drawing ends" in part(mapped, MasksPanel).drawing.text()
    press(mapped, "R")
    paint(mapped, (60, 60), (65, 65))
    paint(mapped, (70, 60), (75, 65))
    idle(qtbot, mapped)
    assert not embedded
    assert scene.map.class_map.classes[60, 60]
    assert not result_of(mapped.session).record().masks, "the record tells of what the map was made without"
    press(mapped, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not scene.map.class_map.classes[60:66, 60:66].any() if scene.map else False, timeout=60_000)
    idle(qtbot, mapped)
    assert len(embedded) == 1
    (told,) = result_of(mapped.session).record().masks
    assert (told["pixels"], told["recipe"]) == (72, "--formula 'ndvi > 5' (drawn: 72 pixels masked out, 0 kept)")
    press(mapped, "Z", CTRL)
    qtbot.waitUntil(lambda: scene.map.class_map.classes[70:76, 60:66].all() if scene.map else False, timeout=60_000)
    idle(qtbot, mapped)
    assert len(embedded) == 2
    assert not scene.map.class_map.classes[60:66, 60:66].any()
    assert mapped.session.scene.features_fit


def test_other_pixels_for_pretraining_are_asked_about_once_and_a_no_draws_them_back(qtbot, mapped, answers):
    scene = mapped.session.scene
    new_mask(mapped)
    tick(qtbot, mapped, 0, 0)
    press(mapped, "R")
    paint(mapped, (60, 60), (65, 65))
    paint(mapped, (70, 60), (75, 65))
    assert "Other pixels for pretraining" not in answers.asked
    press(mapped, Qt.Key.Key_Escape)
    assert answers.asked.count("Other pixels for pretraining") == 1
    assert scene.features is not None
    assert not masked(mapped).any()
    assert "was taken back" in texts(mapped)
    answers.sure = True
    press(mapped, "Z", CTRL)
    assert answers.asked.count("Other pixels for pretraining") == 2
    assert masked(mapped).sum() == 72, "nothing of it was lost"
    assert scene.run is None
    assert not scene.learned_cube.valid_mask()[60, 60]


def test_pretraining_learns_without_what_was_just_drawn(qtbot, demo, training):
    scene = demo.session.scene
    new_mask(demo)
    tick(qtbot, demo, 0, 0)
    press(demo, "R")
    paint(demo, (60, 60), (65, 65))
    assert scene.learned_cube is scene.cube
    trained(qtbot, demo, training)
    assert scene.painting.on(LABELS)
    assert not scene.learned_cube.valid_mask()[60, 60]


def test_a_map_mask_that_goes_while_a_training_runs_has_the_features_renewed(qtbot, demo, training, embedded):
    scene = demo.session.scene
    new_mask(demo)
    press(demo, "R")
    paint(demo, (60, 60), (65, 65))
    press(demo, Qt.Key.Key_Escape)
    tick(qtbot, demo, 0, 1)
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 0)
    part(demo, MasksPanelController).delete()
    training.go.set()
    qtbot.waitUntil(lambda: scene.features is not None and bool(scene.features.valid[60, 60]), timeout=60_000)
    idle(qtbot, demo)
    assert embedded == [scene.cube]


def test_taking_a_change_back_and_growing_lose_no_stroke_that_came_meanwhile(qtbot, demo):
    scene, panel = demo.session.scene, part(demo, MasksPanel)
    new_mask(demo)
    tick(qtbot, demo, 0, 2)
    press(demo, "R")
    paint(demo, (60, 60), (65, 65))
    by_formula(qtbot, demo, "ndvi > 0.5")
    back(demo, "is used for: Statistics.").click()
    first, second = scene.masks
    assert (first.uses, first.mask.pixels) == (frozenset(), 36)
    assert second.name == "ndvi > 0.5"
    panel.table.selectRow(0)
    demo.actions_["grow_mask"].trigger()
    dialog(demo, DistanceDialog).accept()
    paint(demo, (80, 80), (81, 81))
    idle(qtbot, demo)
    assert "changed meanwhile" in texts(demo)
    assert masked(demo).sum() == 40
    assert scene.mask_drawn_on == 1


def test_commands_take_a_drawn_mask_from_its_file_and_ask_for_one_where_it_is_another_since(
    qtbot, demo, answers, tmp_path, training
):
    scene = demo.session.scene
    new_mask(demo)
    press(demo, "R")
    paint(demo, (60, 60), (65, 65))
    press(demo, Qt.Key.Key_Escape)
    tick(qtbot, demo, 0, 2)
    answers.save = tmp_path / "drawn.tif"
    demo.actions_["export_mask"].trigger()
    idle(qtbot, demo)
    assert scene.masks.all[0].mask.file == str(answers.save)
    press(demo, "M", SHIFT)
    press(demo, "R")
    paint(demo, (70, 60), (75, 65))
    press(demo, Qt.Key.Key_Escape)
    assert scene.masks.all[0].mask.file == "", "the file has other pixels"


@pytest.mark.parametrize("stroke_ends", [True, False])
def test_a_kill_leaves_the_mask_as_it_was_drawn_also_in_the_middle_of_a_stroke(
    qtbot, window, tmp_path, stroke_ends, make_window, answers
):
    scene_path = write_demo(tmp_path / "scene")[0]
    open_scene(qtbot, window, scene_path)
    new_mask(window)
    press(window, "R")
    paint(window, (60, 60), (65, 65))
    window.labels.choose_tool("pixel")
    port, image = window.image.viewport(), window.image
    QTest.mousePress(port, LEFT, Qt.KeyboardModifier.NoModifier, image.position_of(80, 60))
    QTest.mouseMove(port, image.position_of(80, 69))
    if stroke_ends:
        QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, image.position_of(80, 69))
    else:
        window.states.look()  # within a second, by itself
    drawn = window.session.scene.masks.kept[0].mask
    assert window.session.scene.stroking is not stroke_ends
    assert window.keeping.journal.settle()
    shutil.copytree(tmp_path / "projects", tmp_path / "killed" / "projects")
    QTest.mouseRelease(port, LEFT, Qt.KeyboardModifier.NoModifier, image.position_of(80, 69))
    window.close()
    shutil.rmtree(tmp_path / "projects")
    shutil.copytree(tmp_path / "killed" / "projects", tmp_path / "projects")
    again = make_window()
    open_scene(qtbot, again, scene_path)
    qtbot.waitUntil(lambda: len(again.session.scene.masks) == 1)
    found = again.session.scene.masks.all[0]
    assert (found.mask.sha256, found.mask.pixels) == (drawn.sha256, 36 + 10)
    assert found.mask.recipe == drawn.recipe
    again.actions_["draw_on_mask"].trigger()
    again.labels.choose_tool("eraser")
    again.image.brush_size = 1
    paint(again, (60, 60), (60, 61))
    assert again.session.scene.masks.all[0].mask.pixels == 44
