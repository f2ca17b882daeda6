"""Where the mouse is in another view of the scene: a small cross that leaves its pixel free."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.marks import half_side

HAIR, GAP = 12.0, 2.0  # logical pixels
_LINES = ((QColor(0, 0, 0, 210), 3.0), (QColor(255, 255, 255), 1.0))


def pointer_place(camera: Camera, pixel: tuple[int, int]) -> QRect:
    """What the cross at a pixel (row, col) covers, in view coordinates."""
    reach = round(half_side(camera) + GAP + HAIR) + 3
    at = camera.to_view(pixel[0] + 0.5, pixel[1] + 0.5).toPoint()
    return QRect(at.x() - reach, at.y() - reach, 2 * reach + 1, 2 * reach + 1)


def paint_pointer(painter: QPainter, camera: Camera, pixel: tuple[int, int]) -> None:
    """Draws the cross at a pixel (row, col)."""
    at, free = camera.to_view(pixel[0] + 0.5, pixel[1] + 0.5), half_side(camera) + GAP
    for color, width in _LINES:
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for way in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            painter.drawLine(at + way * free, at + way * (free + HAIR))
