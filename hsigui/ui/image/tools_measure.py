"""The tool that measures: how long a line of clicks is, and how much ground it encloses."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPalette, QPen, QPolygonF

from hsigui.cube.measuring import measured
from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.tools import ToolOptions, ToolSignals, span, stroke_outline
from hsigui.ui.image.tools_shapes import PolygonTool

_INK = QColor(255, 226, 74)
_REACH = 320.0  # logical pixels that the words beside the mouse take up at most


class MeasureTool(PolygonTool):
    """Corner by corner; a right click, Enter or a double click ends the line, which then stays until the next click or
    Esc. No labels are touched."""

    text = say("Measure")

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._ended = False

    @property
    def copied(self) -> str:
        """What Ctrl+C copies: lengths, area, and on what they were measured; empty while nothing is measured."""
        return measured(self.options.ground, self.vertices).copied if len(self.vertices) > 1 else ""

    def press(self, at: QPointF, keep: bool) -> None:
        if self._ended:
            self.drop()
        super().press(at, keep)
        self._tell()

    def close(self, at: QPointF | None) -> None:
        """Ends the line; of one place alone nothing is left."""
        if at is not None and self.vertices and not self._ended and not self._near_last(at, 5.0):
            self.vertices.append(self.camera.to_scene(at))
        self._ended = len(self.vertices) > 1
        if not self._ended:
            self.vertices = []
        self._tell()

    def step_back(self) -> None:
        self._ended = False
        super().step_back()
        self._tell()

    def drop(self) -> None:
        super().drop()
        self._ended = False
        self._tell()

    def paint(self, painter: QPainter, mouse: QPointF | None) -> None:
        points = [self.camera.to_view(row, col) for row, col in self.vertices]
        if not points:
            return
        following = None if self._ended else mouse
        places = [*self.vertices, self.camera.to_scene(following)] if following is not None else self.vertices
        outline = [*points, following] if following is not None else points
        if len(outline) > 2:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(_INK.red(), _INK.green(), _INK.blue(), 45))
            painter.drawPolygon(QPolygonF(outline))
            back = QPainterPath(outline[-1])
            back.lineTo(outline[0])
            stroke_outline(painter, back, _INK, Qt.PenStyle.DashLine)
        line = QPainterPath(outline[0])
        for point in outline[1:]:
            line.lineTo(point)
        stroke_outline(painter, line, _INK)
        self._paint_corners(painter, points)
        if len(outline) > 1:
            self._paint_words(painter, outline[-1], measured(self.options.ground, places).lines)

    def bounds(self, mouse: QPointF | None) -> QRectF:
        points = [self.camera.to_view(row, col) for row, col in self.vertices]
        if not points:
            return QRectF()
        return span([*points, mouse] if mouse is not None else points, _REACH)

    def _paint_corners(self, painter: QPainter, points: list[QPointF]) -> None:
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1))
        painter.setBrush(_INK)
        for point in points:
            painter.drawEllipse(point, 3.5, 3.5)

    def _paint_words(self, painter: QPainter, at: QPointF, lines: list[str]) -> None:
        """Beside the end of the line, inside the view that is painted: a linked one shows what is done in the image."""
        font = QFont(painter.font())
        font.setPixelSize(13)
        font.setBold(False)
        metrics = QFontMetricsF(font)
        width = max(metrics.horizontalAdvance(text) for text in lines) + 14
        box = QRectF(at.x() + 14, at.y() + 14, width, metrics.height() * len(lines) + 10)
        view = painter.worldTransform().inverted()[0].mapRect(QRectF(painter.window())).adjusted(4, 4, -4, -4)
        if box.right() > view.right():
            box.moveRight(at.x() - 14)
        if box.bottom() > view.bottom():
            box.moveBottom(at.y() - 14)
        palette = QPalette()
        ground = QColor(palette.color(QPalette.ColorRole.Window))
        ground.setAlpha(232)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(box.adjusted(7, 5, -7, -5), Qt.AlignmentFlag.AlignLeft, "\n".join(lines))

    def _tell(self) -> None:
        many = len(self.vertices) > 1
        self.signals.measured(measured(self.options.ground, self.vertices).told if many else "")
