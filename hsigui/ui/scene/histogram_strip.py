"""The histogram of one channel, with two handles: the values that become black and full."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.cube.histogram import Histogram
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role
from hsigui.ui.desk.tips import explain

HEIGHT = 34
REACH = 9.0  # logical pixels around a handle in which it is taken
GRIP = 5.0  # half the width of what is taken
LEAST_PART = 1 / 400  # of the axis that the handles stay apart


class HistogramStrip(QWidget):
    """Bars, and two lines that are dragged. The numbers themselves stand in fields beside, which the keyboard reaches.

    Signals:
        dragged(low, high): a handle is being moved.
        dropped(): it was let go.
        reset_asked(): a double click.
    """

    dragged = Signal(float, float)
    dropped = Signal()
    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._histogram: Histogram | None = None
        self._ends = (0.0, 1.0)
        self._held: int | None = None  # 0 for the lower handle, 1 for the upper
        self._color: QColor | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        give_role(self, QAccessible.Role.Chart, say("Histogram"))
        explain(self, say("Drag the lines where black begins and full ends; double click: as it was"))

    def set_color(self, color: QColor | None) -> None:
        """The colour of the bars; None for that of text."""
        self._color = color
        self.update()

    def show_histogram(self, histogram: Histogram | None) -> None:
        """Shows other counts; None shows none. While a handle is held the axis stays as it is."""
        if self._held is None or histogram is None:
            self._histogram = histogram
            self.update()

    def show_ends(self, ends: tuple[float, float]) -> None:
        """Puts the handles elsewhere; not while one is held."""
        if self._held is None:
            self._ends = ends
            self.setAccessibleDescription(say("black at {low:.6g}, full at {high:.6g}", low=ends[0], high=ends[1]))
            self.update()

    @property
    def held(self) -> bool:
        """Whether a handle is being dragged."""
        return self._held is not None

    def place_of(self, value: float) -> float:
        """Logical pixels from the left edge to a value; inside of the widget."""
        if self._histogram is None:
            return 0.0
        low, high = self._histogram.low, self._histogram.high
        at = (value - low) / (high - low) if high > low else 0.5
        return GRIP + min(max(at, 0.0), 1.0) * self._room

    def value_at(self, place: float) -> float:
        """The value at a place, counted from the left edge in logical pixels."""
        if self._histogram is None:
            return 0.0
        low, high = self._histogram.low, self._histogram.high
        return low + min(max((place - GRIP) / self._room, 0.0), 1.0) * (high - low)

    def sizeHint(self) -> QSize:
        return QSize(160, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, HEIGHT)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._histogram is None:
            return
        self._held = self._near(event.position().x())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().x()
        if self._held is None:
            near = self._near(at) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
            return
        if self._histogram is None:
            return
        value, ends = self.value_at(at), list(self._ends)
        apart = LEAST_PART * (self._histogram.high - self._histogram.low)
        ends[self._held] = min(value, ends[1] - apart) if self._held == 0 else max(value, ends[0] + apart)
        self._ends = ends[0], ends[1]
        self.update()
        self.dragged.emit(*self._ends)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._held is not None:
            self._held = None
            self.update()
            self.dropped.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None
            self.reset_asked.emit()

    # Inner doings

    @property
    def _room(self) -> float:
        return max(self.width() - 2 * GRIP, 1.0)

    def _near(self, place: float) -> int | None:
        if self._histogram is None:
            return None
        away = [abs(place - self.place_of(end)) for end in self._ends]
        nearest = 0 if away[0] < away[1] or (away[0] == away[1] and place < self.place_of(self._ends[0])) else 1
        return nearest if away[nearest] <= REACH else None

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        palette = self.palette()
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRect(ground)
        if self._histogram is not None:
            self._paint_bars(painter, self._histogram)
            for place, end in enumerate(self._ends):
                self._paint_handle(painter, end, place)
        painter.end()

    def _paint_bars(self, painter: QPainter, histogram: Histogram) -> None:
        # Roots of the counts: rare values are seen beside a tall peak.
        heights = np.sqrt(histogram.counts / max(int(histogram.counts.max(initial=0)), 1)) * (HEIGHT - 8)
        wide = self._room / len(heights)
        bottom = HEIGHT - 2.0
        outline = [QPointF(GRIP, bottom)]
        for number, height in enumerate(heights.tolist()):
            outline += [
                QPointF(GRIP + wide * number, bottom - height),
                QPointF(GRIP + wide * (number + 1), bottom - height),
            ]
        outline.append(QPointF(GRIP + self._room, bottom))
        color = QColor(self._color or self.palette().color(QPalette.ColorRole.PlaceholderText))
        color.setAlpha(170 if self.isEnabled() else 70)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF(outline))

    def _paint_handle(self, painter: QPainter, value: float, place: int) -> None:
        x = self.place_of(value)
        accent = self.palette().color(QPalette.ColorRole.Highlight)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(accent if self._held == place else ink, 1.6))
        painter.drawLine(QPointF(x, 2), QPointF(x, HEIGHT - 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent if self._held == place else ink)
        painter.drawPolygon(QPolygonF([QPointF(x - GRIP, 1), QPointF(x + GRIP, 1), QPointF(x, 8)]))
        painter.drawPolygon(
            QPolygonF([QPointF(x - GRIP, HEIGHT - 1), QPointF(x + GRIP, HEIGHT - 1), QPointF(x, HEIGHT - 8)])
        )
