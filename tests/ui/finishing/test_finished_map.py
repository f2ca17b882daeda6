"""The finished map in the window: steps follow every map, tools paint on it, and undo takes both back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt

from hsigui.document.finished import ChosenStep
from hsigui.document.paint_target import LABELS
from hsigui.finishing.asked import step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import finished
from hsigui.ui.finishing.panel import FinishPanel
from tests.ui.windows import click, idle, labels, paint, press

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def by_hand(window) -> np.ndarray:
    """The present map after the steps that are on, without the window."""
    scene = window.session.scene
    steps = [step_of(step.option, step.text) for step in scene.finishing.steps if step.on]
    return finished(FinishedMap(window.session.class_map.classes, scene.classes), steps).classes


def drawn(window, row: int, col: int) -> tuple[int, ...]:
    """The colour of a pixel of the map as it is drawn."""
    window.image.repaint()
    at = window.image.position_of(row, col)
    picture = window.image.viewport().grab().toImage()
    return picture.pixelColor(QPoint(at.x(), at.y())).getRgb()[:3]


def test_steps_follow_every_new_map_and_the_answer_stays_beside_it(qtbot, mapped):
    scene, panel = mapped.session.scene, mapped._part(FinishPanel)
    mapped.docks["Finish map"].raise_()
    answer = scene.map.class_map.classes
    assert not mapped.subjects.named(scene, "finished")
    panel.add("majority")
    panel.add("sieve")
    idle(qtbot, mapped)
    assert scene.shows_finished
    np.testing.assert_array_equal(scene.finished.classes, by_hand(mapped))
    assert scene.map.class_map.classes is answer
    changed = np.argwhere((scene.finished.classes != answer) & (labels(mapped) == 0))
    row, col = (int(n) for n in changed[len(changed) // 2])
    finished_color = drawn(mapped, row, col)
    press(mapped, "P", SHIFT)
    assert drawn(mapped, row, col) != finished_color
    press(mapped, "P", SHIFT)
    assert drawn(mapped, row, col) == finished_color
    mapped.maps.show_pixel(row, col)
    assert "by the steps (the model: " in mapped.map_panel.pixel.text()
    subject = mapped.subjects.named(scene, "finished")
    table = scene.finished.table
    assert (
        tuple(subject.draw((row, col, row + 1, col + 1), 1)[0, 0, :3])
        == table.get(int(scene.finished.classes[row, col])).color
    )
    before = scene.finished
    press(mapped, "B")
    press(mapped, "1")
    paint(mapped, (60, 60), (60, 64))
    qtbot.waitUntil(lambda: scene.map.class_map.classes is not answer, timeout=5000)
    assert scene.finished.classes is before.classes or scene.finishing.computed.of is scene.map.class_map
    idle(qtbot, mapped)
    np.testing.assert_array_equal(scene.finished.classes, by_hand(mapped))
    mapped.actions_["swipe_finished"].trigger()
    assert mapped.actions_["swipe"].isChecked()
    mapped.actions_["swipe"].setChecked(False)
    scene.finishing.set_steps((ChosenStep("majority", "4"),))
    idle(qtbot, mapped)
    assert "window of 4" in panel.problem.text()
    np.testing.assert_array_equal(scene.finished.classes, scene.map.class_map.classes)


def test_tools_paint_on_the_map_while_it_is_chosen_and_labels_stay(qtbot, mapped):
    scene, bar = mapped.session.scene, mapped.labels.options
    kept, answer = labels(mapped).copy(), scene.map.class_map.classes
    assert mapped.image.tool == "navigate"
    press(mapped, "V", SHIFT)
    assert mapped.image.tool == "brush", "whoever wants to paint on the map has something to paint with"
    press(mapped, Qt.Key.Key_Escape)
    assert mapped.image.tool == "navigate", "and does not paint labels afterwards"
    press(mapped, "V", SHIFT)
    assert bar.on_map.isVisible()
    assert mapped.actions_["show_finished"].isChecked()
    press(mapped, "X")
    press(mapped, "2")
    paint(mapped, (60, 60), (60, 63))
    assert (scene.finished.classes[60, 60:64] == 2).all()
    assert scene.finishing.pixels == 4
    np.testing.assert_array_equal(labels(mapped), kept)
    assert scene.map.class_map.classes is answer
    mapped.maps.show_pixel(60, 61)
    assert "painted by hand" in mapped.map_panel.pixel.text()
    press(mapped, "3")
    press(mapped, "C")
    click(mapped, 60, 62)
    assert scene.current_class == 2, "the class of the finished map"
    press(mapped, "R")
    paint(mapped, (80, 80), (83, 84))
    assert scene.finishing.pixels == 4 + 20
    press(mapped, "E")
    mapped.image.brush_size = 1
    paint(mapped, (60, 60), (60, 61))
    np.testing.assert_array_equal(scene.finished.classes[60, 60:62], answer[60, 60:62])
    press(mapped, "Z", CTRL)
    assert (scene.finished.classes[60, 60:64] == 2).all()

    press(mapped, Qt.Key.Key_Escape)
    assert not bar.on_map.isVisible()
    assert not mapped.actions_["paint_map"].isChecked()
    press(mapped, "X")
    paint(mapped, (100, 20))
    idle(qtbot, mapped)
    assert labels(mapped)[100, 20] == 2
    assert (scene.finished.classes[60, 60:64] == 2).all(), "what is painted stays over the new map"
    press(mapped, "Z", CTRL)
    assert labels(mapped)[100, 20] == kept[100, 20]
    press(mapped, "Z", CTRL)
    assert scene.finishing.pixels == 4, "the rectangle was painted before the label"
    press(mapped, "Z", CTRL | SHIFT)
    press(mapped, "Z", CTRL | SHIFT)
    assert (scene.finishing.pixels, labels(mapped)[100, 20]) == (24, 2)
    mapped.actions_["erase_painted"].trigger()
    assert scene.finishing.pixels == 0
    press(mapped, "V", SHIFT)
    press(mapped, "V")
    assert scene.painting.on(LABELS), "validation labels are painted now"
    assert bar.validation.isVisible()
    idle(qtbot, mapped)
