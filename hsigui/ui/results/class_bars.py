"""Per-class accuracy as bars: producer's and user's with their intervals, and F1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.labels.classes import Color
from hsigui.report.intervals import UNKNOWN, Interval
from hsigui.report.metrics import Accuracy
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role

# Of Okabe & Ito (2008): told apart by the colour-blind, too.
KINDS: tuple[tuple[str, str, Color], ...] = (
    (say("Producer's"), say("share of the class that was found"), (0, 114, 178)),
    (say("User's"), say("share of what was mapped as the class that is right"), (230, 159, 0)),
    (say("F1"), say("harmonic mean of the two; it has no interval here"), (0, 158, 115)),
)
BAR, BETWEEN, APART, PAD, SWATCH = 9, 3, 12, 10, 11  # logical pixels
NUMBERS, WIDEST_NAME = 128, 190
IN_ORDER, LOWEST_FIRST = "order", "lowest"


@dataclass(frozen=True)
class Row:
    """One class: its figures in the order of KINDS (NaN where there are none), and their intervals."""

    name: str
    color: Color
    figures: tuple[float, float, float]
    intervals: tuple[Interval, Interval, Interval]
    test: int

    @property
    def words(self) -> str:
        """Such as "Meadow: Producer's 91.2 (89.0–93.1), User's n/a, F1 80.1"."""
        parts = [
            say("{kind} {figure}", kind=kind, figure=figure_in_words(value, interval))
            for (kind, _, _), value, interval in zip(KINDS, self.figures, self.intervals, strict=True)
        ]
        return say("{name}: {figures}", name=self.name, figures=", ".join(parts))


def rows_of(accuracy: Accuracy, order: str = IN_ORDER) -> list[Row]:
    """The classes, in their order or those with the lowest F1 first; those that are not tested come last then."""
    rows = [
        Row(
            name,
            accuracy.colors[i],
            (accuracy.producers[i], accuracy.users[i], accuracy.f1[i]),
            (accuracy.producers_interval(i), accuracy.users_interval(i), UNKNOWN),
            accuracy.support[i],
        )
        for i, name in enumerate(accuracy.names)
    ]
    if order == LOWEST_FIRST:
        rows.sort(key=lambda row: math.inf if math.isnan(row.figures[2]) else row.figures[2])
    return rows


def figure_in_words(value: float, interval: Interval) -> str:
    """Per cent, with the interval where there is one: "91.2 (89.0–93.1)"."""
    if math.isnan(value):
        return say("n/a")
    if not interval.known:
        return say("{value:.1f}", value=100 * value)
    low, high = 100 * interval.low, 100 * interval.high
    return say("{value:.1f} ({low:.1f}–{high:.1f})", value=100 * value, low=low, high=high)


class ClassBars(QWidget):
    """Three bars a class on a scale from 0 to 100 %, and the figures beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        give_role(self, QAccessible.Role.Chart, say("Accuracy by class"))

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Shows these classes."""
        self.rows = list(rows)
        self.setAccessibleDescription("\n".join(row.words for row in self.rows))
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, self._top + len(self.rows) * self._step + PAD)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_scale(painter)
        for number, row in enumerate(self.rows):
            top = self._top + number * self._step
            if event.rect().intersects(QRectF(0, top, self.width(), self._step).toRect()):
                self._paint_row(painter, row, top)
        painter.end()

    # Where things stand

    @property
    def _step(self) -> int:
        return 3 * BAR + 2 * BETWEEN + APART

    @property
    def _top(self) -> int:
        return PAD + self.fontMetrics().height() + 6

    @property
    def _left(self) -> int:
        texts = (text for row in self.rows for text in (row.name, _tested(row)))
        widest = max(map(self.fontMetrics().horizontalAdvance, texts), default=0)
        return PAD + SWATCH + 8 + min(widest, WIDEST_NAME, self.width() // 3) + 12

    def _x(self, share: float) -> float:
        return self._left + share * max(self.width() - self._left - NUMBERS - PAD, 10)

    # What is painted

    def _paint_scale(self, painter: QPainter) -> None:
        bottom = self._top + len(self.rows) * self._step
        for tenth in range(0, 11, 2):
            x = self._x(tenth / 10)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
            painter.drawLine(QPointF(x, self._top - 4), QPointF(x, bottom))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = QRectF(x - 24, PAD - 4, 48, self.fontMetrics().height())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, say("{percent} %", percent=10 * tenth))

    def _paint_row(self, painter: QPainter, row: Row, top: float) -> None:
        text, faint = (self.palette().color(r) for r in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText))
        middle = top + (self._step - APART) / 2
        edge = QColor(text)
        edge.setAlpha(90)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(QColor(*row.color))
        painter.drawRoundedRect(QRectF(PAD, middle - SWATCH / 2, SWATCH, SWATCH), 2, 2)
        room = self._left - PAD - SWATCH - 8 - 12
        line = self.fontMetrics().height()
        name = self.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        painter.setPen(text)
        painter.drawText(QRectF(PAD + SWATCH + 8, middle - line, room, line), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(faint)
        below = QRectF(PAD + SWATCH + 8, middle, room, line)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, _tested(row))
        for place, (value, interval) in enumerate(zip(row.figures, row.intervals, strict=True)):
            self._paint_bar(painter, top + place * (BAR + BETWEEN), KINDS[place][2], value, interval)

    def _paint_bar(self, painter: QPainter, top: float, color: Color, value: float, interval: Interval) -> None:
        if not math.isnan(value):
            bar = QRectF(self._x(0), top, max(self._x(value) - self._x(0), 1.0), BAR)
            painter.fillRect(bar, QColor(*color))
        if interval.known:
            self._paint_interval(painter, top + BAR / 2, interval)
        small = painter.font()
        small.setPixelSize(BAR + 2)
        painter.save()
        painter.setFont(small)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        place = QRectF(self.width() - NUMBERS, top - 2, NUMBERS - PAD, BAR + 4)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(place, middle, figure_in_words(value, interval))
        painter.restore()

    def _paint_interval(self, painter: QPainter, middle: float, interval: Interval) -> None:
        """A whisker; with an edge, so that it is seen on the bar and beside it."""
        low, high = self._x(interval.low), self._x(interval.high)
        for color, width in ((self.palette().color(QPalette.ColorRole.Base), 3.5),
                             (self.palette().color(QPalette.ColorRole.Text), 1.5)):  # fmt: skip
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(low, middle), QPointF(high, middle))
            for end in (low, high):
                painter.drawLine(QPointF(end, middle - 3), QPointF(end, middle + 3))


def _tested(row: Row) -> str:
    return say("{count:,} test px", count=row.test)
