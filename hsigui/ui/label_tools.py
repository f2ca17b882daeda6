"""The tools of the image view: what left presses, moves and keys mean while each is chosen, and what it draws on top.

A tool knows the camera and tells what was done through `ToolSignals`; it never touches labels itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, qGray

from hsigui.labels.strokes import disc
from hsigui.ui.camera import Camera

TOOLS = ("navigate", "brush", "eraser", "polygon")
MIN_BRUSH, MAX_BRUSH = 1, 99
# How far apart (logical pixels) two presses of a double click can be.
SAME_PLACE = 5.0


@dataclass(frozen=True)
class ToolSignals:
    """Where a tool reports: the image view's signals, as plain calls."""

    clicked: Callable[[int, int, bool], None]
    pan: Callable[[float, float], None]
    stroke_started: Callable[[str], None]
    stroked: Callable[[list[tuple[int, int]], int, bool], None]
    stroke_ended: Callable[[], None]
    polygon_drawn: Callable[[list[tuple[float, float]]], None]


@dataclass
class ToolOptions:
    """What the user set for all tools."""

    brush_size: int = 5
    color: QColor | None = None

    @property
    def ink(self) -> QColor:
        return self.color or QColor(255, 255, 255)


class Tool:
    """A tool that does nothing; `busy` is true from the first press of a drawing to its end."""

    cursor = Qt.CursorShape.CrossCursor

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

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        """Draws on top, in view coordinates; `mouse` is None when it is not over the view."""

    def reach(self) -> float:
        """How far from the mouse `paint` draws, in logical pixels; what is farther need not be repainted at a move."""
        return 0.0


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
    """Paints the chosen class along the way of the mouse."""

    erase = False
    text = "Brush stroke"

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._last: tuple[int, int] | None = None

    @property
    def busy(self) -> bool:
        return self._last is not None

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        self.interrupt()
        self._last = self.camera.pixel(at)
        self.signals.stroke_started(self.text)
        self.signals.stroked([self._last], self.options.brush_size, self.erase)

    def move(self, at: QPointF, pressed: bool) -> None:
        if self._last is None:
            return
        if not pressed:  # the release went to another window
            self.interrupt()
            return
        here = self.camera.pixel(at)
        if here != self._last:
            self.signals.stroked([self._last, here], self.options.brush_size, self.erase)
            self._last = here

    def release(self, at: QPointF) -> None:
        self.move(at, pressed=True)
        self.interrupt()

    def interrupt(self) -> None:
        if self._last is not None:
            self._last = None
            self.signals.stroke_ended()

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        if mouse is None:
            return
        outline = self.camera.transform.map(footprint(*self.camera.pixel(mouse), self.options.brush_size))
        color = QColor(255, 255, 255) if self.erase else self.options.ink
        _stroke_outline(painter, outline, color)

    def reach(self) -> float:
        return (self.options.brush_size / 2 + 1.5) * self.camera.scale + 4


class EraserTool(BrushTool):
    """Takes labels away along the way of the mouse."""

    erase = True
    text = "Eraser stroke"


class PolygonTool(Tool):
    """Vertex by vertex; closed by a right click, Enter or a double click."""

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self.vertices: list[tuple[float, float]] = []

    @property
    def busy(self) -> bool:
        return bool(self.vertices)

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        if not self.vertices or not self._near_last(at, 0.5):
            self.vertices.append(self.camera.to_scene(at))

    def close(self, at: QPointF | None) -> None:
        """Hands the polygon over; with fewer than three vertices it stays open."""
        if at is not None and self.vertices and not self._near_last(at, SAME_PLACE):
            self.vertices.append(self.camera.to_scene(at))
        if len(self.vertices) < 3:
            return
        vertices, self.vertices = self.vertices, []
        self.signals.polygon_drawn(vertices)

    def step_back(self) -> None:
        if self.vertices:
            self.vertices.pop()

    def drop(self) -> None:
        self.vertices = []

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        points = [self.camera.to_view(row, col) for row, col in self.vertices]
        if not points:
            return
        if mouse is not None and len(points) >= 2:
            fill = QColor(self.options.ink)
            fill.setAlpha(70)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([*points, mouse]))
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        _stroke_outline(painter, path, self.options.ink)
        if mouse is not None:
            self._paint_band(painter, points, mouse)
        self._paint_handles(painter, points)

    def reach(self) -> float:
        return float("inf") if self.vertices else 0.0

    def _near_last(self, at: QPointF, distance: float) -> bool:
        last = self.camera.to_view(*self.vertices[-1])
        return (at - last).manhattanLength() <= distance

    def _paint_band(self, painter: QPainter, points: list[QPointF], mouse: QPointF) -> None:
        band = QPainterPath(points[-1])
        band.lineTo(mouse)
        if len(points) >= 2:
            band.lineTo(points[0])
        _stroke_outline(painter, band, self.options.ink, Qt.PenStyle.DashLine)

    def _paint_handles(self, painter: QPainter, points: list[QPointF]) -> None:
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        for number, point in enumerate(points):
            painter.setBrush(self.options.ink if number else QColor(255, 255, 255))
            painter.drawRect(QRectF(point.x() - 3.5, point.y() - 3.5, 7, 7))


def footprint(row: int, col: int, size: int) -> QPainterPath:
    """The outline (scene x = col, y = row) of the pixels that a brush paints when it is set down on a pixel."""
    first = (size - 1) // 2
    return _outline(size).translated(col - first, row - first)


@lru_cache(maxsize=8)
def _outline(size: int) -> QPainterPath:
    """The border of the brush's pixels, its box's upper left corner at (0, 0)."""
    spans = [(int(row.argmax()), int(row.sum())) for row in disc(size)]
    right = [QPointF(start + width, y) for number, (start, width) in enumerate(spans) for y in (number, number + 1)]
    left = [QPointF(start, y) for number, (start, _) in enumerate(spans) for y in (number, number + 1)]
    path = QPainterPath()
    path.addPolygon(QPolygonF([*right, *reversed(left)]))
    path.closeSubpath()
    return path


def make_tools(camera: Camera, signals: ToolSignals, options: ToolOptions) -> dict[str, Tool]:
    """One of each tool, by name."""
    kinds = dict(zip(TOOLS, (NavigateTool, BrushTool, EraserTool, PolygonTool), strict=True))
    return {name: kind(camera, signals, options) for name, kind in kinds.items()}


def _stroke_outline(
    painter: QPainter, path: QPainterPath, color: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    """A line that is seen on dark and on bright ground: the colour with a rim of the opposite lightness."""
    rim = QColor(0, 0, 0, 190) if qGray(color.rgb()) > 90 else QColor(255, 255, 255, 220)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(rim, 3.4))
    painter.drawPath(path)
    painter.setPen(QPen(color, 1.6, style))
    painter.drawPath(path)
