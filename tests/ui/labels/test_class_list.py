"""Classes in the whole window: locked, hidden, merged, moved, recoloured, renamed, and very many."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from hsigui.labels.palettes import PALETTES
from hsigui.ui.labels.class_chooser import ClassChooser
from hsigui.ui.labels.classes_panel import EYE, LOCK
from tests.ui.windows import drag, idle, labels, paint, press, texts, validation

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def test_labels_of_a_locked_class_are_neither_painted_over_nor_erased(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    press(demo, "K")
    assert demo.session.classes.get(2).locked
    before = labels(demo).copy()
    press(demo, "3")
    drag(demo, (62, 62), (68, 68))
    np.testing.assert_array_equal(labels(demo), before)
    assert "locked classes stay" in texts(demo)
    press(demo, "E")
    paint(demo, (65, 55), (65, 80))
    np.testing.assert_array_equal(labels(demo), before)
    press(demo, "2")
    demo.actions_["delete_class"].trigger()
    demo.actions_["merge_class"].trigger()
    assert demo.findChild(ClassChooser) is None
    np.testing.assert_array_equal(labels(demo), before)
    press(demo, "K")
    press(demo, "E")
    paint(demo, (65, 55), (65, 80))
    assert not labels(demo)[65, 60:71].any()


def test_painting_over_a_locked_class_paints_round_it(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    demo.session.set_classes(demo.session.classes.with_lock(2, True), "Lock")
    press(demo, "3")
    drag(demo, (50, 50), (80, 80))
    assert (labels(demo)[60:71, 60:71] == 2).all()
    assert (labels(demo) == 3).sum() == 31 * 31 - 11 * 11


def test_a_hidden_class_is_not_drawn_and_shows_again_when_it_is_painted(demo, grabbed):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (50, 50), (80, 80))
    port, at = demo.image.viewport(), demo.image.position_of(65, 65)
    press(demo, "N")
    seen = grabbed(port, at)
    press(demo, "H")
    assert demo.session.classes.get(2).hidden
    assert grabbed(port, at) != seen
    assert (labels(demo)[50:81, 50:81] == 2).all(), "hidden is not deleted"
    press(demo, "B")
    paint(demo, (90, 90))
    press(demo, "N")
    assert not demo.session.classes.get(2).hidden
    assert grabbed(port, at) == seen
    press(demo, "H")
    demo.actions_["show_classes"].trigger()
    assert grabbed(port, at) == seen


def test_locking_and_hiding_are_no_work_that_could_be_lost(demo):
    demo.session.mark_saved()
    press(demo, "K")
    press(demo, "H")
    assert not demo.session.unsaved
    assert demo.session.history.undo_text.startswith("Hide")


def test_lock_and_eye_are_clicked_in_the_panel(demo):
    table = demo.classes.table
    for column in (LOCK, EYE):
        at = table.visualItemRect(table.item(1, column)).center()
        QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    info = demo.session.classes.classes[1]
    assert info.locked
    assert info.hidden


def test_merging_gives_the_labels_of_both_layers_to_the_other_class(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (64, 64))
    press(demo, "V")
    drag(demo, (70, 60), (74, 64))
    press(demo, "V")
    before, classes = labels(demo).copy(), demo.session.classes
    demo.actions_["merge_class"].trigger()
    dialog = demo.findChild(ClassChooser)
    dialog.choice.setCurrentIndex(dialog.choice.findData(5))
    assert dialog.choice.findData(2) == -1
    dialog.accept()
    assert 2 not in demo.session.classes
    assert demo.session.current_class == 5
    assert (labels(demo)[60:65, 60:65] == 5).all()
    assert (validation(demo)[70:75, 60:65] == 5).all()
    assert "ground truth still has" in texts(demo)
    demo.session.undo()
    np.testing.assert_array_equal(labels(demo), before)
    assert (validation(demo)[70:75, 60:65] == 2).all()
    assert demo.session.classes == classes


def test_classes_move_up_and_down_and_by_dragging(demo):
    press(demo, "3")
    press(demo, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:4] == (1, 3, 2, 4)
    press(demo, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:4] == (1, 2, 3, 4)
    demo.classes.table.row_dropped.emit(0, 2)
    assert demo.session.classes.numbers[:4] == (2, 3, 1, 4)
    demo.session.undo()
    assert demo.session.classes.numbers[:4] == (1, 2, 3, 4)
    press(demo, "1")
    press(demo, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:2] == (1, 2), "the first stays the first"


def test_a_palette_colours_the_classes_and_can_be_undone(demo):
    before = demo.session.classes
    demo.actions_["palette_okabe_ito"].trigger()
    assert [c.color for c in demo.session.classes][:7] == list(PALETTES["Okabe-Ito"])
    assert len({c.color for c in demo.session.classes}) == len(before)
    demo.session.undo()
    assert demo.session.classes == before


def test_renaming_opens_the_name_for_typing(qtbot, demo):
    press(demo, "2")
    demo.actions_["rename_class"].trigger()
    editor = demo.classes.table.findChild(QLineEdit)
    QTest.keyClicks(editor, "Barley")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: demo.session.classes.get(2).name == "Barley")


def test_more_than_255_classes_are_painted_saved_and_read_again(qtbot, demo, answers, tmp_path):
    table = demo.session.classes
    while len(table) < 300:
        table, _ = table.added()
    demo.session.set_classes(table, "Many")
    demo.session.choose_class(300)
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    assert (labels(demo)[60:65, 60:65] == 300).all()
    answers.save = tmp_path / "many.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    drawn = labels(demo).copy()
    demo.session.undo()
    demo.label_files.open_labels(answers.save)
    idle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo), drawn)
