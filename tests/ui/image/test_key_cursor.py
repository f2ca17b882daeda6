"""The image without a mouse: a cursor that arrows move, and Space in place of the left button."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.ui.image.turning import Turn
from hsigui.ui.shell import status
from tests.ui.windows import click, idle, labels, press

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RIGHT, LEFT, UP, DOWN, SPACE = (
    Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space,
)  # fmt: skip


def test_arrows_move_a_pixel_and_with_ctrl_ten_and_stop_at_the_border(view):
    view.set_key_cursor(True)
    row, col = view.key_cursor
    heard = []
    view.hovered.connect(lambda *at: heard.append(at))
    for key, modifier in ((RIGHT, None), (DOWN, None), (LEFT, CTRL), (UP, CTRL)):
        QTest.keyClick(view, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert view.key_cursor == (row - 9, col - 9)
    assert heard == [(row, col + 1), (row + 1, col + 1), (row + 1, col - 9), (row - 9, col - 9)]
    for _ in range(9):
        QTest.keyClick(view, RIGHT, CTRL)
        QTest.keyClick(view, DOWN, CTRL)
    assert view.key_cursor == (39, 59)
    view.set_key_cursor(False)
    assert view.key_cursor is None
    before = view.looked_at()
    QTest.keyClick(view, LEFT)
    assert view.looked_at() != before, "arrows pan again"


def test_the_cursor_goes_as_it_looks_on_a_turned_scene_and_stays_in_view(view):
    view.set_turn(Turn(0.0, 1.0, -1.0, 0.0))
    view.set_key_cursor(True)
    before = view.position_of(*view.key_cursor)
    QTest.keyClick(view, RIGHT)
    after = view.position_of(*view.key_cursor)
    assert after.x() > before.x()
    assert abs(after.y() - before.y()) <= 1
    view.look_at((20.0, 30.0, 60.0))
    for _ in range(30):
        QTest.keyClick(view, DOWN)
    assert view.viewport().rect().contains(view.position_of(*view.key_cursor))


def test_the_cursor_stays_wanted_while_there_is_no_scene(view, rgb):
    view.set_key_cursor(True)
    view.clear()
    assert view.key_cursor is None
    view.set_image(rgb[:20, :30])
    assert view.key_cursor in {(10, 15), (9, 14), (10, 14), (9, 15)}, "in the middle"
    view.set_key_cursor(False)
    view.set_image(rgb)
    assert view.key_cursor is None


def test_the_cross_is_seen_and_goes_again(view):
    plain = view.viewport().grab().toImage()
    view.set_key_cursor(True)
    shown = view.viewport().grab().toImage()
    assert shown != plain
    QTest.keyClick(view, RIGHT)
    assert view.viewport().grab().toImage() != shown
    view.set_key_cursor(False)


def test_space_held_draws_along_and_shift_draws_straight(demo, qtbot):
    demo.actions_["key_cursor"].trigger()
    demo.actions_["tool_pixel"].trigger()
    demo.actions_["class_1"].trigger()
    row, col = demo.image.key_cursor
    demo.image.setFocus()
    QTest.keyPress(demo.image, SPACE)
    for _ in range(3):
        QTest.keyClick(demo.image, RIGHT)
    QTest.keyRelease(demo.image, SPACE)
    assert np.argwhere(labels(demo)).tolist() == [[row, col + n] for n in range(4)]
    assert demo.session.scene.history.undo_text  # one stroke, one step
    for _ in range(5):
        QTest.keyClick(demo.image, DOWN)
    press(demo, SPACE, SHIFT)
    assert len(np.argwhere(labels(demo))) == 9
    demo.actions_["undo"].trigger()
    demo.actions_["undo"].trigger()
    assert not labels(demo).any()
    idle(qtbot, demo)


def test_screen_readers_are_told_the_place_that_the_keyboard_came_to(demo, qtbot, monkeypatch):
    said = []
    reader = SimpleNamespace(isActive=lambda: True, updateAccessibility=lambda event: said.append(event.message()))
    monkeypatch.setattr(status, "QAccessible", reader)
    demo.actions_["key_cursor"].trigger()
    press(demo, RIGHT)
    row, col = demo.image.key_cursor
    assert said
    assert said[-1].startswith(f"row {row}, col {col}")
    idle(qtbot, demo)


def test_a_polygon_is_drawn_by_keys_alone(demo, qtbot):
    demo.actions_["key_cursor"].trigger()
    demo.actions_["tool_polygon"].trigger()
    demo.actions_["class_1"].trigger()
    press(demo, SPACE)
    for _ in range(6):
        press(demo, RIGHT)
    press(demo, SPACE)
    for _ in range(6):
        press(demo, DOWN)
    press(demo, SPACE)
    press(demo, Qt.Key.Key_Return)
    assert 15 <= int((labels(demo) > 0).sum()) <= 36
    idle(qtbot, demo)


def test_in_navigate_mode_space_shows_the_spectrum_of_the_pixel_and_nothing_moves(demo, qtbot):
    demo.actions_["tool_navigate"].trigger()
    demo.actions_["key_cursor"].trigger()
    clicked, looked = [], demo.image.looked_at()
    demo.image.clicked.connect(lambda *at: clicked.append(at))
    place = demo.image.key_cursor
    press(demo, SPACE)
    assert clicked == [(*place, False)]
    QTest.keyPress(demo.image, SPACE)
    QTest.keyClick(demo.image, RIGHT)
    QTest.keyRelease(demo.image, SPACE)
    assert clicked[1:] == [(*place, False)]
    assert demo.image.looked_at() == looked
    idle(qtbot, demo)


def test_the_mouse_works_beside_it_and_another_focus_ends_a_stroke(demo, qtbot):
    demo.actions_["key_cursor"].trigger()
    demo.actions_["tool_pixel"].trigger()
    demo.actions_["class_1"].trigger()
    click(demo, 5, 5)
    assert labels(demo)[5, 5]
    demo.image.setFocus()
    QTest.keyPress(demo.image, SPACE)
    assert demo.image.drawing
    demo.method.seed.setFocus()
    assert not demo.image.drawing
    QTest.keyRelease(demo.image, SPACE)
    idle(qtbot, demo)
