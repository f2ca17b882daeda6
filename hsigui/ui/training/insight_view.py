"""What a training has at work beside its loss: the learning rate, memory, and the prototypes that are used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from hsigui.labels.classes import PALETTE
from hsigui.memory import MIB
from hsigui.methods.insight import Insight
from hsigui.sizes import size_text
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen
from hsigui.ui.desk.roles import give_role

RATE, MEMORY, PROTOTYPES = "rate", "memory", "prototypes"
KINDS = {RATE: say("Learning rate"), MEMORY: say("Memory"), PROTOTYPES: say("Prototypes used")}
NOT_KNOWN = {
    RATE: say("The learning rate of this training is not known: it learned nothing, or an earlier version of the "
              "program trained it."),
    MEMORY: say("The memory of this training is not known: it learned nothing, or an earlier version of the program "
                "trained it."),
    PROTOTYPES: say("Not known: this method has no prototypes, or an earlier version of the program trained it."),
}  # fmt: skip
WIDTH = 1.8


class InsightView(QWidget):
    """One of KINDS, and a sentence on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = RATE
        self._insights: list[Insight] = []
        self.plot, self.bars, self.words = Plot(self), PrototypeBars(self), QLabel(self)
        self.plot.setMinimumHeight(90)
        self.plot.setAccessibleName(KINDS[RATE])
        self.plot.setLabel("bottom", say("Step"))
        self.words.setWordWrap(True)
        self.words.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._curves = [pg.PlotDataItem(), pg.PlotDataItem()]
        for curve in self._curves:
            self.plot.addItem(curve)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.plot, 1)
        column.addWidget(self.bars, 1)
        column.addWidget(self.words)
        self._restyle()

    def show_kind(self, kind: str) -> None:
        """Shows one of KINDS."""
        self._kind = kind
        self.plot.setAccessibleName(KINDS[kind])
        self._draw()

    def set_insights(self, insights: Sequence[Insight]) -> None:
        """Takes those of a training, the earliest first."""
        self._insights = list(insights)
        if self.isVisible():
            self._draw()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self._restyle()
        elif event.type() == QEvent.Type.Show:
            self._draw()
        return handled

    def points(self) -> list[list[tuple[float, float]]]:
        """Step and value of what is drawn: of the rate one curve, of memory that of the process and of the device."""
        names = ("rate",) if self._kind == RATE else ("memory_mb", "device_mb")
        return [
            [(float(each.step), value) for each in self._insights if (value := getattr(each, name)) is not None]
            for name in names
        ]

    def _draw(self) -> None:
        used = next((each.used for each in reversed(self._insights) if each.used is not None), None)
        self.bars.setVisible(self._kind == PROTOTYPES and used is not None)
        points = [] if self._kind == PROTOTYPES else self.points()
        self.plot.setVisible(any(len(each) > 1 for each in points))
        for curve, own in zip(self._curves, [*points, [], []], strict=False):
            curve.setData(*(np.array(own, dtype=float).T if own else ([], [])))
        self.plot.setLabel("left", "" if self._kind == RATE else say("MiB"))
        highest = max((value for own in points for _, value in own), default=1.0)
        self.plot.setYRange(0.0, 1.08 * highest)
        if used is not None:
            self.bars.set_counts(used)
        self.words.setText(self._words(points, used))

    def _words(self, points: Sequence[Sequence[tuple[float, float]]], used: NDArray[np.int64] | None) -> str:
        if self._kind == PROTOTYPES:
            return NOT_KNOWN[PROTOTYPES] if used is None else used_in_words(used)
        if not any(points):
            return NOT_KNOWN[self._kind]
        if self._kind == RATE:
            return say("Now {rate:.3g}", rate=points[0][-1][1])
        process, device = ([value for _, value in own] for own in points)
        told = []
        if process:
            now, most = _now_and_most(process)
            told.append(say("Process: {now} now, {most} at most", now=now, most=most))
        if device:
            now, most = _now_and_most(device)
            told.append(say("GPU: {now} now, {most} at most", now=now, most=most))
        return "\n".join(told)

    def _restyle(self) -> None:
        color_plot(self.plot, self.palette())
        colors = (self.palette().color(QPalette.ColorRole.Accent), QColor(*PALETTE[2]))
        for curve, color in zip(self._curves, colors, strict=True):
            curve.setPen(curve_pen(self, color, WIDTH))


class PrototypeBars(QWidget):
    """A bar for each prototype, the most used first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.setMinimumHeight(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        give_role(self, QAccessible.Role.Chart, say("How often each prototype is used"))

    def set_counts(self, counts: NDArray[np.int64]) -> None:
        """How often each is used, one a prototype."""
        self._counts = np.sort(counts)[::-1]
        self.setAccessibleDescription(used_in_words(counts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        most, count = int(self._counts.max(initial=0)), len(self._counts)
        if most:
            wide, high = (self.width() - 8) / count, self.height() - 8
            accent = self.palette().color(QPalette.ColorRole.Accent)
            for place, value in enumerate(self._counts.tolist()):
                top = high * value / most
                painter.fillRect(QRectF(4 + place * wide, 4 + high - top, max(wide - 0.3, 0.7), top), accent)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(self.rect().adjusted(4, 4, -6, -4), corner, say("most: {count:,}", count=most))
        painter.end()


def used_in_words(counts: NDArray[np.int64]) -> str:
    """How many prototypes are used, one a prototype, and how evenly: the number that evenly used ones would be."""
    total = int(counts.sum())
    if not total:
        return say("No prototype is used.")
    shares = counts[counts > 0] / total
    even = float(np.exp(-(shares * np.log(shares)).sum()))
    return say(
        "{used} of {count} prototypes are the nearest to some pixel of the last step, as evenly as {even:.0f} alike "
        "would be. Where few are used, the training has collapsed.",
        used=int((counts > 0).sum()), count=len(counts), even=even,
    )  # fmt: skip


def _now_and_most(mebibytes: Sequence[float]) -> tuple[str, str]:
    return size_text(mebibytes[-1] * MIB, binary=True), size_text(max(mebibytes) * MIB, binary=True)
