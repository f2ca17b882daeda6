"""How many components of a scene hold signal: their variances beside that of their noise, and how many are kept."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.components import KINDS, Components
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen

HEIGHT = 150
DECADES_OF_MANY = 1.5  # up to which 2 and 5 are named, too
FEW = 40  # components up to which their dots do not touch
DEEPEST = 1e-12  # of the largest value: what is below is a zero that was rounded
MARGIN = 0.08  # of the range above the highest and below the lowest value
OF_COMPONENTS = ("denoise", "destripe")  # steps that can keep the first ones


def kind_of(step: ChosenStep) -> str:
    """The components that a step keeps the first ones of, see `components.KINDS`; empty for others."""
    kind = step.text.partition(",")[0].strip()
    return kind if step.option in OF_COMPONENTS and kind in KINDS else ""


def kept_by(step: ChosenStep) -> int | None:
    """How many a step keeps; None for as many as hold signal."""
    text = step.text.partition(",")[2].strip()
    return int(text) if text.isdecimal() else None


def ticks(values: NDArray[np.floating]) -> list[tuple[float, str]]:
    """Where a logarithmic axis of some values (one each) is named, with the names: at 1, 2 and 5, or at powers of ten
    where these are many."""
    known = values[np.isfinite(values) & (values > 0)]
    if not len(known):
        return []
    logs = np.log10(known)
    low, high = int(np.floor(logs.min())), int(np.ceil(logs.max()))
    step = max(1, -(-(high - low) // 4))  # so many names have room one above the other
    parts = (1, 2, 5) if np.ptp(logs) < DECADES_OF_MANY else (1,)
    found = [part * 10.0**power for power in range(low, high + 1, step) for part in parts]
    return [(float(np.log10(value)), f"{value:g}") for value in found]


class EigenPlot(QWidget):
    """A plot of eigenvalues with a line behind those that are kept, which can be dragged.

    Signals:
        dragged(count): so many are to be kept.
    """

    dragged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.plot = Plot(self)
        self.plot.setFixedHeight(HEIGHT)
        self.plot.setLogMode(y=True)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setAccessibleName(say("Eigenvalues of the components, and the noise of each"))
        self.plot.setToolTip(say("Drag the line, or type how many components are kept"))
        self.plot.setLabel("bottom", say("Component"))
        self._values = self.plot.plot([], [], symbolSize=5)
        self._noise = self.plot.plot([], [])
        self._advised = self.plot.plot([], [], pen=None, symbol="o", symbolSize=12, symbolBrush=None)
        self.line = pg.InfiniteLine(1.0, movable=True)
        self.line.sigPositionChangeFinished.connect(self._moved)
        self.plot.addItem(self.line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)
        column.addWidget(self.told)
        self._count = 0
        self._color()
        self.hide()

    def show_components(self, found: Components, kept: int | None) -> None:
        """Shows eigenvalues.

        Args:
            kept: how many components are kept; None for as many as are advised.
        """
        numbers = np.arange(1, len(found.values) + 1)
        least = np.finfo(float).tiny
        self._count = len(numbers)
        self._values.setData(numbers, np.maximum(found.values, least))
        known = np.isfinite(found.noise) & (found.noise > 0)
        self._noise.setData(numbers[known], found.noise[known])
        ringed = slice(found.advised - 1, found.advised)
        self._advised.setData(numbers[ringed], np.maximum(found.values[ringed], least))
        with QSignalBlocker(self.line):
            self.line.setBounds((1, self._count))
            self.line.setValue(min(kept or found.advised, self._count))
        self._values.setSymbolSize(5 if self._count <= FEW else 3)
        drawn = np.maximum(np.concatenate([found.values, found.noise[known]]), least)
        drawn = np.maximum(drawn, drawn.max() * DEEPEST)
        self.plot.getAxis("left").setTicks([ticks(drawn)])
        self.plot.setXRange(0.5, self._count + 0.5, padding=0.02)
        self.plot.setYRange(*np.log10([drawn.min(), drawn.max()]), padding=MARGIN)
        advised = say(
            "{kind}: {advised} of {count} components have twice the variance of their noise (ring).",
            kind=KINDS[found.kind].capitalize(), advised=found.advised, count=self._count,
        )  # fmt: skip
        self.told.setText(advised)
        self._set_known(True)

    def show_state(self, text: str) -> None:
        """Says that components are looked for, or why there are none."""
        self.told.setText(text)
        self._set_known(False)

    def _set_known(self, known: bool) -> None:
        self.plot.setVisible(known)
        self.show()

    def _moved(self, line: pg.InfiniteLine) -> None:
        count = int(np.clip(round(float(line.value())), 1, max(1, self._count)))
        with QSignalBlocker(line):
            line.setValue(count)
        self.dragged.emit(count)

    def _color(self) -> None:
        color_plot(self.plot, self.palette())
        role = self.palette().color
        ink, quiet = role(QPalette.ColorRole.Highlight), role(QPalette.ColorRole.PlaceholderText)
        self._values.setPen(curve_pen(self, ink, 1.5))
        self._values.setSymbolBrush(ink)
        self._values.setSymbolPen(pg.mkPen(ink))
        self._advised.setSymbolPen(pg.mkPen(role(QPalette.ColorRole.WindowText), width=1.5))
        dashed = curve_pen(self, quiet, 1)
        dashed.setStyle(Qt.PenStyle.DashLine)
        self._noise.setPen(dashed)
        self.line.setPen(curve_pen(self, role(QPalette.ColorRole.WindowText), 1.5))
        self.line.setHoverPen(curve_pen(self, ink, 3))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE:
            self._color()
