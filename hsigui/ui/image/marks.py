"""Marks on the image: rings of kept spectra, numbered places that are asked about, and the frame of the one meant."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from hsigui.labels.classes import Color
from hsigui.ui.image.camera import Camera

Mark = tuple[int, int, int]  # row, column, number
Marker = tuple[int, int, Color] | tuple[int, int, Color, str]  # row, column, colour, and what is written beside it

BADGE = 10.0  # logical pixels from its middle to its rim
_DARK, _LIGHT, _CURRENT = QColor(16, 16, 16, 235), QColor(255, 255, 255), QColor(255, 226, 74)


def half_side(camera: Camera) -> float:
    """Logical pixels from the middle of a marked pixel to the frame around it."""
    return half_side_at(camera.scale)


def half_side_at(scale: float) -> float:
    """The same where a pixel of the scene gets so many logical pixels."""
    return max(scale / 2, 3.0) + 2.0


def paint_word(painter: QPainter, at: QPointF, word: str, color: QColor) -> None:
    """A word in a colour, with a rim that stands out from any ground; its lower left corner is at a place."""
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setBold(True)
    path = QPainterPath()
    path.addText(at, font, word)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rim = QPen(_DARK if color.lightness() > 96 else _LIGHT, 3.0)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, rim)
    painter.fillPath(path, color)
    painter.restore()


def paint_marks(painter: QPainter, camera: Camera, marks: Sequence[Mark], current: tuple[int, int] | None) -> None:
    """A ring around each pixel and its number beside it, as large at every magnification; the current one's is yellow.

    A dark disc in a light rim, and the other way round for the current one: each stands out from light and dark ground.
    """
    font = QFont(painter.font())
    font.setPixelSize(12)
    font.setBold(True)
    painter.setFont(font)
    # The current one last, over its neighbours.
    for row, col, number in sorted(marks, key=lambda mark: mark[:2] == current):
        at, half = camera.to_view(row + 0.5, col + 0.5), half_side(camera)
        chosen = (row, col) == current
        if not chosen:  # the current pixel has a frame of its own
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for color, width in ((_DARK, 4.0), (_LIGHT, 2.0)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(at, half, half)
        middle = at + QPointF(half + BADGE, -half - BADGE)
        painter.setPen(QPen(_DARK if chosen else _LIGHT, 1.5))
        painter.setBrush(_CURRENT if chosen else _DARK)
        painter.drawEllipse(middle, BADGE, BADGE)
        painter.setPen(QColor(0, 0, 0) if chosen else _LIGHT)
        box = QRectF(middle.x() - BADGE, middle.y() - BADGE, 2 * BADGE, 2 * BADGE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))


def paint_markers(painter: QPainter, camera: Camera, markers: Sequence[Marker]) -> None:
    """A ring in a colour around each pixel, and its word beside it where it has one."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for row, col, color, *words in markers:
        at = camera.to_view(row + 0.5, col + 0.5)
        radius = max(camera.scale * 0.75, 5.0)
        painter.setPen(QPen(QColor(0, 0, 0, 190), 4))
        painter.drawEllipse(at, radius, radius)
        painter.setPen(QPen(QColor(*color), 2))
        painter.drawEllipse(at, radius, radius)
        if words:
            paint_word(painter, at + QPointF(radius + 3, -radius - 3), words[0], QColor(*color))


def paint_target(painter: QPainter, camera: Camera, pixel: tuple[int, int]) -> None:
    """A frame around a pixel with four hairs that leave it free."""
    half = half_side(camera)
    at = camera.to_view(pixel[0] + 0.5, pixel[1] + 0.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 200), 4.0), (QColor(255, 255, 255), 2.0)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QPointF(x, y)
            painter.drawLine(at + way * (half + 4), at + way * (half + 16))
