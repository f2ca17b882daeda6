"""Every tool that draws labels, with real mouse and keys; zooming and panning beside them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.ui.image.tools_table import BY_NAME, TOOLS
from tests.ui.windows import click, drag, idle, labels, press, texts

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def wheel(window, clicks, modifier=NONE):
    port = window.image.viewport()
    at = window.image.position_of(60, 60)
    turn = QPoint(0, 120 * clicks)
    event = QWheelEvent(
        QPointF(at), QPointF(port.mapToGlobal(at)), QPoint(), turn, Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


def test_every_tool_has_its_key_its_button_and_a_hint(demo):
    assert all(BY_NAME[name].hint for name in TOOLS)
    for name in TOOLS:
        action = demo.actions_[f"tool_{name}"]
        press(demo, action.shortcut().toString())
        assert demo.image.tool == name
        assert action.isChecked()
        assert demo.labels.options.hint.text() == BY_NAME[name].hint
        assert action.shortcut().toString() in action.toolTip()


def test_a_square_brush_paints_its_corners_and_a_round_one_does_not(demo):
    press(demo, "B")
    demo.image.brush_size = 7
    press(demo, "Q")
    click(demo, 60, 60)
    assert (labels(demo)[57:64, 57:64] > 0).all()
    press(demo, "Q")
    click(demo, 90, 60)
    assert labels(demo)[90, 57]
    assert not labels(demo)[87, 57]


def test_single_pixels_need_no_small_brush(demo):
    press(demo, "X")
    demo.image.brush_size = 9
    click(demo, 60, 60)
    click(demo, 60, 63)
    assert np.argwhere(labels(demo)).tolist() == [[60, 60], [60, 63]]


@pytest.mark.parametrize("key", ["B", "X", "E"])
def test_shift_draws_straight_from_the_last_point(demo, key):
    if key == "E":
        press(demo, "R")
        drag(demo, (50, 50), (100, 100))
    press(demo, key)
    demo.image.brush_size = 1
    before = labels(demo).copy()
    click(demo, 60, 60)
    click(demo, 60, 80, SHIFT)
    click(demo, 90, 80, SHIFT)
    changed = labels(demo) != before
    assert changed[60, 60:81].all()
    assert changed[60:91, 80].all()
    assert changed.sum() == 21 + 30
    demo.session.undo()
    assert (labels(demo) != before).sum() == 21


def test_shift_without_a_last_point_paints_where_it_is_clicked(demo):
    press(demo, "X")
    click(demo, 60, 60, SHIFT)
    assert np.argwhere(labels(demo)).tolist() == [[60, 60]]


def test_a_line_is_as_wide_as_the_brush_and_one_step(demo):
    press(demo, "D")
    demo.image.brush_size = 3
    drag(demo, (60, 40), (62, 50), (60, 70))
    assert (labels(demo)[59:62, 40:71] > 0).all()
    assert not labels(demo)[64].any(), "only the ends of the drag count"
    demo.session.undo()
    assert not labels(demo).any()


def test_shift_makes_a_line_level(demo):
    press(demo, "D")
    demo.image.brush_size = 1
    drag(demo, (60, 40), (64, 70), modifier=SHIFT)
    assert np.unique(np.nonzero(labels(demo))[0]).tolist() == [60]


def test_a_rectangle_covers_both_corners_whichever_way_it_is_drawn(demo):
    press(demo, "R")
    drag(demo, (80, 70), (60, 50))
    rows, cols = np.nonzero(labels(demo))
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (60, 80, 50, 70)
    assert len(rows) == 21 * 21


def test_shift_makes_a_rectangle_square(demo):
    press(demo, "R")
    drag(demo, (60, 50), (64, 70), modifier=SHIFT)
    assert labels(demo).astype(bool).sum() == 21 * 21


def test_a_rectangle_may_reach_over_the_edge(demo):
    press(demo, "R")
    drag(demo, (5, 5), (-4, -4))
    assert (labels(demo)[:6, :6] > 0).all()
    assert labels(demo).astype(bool).sum() == 36


def test_a_lasso_labels_its_inside(demo):
    press(demo, "O")
    drag(demo, (60, 40), (60, 60), (80, 60), (80, 40), (62, 40))
    assert (labels(demo)[62:79, 42:59] > 0).all()
    assert labels(demo).astype(bool).sum() == pytest.approx(400, abs=45)
    assert demo.session.history.undo_text.startswith("Lasso")


@pytest.mark.parametrize("key", ["O", "R", "D"])
def test_escape_drops_a_shape_that_is_being_drawn(demo, key):
    press(demo, key)
    port = demo.image.viewport()
    QTest.mousePress(port, LEFT, NONE, demo.image.position_of(60, 60))
    QTest.mouseMove(port, demo.image.position_of(60, 80))
    QTest.mouseMove(port, demo.image.position_of(80, 80))
    assert demo.image.drawing
    QTest.keyClick(demo.image, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, LEFT, NONE, demo.image.position_of(80, 80))
    assert not labels(demo).any()


def test_a_picked_class_is_painted_next(demo):
    press(demo, "B")
    press(demo, "4")
    click(demo, 60, 60)
    press(demo, "2")
    press(demo, "C")
    click(demo, 60, 60)
    assert demo.session.current_class == 4
    click(demo, 10, 10)
    assert demo.session.current_class == 4
    assert "no label here" in texts(demo)


def test_superpixels_are_labelled_by_click_and_drag(qtbot, demo):
    press(demo, "U")
    idle(qtbot, demo)
    assert demo.actions_["superpixels"].isChecked()
    qtbot.waitUntil(lambda: demo.superpixels.area_at(60, 60) is not None)
    top, left, mask = demo.superpixels.area_at(60, 60)
    click(demo, 60, 60)
    expected = np.zeros(labels(demo).shape, dtype=bool)
    expected[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    np.testing.assert_array_equal(labels(demo) > 0, expected)
    drag(demo, (60, 60), (60, 110))
    assert labels(demo)[60, 60]
    assert labels(demo)[60, 110]
    assert np.count_nonzero(labels(demo)) > mask.sum()
    demo.session.undo()
    np.testing.assert_array_equal(labels(demo) > 0, expected)


def test_the_superpixel_under_the_mouse_is_marked(qtbot, demo):
    press(demo, "U")
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.superpixels.area_at(60, 60) is not None)
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(60, 60))
    top, left, mask = demo.superpixels.area_at(60, 60)
    assert demo.image._selection.box == (top, left, top + mask.shape[0], left + mask.shape[1])
    press(demo, "N")
    assert demo.image._selection.box[0] == demo.image._selection.box[2]


def test_without_superpixels_a_click_says_so(demo):
    demo.image.set_tool("superpixel")
    click(demo, 60, 60)
    assert "no superpixel here" in texts(demo)
    assert not labels(demo).any()


def test_the_plain_wheel_zooms_and_with_control_it_sizes_the_brush(demo):
    press(demo, "B")
    scale, size = demo.image.scale, demo.image.brush_size
    wheel(demo, 1, CTRL)
    assert (demo.image.scale, demo.image.brush_size) == (scale, size + 1)
    wheel(demo, -2, CTRL)
    assert demo.image.brush_size == size
    wheel(demo, 1)
    assert demo.image.scale > scale
    press(demo, "G")
    before = demo.image.scale
    wheel(demo, 1, CTRL)
    assert demo.image.scale > before, "a tool without a brush has no use for another size"


def test_space_pans_while_it_is_held_in_every_tool(demo):
    for name in TOOLS:
        demo.image.set_tool(name)
        demo.image.zoom_to_pixel(60, 60)
        QTest.keyPress(demo.image, Qt.Key.Key_Space)
        start = demo.image.position_of(60, 60)
        QTest.mousePress(demo.image.viewport(), LEFT, NONE, start)
        QTest.mouseMove(demo.image.viewport(), start + QPoint(30, 0))
        QTest.mouseRelease(demo.image.viewport(), LEFT, NONE, start + QPoint(30, 0))
        QTest.keyRelease(demo.image, Qt.Key.Key_Space)
        assert demo.image.position_of(60, 60).x() == start.x() + 30, name
    assert not labels(demo).any()
