import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from hsigui.labels.strokes import disc, polygon, stroke
from hsigui.ui.image.tools import footprint

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def told(view) -> list:
    """Everything the view tells about drawing, in order."""
    told = []
    view.stroke_started.connect(lambda text: told.append(("start", text)))
    view.stroked.connect(lambda points, size, erase: told.append(("piece", points, size, erase)))
    view.stroke_ended.connect(lambda: told.append(("end",)))
    view.polygon_drawn.connect(lambda vertices: told.append(("polygon", vertices)))
    return told


@pytest.fixture
def window(qtbot, view) -> QMainWindow:
    """A window with an undo action, as the program's own, round the view."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(view)
    window.undone = []
    action = QAction("Undo", window)
    action.setShortcut(QKeySequence("Ctrl+Z"))
    action.triggered.connect(lambda: window.undone.append(True))
    window.addAction(action)
    window.resize(700, 520)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.setFocus()
    return window


def click(view, *pixel, button=LEFT):
    QTest.mouseClick(view.viewport(), button, NONE, view.position_of(*pixel))


def test_a_click_with_the_brush_paints_once(view, told):
    view.set_tool("brush")
    view.brush_size = 3
    click(view, 7, 9)
    assert told == [("start", "Brush stroke"), ("piece", [(7, 9)], 3, False), ("end",)]


def test_a_fast_drag_paints_without_gaps(view, told, drag):
    view.set_tool("brush")
    view.brush_size = 1
    drag(view, (5, 5), (5, 40), (30, 40))
    pieces = [entry[1] for entry in told if entry[0] == "piece"]
    assert pieces == [[(5, 5)], [(5, 5), (5, 40)], [(5, 40), (30, 40)]]
    painted = np.zeros((40, 60), dtype=bool)
    for points in pieces:
        top, left, mask = stroke((40, 60), points, 1)
        painted[top : top + mask.shape[0], left : left + mask.shape[1]] |= mask
    assert painted[5, 5:41].all()
    assert painted[5:31, 40].all()
    assert painted.sum() == 36 + 25


def test_a_stroke_starts_once_and_ends_once(view, told, drag):
    view.set_tool("eraser")
    drag(view, (5, 5), (6, 6), (7, 7), (8, 8))
    assert [entry[0] for entry in told] == ["start", "piece", "piece", "piece", "piece", "end"]
    assert told[0] == ("start", "Eraser stroke")
    assert all(entry[3] for entry in told if entry[0] == "piece")


def test_a_move_within_a_pixel_paints_nothing_more(view, told):
    view.set_tool("brush")
    at = view.position_of(7, 9)
    QTest.mousePress(view.viewport(), LEFT, NONE, at)
    QTest.mouseMove(view.viewport(), at + QPoint(1, 1))
    QTest.mouseRelease(view.viewport(), LEFT, NONE, at + QPoint(1, 1))
    assert [entry[0] for entry in told] == ["start", "piece", "end"]


def test_a_stroke_may_leave_the_scene_and_come_back(view, told, drag):
    view.set_tool("brush")
    drag(view, (5, 5), (-1, 5), (5, 8))
    assert told[2][1] == [(5, 5), (-1, 5)]
    assert told[3][1] == [(-1, 5), (5, 8)]


def test_another_tool_ends_the_stroke(view, told):
    view.set_tool("brush")
    QTest.mousePress(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    assert view.drawing
    view.set_tool("navigate")
    assert told[-1] == ("end",)
    QTest.mouseMove(view.viewport(), view.position_of(9, 9))
    QTest.mouseRelease(view.viewport(), LEFT, NONE, view.position_of(9, 9))
    assert told[-1] == ("end",)
    assert [entry[0] for entry in told].count("end") == 1


def test_losing_the_focus_ends_the_stroke(view, told):
    view.set_tool("brush")
    QTest.mousePress(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    view.clearFocus()
    assert told[-1] == ("end",)
    QTest.mouseRelease(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    assert [entry[0] for entry in told].count("end") == 1


def test_another_scene_ends_the_stroke(view, told):
    view.set_tool("brush")
    QTest.mousePress(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    view.set_image(np.zeros((8, 8, 3), dtype=np.uint8))
    assert told[-1] == ("end",)


def test_undo_during_a_stroke_does_not_reach_the_window(view, window, told):
    view.set_tool("brush")
    QTest.mousePress(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.undone == []
    assert view.drawing
    QTest.mouseRelease(view.viewport(), LEFT, NONE, view.position_of(5, 5))
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.undone == [True]


def test_the_brush_size_keeps_within_its_limits_and_is_told(view, qtbot):
    with qtbot.waitSignal(view.brush_size_changed) as told:
        view.brush_size = 500
    assert told.args == [99]
    with qtbot.assertNotEmitted(view.brush_size_changed):
        view.brush_size = 99
        view.grow_brush()
    view.brush_size = -4
    assert view.brush_size == 1
    view.shrink_brush()
    assert view.brush_size == 1


@pytest.mark.parametrize("start", [1, 9, 10, 40])
def test_larger_and_smaller_change_the_brush(view, start):
    view.brush_size = start
    view.grow_brush()
    assert view.brush_size > start
    view.shrink_brush()
    assert view.brush_size <= max(start, 1) + 1


def test_choosing_a_tool_is_told_once(view, qtbot):
    with qtbot.waitSignal(view.tool_changed) as told:
        view.set_tool("polygon")
    assert told.args == ["polygon"]
    with qtbot.assertNotEmitted(view.tool_changed):
        view.set_tool("polygon")
    with pytest.raises(KeyError):
        view.set_tool("hammer")


@pytest.mark.parametrize("size", [1, 2, 3, 8, 25])
def test_the_outline_of_the_brush_is_what_it_paints(size):
    outline = footprint(50, 60, size)
    top, left, mask = stroke((200, 200), [(50, 60)], size)
    for row in range(top - 1, top + size + 1):
        for col in range(left - 1, left + size + 1):
            inside = top <= row < top + mask.shape[0] and left <= col < left + mask.shape[1]
            painted = bool(inside and mask[row - top, col - left])
            assert outline.contains(footprint(row, col, 1).boundingRect().center()) == painted
    assert outline.boundingRect().width() == disc(size).shape[1]


def test_the_outline_is_drawn_at_the_mouse_and_gone_when_it_leaves(view, grabbed):
    view.set_tool("brush")
    view.brush_size = 5
    view.set_brush_color((255, 0, 255))
    view.zoom_to_pixel(20, 30)
    rim = view.position_of(20, 30) + QPoint(round(2.5 * 12), 0)
    before = grabbed(view.viewport(), rim)
    QTest.mouseMove(view.viewport(), view.position_of(20, 30))
    assert grabbed(view.viewport(), rim) != before
    QTest.mouseMove(view.viewport(), QPoint(1, 1))
    assert grabbed(view.viewport(), rim) == before


def test_a_double_click_closes_the_polygon_with_the_vertices_that_were_clicked(view, told):
    view.set_tool("polygon")
    click(view, 5, 5)
    QTest.qWait(5)
    click(view, 5, 30)
    click(view, 25, 30)
    at = view.position_of(25, 5)
    QTest.mouseClick(view.viewport(), LEFT, NONE, at)
    QTest.mouseDClick(view.viewport(), LEFT, NONE, at)
    assert len(told) == 1
    assert told[0][0] == "polygon"
    assert [(int(row), int(col)) for row, col in told[0][1]] == [(5, 5), (5, 30), (25, 30), (25, 5)]
    assert not view.drawing


@pytest.mark.parametrize("way", ["right click", "Enter", "Return"])
def test_a_polygon_is_closed_by(view, told, way):
    view.set_tool("polygon")
    for pixel in ((5, 5), (5, 30), (25, 30)):
        click(view, *pixel)
    if way == "right click":
        click(view, 30, 50, button=RIGHT)
    else:
        QTest.keyClick(view, Qt.Key.Key_Enter if way == "Enter" else Qt.Key.Key_Return)
    assert [(int(row), int(col)) for row, col in told[0][1]] == [(5, 5), (5, 30), (25, 30)]


def test_the_vertices_of_a_polygon_are_scene_coordinates(view, told):
    view.set_tool("polygon")
    view.zoom_to_pixel(20, 30)
    for pixel in ((17.5, 27.5), (17.5, 31.5), (21.5, 31.5), (21.5, 27.5)):  # corners of pixels
        click(view, *pixel)
    QTest.keyClick(view, Qt.Key.Key_Return)
    top, left, mask = polygon((40, 60), told[0][1])
    assert (top, left, mask.shape, mask.all()) == (18, 28, (4, 4), True)


def test_two_vertices_are_no_polygon(view, told):
    view.set_tool("polygon")
    click(view, 5, 5)
    click(view, 5, 30)
    click(view, 9, 9, button=RIGHT)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert told == []
    assert view.drawing


def test_escape_and_another_tool_drop_the_polygon(view, told):
    view.set_tool("polygon")
    for end in (lambda: QTest.keyClick(view, Qt.Key.Key_Escape), lambda: view.set_tool("brush")):
        for pixel in ((5, 5), (5, 30), (25, 30)):
            click(view, *pixel)
        assert view.drawing
        end()
        assert not view.drawing
    assert told == []


def test_backspace_and_undo_take_vertices_back_and_not_labels(view, window, told):
    view.set_tool("polygon")
    for pixel in ((5, 5), (5, 30), (25, 30), (30, 50), (38, 2)):
        click(view, *pixel)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.undone == []
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [(int(row), int(col)) for row, col in told[0][1]] == [(5, 5), (5, 30), (25, 30)]
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.undone == [True]


def test_undo_after_the_last_vertex_is_the_windows_again(view, window):
    view.set_tool("polygon")
    click(view, 5, 5)
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert not view.drawing
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert window.undone == [True]


def test_zooming_and_panning_leave_an_open_polygon_where_it_is(view, told, drag):
    view.set_tool("polygon")
    for pixel in ((5, 5), (5, 30), (25, 30)):
        click(view, *pixel)
    view.zoom_in()
    drag(view, (20, 20), (24, 26), button=Qt.MouseButton.MiddleButton)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [(int(row), int(col)) for row, col in told[0][1]] == [(5, 5), (5, 30), (25, 30)]


def test_an_open_polygon_is_drawn(view, grabbed):
    view.set_tool("polygon")
    view.set_brush_color((255, 0, 255))
    click(view, 10, 10)
    click(view, 10, 40)
    click(view, 30, 40)
    QTest.mouseMove(view.viewport(), view.position_of(30, 10))
    assert grabbed(view.viewport(), view.position_of(10, 25))[0] > 150
    filled = grabbed(view.viewport(), view.position_of(20, 25))
    assert filled[0] > 60
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert grabbed(view.viewport(), view.position_of(20, 25)) == (20, 25, 40)
