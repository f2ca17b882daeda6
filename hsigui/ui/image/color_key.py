"""The key of a single band, drawn over the lower left corner of the image: its colours and the values at their ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPalette

from hsigui.ui.image.furniture import paint_ground, small

WIDTH, BAR, PAD, AWAY = 208.0, 10.0, 8.0, 10.0  # logical pixels


@dataclass(frozen=True, eq=False)
class ColorKey:
    """What the key says.

    Attributes:
        title: what is shown.
        colors: from the lowest value to the highest, steps x 3 uint8.
        values: what stands below both ends and the middle.
    """

    title: str
    colors: NDArray[np.uint8]
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that it says."""
        return f"{self.title}: {', '.join(self.values)}"


def key_box(port: QSize, font: QFont) -> QRectF:
    """Where a key stands in a view of a size (logical pixels); empty where there is no room for it."""
    width = min(WIDTH, port.width() - 2 * AWAY)
    height = 2 * PAD + 2 * QFontMetricsF(small(font)).height() + BAR + 4
    if width < WIDTH / 2 or height + 2 * AWAY > port.height():
        return QRectF()
    return QRectF(AWAY, port.height() - AWAY - height, width, height)


def paint_key(painter: QPainter, key: ColorKey, port: QSize, font: QFont, palette: QPalette) -> None:
    """Draws a key into a view of a size (logical pixels), in the colours of the window; narrower where there is little
    room."""
    box, font = key_box(port, font), small(font)
    if box.isEmpty():
        return
    line = QFontMetricsF(font).height()
    painter.save()
    painter.setFont(font)
    paint_ground(painter, box, palette)
    inside = box.adjusted(PAD, PAD, -PAD, -PAD)
    title = QRectF(inside.topLeft(), QPointF(inside.right(), inside.top() + line))
    words = QFontMetricsF(font).elidedText(key.title, Qt.TextElideMode.ElideRight, title.width())
    painter.drawText(title, Qt.AlignmentFlag.AlignLeft, words)
    bar = QRectF(inside.left(), title.bottom() + 2, inside.width(), BAR)
    strip = np.ascontiguousarray(key.colors[None, :, :])
    steps = strip.shape[1]
    picture = QImage(strip.data, steps, 1, 3 * steps, QImage.Format.Format_RGB888)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(bar, picture, QRectF(0, 0, steps, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(palette.color(QPalette.ColorRole.Mid))
    painter.drawRect(bar)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))
    below = QRectF(inside.left(), bar.bottom() + 2, inside.width(), line)
    places = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
    for text, place in zip(key.values, places, strict=True):
        painter.drawText(below, place, text)
    painter.restore()
