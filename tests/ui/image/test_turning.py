"""A scene that is turned on the screen: the mouse, the tools and the picture agree on where each pixel is."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QSizeF
from PySide6.QtGui import QImage, QPainter, QPolygonF

from hsigui.cube.cube import Geo
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.overlay import ClassLayer, Composite
from hsigui.ui.image.scene_window import scene_window
from hsigui.ui.image.turned_painting import paint_turned
from hsigui.ui.image.turning import UPRIGHT, Turn, north_up
from tests.ui.conftest import COLS, ROWS


def rotated(degrees: float, mirrored: bool = False) -> Turn:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Turn(c, s, s, -c) if mirrored else Turn(c, s, -s, c)


ASKEW = [rotated(10), rotated(45), rotated(137), rotated(-80, mirrored=True), Turn(0.8, 0.1, -0.3, 1.2125)]
STRAIGHT = [Turn(-1.0, 0.0, 0.0, -1.0), Turn(1.0, 0.0, 0.0, -1.0), Turn(0.0, 1.0, 1.0, 0.0), Turn(0.0, -1.0, 1.0, 0.0)]


def geo_of(*transform: float) -> Geo:
    return Geo(transform, None)


@pytest.mark.parametrize(
    ("geo", "turn"),
    [
        (Geo(), UPRIGHT),
        (geo_of(10, 0, 5e5, 0, -10, 5e6), UPRIGHT),
        (geo_of(0.1, 0, 8, 0, -0.2, 52), UPRIGHT),
        (geo_of(10, 0, 5e5, 0, 10, 5e6), Turn(1.0, 0.0, 0.0, -1.0)),
        (geo_of(-10, 0, 5e5, 0, -10, 5e6), Turn(-1.0, 0.0, 0.0, 1.0)),
        (geo_of(0, 10, 5e5, 10, 0, 5e6), Turn(0.0, -1.0, 1.0, 0.0)),
        (geo_of(0, 10, 5e5, -10, 0, 5e6), Turn(0.0, 1.0, 1.0, 0.0)),
        (geo_of(float("nan"), 0, 0, 0, -1, 0), UPRIGHT),
        (geo_of(0, 0, 0, 0, 0, 0), UPRIGHT),
    ],
)
def test_scenes_along_the_axes_are_mirrored_or_turned_by_right_angles(geo, turn):
    assert north_up(geo) == turn
    assert turn.upright or turn.along_axes


@pytest.mark.parametrize("degrees", [3, 25, 90.01, 200, -60])
@pytest.mark.parametrize("sides", [(10.0, -10.0), (10.0, 10.0), (10.0, -25.0)])
def test_north_of_the_map_is_up_and_east_is_right_however_the_grid_lies(degrees, sides):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    wide, high = sides
    turn = north_up(geo_of(c * wide, -s * high, 5e5, s * wide, c * high, 5e6))
    inverse = np.linalg.inv([[c * wide, -s * high], [s * wide, c * high]])
    for way, expected in (((0, 1), (0, -1)), ((1, 0), (1, 0))):
        col, row = inverse @ way
        x, y = turn.on(row, col)
        np.testing.assert_allclose(np.array([x, y]) / math.hypot(x, y), expected, atol=1e-9)
    assert abs(turn.col_x * turn.row_y - turn.row_x * turn.col_y) == pytest.approx(1)


@pytest.mark.parametrize("turn", [*ASKEW, *STRAIGHT])
@pytest.mark.parametrize("scale", [0.3, 2.7, 31.0])
def test_places_come_back_from_the_view(turn, scale):
    camera = Camera()
    camera.resize(QSizeF(700, 400))
    camera.set_scene(300, 500)
    camera.set_turn(turn)
    camera.look_at(120.25, 333.5, scale)
    assert camera.to_scene(camera.center) == pytest.approx((120.25, 333.5))
    for row, col in ((0, 0), (300, 500), (17.3, 421.8)):
        assert camera.to_scene(camera.to_view(row, col)) == pytest.approx((row, col), abs=1e-6)
        assert camera.transform.map(QPointF(col, row)) == camera.to_view(row, col)
        assert camera.pixel(camera.to_view(math.floor(row) + 0.5, math.floor(col) + 0.5)) == (row // 1, col // 1)
    under = camera.to_scene(QPointF(200, 150))
    camera.zoom(1.7, QPointF(200, 150))
    assert camera.to_scene(QPointF(200, 150)) == pytest.approx(under, abs=1e-6)


@pytest.mark.parametrize("turn", [*ASKEW, *STRAIGHT])
def test_the_whole_turned_scene_is_seen_and_never_lost(turn):
    camera = Camera()
    camera.resize(QSizeF(700, 400))
    camera.set_scene(300, 500)
    camera.set_turn(turn)
    assert camera.fitted
    assert camera.view.contains(camera.outline.boundingRect())
    for way in ((1e6, 1e6), (-1e7, 2e5), (3e5, -1e7)):
        camera.pan(*way)
        assert not camera.outline.intersected(QPolygonF(camera.view)).isEmpty()
    camera.look_at(150, 250, 5)
    camera.set_turn(UPRIGHT)
    assert camera.to_scene(camera.center) == pytest.approx((150, 250))


@pytest.mark.parametrize("turn", [*ASKEW, *STRAIGHT])
def test_every_pixel_is_drawn_where_the_mouse_finds_it(view, rgb, turn):
    view.set_turn(turn)
    view.look_at((20.0, 30.0, 9.0))
    seen = view.viewport().grab().toImage()
    ratio = seen.devicePixelRatio()
    checked = 0
    for row in range(0, ROWS, 3):
        for col in range(0, COLS, 3):
            at = view.position_of(row, col)
            if not view.viewport().rect().contains(at):
                continue
            assert view.pixel_at(at) == (row, col)
            color = seen.pixelColor(int(at.x() * ratio), int(at.y() * ratio))
            assert (color.red(), color.green(), color.blue()) == tuple(rgb[row, col])
            checked += 1
    assert checked > 50


@pytest.mark.parametrize("turn", [UPRIGHT, *STRAIGHT])
def test_right_angles_cost_no_sharpness(view, turn):
    """Every device pixel has the colour of the scene pixel under its centre."""
    view.set_turn(turn)
    view.look_at((20.3, 30.2, 6.4))
    seen = view.viewport().grab().toImage()
    for x in range(100, 500, 7):
        for y in range(60, 400, 11):
            pixel = view.pixel_at(QPointF(x + 0.5, y + 0.5) / seen.devicePixelRatio())
            near = {view.pixel_at(QPointF(x + dx, y + dy) / seen.devicePixelRatio()) for dx in (0.01, 0.99)
                    for dy in (0.01, 0.99)}  # fmt: skip
            if pixel is not None and len(near) == 1:
                color = seen.pixelColor(x, y)
                assert (color.red(), color.green()) == pixel


@pytest.mark.parametrize("turn", [*ASKEW, *STRAIGHT])
@pytest.mark.parametrize("ratio", [1.0, 2.0, 1.25])
def test_parts_painted_one_by_one_fit_together(rgb, table, turn, ratio):
    camera = Camera()
    camera.resize(QSizeF(240, 160))
    camera.set_scene(ROWS, COLS)
    camera.set_turn(turn)
    camera.look_at(19.4, 31.7, 5.3)
    composite, labels = Composite(), ClassLayer(opacity=0.9, outlined=True)
    composite.set(rgb)
    numbers = np.zeros((ROWS, COLS), dtype=np.uint16)
    numbers[10:25, 20:40] = 2
    labels.set(numbers, table)

    def painted(*parts: QRect) -> QImage:
        picture = QImage(int(240 * ratio), int(160 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
        picture.setDevicePixelRatio(ratio)
        picture.fill(0)
        for part in parts:
            painter = QPainter(picture)
            painter.setClipRect(part)
            paint_turned(painter, camera, part, ratio, (composite, labels), scene_window)
            painter.end()
        return picture

    whole = painted(QRect(0, 0, 240, 160))
    pieces = painted(*(QRect(x, y, 60, 40) for x in range(0, 240, 60) for y in range(0, 160, 40)))
    one, other = (np.asarray(picture.constBits()).reshape(-1, 4).astype(int) for picture in (whole, pieces))
    apart = np.abs(one - other)
    assert apart.max() <= (0 if turn.along_axes else 16)  # Qt blends with weights of some bits
    assert (apart > 2).mean() < 0.02
    assert (one[:, 3] > 0).mean() > 0.5


@pytest.mark.parametrize("turn", [rotated(33), STRAIGHT[0]])
def test_strokes_paint_the_pixels_under_the_mouse(qtbot, view, drag, turn):
    view.set_turn(turn)
    view.look_at((20.0, 30.0, 8.0))
    view.set_tool("brush")
    view.brush_size = 3
    pieces = []
    view.stroked.connect(lambda points, size, erase: pieces.extend(points))
    drag(view, (15, 20), (18, 28), (22, 35))
    assert pieces[0] == (15, 20)
    assert pieces[-1] == (22, 35)
    assert all(view.pixel_at(view.position_of(*pixel)) == pixel for pixel in pieces)


def test_a_turned_view_names_the_box_around_what_it_shows(view):
    view.set_turn(rotated(45))
    view.look_at((20.0, 30.0, 40.0))
    top, left, bottom, right = view.visible_box()
    port = view.viewport().rect()
    for corner in (port.topLeft(), port.topRight(), port.bottomLeft(), port.bottomRight(), port.center()):
        row, col = view._camera.pixel(QPointF(corner))
        assert top <= max(min(row, ROWS - 1), 0) < bottom
        assert left <= max(min(col, COLS - 1), 0) < right
