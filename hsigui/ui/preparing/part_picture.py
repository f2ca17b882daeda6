"""A picture of a part of a scene: the mouse points at a pixel, or draws a box."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.texts import say
from hsigui.ui.desk.roles import give_role

Share = tuple[float, float]  # down and across, 0 to 1
STEP = 0.02  # of a key
KEYS = {
    Qt.Key.Key_Up: (-STEP, 0.0), Qt.Key.Key_Down: (STEP, 0.0), Qt.Key.Key_Left: (0.0, -STEP),
    Qt.Key.Key_Right: (0.0, STEP),
}  # fmt: skip


class PartPicture(QWidget):
    """Shows the picture as large as fits, with a cross at what is pointed at.

    Signals:
        pointed(share): the mouse is there, or the arrow keys went there.
        drawn(first, last): a box was drawn from one place to another.
    """

    pointed = Signal(object)
    drawn = Signal(object, object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._cross: Share | None = None
        self._from: Share | None = None
        self._to: Share | None = None
        give_role(self, QAccessible.Role.Graphic, name)
        self.setMinimumSize(160, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        return QSize(320, 260)

    @property
    def empty(self) -> bool:
        """Whether there is no picture."""
        return self._image is None

    def show_picture(self, rgb: NDArray[np.uint8] | None) -> None:
        """Shows a picture, rows x cols x 3, or none."""
        if rgb is None:
            self._image = None
        else:
            pixels = np.ascontiguousarray(rgb)
            rows, cols = pixels.shape[:2]
            self._image = QImage(pixels.tobytes(), cols, rows, 3 * cols, QImage.Format.Format_RGB888).copy()
        self.update()

    def show_cross(self, share: Share | None) -> None:
        """Points at a place of the picture, or at none."""
        self._cross = share
        self.update()

    def _place(self) -> QRectF:
        """Where the picture lies in the widget."""
        if self._image is None:
            return QRectF()
        scale = min(self.width() / self._image.width(), self.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _share(self, at: QPointF, *, inside: bool = True) -> Share | None:
        place = self._place()
        if place.isEmpty() or (inside and not place.contains(at)):
            return None
        down, across = (at.y() - place.top()) / place.height(), (at.x() - place.left()) / place.width()
        return min(max(down, 0.0), 1.0), min(max(across, 0.0), 1.0)

    # Events

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        place = self._place()
        if self._image is None:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, say("No picture yet"))
        else:
            painter.drawImage(place, self._image)
        if self._cross is not None and self._image is not None:
            at = QPointF(place.left() + self._cross[1] * place.width(), place.top() + self._cross[0] * place.height())
            for color, width in ((QColor(0, 0, 0, 160), 3), (QColor(255, 255, 255), 1)):
                painter.setPen(QPen(color, width))
                for x, y in ((1, 0), (0, 1)):
                    for near, far in ((4, 12), (-12, -4)):
                        painter.drawLine(at + QPointF(x, y) * near, at + QPointF(x, y) * far)
        if self._from is not None and self._to is not None:
            self._paint_box(painter, place, self._from, self._to)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_box(self, painter: QPainter, place: QRectF, first: Share, last: Share) -> None:
        corners = (
            QPointF(place.left() + share[1] * place.width(), place.top() + share[0] * place.height())
            for share in (first, last)
        )
        painter.setPen(QPen(QColor(255, 255, 255), 1, Qt.PenStyle.DashLine))
        painter.drawRect(QRectF(*corners).normalized())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from, self._to = self._share(event.position()), None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._to = self._share(event.position(), inside=False)
            self.update()
        share = self._share(event.position())
        if share is not None:
            self.pointed.emit(share)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        first, last = self._from, self._to
        if event.button() != Qt.MouseButton.LeftButton or first is None:
            return
        self._from = self._to = None
        self.update()
        if last is not None and first != last:
            self.drawn.emit(first, last)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = KEYS.get(Qt.Key(event.key()))
        if by is None or self._image is None:
            super().keyPressEvent(event)
            return
        down, across = self._cross or (0.5, 0.5)
        self.pointed.emit((min(max(down + by[0], 0.0), 1.0), min(max(across + by[1], 0.0), 1.0)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
