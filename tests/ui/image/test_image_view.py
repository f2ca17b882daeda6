import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPixmap, QRegion, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.ui.image.view import ImageView

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def turn_wheel(view: ImageView, at: QPoint, clicks: float) -> None:
    port = view.viewport()
    place, everywhere = QPointF(at), QPointF(port.mapToGlobal(at))
    turn = QPoint(0, round(120 * clicks))
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(place, everywhere, QPoint(), turn, none, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(port, event)


@pytest.mark.parametrize("pixel", [(0, 0), (0, 59), (39, 0), (39, 59), (17, 23)])
def test_the_picture_of_a_pixel_lies_where_the_view_says(view, grabbed, pixel):
    assert grabbed(view.viewport(), view.position_of(*pixel)) == (*pixel, 40)
    assert view.pixel_at(view.position_of(*pixel)) == pixel


def test_row_0_is_at_the_top_and_there_is_no_pixel_outside(view):
    assert view.position_of(0, 0).y() < view.position_of(39, 0).y()
    assert view.pixel_at(view.position_of(-1, 0)) is None
    assert view.pixel_at(view.position_of(0, 60)) is None


def test_pixels_stay_sharp_and_square_when_magnified(view, grabbed):
    view.zoom_to_pixel(20, 30)
    step_x = view.position_of(20, 31).x() - view.position_of(20, 30).x()
    step_y = view.position_of(21, 30).y() - view.position_of(20, 30).y()
    assert step_x == step_y == 12
    at = view.position_of(20, 30)
    near_edges = [at + QPoint(dx, dy) for dx in (-4, 4) for dy in (-4, 4)]
    assert {grabbed(view.viewport(), place) for place in near_edges} == {(20, 30, 40)}


def test_labels_and_map_are_seen_with_their_opacity(view, grabbed, table):
    array = np.zeros((40, 60), dtype=np.uint16)
    array[5, 5] = 1
    classes = np.zeros((40, 60), dtype=np.uint16)
    classes[9, 9] = 2
    view.set_labels(array, table)
    view.set_map(classes, table)
    view.set_label_opacity(1.0)
    view.set_map_opacity(0.5)
    assert grabbed(view.viewport(), view.position_of(5, 5)) == table.get(1).color
    expected = [(c + own) / 2 for c, own in zip(table.get(2).color, (9, 9, 40), strict=True)]
    assert grabbed(view.viewport(), view.position_of(9, 9)) == pytest.approx(expected, abs=2)
    view.set_labels_visible(False)
    view.set_map_visible(False)
    assert grabbed(view.viewport(), view.position_of(5, 5)) == (5, 5, 40)
    assert grabbed(view.viewport(), view.position_of(9, 9)) == (9, 9, 40)


def test_a_map_can_be_taken_away(view, grabbed, table):
    view.set_map(np.ones((40, 60), dtype=np.uint16), table)
    assert grabbed(view.viewport(), view.position_of(9, 9)) != (9, 9, 40)
    view.set_map(None, table)
    assert grabbed(view.viewport(), view.position_of(9, 9)) == (9, 9, 40)


class PaintWatch(QObject):
    """Remembers the rectangles that a widget is asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.rects = []

    def eventFilter(self, watched, event) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.rects.append(event.rect())
        return False


def test_an_update_of_labels_repaints_only_its_box(view, qtbot, table):
    array = np.zeros((40, 60), dtype=np.uint16)
    view.set_labels(array, table)
    qtbot.wait(30)
    watch = PaintWatch()
    view.viewport().installEventFilter(watch)
    array[10, 10] = 1
    view.update_labels((10, 10, 11, 11), array)
    qtbot.waitUntil(lambda: bool(watch.rects))
    assert all(max(rect.width(), rect.height()) <= 12 + view.scale for rect in watch.rects)
    assert watch.rects[0].contains(view.position_of(10, 10))


@pytest.mark.parametrize("steps", [-3, 0, 1, 2, 5, 9])
def test_a_part_painted_alone_fits_its_surroundings(view, rgb, table, steps):
    noise = np.random.default_rng(steps + 9)
    view.set_labels(noise.integers(0, 4, rgb.shape[:2]).astype(np.uint16), table)
    for _ in range(abs(steps)):
        turn_wheel(view, QPoint(*noise.integers(100, 400, 2).tolist()), np.sign(steps) * noise.random())
    port = view.viewport()
    whole = port.grab().toImage()
    for _ in range(20):
        part = QRect(QPoint(*noise.integers(0, 420, 2).tolist()), QSize(*noise.integers(4, 40, 2).tolist()))
        alone = QPixmap(whole.size())
        alone.setDevicePixelRatio(whole.devicePixelRatio())
        port.render(alone, part.topLeft(), QRegion(part))
        ratio = whole.devicePixelRatio()
        corner, size = QPointF(part.topLeft()) * ratio, QSizeF(part.size()) * ratio
        cut = QRectF(corner, size).toAlignedRect().adjusted(1, 1, -1, -1)
        assert alone.toImage().convertToFormat(whole.format()).copy(cut) == whole.copy(cut)


def test_another_scene_drops_the_old_labels_and_is_seen_whole(view, table, grabbed):
    view.set_labels(np.ones((40, 60), dtype=np.uint16), table)
    view.set_image(np.full((10, 12, 3), 77, dtype=np.uint8))
    assert view.scene_size == (10, 12)
    assert grabbed(view.viewport(), view.position_of(9, 11)) == (77, 77, 77)


def test_other_bands_of_the_same_scene_leave_the_place_as_it_is(view, rgb):
    view.zoom_to_pixel(3, 4)
    before = view.position_of(3, 4), view.scale
    view.set_image(rgb[..., ::-1].copy())
    assert (view.position_of(3, 4), view.scale) == before


def test_a_coarse_picture_stands_for_the_full_scene(view):
    view.set_image(np.zeros((34, 50, 3), dtype=np.uint8), scale_step=3, scene_size=(100, 150))
    assert view.scene_size == (100, 150)
    assert view.pixel_at(view.position_of(99, 149)) == (99, 149)


def test_the_mouse_tells_each_pixel_once_and_when_it_leaves(view, qtbot):
    seen = []
    view.hovered.connect(lambda row, col: seen.append((row, col)))
    view.left_scene.connect(lambda: seen.append(None))
    port = view.viewport()
    QTest.mouseMove(port, view.position_of(4, 7))
    QTest.mouseMove(port, view.position_of(4, 7) + QPoint(1, 0))
    QTest.mouseMove(port, view.position_of(5, 7))
    QTest.mouseMove(port, QPoint(1, 1))
    assert seen == [(4, 7), (5, 7), None]


def test_the_mouse_leaving_the_widget_leaves_the_scene(view, qtbot):
    QTest.mouseMove(view.viewport(), view.position_of(4, 7))
    with qtbot.waitSignal(view.left_scene, timeout=1000):
        QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))


def test_the_wheel_zooms_at_the_mouse(view):
    at = view.position_of(11, 47)
    before = view.scale
    turn_wheel(view, at, 4)
    assert view.scale == pytest.approx(before * 1.25**4, rel=1e-3)
    assert view.pixel_at(at) == (11, 47)
    turn_wheel(view, at, -4)
    assert view.scale == pytest.approx(before, rel=1e-3)


def test_a_middle_drag_moves_the_scene_in_every_tool(view):
    for tool in ("navigate", "brush", "polygon"):
        view.set_tool(tool)
        view.zoom_to_pixel(20, 30)
        start = view.position_of(20, 30)
        QTest.mousePress(view.viewport(), MIDDLE, NONE, start)
        QTest.mouseMove(view.viewport(), start + QPoint(40, -30))
        assert view.viewport().cursor().shape() == Qt.CursorShape.ClosedHandCursor
        QTest.mouseRelease(view.viewport(), MIDDLE, NONE, start + QPoint(40, -30))
        assert view.position_of(20, 30) == start + QPoint(40, -30)
        assert not view.drawing


def test_space_and_a_left_drag_move_the_scene_and_draw_nothing(view, qtbot):
    view.set_tool("brush")
    view.zoom_to_pixel(20, 30)
    start = view.position_of(20, 30)
    with qtbot.assertNotEmitted(view.stroke_started):
        QTest.keyPress(view, Qt.Key.Key_Space)
        assert view.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
        QTest.mousePress(view.viewport(), LEFT, NONE, start)
        QTest.mouseMove(view.viewport(), start + QPoint(25, 10))
        QTest.mouseRelease(view.viewport(), LEFT, NONE, start + QPoint(25, 10))
        QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.position_of(20, 30) == start + QPoint(25, 10)
    assert view.viewport().cursor().shape() == Qt.CursorShape.CrossCursor


@pytest.mark.parametrize(
    ("key", "moved"),
    [
        (Qt.Key.Key_Left, (60, 0)),
        (Qt.Key.Key_Right, (-60, 0)),
        (Qt.Key.Key_Up, (0, 60)),
        (Qt.Key.Key_Down, (0, -60)),
    ],
)
def test_arrows_move_the_view(view, key, moved):
    view.zoom_to_pixel(20, 30)
    before = view.position_of(20, 30)
    QTest.keyClick(view, key)
    assert view.position_of(20, 30) - before == QPoint(*moved)


def test_control_and_an_arrow_move_by_one_pixel(view):
    view.zoom_to_pixel(20, 30)
    before = view.position_of(20, 30)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert view.position_of(20, 31) == before


def test_a_click_tells_its_pixel_and_shift_keeps(view, qtbot):
    with qtbot.waitSignal(view.clicked) as plain:
        QTest.mouseClick(view.viewport(), LEFT, NONE, view.position_of(7, 9))
    with qtbot.waitSignal(view.clicked) as kept:
        QTest.mouseClick(view.viewport(), LEFT, SHIFT, view.position_of(8, 9))
    assert plain.args == [7, 9, False]
    assert kept.args == [8, 9, True]


def test_a_click_beside_the_scene_tells_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.clicked):
        QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(2, 2))


def test_a_drag_in_navigate_mode_moves_the_scene_and_is_no_click(view, qtbot, drag):
    view.zoom_to_pixel(20, 30)
    start = view.position_of(20, 30)
    with qtbot.assertNotEmitted(view.clicked):
        drag(view, (20, 30), (20, 33), (22, 35))
    assert view.position_of(20, 30) == start + QPoint(5 * 12, 2 * 12)


def test_there_is_no_context_menu(view, qtbot):
    QTest.mouseClick(view.viewport(), RIGHT, NONE, view.position_of(7, 9))
    assert QApplication.activePopupWidget() is None


def test_a_resized_view_still_shows_the_whole_scene(view, qtbot):
    view.resize(300, 260)
    qtbot.waitUntil(lambda: view.viewport().width() == 300)
    corners = [view.position_of(*pixel) for pixel in ((0, 0), (39, 59))]
    assert all(view.viewport().rect().contains(corner) for corner in corners)


def test_markers_are_drawn_round_their_pixels(view, grabbed):
    view.zoom_to_pixel(20, 30)
    view.set_markers([(20, 30, (250, 10, 10))])
    centre = view.position_of(20, 30)
    assert grabbed(view.viewport(), centre) == (20, 30, 40)
    assert grabbed(view.viewport(), centre + QPoint(9, 0))[0] > 150


def test_an_empty_view_takes_mouse_and_keys_without_harm(qtbot):
    view = ImageView()
    qtbot.addWidget(view)
    view.show()
    for tool in ("brush", "polygon", "navigate"):
        view.set_tool(tool)
        with qtbot.assertNotEmitted(view.stroke_started), qtbot.assertNotEmitted(view.clicked):
            QTest.mouseClick(view.viewport(), LEFT, NONE, QPoint(40, 40))
        assert not view.drawing
    view.fit()
    view.zoom_in()
    turn_wheel(view, QPoint(10, 10), 1)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.scene_size == (0, 0)
    assert view.pixel_at(QPoint(40, 40)) is None
