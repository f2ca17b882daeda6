"""Lines over the image: where they are drawn, at every magnification, and what they are called."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QPointF, QSize, QSizeF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from hsigui.labels.formats.lines import Lines
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.turning import Turn
from hsigui.ui.views import lines_layer
from hsigui.ui.views.lines_layer import LinesLayer, made_ready

YELLOW = (255, 255, 0)
SIZE = 60  # the longer side of the scene


def _layer(points: list[tuple[float, float]], goes_on: list[bool] | None = None) -> LinesLayer:
    on = np.array([True] * (len(points) - 1) + [False] if goes_on is None else goes_on)
    features = np.concatenate([[0], np.cumsum(~on)[:-1]]).astype(np.int32)
    layer = LinesLayer(YELLOW, 4.0)
    names = tuple(f"name {number}" for number in range(int(features.max()) + 1))
    layer.set(made_ready(Lines(np.array(points, dtype=np.float64), on, features, names), SIZE))
    return layer


def test_a_line_is_drawn_through_its_corners_whatever_is_in_view(view, grabbed) -> None:
    view.stack.add_lines("lines", "Lines", _layer([(5, 20.5), (55, 20.5)]))
    for place in (None, (20.0, 30.0, 40.0), (20.0, 30.0, 3.0)):
        view.look_at(place)
        assert grabbed(view, view.position_of(20, 30)) == YELLOW
        assert grabbed(view, view.position_of(17, 30)) == (17, 30, 40)


def test_nothing_is_drawn_beside_the_scene(view, grabbed) -> None:
    ground = grabbed(view, view.position_of(-3, 30))
    view.stack.add_lines("lines", "Lines", _layer([(30.5, -30), (30.5, 20)]))
    assert grabbed(view, view.position_of(-3, 30)) == ground
    assert grabbed(view, view.position_of(3, 30)) == YELLOW


def test_a_line_of_more_corners_than_a_part_holds_has_no_gap(view, grabbed, monkeypatch) -> None:
    monkeypatch.setattr(lines_layer, "AT_ONCE", 7)
    view.stack.add_lines("lines", "Lines", _layer([(x + 0.5, 20.5) for x in range(60)]))
    assert all(grabbed(view, view.position_of(20, col)) == YELLOW for col in range(1, 58, 3))


def test_two_lines_are_not_joined(view, grabbed) -> None:
    corners = [(5.0, 10.5), (25.0, 10.5), (35.0, 10.5), (55.0, 10.5)]
    view.stack.add_lines("lines", "Lines", _layer(corners, [True, False, True, False]))
    assert grabbed(view, view.position_of(10, 15)) == YELLOW
    assert grabbed(view, view.position_of(10, 30)) == (10, 30, 40)


def test_far_away_close_corners_fall_together_and_ends_stay() -> None:
    corners = np.stack([np.linspace(0.5, 59.5, 6001), np.full(6001, 3.5)], axis=1)
    lines = Lines(corners, np.array([True] * 6000 + [False]), np.zeros(6001, dtype=np.int32), ("",))
    made = made_ready(lines, 60 * 2000 // 10)  # corners closer than 6 pixels
    coarse = sum(part.corners for part in made.coarse)
    assert coarse < 20
    bounds = made.coarse[0].bounds
    assert (bounds.left(), bounds.right()) == pytest.approx((0.5, 59.5), abs=1e-3)


def test_points_are_drawn_as_dots(view, grabbed) -> None:
    view.stack.add_lines("lines", "Lines", _layer([(20.5, 10.5), (40.5, 30.5)], [False, False]))
    assert grabbed(view, view.position_of(10, 20)) == YELLOW
    assert grabbed(view, view.position_of(30, 40)) == YELLOW
    assert grabbed(view, view.position_of(20, 30)) == (20, 30, 40)


def test_the_nearest_line_within_some_pixels_of_the_screen_is_named() -> None:
    layer = _layer([(5, 10), (25, 10), (5, 14), (25, 14), (50, 30)], [True, False, True, False, False])
    assert layer.name_at(10.4, 15, 10.0) == "name 0"
    assert layer.name_at(13.0, 15, 2.0) == "name 1"
    assert layer.name_at(30.2, 50.2, 10.0) == "name 2"
    assert layer.name_at(20.0, 15, 10.0) == ""
    layer.visible = False
    assert layer.name_at(10.4, 15, 10.0) == ""


def test_the_name_is_written_beside_the_mouse(view) -> None:
    layer = _layer([(5, 20.5), (55, 20.5)])
    view.stack.add_lines("lines", "Lines", layer)
    before = view.grab().toImage()
    layer.named = ("name 0", 20, 30)
    view.viewport().update()
    assert view.grab().toImage() != before


def _width(image) -> int:
    """Pixels of the middle column of an image that are all line."""
    column = [image.pixelColor(image.width() // 2, y).getRgb()[:3] for y in range(image.height())]
    return sum(color == YELLOW for color in column)


def test_lines_are_as_wide_on_finer_screens_and_in_fine_pictures(view) -> None:
    layer = _layer([(5, 20.5), (55, 20.5)])
    layer.width = 6.0
    view.stack.add_lines("lines", "Lines", layer)
    port = view.viewport()
    assert [_width(port.seen(ratio)) for ratio in (1.0, 2.0, 3.0)] == pytest.approx([6, 12, 18], abs=1)


def test_on_paper_nothing_is_drawn_beside_a_part_and_lines_stay_lines(qapp) -> None:
    layer = _layer([(-2, 20.5), (62, 20.5), (30, 20.5), (30, 5), (50, 50), (15, 15)], [True, False, True, *[False] * 3])
    ready = layer.on_paper()
    camera = Camera()
    camera.set_scene(40, 60)
    camera.resize(QSizeF(200, 200))
    camera.fitted, camera.scale, camera.offset = False, 10.0, QPointF(-200, -100)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setSize(QSize(400, 400))
    painter = QPainter(made)
    ready((10, 20, 30, 40))(painter, camera)
    painter.end()
    text = bytes(buffer.data().data()).decode()
    (path,) = re.findall(r'<path [^>]*d="([^"]*)"', text)
    assert path.split() == ["M20,20.5", "L40,20.5", "M30,20.5", "L30,10"]
    assert 'stroke-width="0.4" ' in text, "four pixels, where ten are a pixel of the scene"
    assert "<circle" not in text, "both points lie beside the part"
    layer.visible = False
    assert layer.on_paper() is None


def test_lines_are_turned_with_the_scene(view, grabbed) -> None:
    view.stack.add_lines("lines", "Lines", _layer([(5, 20.5), (55, 20.5)]))
    view.set_turn(Turn(0.8, 0.6, -0.6, 0.8))
    assert all(grabbed(view, view.position_of(20, col)) == YELLOW for col in (10, 30, 50))
    assert grabbed(view, view.position_of(14, 30)) != YELLOW
