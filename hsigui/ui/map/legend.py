"""The list of classes with their colours and how many pixels each has."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.labels.classes import ClassTable
from hsigui.texts import say

SWATCH = 12
GAP = 8
PAD = 8


class LegendView(QWidget):
    """Swatch, name and, when given, the number of pixels of each class, one class a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = ClassTable()
        self._counts: dict[int, int] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(say("Legend"))

    def set_classes(self, table: ClassTable, counts: Mapping[int, int] | None = None) -> None:
        """Shows a table of classes; counts are pixels by class number."""
        self._table = table
        self._counts = None if counts is None else dict(counts)
        self.setAccessibleDescription(", ".join(info.name for info in table))
        self.updateGeometry()
        self.update()

    def lines(self) -> list[tuple[str, str]]:
        """Name and count (as shown; empty without counts) of each class."""
        return [(info.name, self._count_text(info.number)) for info in self._table]

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        names = max((metrics.horizontalAdvance(name) for name, _ in self.lines()), default=0)
        return QSize(
            2 * PAD + SWATCH + GAP + names + self._counts_width(metrics), 2 * PAD + self._line() * len(self._table)
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        counts_width = self._counts_width(metrics)
        left = PAD + SWATCH + GAP
        room = self.width() - left - PAD - counts_width
        for number, (info, (name, count)) in enumerate(zip(self._table, self.lines(), strict=True)):
            top = PAD + number * self._line()
            self._paint_swatch(painter, top, QColor(*info.color))
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(left, top, room, self._line(), middle, text)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            at = self.width() - PAD - counts_width
            painter.drawText(at, top, counts_width, self._line(), middle | Qt.AlignmentFlag.AlignRight, count)
        painter.end()

    def _paint_swatch(self, painter: QPainter, top: int, color: QColor) -> None:
        edge = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        edge.setAlpha(90)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(color)
        painter.drawRoundedRect(PAD, top + (self._line() - SWATCH) // 2, SWATCH, SWATCH, 3, 3)

    def _count_text(self, number: int) -> str:
        return "" if self._counts is None else f"{self._counts.get(number, 0):,}"

    def _counts_width(self, metrics: QFontMetrics) -> int:
        return max((metrics.horizontalAdvance(count) + GAP for _, count in self.lines() if count), default=0)

    def _line(self) -> int:
        return max(QFontMetrics(self.font()).height() + 6, SWATCH + 8)
