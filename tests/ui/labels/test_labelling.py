"""Validation labels, the history, and labels of every tool through saving, opening and a crash."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton

from hsigui.cube.demo import write_demo
from hsigui.labels.label_map import VALIDATION
from tests.ui.windows import click, drag, idle, labels, open_scene, paint, press, texts, validation

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def test_validation_labels_are_a_layer_of_their_own(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    press(demo, "V")
    assert demo.labels.options.validation.isVisible()
    drag(demo, (65, 65), (80, 80))
    trained = labels(demo)[60:71, 60:71]
    assert (trained == 2).all(), "training labels stay"
    assert validation(demo)[80, 80] == 2
    assert not (validation(demo).astype(bool) & labels(demo).astype(bool)).any()
    press(demo, "E")
    paint(demo, (62, 62), (80, 80))
    assert (labels(demo)[60:71, 60:71] == 2).all(), "the eraser takes the layer that is painted"
    press(demo, "V")
    assert not demo.labels.options.validation.isVisible()


def test_validation_labels_are_drawn_in_stripes(demo, grabbed):
    press(demo, "R")
    press(demo, "V")
    demo.image.zoom_to_pixel(65, 65)
    drag(demo, (60, 60), (70, 70))
    press(demo, "N")
    color = demo.session.classes.get(demo.session.current_class).color
    at = demo.image.position_of(65, 65)
    row = [grabbed(demo.image.viewport(), at + QPoint(x, 0)) for x in range(-12, 12)]
    near = [max(abs(a - b) for a, b in zip(pixel, color, strict=True)) < 40 for pixel in row]
    assert 6 <= sum(near) <= 18


def test_the_map_is_measured_on_validation_labels_and_never_trained_on_them(qtbot, demo, training):
    training.go.set()
    press(demo, "R")
    for number, row in ((1, 20), (2, 60)):
        press(demo, str(number))
        drag(demo, (row, 20), (row + 6, 26))
    demo.actions_["pretrain"].trigger()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None)
    on_truth = demo.session.accuracy.n_test
    trained = demo.session.trained_on.copy()
    press(demo, "V")
    drag(demo, (90, 90), (96, 96))
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None and demo.session.accuracy.n_test == 49)
    assert on_truth > 49
    np.testing.assert_array_equal(demo.session.trained_on, trained)
    assert demo.session.labelled_classes == 2
    demo.session.undo()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None and demo.session.accuracy.n_test == on_truth)


def test_a_click_in_the_history_goes_there_and_back(demo):
    states = [labels(demo).copy()]
    start = demo.session.history.place
    press(demo, "X")
    for col in range(5):
        click(demo, 60, 60 + 3 * col)
        states.append(labels(demo).copy())
    rows = demo.history.list
    assert rows.count() == start + 6
    for place in (2, 5, 0, 3):
        rows.setCurrentRow(start + place)
        np.testing.assert_array_equal(labels(demo), states[place])
        assert demo.session.history.place == start + place
        assert rows.currentRow() == start + place
    demo.docks["History"].raise_()
    at = rows.visualItemRect(rows.item(start + 1)).center()
    QTest.mouseClick(rows.viewport(), LEFT, NONE, at)
    np.testing.assert_array_equal(labels(demo), states[1])
    click(demo, 90, 90)
    assert rows.count() == start + 3, "what was taken back is gone"


def test_a_new_class_never_takes_the_number_of_a_class_of_the_ground_truth(demo):
    last = max(demo.session.classes.numbers)
    press(demo, "3")
    demo.actions_["delete_class"].trigger()
    press(demo, "3")
    assert 3 not in demo.session.classes
    assert "no class number 3" in texts(demo)
    demo.actions_["add_class"].trigger()
    assert demo.session.current_class == last + 1
    demo.session.go_to(0)
    demo.session.set_scene(demo.session.cube, demo.session.view)  # without a truth the gaps are filled
    press(demo, "1")
    assert demo.session.current_class == 1


def test_f2_twice_goes_on_typing_whichever_window_is_active(qtbot, demo):
    other = QDialog()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    for _ in range(2):
        demo.actions_["rename_class"].trigger()
    (editor,) = demo.classes.table.viewport().findChildren(QLineEdit)
    assert editor.text() == demo.session.classes.get(demo.session.current_class).name


def test_a_class_that_is_added_is_named_at_once_and_letters_fire_no_tool(qtbot, demo):
    demo.activateWindow()
    qtbot.waitUntil(demo.isActiveWindow)
    for name in ("Humus", "Streuobst"):
        demo.actions_["add_class"].trigger()
        editor = QApplication.focusWidget()
        assert isinstance(editor, QLineEdit), "the one before is ended, though no Enter was pressed"
        QTest.keyClicks(editor, name)
    last = max(demo.session.classes.numbers)
    assert demo.session.current_class == last
    press(demo, "B")
    paint(demo, (10, 10), (10, 14))
    assert [demo.session.classes.get(n).name for n in (last - 1, last)] == ["Humus", "Streuobst"]
    assert labels(demo)[10, 12] == last
    demo.actions_["add_class"].trigger()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert demo.session.classes.get(last + 1).name == f"Class {last + 1}"


def draw_with_everything(qtbot, window):
    """Each tool once, on both layers."""
    press(window, "R")
    press(window, "1")
    drag(window, (10, 10), (20, 30))
    press(window, "B")
    press(window, "2")
    paint(window, (40, 10), (50, 60))
    press(window, "G")
    press(window, "3")
    for pixel in ((60, 10), (60, 30), (80, 20)):
        click(window, *pixel)
    press(window, Qt.Key.Key_Return)
    press(window, "O")
    drag(window, (90, 10), (90, 30), (110, 30), (110, 10))
    press(window, "D")
    press(window, "4")
    drag(window, (20, 60), (30, 110))
    press(window, "E")
    paint(window, (45, 30), (47, 40))
    press(window, "V")
    press(window, "R")
    drag(window, (60, 80), (80, 100))
    press(window, "X")
    press(window, "2")
    click(window, 100, 100)
    press(window, "V")


def test_labels_painted_undone_redone_saved_and_opened_again_are_the_same_pixels(
    qtbot, demo, make_window, answers, tmp_path
):
    start = demo.session.history.place
    draw_with_everything(qtbot, demo)
    drawn, checked = labels(demo).copy(), validation(demo).copy()
    assert len(np.unique(drawn)) == 5
    assert checked.any()
    demo.session.go_to(start)
    assert not labels(demo).any()
    assert not validation(demo).any()
    while demo.session.history.redo_text:
        press(demo, Qt.Key.Key_Y, CTRL)
    np.testing.assert_array_equal(labels(demo), drawn)
    np.testing.assert_array_equal(validation(demo), checked)
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    assert (tmp_path / "mine-validation.tif").exists()
    assert not demo.session.unsaved
    other = make_window()
    other.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: other.session.cube is not None)
    idle(qtbot, other)
    other.label_files.open_labels(tmp_path / "mine.tif")
    idle(qtbot, other)
    idle(qtbot, other)
    np.testing.assert_array_equal(other.session.labels.array, drawn)
    qtbot.waitUntil(lambda: other.session.labels.labelled(VALIDATION) > 0)
    np.testing.assert_array_equal(other.session.labels.validation, checked)
    assert not other.session.unsaved
    names = {c.number: c.name for c in demo.session.classes}
    assert {c.number: c.name for c in other.session.classes} == names


def test_both_layers_are_offered_again_after_a_crash(qtbot, demo, make_window):
    draw_with_everything(qtbot, demo)
    drawn, checked = labels(demo).copy(), validation(demo).copy()
    assert demo.keeping.journal.close()  # as a crash leaves it: nothing is said of what is to become of them
    other = make_window()
    other.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: other.session.cube is not None)
    idle(qtbot, other)
    (offer,) = [m for m in other.messages.messages if "unsaved labels" in m.text]
    assert f"{np.count_nonzero(drawn) + np.count_nonzero(checked):,}" in offer.text
    (restore,) = [b for b in offer.findChildren(QPushButton) if b.text() == "Restore"]
    restore.click()
    idle(qtbot, other)
    np.testing.assert_array_equal(other.session.labels.array, drawn)
    np.testing.assert_array_equal(other.session.labels.validation, checked)


def test_opening_labels_over_validation_labels_keeps_the_layers_apart(qtbot, demo, answers, tmp_path):
    press(demo, "R")
    drag(demo, (60, 60), (70, 70))
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.session.undo()
    press(demo, "V")
    drag(demo, (65, 65), (80, 80))
    demo.label_files.open_labels(tmp_path / "mine.tif")
    idle(qtbot, demo)
    assert not ((labels(demo) > 0) & (validation(demo) > 0)).any()
    assert validation(demo)[80, 80]
    demo.session.undo()
    assert (validation(demo)[65:81, 65:81] > 0).all()


def test_the_brush_is_put_down_when_a_scene_is_opened_and_kept_when_one_is_shown_again(qtbot, demo, tmp_path):
    press(demo, "B")
    open_scene(qtbot, demo, write_demo(tmp_path)[0])
    assert demo.image.tool == "navigate"
    assert demo.actions_["tool_navigate"].isChecked()
    click(demo, 60, 60)
    assert not labels(demo).any()
    press(demo, "G")
    demo.actions_["next_scene"].trigger()
    assert demo.image.tool == "polygon"
