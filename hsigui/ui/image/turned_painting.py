"""Painting a scene that is turned: its layers are drawn upright into a picture, and that is turned onto the screen.

The upright picture has the magnification of the screen, and its pixels lie on one lattice that is tied to the scene, so
that parts that are repainted one by one fit together. Where rows and columns run along the edges of the screen, each
pixel of it is one of the screen's, as if nothing were turned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QTransform

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.comparing import Painted
from hsigui.ui.image.overlay import Window

RIM = 2  # clear pixels around it
AROUND = 3  # pixels of the upright picture beyond what is exposed, for the turning to blend with


def paint_turned(
    painter: QPainter,
    camera: Camera,
    exposed: QRect,
    ratio: float,
    layers: Iterable[Painted],
    window_of: Callable[[Camera, QRect, float], Window | None],
) -> None:
    """Draws layers into an exposed part of the view (logical pixels).

    Args:
        ratio: device pixels a logical pixel.
        window_of: tells what an upright camera shows in a part of its view.
    """
    to_device = _to_device(camera, ratio)
    upright = _upright(camera, to_device, ratio)
    back, invertible = to_device.inverted()
    if not invertible:
        return
    shown = QRectF(QPointF(exposed.topLeft()) * ratio, QPointF(exposed.bottomRight() + QPoint(1, 1)) * ratio)
    needed = back.mapRect(shown).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    left, top = math.floor(needed.left() / ratio), math.floor(needed.top() / ratio)
    right, bottom = math.ceil(needed.right() / ratio), math.ceil(needed.bottom() / ratio)
    window = window_of(upright, QRect(left, top, right - left + 1, bottom - top + 1), ratio)
    if window is None:
        return
    # With a rim that is clear: the edges of the scene are blended as those of its pixels are, in whatever parts.
    left, top = window.left - RIM, window.top - RIM
    size = QSize(len(window.cols) + 2 * RIM, len(window.rows) + 2 * RIM)
    picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    inner = QPainter(picture)
    inner.translate(-left, -top)
    for layer in layers:
        layer.paint(inner, window)
    inner.end()
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    painter.setTransform(to_device, True)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not camera.turn.along_axes)
    painter.drawImage(left, top, picture)
    painter.restore()


def _to_device(camera: Camera, ratio: float) -> QTransform:
    """From the upright picture to device pixels: turned, and moved by whole pixels."""
    turn = camera.turn
    x, y = round(camera.offset.x() * ratio), round(camera.offset.y() * ratio)
    return QTransform(turn.col_x, turn.col_y, turn.row_x, turn.row_y, x, y)


def _upright(camera: Camera, to_device: QTransform, ratio: float) -> Camera:
    """A camera that shows the same scene upright, as large, with what the whole pixels leave as its offset."""
    upright = Camera()
    upright.rows, upright.cols, upright.scale = camera.rows, camera.cols, camera.scale
    rest = camera.offset * ratio - QPointF(to_device.dx(), to_device.dy())
    row, col = camera.turn.back(rest.x(), rest.y())
    upright.offset = QPointF(col, row) / ratio
    return upright
