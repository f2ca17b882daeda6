"""The inside of an image view, which can be drawn more finely than the screen is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QWidget

_PIXELS_A_TURN = 600_000  # of a picture that are drawn before other events have their turn


class Port(QWidget):
    """A viewport; what is painted on it asks how many device pixels it has a logical one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ratio = 0.0

    def devicePixelRatioF(self) -> float:
        return self._ratio or super().devicePixelRatioF()

    def draw_part(self, image: QImage, ratio: float, part: QRect) -> None:
        """Draws a part of what is seen (logical pixels) into a picture of all of it, so many times as fine; without
        widgets that lie on it."""
        painter = QPainter(image)
        painter.scale(ratio, ratio)
        self._ratio = ratio
        try:
            self.render(painter, part.topLeft(), QRegion(part), QWidget.RenderFlag(0))
        finally:
            self._ratio = 0.0
            painter.end()

    def seen(self, ratio: float) -> QImage:
        """A picture of all that is seen."""
        image = self.empty(ratio)
        self.draw_part(image, ratio, self.rect())
        return image

    def empty(self, ratio: float) -> QImage:
        """The picture before anything is drawn."""
        size = self.size() * ratio
        return QImage(max(1, size.width()), max(1, size.height()), QImage.Format.Format_RGB32)


class Taking(QObject):
    """Draws a large picture of what is seen, a strip at each turn of the window's loop.

    Args:
        done: handed the picture.
    """

    def __init__(self, port: Port, ratio: float, done: Callable[[QImage], None]) -> None:
        super().__init__(port)
        self._port, self._ratio, self._done = port, ratio, done
        self._image, self._at = port.empty(ratio), 0
        self._step = max(1, int(_PIXELS_A_TURN / (self._image.width() * ratio)))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._go_on)
        self._timer.start(0)

    def _go_on(self) -> None:
        size = self._port.size()
        strip = QRect(0, self._at, size.width(), min(self._step, size.height() - self._at))
        self._port.draw_part(self._image, self._ratio, strip)
        self._at += strip.height()
        if self._at >= size.height():
            self._timer.stop()
            self._done(self._image)
            self.deleteLater()


def port_of(view: QWidget) -> Port:
    """The viewport of an image view."""
    (found,) = view.findChildren(Port)
    return found
