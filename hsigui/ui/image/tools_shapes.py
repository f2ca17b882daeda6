"""Tools that draw a shape first and label what it covers when it is done: line, rectangle, polygon and lasso."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.tools import Tool, ToolOptions, ToolSignals, footprint, span, stroke_outline

# How far apart (logical pixels) two presses of a double click can be.
SAME_PLACE = 5.0


class _DragTool(Tool):
    """A shape between the pixel of the press and that of the release; Esc before that drops it."""

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._start: tuple[int, int] | None = None

    @property
    def busy(self) -> bool:
        return self._start is not None

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        self._start = self.camera.pixel(at)

    def move(self, at: QPointF, pressed: bool) -> None:
        del at
        if not pressed:  # the release went to another window
            self._start = None

    def release(self, at: QPointF) -> None:
        start, self._start = self._start, None
        if start is not None:
            self._done(start, self._end(start, at))

    def interrupt(self) -> None:
        self._start = None

    def _end(self, start: tuple[int, int], at: QPointF) -> tuple[int, int]:
        """The pixel where the shape ends; Shift makes it regular."""
        end = self.camera.pixel(at)
        return self._regular(start, end) if self.options.shift else end

    def _regular(self, start: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
        raise NotImplementedError

    def _done(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        raise NotImplementedError


class LineTool(_DragTool):
    """A straight line as wide as the brush; with Shift level, upright or at 45 degrees."""

    text = say("Line")
    has_brush = True

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        if mouse is None:
            return
        if self._start is None:
            stroke_outline(painter, self._outline_at(self.camera.pixel(mouse)), self.options.ink)
            return
        end = self._end(self._start, mouse)
        path = QPainterPath(self.camera.to_view(self._start[0] + 0.5, self._start[1] + 0.5))
        path.lineTo(self.camera.to_view(end[0] + 0.5, end[1] + 0.5))
        for outline in (path, self._outline_at(self._start), self._outline_at(end)):
            stroke_outline(painter, outline, self.options.ink)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        if mouse is None:
            return QRectF()
        places = [mouse]
        if self._start is not None:
            end = self._end(self._start, mouse)
            places += [self.camera.to_view(row + 0.5, col + 0.5) for row, col in (self._start, end)]
        return span(places, (self.options.brush_size / 2 + 1.5) * self.camera.scale + 4)

    def _outline_at(self, pixel: tuple[int, int]) -> QPainterPath:
        return self.camera.transform.map(footprint(*pixel, self.options.brush_size, self.options.brush_shape))

    def _regular(self, start: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
        down, right = end[0] - start[0], end[1] - start[1]
        if abs(down) > 2 * abs(right):
            return end[0], start[1]
        if abs(right) > 2 * abs(down):
            return start[0], end[1]
        return _diagonal(start, down, right)

    def _done(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.signals.stroke_started(self.text)
        self.signals.stroked([start, end], self.options.brush_size, False)
        self.signals.stroke_ended()


class RectangleTool(_DragTool):
    """All pixels from the one pressed to the one released; with Shift a square."""

    text = say("Rectangle")

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        if self._start is None or mouse is None:
            return
        _fill(painter, self._corners(self._start, self._end(self._start, mouse)), self.camera, self.options.ink)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        if self._start is None or mouse is None:
            return QRectF()
        corners = self._corners(self._start, self._end(self._start, mouse))
        return span([self.camera.to_view(*corner) for corner in corners])

    def _corners(self, start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
        top, bottom = sorted((start[0], end[0]))
        left, right = sorted((start[1], end[1]))
        return [(top, left), (top, right + 1), (bottom + 1, right + 1), (bottom + 1, left)]

    def _regular(self, start: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
        return _diagonal(start, end[0] - start[0], end[1] - start[1])

    def _done(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.signals.polygon_drawn(self._corners(start, end), self.text)


class LassoTool(Tool):
    """The inside of a line drawn freehand, closed by itself at the release."""

    text = say("Lasso")

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._line: list[tuple[float, float]] = []

    @property
    def busy(self) -> bool:
        return bool(self._line)

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        self._line = [self.camera.to_scene(at)]

    def move(self, at: QPointF, pressed: bool) -> None:
        if not self._line:
            return
        if not pressed:
            self._line = []
        elif (at - self.camera.to_view(*self._line[-1])).manhattanLength() >= 1:
            self._line.append(self.camera.to_scene(at))

    def release(self, at: QPointF) -> None:
        self.move(at, pressed=True)
        line, self._line = self._line, []
        if len(line) >= 3:
            self.signals.polygon_drawn(line, self.text)

    def interrupt(self) -> None:
        self._line = []

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        del mouse
        if len(self._line) >= 2:
            _fill(painter, self._line, self.camera, self.options.ink)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        places = [self.camera.to_view(*point) for point in self._line]
        return span([*places, mouse] if mouse is not None else places) if places else QRectF()


class PolygonTool(Tool):
    """Vertex by vertex; closed by a right click, Enter or a double click."""

    text = say("Polygon")

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
        self.signals.polygon_drawn(vertices, self.text)

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
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_veil(self.options.ink))
            painter.drawPolygon(QPolygonF([*points, mouse]))
        path = QPainterPath(points[0])
        for point in points[1:]:
            path.lineTo(point)
        stroke_outline(painter, path, self.options.ink)
        if mouse is not None:
            self._paint_band(painter, points, mouse)
        self._paint_handles(painter, points)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        points = [self.camera.to_view(row, col) for row, col in self.vertices]
        return span([*points, mouse] if mouse is not None else points) if points else QRectF()

    def _near_last(self, at: QPointF, distance: float) -> bool:
        last = self.camera.to_view(*self.vertices[-1])
        return (at - last).manhattanLength() <= distance

    def _paint_band(self, painter: QPainter, points: list[QPointF], mouse: QPointF) -> None:
        band = QPainterPath(points[-1])
        band.lineTo(mouse)
        if len(points) >= 2:
            band.lineTo(points[0])
        stroke_outline(painter, band, self.options.ink, Qt.PenStyle.DashLine)

    def _paint_handles(self, painter: QPainter, points: list[QPointF]) -> None:
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        for number, point in enumerate(points):
            painter.setBrush(self.options.ink if number else QColor(255, 255, 255))
            painter.drawRect(QRectF(point.x() - 3.5, point.y() - 3.5, 7, 7))


def _diagonal(start: tuple[int, int], down: int, right: int) -> tuple[int, int]:
    side = max(abs(down), abs(right))
    return start[0] + (side if down >= 0 else -side), start[1] + (side if right >= 0 else -side)


def _fill(painter: QPainter, outline: list[tuple[float, float]], camera: Camera, ink: QColor) -> None:
    """A shape that is still open to change: a veil inside, a line round it."""
    polygon = QPolygonF([camera.to_view(*point) for point in outline])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_veil(ink))
    painter.drawPolygon(polygon)
    path = QPainterPath()
    path.addPolygon(polygon)
    path.closeSubpath()
    stroke_outline(painter, path, ink)


def _veil(ink: QColor) -> QColor:
    color = QColor(ink)
    color.setAlpha(70)
    return color
