"""How values become brightness: the kind of stretch, its numbers, and a histogram a channel with two handles."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.histogram import Spread
from hsigui.cube.render import CHANNELS, ViewState
from hsigui.cube.stretch import KINDS, Level
from hsigui.texts import say
from hsigui.ui.desk.channels import CHANNEL_COLORS, CHANNEL_TITLES
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.scene.histogram_strip import HistogramStrip

KIND_TITLES = {
    "percentiles": (say("Percentiles"), say("From one percentile of the values to another")),
    "extremes": (say("Least to greatest"), say("From the least value to the greatest")),
    "deviations": (say("Standard deviations"), say("So many standard deviations below and above the mean")),
    "equalised": (say("Equalised"), say("Each brightness has as many pixels: all differences are seen")),
    "root": (say("Square root"), say("Between percentiles, dark differences stronger than bright ones")),
    "gamma": (say("Gamma"), say("Between percentiles, brighter above 1, darker below")),
}
VALUE_WIDTH = 78  # logical pixels, for six figures
_PERCENT_KINDS = ("percentiles", "root", "gamma")


class StretchPanel(QWidget):
    """Kind, numbers and histograms.

    Args:
        within, decorrelated, reset: the actions of the same names.

    Signals:
        view_changed(ViewState): another stretch is wanted.
        ends_changed(channel, ends): ends of a channel were set by hand; None gives them up.
    """

    view_changed = Signal(object)
    ends_changed = Signal(int, object)

    def __init__(self, within: QAction, decorrelated: QAction, reset: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ViewState(0, 0, 0)
        self.within, self.decorrelated = _box(within, self), _box(decorrelated, self)
        self.reset = QPushButton(say("Set back"), self)
        self.reset.setToolTip(reset.toolTip())
        self.reset.clicked.connect(reset.trigger)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 5, 9, 5)  # three histograms are seen at once on a laptop
        column.setSpacing(4)
        column.addLayout(self._build_kind())
        column.addWidget(self._build_numbers())
        column.addWidget(_row(self, self.within, self.decorrelated))
        self.channels = [ChannelStretch(self) for _ in CHANNELS]
        for number, channel in enumerate(self.channels):
            channel.changed.connect(partial(self._ends_changed, number))
            column.addWidget(channel)
        column.addStretch(1)
        self._order_tabs()
        self.set_view(self._view, ("",) * 3)
        self.setEnabled(False)

    def set_view(self, view: ViewState, names: tuple[str, ...]) -> None:
        """Shows how a view is stretched.

        Args:
            names: of the shown bands, one a channel.
        """
        self._view = view
        stretch, alone = view.stretch, view.single is not None
        pairs = (
            (self.low, view.low), (self.high, view.high), (self.deviations, stretch.deviations),
            (self.gamma, stretch.gamma),
        )  # fmt: skip
        for spin, value in pairs:
            with QSignalBlocker(spin):
                spin.setValue(value)
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(KINDS.index(stretch.kind))
        self.kind.setToolTip(KIND_TITLES[stretch.kind][1])
        self._percents.setVisible(stretch.kind in _PERCENT_KINDS)
        self._gammas.setVisible(stretch.kind == "gamma")
        self._spreads.setVisible(stretch.kind == "deviations")
        self._numbers.setVisible(stretch.kind not in ("extremes", "equalised"))
        self.decorrelated.setVisible(not alone)
        for number, channel in enumerate(self.channels):
            channel.setVisible(number < len(view.shown))
            if number < len(names):
                title = say("Band") if alone else CHANNEL_TITLES[CHANNELS[number]]
                channel.set_channel(title, names[number], None if alone else QColor(*CHANNEL_COLORS[number]))
        self.setEnabled(True)

    def show_spread(self, spread: Spread) -> None:
        """Shows histograms and where the stretch begins and ends."""
        for number, histogram in enumerate(spread.histograms):
            channel = self.channels[number]
            by_hand = spread.view.stretch.ends_by_hand(spread.view.shown, number) is not None
            channel.strip.show_histogram(histogram)
            channel.show_ends(spread.tones.levels[number], histogram.high - histogram.low, by_hand)

    @property
    def held(self) -> bool:
        """Whether a handle is being dragged."""
        return any(channel.strip.held for channel in self.channels)

    # Building

    def _build_kind(self) -> QHBoxLayout:
        self.kind = QComboBox(self)
        self.kind.setAccessibleName(say("Kind of stretch"))
        for name in KINDS:
            title, tip = KIND_TITLES[name]
            self.kind.addItem(title, name)
            self.kind.setItemData(self.kind.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.kind.currentIndexChanged.connect(self._chosen)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.kind, 1)
        row.addWidget(self.reset)
        return row

    def _order_tabs(self) -> None:
        """The Tab key goes from top to bottom, whatever was made first."""
        order = [self.kind, self.reset, self.low, self.high, self.gamma, self.deviations]
        order += [self.within, self.decorrelated]
        for channel in self.channels:
            order += [channel.low, channel.high]
        for before, after in itertools.pairwise(order):
            self.setTabOrder(before, after)

    def _build_numbers(self) -> QWidget:
        self.low = self._number(0.0, 49.0, 1, 0.5, say("Percentile shown black"))
        self.high = self._number(51.0, 100.0, 1, 0.5, say("Percentile shown full"))
        for spin in (self.low, self.high):
            spin.setSuffix(" %")
            spin.setToolTip(say("Percentiles of the valid pixels that become black and full"))
        self.deviations = self._number(0.1, 10.0, 1, 0.5, say("Standard deviations beside the mean"))
        self.gamma = self._number(0.1, 10.0, 2, 0.1, say("Gamma"))
        for spin in (self.deviations, self.gamma):
            spin.setToolTip(spin.accessibleName())
        self._numbers = QWidget(self)
        column = QVBoxLayout(self._numbers)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._percents = _row(self._numbers, self.low, QLabel(say("to")), self.high)
        self._gammas = _row(self._numbers, QLabel(say("Gamma")), self.gamma)
        self._spreads = _row(self._numbers, QLabel(say("Deviations")), self.deviations)
        for row in (self._percents, self._gammas, self._spreads):
            column.addWidget(row)
        return self._numbers

    def _number(self, low: float, high: float, decimals: int, step: float, name: str) -> NumberBox:
        spin = NumberBox(self)
        spin.setRange(low, high)
        spin.setDecimals(decimals)
        spin.setSingleStep(step)
        spin.setAccessibleName(name)
        spin.valueChanged.connect(self._chosen)
        return spin

    # What is asked for

    def _chosen(self, *_value: object) -> None:
        kind = str(self.kind.currentData())
        stretch = replace(
            self._view.stretch, kind=kind, deviations=self.deviations.value(), gamma=self.gamma.value(), by_hand=()
        )
        self._view = replace(self._view, low=self.low.value(), high=self.high.value(), stretch=stretch)
        self.view_changed.emit(self._view)

    def _ends_changed(self, channel: int, ends: Level | None) -> None:
        self.ends_changed.emit(channel, ends)


class ChannelStretch(QWidget):
    """One channel: its band, the two values, and the histogram.

    Signals:
        changed(ends): the user wants other ends; None for those of the rule.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends: Level = (0.0, 1.0)
        self.title = ElidedLabel(self)
        self.strip = HistogramStrip(self)
        self.low, self.high = self._value(), self._value()
        self.strip.dragged.connect(self._dragged)
        self.strip.reset_asked.connect(partial(self.changed.emit, None))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.low, 0, 1)
        grid.addWidget(self.high, 0, 2)
        grid.addWidget(self.strip, 1, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        self.setTabOrder(self.low, self.high)

    def set_channel(self, title: str, band: str, color: QColor | None) -> None:
        """What the channel is called, which band it shows, and its colour."""
        self.title.setText(say("{channel}: {band}", channel=title, band=band) if band else title)
        self.strip.set_color(color)
        self.strip.setAccessibleName(say("Histogram of {title}", title=self.title.text()))
        self.low.setAccessibleName(say("Value shown black, {title}", title=self.title.text()))
        self.high.setAccessibleName(say("Value shown full, {title}", title=self.title.text()))

    def show_ends(self, ends: Level, across: float, by_hand: bool) -> None:
        """Shows the values of both ends, of an axis so wide; in bold where they were set by hand."""
        self.strip.show_ends(ends)
        if self.strip.held:
            return
        self._ends = ends
        decimals = min(max(3 - math.floor(math.log10(across)), 0), 9) if across > 0 else 3
        for spin, value in ((self.low, ends[0]), (self.high, ends[1])):
            with QSignalBlocker(spin):
                spin.setDecimals(decimals)
                spin.setSingleStep(10.0 ** round(math.log10(across / 100)) if across > 0 else 0.1)
                spin.setValue(value)
        font = self.title.font()
        font.setBold(by_hand)
        self.title.setFont(font)

    def _value(self) -> NumberBox:
        spin = NumberBox(self)
        spin.setRange(-3.4e38, 3.4e38)
        spin.setKeyboardTracking(False)
        spin.setFixedWidth(VALUE_WIDTH)
        spin.setToolTip(say("The value itself; by hand it stays with the band"))
        spin.valueChanged.connect(self._typed)
        return spin

    def _dragged(self, low: float, high: float) -> None:
        for spin, value in ((self.low, low), (self.high, high)):
            with QSignalBlocker(spin):
                spin.setValue(value)
        self._ends = low, high
        self.changed.emit(self._ends)

    def _typed(self, _value: float) -> None:
        low, high = self.low.value(), self.high.value()
        # What the field rounds is not what was meant: the other end stays as exact as it is.
        low = self._ends[0] if self.low is not self.sender() else low
        high = self._ends[1] if self.high is not self.sender() else high
        if low < high:
            self._ends = low, high
            self.changed.emit(self._ends)
        else:
            self.show_ends(self._ends, abs(self._ends[1] - self._ends[0]), True)


def _box(action: QAction, parent: QWidget) -> QCheckBox:
    box = QCheckBox(plain(action.text()), parent)
    box.setToolTip(action.toolTip())
    box.setChecked(action.isChecked())
    box.toggled.connect(action.setChecked)
    action.toggled.connect(box.setChecked)
    return box


def _row(parent: QWidget, *widgets: QWidget) -> QWidget:
    made = QWidget(parent)
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return made
