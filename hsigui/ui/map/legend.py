"""The list of classes with their colours, and how much of the map each is: pixels, share, and hectares where known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role

SWATCH = 12
GAP = 8
PAD = 8


def hectares_of(classes: NDArray[np.uint16], geo: Geo) -> dict[int, float]:
    """Hectares of each class of a map (rows x cols); none where it has no place on the earth."""
    areas = pixel_areas(geo, classes.shape)
    if areas is None:
        return {}
    return {number: square / 10_000 for number, square in enumerate(areas.of_classes(classes).tolist()) if number}


class LegendView(QWidget):
    """Swatch, name and, when given, pixels, share of the map and hectares of each class, one class a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = ClassTable()
        self._counts: dict[int, int] | None = None
        self._hectares: dict[int, float] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        give_role(self, QAccessible.Role.Graphic, say("Legend"))

    def set_classes(self, table: ClassTable, counts: Mapping[int, int] | None = None) -> None:
        """Shows a table of classes; counts are pixels by class number. Hectares of before are forgotten."""
        self._table = table
        self._counts = None if counts is None else dict(counts)
        self._hectares = {}
        self._renew()

    def set_hectares(self, hectares: Mapping[int, float]) -> None:
        """Adds how large the classes are on the ground, by class number."""
        self._hectares = dict(hectares)
        self._renew()

    def _renew(self) -> None:
        described = (f"{name} {count}".strip() for name, count in self.lines())
        self.setAccessibleDescription(", ".join(described))
        self.updateGeometry()
        self.update()

    def lines(self) -> list[tuple[str, str]]:
        """Name and what is counted (as shown; empty without counts) of each class."""
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
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
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
        if self._counts is None:
            return ""
        count, total = self._counts.get(number, 0), sum(self._counts.values())
        text = say("{count:,} · {share:.1f} %", count=count, share=100 * count / total if total else 0.0)
        if number not in self._hectares:
            return text
        hectares = self._hectares[number]
        digits = 2 if hectares < 10 else 1 if hectares < 1000 else 0
        return say("{text} · {hectares:,.{digits}f} ha", text=text, hectares=hectares, digits=digits)

    def _counts_width(self, metrics: QFontMetrics) -> int:
        return max((metrics.horizontalAdvance(count) + GAP for _, count in self.lines() if count), default=0)

    def _line(self) -> int:
        return max(QFontMetrics(self.font()).height() + 6, SWATCH + 8)
