"""The tools of the image view: what left presses, moves and keys mean while each is chosen, and what it draws on top.

A tool knows the camera and tells what was done through `ToolSignals`; it never touches labels itself. Here are what
all tools have in common, and those that paint along the way of the mouse.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, qGray

from hsigui.cube.ground import Ground
from hsigui.labels.strokes import BRUSHES
from hsigui.texts import say
from hsigui.ui.image.camera import Camera

MIN_BRUSH, MAX_BRUSH = 1, 99


@dataclass(frozen=True)
class ToolSignals:
    """Where a tool reports: the image view's signals, as plain calls."""

    clicked: Callable[[int, int, bool], None]
    pan: Callable[[float, float], None]
    stroke_started: Callable[[str], None]
    stroked: Callable[[list[tuple[int, int]], int, bool], None]
    stroke_ended: Callable[[], None]
    polygon_drawn: Callable[[list[tuple[float, float]], str], None]
    touched: Callable[[str, int, int], None]
    selection_taken: Callable[[], None]
    selection_dropped: Callable[[], None]
    measured: Callable[[str], None]


@dataclass
class ToolOptions:
    """What the user set for all tools."""

    brush_size: int = 5
    brush_shape: str = "round"
    color: QColor | None = None
    shift: bool = False  # the key is held
    ground: Ground | None = None  # where the scene lies

    @property
    def ink(self) -> QColor:
        return self.color or QColor(255, 255, 255)


class Tool:
    """A tool that does nothing; `busy` is true from the first press of a drawing to its end."""

    cursor = Qt.CursorShape.CrossCursor
    has_brush = False  # whether the size of the brush matters

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        self.camera = camera
        self.signals = signals
        self.options = options

    @property
    def busy(self) -> bool:
        return False

    def press(self, at: QPointF, keep: bool) -> None:
        """The left button went down at a place of the view."""

    def move(self, at: QPointF, pressed: bool) -> None:
        """The mouse moved, with the left button down or not."""

    def release(self, at: QPointF) -> None:
        """The left button went up."""

    def close(self, at: QPointF | None) -> None:
        """A double click (at a place) or a right click or Enter (None)."""

    def step_back(self) -> None:
        """Ctrl+Z or Backspace while busy."""

    def interrupt(self) -> None:
        """The view lost the mouse or the keyboard: what cannot go on ends here."""

    def drop(self) -> None:
        """Another tool was chosen, or Esc: nothing may be left open."""
        self.interrupt()

    @property
    def copied(self) -> str:
        """What Ctrl+C copies; empty for nothing."""
        return ""

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        """Draws on top, in view coordinates; `mouse` is None when it is not over the view."""

    def bounds(self, mouse: QPointF | None) -> QRectF:
        """Where `paint` draws, in view coordinates; only that is repainted at a move. Empty for nowhere."""
        return QRectF()


class NavigateTool(Tool):
    """A click picks a pixel; a drag moves the scene."""

    CLICK = 4.0  # logical pixels; a press that moves less is a click

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._start: QPointF | None = None
        self._last = QPointF()
        self._keep = False
        self.dragging = False

    def press(self, at: QPointF, keep: bool) -> None:
        self._start, self._last, self._keep, self.dragging = at, at, keep, False

    def move(self, at: QPointF, pressed: bool) -> None:
        if self._start is None or not pressed:
            return
        if not self.dragging and (at - self._start).manhattanLength() < self.CLICK:
            return
        self.dragging = True
        self.signals.pan(at.x() - self._last.x(), at.y() - self._last.y())
        self._last = at

    def release(self, at: QPointF) -> None:
        del at
        start, self._start = self._start, None
        if start is None or self.dragging:
            self.dragging = False
            return
        row, col = self.camera.pixel(start)
        if self.camera.contains(row, col):
            self.signals.clicked(row, col, self._keep)

    def interrupt(self) -> None:
        self._start, self.dragging = None, False


class BrushTool(Tool):
    """Paints the chosen class along the way of the mouse; with Shift in a straight line from the last point."""

    erase = False
    text = say("Brush stroke")
    has_brush = True

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._last: tuple[int, int] | None = None
        self._anchor: tuple[int, int] | None = None  # where the last stroke ended

    @property
    def busy(self) -> bool:
        return self._last is not None

    @property
    def size(self) -> int:
        return self.options.brush_size

    def press(self, at: QPointF, keep: bool) -> None:
        self.interrupt()
        start, self._last = self._anchor, self.camera.pixel(at)
        self.signals.stroke_started(self.text)
        points = [start, self._last] if keep and start is not None else [self._last]
        self.signals.stroked(points, self.size, self.erase)

    def move(self, at: QPointF, pressed: bool) -> None:
        if self._last is None:
            return
        if not pressed:  # the release went to another window
            self.interrupt()
            return
        here = self.camera.pixel(at)
        if here != self._last:
            self.signals.stroked([self._last, here], self.size, self.erase)
            self._last = here

    def release(self, at: QPointF) -> None:
        self.move(at, pressed=True)
        self.interrupt()

    def interrupt(self) -> None:
        if self._last is not None:
            self._anchor, self._last = self._last, None
            self.signals.stroke_ended()

    def drop(self) -> None:
        super().drop()
        self._anchor = None

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        if mouse is None:
            return
        color = QColor(255, 255, 255) if self.erase else self.options.ink
        start = self._straight_from()
        if start is not None:
            path = QPainterPath(start)
            path.lineTo(mouse)
            stroke_outline(painter, path, color, Qt.PenStyle.DashLine)
        stroke_outline(painter, self._outline_at(self.camera.pixel(mouse)), color)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        if mouse is None:
            return QRectF()
        reach = (self.size / 2 + 1.5) * self.camera.scale + 4
        around = QRectF(mouse, mouse).adjusted(-reach, -reach, reach, reach)
        start = self._straight_from() if self.options.shift else None
        return around if start is None else around | span([start, mouse])

    def _outline_at(self, pixel: tuple[int, int]) -> QPainterPath:
        return self.camera.transform.map(footprint(*pixel, self.size, self.options.brush_shape))

    def _straight_from(self) -> QPointF | None:
        """Where the straight line that Shift would draw begins, in view coordinates."""
        if not self.options.shift or self._anchor is None or self.busy:
            return None
        return self.camera.to_view(self._anchor[0] + 0.5, self._anchor[1] + 0.5)


class EraserTool(BrushTool):
    """Takes labels away along the way of the mouse."""

    erase = True
    text = say("Eraser stroke")


class PixelTool(BrushTool):
    """Paints single pixels, whatever the size of the brush."""

    text = say("Single pixels")
    has_brush = False

    @property
    def size(self) -> int:
        return 1


def footprint(row: int, col: int, size: int, shape: str = "round") -> QPainterPath:
    """The outline (scene x = col, y = row) of the pixels that a brush paints when it is set down on a pixel."""
    first = (size - 1) // 2
    return _outline(size, shape).translated(col - first, row - first)


@lru_cache(maxsize=8)
def _outline(size: int, shape: str) -> QPainterPath:
    """The border of the brush's pixels, its box's upper left corner at (0, 0)."""
    spans = [(int(row.argmax()), int(row.sum())) for row in BRUSHES[shape](size)]
    right = [QPointF(start + width, y) for number, (start, width) in enumerate(spans) for y in (number, number + 1)]
    left = [QPointF(start, y) for number, (start, _) in enumerate(spans) for y in (number, number + 1)]
    path = QPainterPath()
    path.addPolygon(QPolygonF([*right, *reversed(left)]))
    path.closeSubpath()
    return path


def span(points: Sequence[QPointF], margin: float = 6.0) -> QRectF:
    """The box round some places and what is drawn at them."""
    return QPolygonF(points).boundingRect().adjusted(-margin, -margin, margin, margin)


def stroke_outline(
    painter: QPainter, path: QPainterPath, color: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    """A line that is seen on dark and on bright ground: the colour with a rim of the opposite lightness."""
    rim = QColor(0, 0, 0, 190) if qGray(color.rgb()) > 90 else QColor(255, 255, 255, 220)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(rim, 3.4))
    painter.drawPath(path)
    painter.setPen(QPen(color, 1.6, style))
    painter.drawPath(path)
