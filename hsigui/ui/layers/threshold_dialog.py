"""A mask by a threshold: the histogram of a measurement with two handles, the same as numbers, and what passes."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.false_alarms import LEAST_RATE, MOST_RATE, USUAL_RATE, has_false_alarms
from hsigui.analysis.layer import Layer
from hsigui.analysis.looks import BINS, histogram_of
from hsigui.texts import number_text, say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, faded
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.layers.ground import Threshold
from hsigui.ui.layers.panel import FAR

OF_ALL = 1  # the place of all pixels among what the rate is told from
FIRST_PART = 0.6  # of the pixels that do not pass at first
NEAREST_PART = 0.1  # of the pixels that do, where the layer is of distances


class ThresholdDialog(QDialog):
    """Stays beside the window, which can be used meanwhile.

    Args:
        distance: low values are what is sought, see `LayerKind.distance`.

    Signals:
        changed(): other pixels pass, or they are to be seen over something else.
        rate_asked(rate, of_all): the threshold is wanted that such a part of the background passes; whether all pixels
            count as background.
        keep_asked(), labels_asked(): the mask is to become a layer, or labels of the current class.
    """

    changed = Signal()
    rate_asked = Signal(float, bool)
    keep_asked = Signal()
    labels_asked = Signal()

    def __init__(
        self, name: str, layer: Layer, measure: int, parent: QWidget | None = None, *, distance: bool = False
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Threshold of {name}", name=name))
        self._layer, self._distance = layer, distance
        self.measure = QComboBox(self)
        self.measure.addItems(list(layer.names))
        self.measure.setCurrentIndex(measure)
        self.measure.setAccessibleName(say("Measurement"))
        self.measure.currentIndexChanged.connect(self._show_measure)
        self._build_plot()
        self.low_on, self.low = self._build_end(say("From"), say("Lower limit, included"))
        self.high_on, self.high = self._build_end(say("To"), say("Upper limit, included"))
        self._build_rate()
        self.over_composite = QCheckBox(say("Show over the composite"), self)
        self.over_composite.setToolTip(say("Over the composite rather than over the measurement in grey"))
        self.over_composite.toggled.connect(self._tell)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.keep = QPushButton(say("Keep as a layer"), self)
        self.keep.setToolTip(say("A layer of two classes, which can be shown and exported"))
        self.keep.clicked.connect(self.keep_asked)
        self.label = QPushButton(say("Turn into labels"), self)
        self.label.setToolTip(say("Labels of the current class, as one step that can be taken back"))
        self.label.clicked.connect(self.labels_asked)
        close = QPushButton(say("Close"), self)
        close.clicked.connect(self.reject)
        for button in (self.keep, self.label, close):
            button.setAutoDefault(False)  # Enter ends the typing of a number
        form = QFormLayout()
        form.addRow(say("Measurement"), self.measure)
        for on, field in ((self.low_on, self.low), (self.high_on, self.high)):
            form.addRow(on, field)
        form.setRowVisible(0, len(layer.names) > 1)
        alarms = QHBoxLayout()
        alarms.addWidget(self.rate)
        alarms.addWidget(self.rate_of, 1)
        form.addRow(say("False alarms"), alarms)
        form.setRowVisible(form.rowCount() - 1, has_false_alarms(layer))
        row = QHBoxLayout()
        row.addWidget(self.keep)
        row.addWidget(self.label)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.addWidget(self.plot, 1)
        column.addLayout(form)
        column.addWidget(self.over_composite)
        column.addWidget(self.told)
        column.addLayout(row)
        self._show_measure()
        self.resize(460, 420)

    @property
    def threshold(self) -> Threshold:
        """What passes."""
        low = self.low.value() if self.low_on.isChecked() else -math.inf
        high = self.high.value() if self.high_on.isChecked() else math.inf
        return Threshold(self._layer, self.measure.currentIndex(), low, high)

    @property
    def is_none(self) -> bool:
        """Whether there is no limit at all, or none in order."""
        found = self.threshold
        return not found.low <= found.high or (math.isinf(found.low) and math.isinf(found.high))

    def show_result(self, inside: int, known: int, expected: float | None = None) -> None:
        """Says how many of the pixels with data pass, and how many of the background are expected to; None where that
        is not known."""
        part = 100 * inside / known if known else 0.0
        text = say("{inside:,} of {known:,} pixels ({part:.1f} %)", inside=inside, known=known, part=part)
        if expected is not None:
            text = say("{text}; expected false alarms: {count} pixels", text=text, count=_about(expected))
        self.told.setText(text)
        for button in (self.keep, self.label):
            button.setEnabled(inside > 0)

    def take_threshold(self, value: float | None) -> None:
        """Takes the lower limit that was asked for by a rate, with no upper one; None where there is none."""
        if value is None:
            return
        with QSignalBlocker(self.low), QSignalBlocker(self.low_on), QSignalBlocker(self.high_on):
            self.low.setValue(float(f"{value:.6g}"))
            self.low_on.setChecked(True)
            self.high_on.setChecked(False)
        self.low.setEnabled(True)
        self.high.setEnabled(False)
        self._typed()

    def ask_rate(self) -> None:
        """Asks for the threshold of the rate, where the layer is one of scores."""
        if has_false_alarms(self._layer):
            self.rate_asked.emit(self.rate.value(), self.rate_of.currentIndex() == OF_ALL)

    def show_class(self, name: str) -> None:
        """The class that labels would get; empty for the first one, which is made then."""
        self.label.setText(say("Turn into labels of {name}", name=name) if name else say("Turn into labels"))

    # Building

    def _build_plot(self) -> None:
        self.plot = Plot(self)
        self.plot.setMinimumHeight(140)
        self.plot.setMouseEnabled(x=True, y=False)
        self.plot.hideAxis("left")
        self.plot.setAccessibleName(say("Histogram; the two limits can be typed below"))
        self._bars = self.plot.plot([0.0, 1.0], [0.0], stepMode="center", fillLevel=0)
        self.region = pg.LinearRegionItem()
        self.region.setZValue(10)
        self.plot.addItem(self.region)
        self.region.sigRegionChanged.connect(self._dragged)
        self._style()

    def _build_rate(self) -> None:
        self.rate, self.rate_of = Decimal(self), QComboBox(self)
        self.rate.setDecimals(7)
        self.rate.setRange(LEAST_RATE, MOST_RATE)
        self.rate.setStepType(Decimal.StepType.AdaptiveDecimalStepType)
        self.rate.setValue(USUAL_RATE)
        self.rate.setAccessibleName(say("False-alarm rate"))
        self.rate.setToolTip(say("Which part of the background may pass; the lower limit follows"))
        self.rate_of.addItems([say("by the tail of most pixels"), say("if all pixels were background")])
        self.rate_of.setAccessibleName(say("What the rate is told from"))
        self.rate_of.setToolTip(
            say("The spread of most pixels tells the tail of the background, where that is normal. Real scenes have "
                "longer tails: all pixels as background are the careful choice.")
        )  # fmt: skip
        self.rate.valueChanged.connect(self.ask_rate)
        self.rate_of.activated.connect(self.ask_rate)

    def _build_end(self, text: str, name: str) -> tuple[QCheckBox, Decimal]:
        on, field = QCheckBox(text, self), Decimal(self)
        on.setChecked(True)
        on.setToolTip(say("Without it there is no such limit"))
        field.setDecimals(12)
        field.setRange(-FAR, FAR)
        field.setStepType(Decimal.StepType.AdaptiveDecimalStepType)
        field.setAccessibleName(name)
        field.setToolTip(name)
        on.toggled.connect(field.setEnabled)
        on.toggled.connect(self._typed)
        field.valueChanged.connect(self._typed)
        return on, field

    # What is chosen

    def _show_measure(self, _place: int = 0) -> None:
        counts, (low, high) = histogram_of(self._layer, self.measure.currentIndex())
        self._span = low, high
        self._bars.setData(np.linspace(low, high, BINS + 1), np.sqrt(counts.astype(float)))
        self.plot.setXRange(low, high, padding=0.02)
        total = np.cumsum(counts)
        part = NEAREST_PART if self._distance else FIRST_PART
        place = int(np.searchsorted(total, part * total[-1])) if total[-1] else 0
        first = float(f"{low + (high - low) * (place + 1) / BINS:.3g}")
        first = min(max(first, low), high)
        with QSignalBlocker(self.low), QSignalBlocker(self.high):
            self.low.setValue(float(f"{low:.6g}") if self._distance else first)
            self.high.setValue(first if self._distance else float(f"{high:.6g}"))
        self.low_on.setChecked(not self._distance)
        self.high_on.setChecked(self._distance)
        self._typed()
        self.ask_rate()

    def _dragged(self) -> None:
        """The handles were moved: an end of the histogram means no limit."""
        low, high = map(float, self.region.getRegion())
        step = (self._span[1] - self._span[0]) / 1000
        for on, field, value, none in (
            (self.low_on, self.low, low, low <= self._span[0]),
            (self.high_on, self.high, high, high >= self._span[1]),
        ):
            with QSignalBlocker(on), QSignalBlocker(field):
                if abs(field.value() - value) >= step or on.isChecked() == none:
                    field.setValue(float(f"{value:.4g}"))
                    on.setChecked(not none)
                    field.setEnabled(not none)
        self._tell()

    def _typed(self, _value: object = None) -> None:
        low, high = self._span
        with QSignalBlocker(self.region):
            self.region.setRegion((
                self.low.value() if self.low_on.isChecked() else low,
                self.high.value() if self.high_on.isChecked() else high,
            ))  # fmt: skip
        self._tell()

    def _tell(self, _on: bool = False) -> None:
        if self.is_none:
            self.told.setText(say("Give a lower limit, an upper one, or both in this order."))
            self.keep.setEnabled(False)
            self.label.setEnabled(False)
        self.changed.emit()

    def _style(self) -> None:
        palette = self.palette()
        color_plot(self.plot, palette)
        ink = palette.color(palette.ColorRole.PlaceholderText)
        self._bars.setPen(pg.mkPen(None))
        self._bars.setBrush(faded(ink, 150))
        accent = QColor(palette.color(palette.ColorRole.Highlight))
        self.region.setBrush(faded(accent, 60))
        self.region.setHoverBrush(faded(accent, 90))
        for line in self.region.lines:
            line.setPen(pg.mkPen(accent, width=2))
            line.setCursor(Qt.CursorShape.SizeHorCursor)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and hasattr(self, "region"):
            self._style()


def _about(count: float) -> str:
    """A number of pixels that is expected: whole where it is large, and never 0 for what is not."""
    return (
        number_text(count, ",.0f")
        if count >= 10
        else number_text(count, ".1f")
        if count >= 0.05
        else say("fewer than 0.1")
    )
