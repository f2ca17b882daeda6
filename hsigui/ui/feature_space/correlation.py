"""The correlation of all measurements with each other in a class, as a picture; the mouse tells the numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QHelpEvent, QImage, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from hsigui.cube.color_maps import colors_of
from hsigui.texts import number_text, say
from hsigui.ui.desk.roles import give_role

KEY, GAP = 10.0, 8.0  # logical pixels: width of the key, and room beside it
COLORS = "diverging"


class CorrelationPicture(QWidget):
    """A square of squares: blue for -1, white for 0, red for 1, clear where a measurement does not vary."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._values: NDArray[np.float64] = np.zeros((0, 0))
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 60)
        give_role(self, QAccessible.Role.Chart, say("Correlation of the measurements"))

    def put(self, values: NDArray[np.float64], names: Sequence[str]) -> None:
        """Shows correlations, measurements x measurements."""
        self._values, self._names = values, tuple(names)
        count = len(values)
        if count:
            known = np.isfinite(values)
            places = np.where(known, (values + 1) / 2 * 255 + 0.5, 0).astype(np.uint8)
            pixels = np.zeros((count, count, 4), dtype=np.uint8)
            pixels[..., :3], pixels[..., 3] = colors_of(COLORS)[places], np.where(known, 255, 0)
            self._image = QImage(pixels.data, count, count, 4 * count, QImage.Format.Format_RGBA8888).copy()
        given = values[np.isfinite(values)]
        self.setAccessibleDescription(
            say("{count} measurements, from {low:.2f} to {high:.2f}", count=count, low=given.min(), high=given.max())
            if given.size
            else ""
        )
        self.update()

    def text_at(self, at: QPoint) -> str:
        """What is told of a place; "" beside the picture."""
        square, count = self._square(), len(self._values)
        if not count or not square.contains(at):
            return ""
        row = min(int((at.y() - square.top()) / square.height() * count), count - 1)
        col = min(int((at.x() - square.left()) / square.width() * count), count - 1)
        value = self._values[row, col]
        told = say("not defined") if np.isnan(value) else number_text(value, ".3f")
        return say("{first} with {second}: {value}", first=self._names[row], second=self._names[col], value=told)

    def sizeHint(self) -> QSize:
        return QSize(220, 160)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(event.pos()), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not len(self._values):
            return
        painter, square = QPainter(self), self._square()
        painter.drawImage(square, self._image, QRectF(self._image.rect()))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(square)
        bar = QRectF(square.right() + GAP, square.top(), KEY, square.height())
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        colors = colors_of(COLORS)
        for place in range(0, 256, 15):
            red, green, blue = colors[place].tolist()
            color = self.palette().color(QPalette.ColorRole.Base)
            color.setRgb(red, green, blue)
            gradient.setColorAt(place / 255, color)
        painter.fillRect(bar, gradient)
        painter.drawRect(bar)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        line = self.fontMetrics().height()
        for text, top in (("1", bar.top()), ("0", bar.center().y() - line / 2), ("−1", bar.bottom() - line)):
            painter.drawText(QRectF(bar.right() + 5, top, 40, line), Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()

    def _square(self) -> QRectF:
        side = max(min(self.width() - KEY - GAP - 40, self.height() - 6), 1)
        return QRectF(4, 3, side, side)
