"""Painting as a user meets it: classes, keys, brush, polygon, undo."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.document.events import LabelsPainted
from hsigui.document.intentions import AreaAnswered
from hsigui.ui.labels import painting
from tests.ui.windows import click, labels, opened, paint, press, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_painting_without_a_class_makes_one_and_one_undo_takes_all_back(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    press(window, "B")
    paint(window, (30, 30), (30, 40))
    assert [c.name for c in window.session.classes] == ["Class 1"]
    assert window.classes.table.item(0, 3).text() == str(np.count_nonzero(labels(window)))
    assert labels(window)[30, 30:41].all()
    press(window, Qt.Key.Key_Z, CTRL)
    assert not labels(window).any()
    assert len(window.session.classes) == 0
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert labels(window)[30, 30:41].all()


def test_keys_choose_class_tool_and_size_and_the_eraser_erases(qtbot, demo):
    press(demo, "B")
    press(demo, "3")
    press(demo, "]")
    assert demo.labels.options.brush.value() == demo.image.brush_size == 6
    paint(demo, (60, 60), (60, 70))
    assert set(np.unique(labels(demo))) == {0, 3}
    press(demo, "5")
    paint(demo, (80, 60), (80, 70))
    assert set(np.unique(labels(demo))) == {0, 3, 5}
    press(demo, "E")
    assert demo.actions_["tool_eraser"].isChecked()
    paint(demo, (80, 58), (80, 72))
    assert (labels(demo)[80, 60:71] == 0).all()
    press(demo, Qt.Key.Key_Y, CTRL)  # nothing to redo
    press(demo, Qt.Key.Key_Z, CTRL)
    assert (labels(demo)[80, 60:71] == 5).all()


def test_a_large_area_is_painted_a_piece_at_a_time_and_what_the_user_does_comes_after_it(qtbot, demo, monkeypatch):
    monkeypatch.setattr(painting, "PIXELS_AT_ONCE", 1000)
    mask = np.arange(128 * 128).reshape(128, 128) % 3 > 0
    steps = demo.session.history.place
    pieces: list[LabelsPainted] = []
    demo.session.events.subscribe(LabelsPainted, pieces.append)
    demo.session.events.emit(AreaAnswered((0, 0, mask), "Large"))
    qtbot.waitUntil(lambda: not demo.session.scene.stroking)
    np.testing.assert_array_equal(labels(demo) > 0, mask)
    assert len(pieces) == 19, "seven rows each"
    assert demo.session.history.place == steps + 1
    demo.actions_["undo"].trigger()
    assert not labels(demo).any()
    demo.session.events.emit(AreaAnswered((0, 0, mask), "Large"))
    press(demo, Qt.Key.Key_Z, CTRL)
    assert not labels(demo).any(), "all of it was taken back, and nothing comes later"
    assert (demo.session.history.place, demo.session.history.redo_text[:5]) == (steps, "Large")
    demo.session.events.emit(AreaAnswered((0, 0, mask), "Large"))
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    assert np.count_nonzero(labels(demo)) >= mask.sum()
    assert demo.session.history.place == steps + 2


def test_a_number_key_without_a_class_says_how_to_get_one(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    window.actions_["add_class"].trigger()
    press(window, "7")
    assert "no class number 7" in texts(window)
    assert window.session.current_class == 1


def test_the_number_of_the_next_class_adds_it(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    press(window, "1")
    press(window, "2")
    assert window.session.classes.numbers == (1, 2)
    assert window.session.current_class == 2
    window.session.undo()
    assert window.session.classes.numbers == (1,)


def test_a_polygon_labels_its_inside(qtbot, demo):
    press(demo, "G")
    press(demo, "2")
    for row, col in ((60, 50), (60, 70), (80, 70), (80, 50)):
        click(demo, row, col)
    QTest.mouseClick(demo.image.viewport(), Qt.MouseButton.RightButton, pos=QPoint(demo.image.position_of(70, 60)))
    assert (labels(demo)[62:78, 52:68] == 2).all()
    assert demo.session.history.undo_text == "Polygon: Maize"


def test_digits_typed_into_a_field_do_not_choose_a_class(qtbot, demo):
    before = demo.session.current_class
    demo.method.seed.setFocus()
    demo.method.seed.selectAll()
    QTest.keyClicks(demo.method.seed, "42")
    assert demo.method.seed.value() == 42
    assert demo.session.current_class == before


def test_classes_are_renamed_recoloured_and_deleted_and_all_can_be_undone(qtbot, demo, answers):
    press(demo, "B")
    press(demo, "2")
    paint(demo, (60, 60), (60, 70))
    demo.classes.table.item(1, 2).setText("Sweet corn")
    assert demo.session.classes.get(2).name == "Sweet corn"
    answers.colour = (9, 8, 7)
    demo.classes._clicked(1, 1)
    assert demo.session.classes.get(2).color == (9, 8, 7)
    QTest.mouseClick(demo.classes.layout().itemAt(2).layout().itemAt(1).widget(), Qt.MouseButton.LeftButton)
    assert 2 not in demo.session.classes
    assert not labels(demo).any()
    for _ in range(3):
        demo.session.undo()
    assert demo.session.classes.get(2).name == "Maize"
    assert (labels(demo)[60, 60:71] == 2).all()


def test_a_name_that_is_taken_is_refused_and_the_old_one_shown(qtbot, demo):
    demo.classes.table.item(1, 2).setText("Water")
    assert "already a class named" in texts(demo)
    assert demo.classes.table.item(1, 2).text() == "Maize"
