"""The best matches of a spectrum among those of libraries: a ranked list, and both curves over each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QSpinBox,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.measures import RANKING
from hsigui.analysis.ranking import Match, Matches
from hsigui.texts import number_text, say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.later import Later
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen
from hsigui.ui.desk.tips import explain

NAME, DISTANCE, SOURCE = range(3)  # columns
OWN_WIDTH, MATCH_WIDTH = 2.0, 1.4  # logical pixels
MATCH_INK = QColor(200, 110, 0)  # seen on light and dark grounds
MOST = 200  # matches
LEAST_PLOT = QSize(120, 56)  # logical pixels
PLOT_NAME = say("The spectrum and its match, scaled to it")


@dataclass(frozen=True)
class Asked:
    """A spectrum that can be matched: what it is called, its kind, and which of that kind it is."""

    title: str
    kind: str
    which: int = 0


class Choice(QComboBox):
    """Choices that may be others whenever it is opened.

    Signals:
        opening(): it is about to be opened.
    """

    opening = Signal()

    def showPopup(self) -> None:
        self.opening.emit()
        super().showPopup()


class MatchesPanel(QWidget):
    """Which spectrum, by which measure, and what it is most like.

    Args:
        add, keep, name: actions that add a library, keep the chosen match on the plot, and name a class after it.

    Signals:
        changed(): another spectrum, measure or number is chosen.
        chosen(): another match is chosen.
        opening(): the spectra that can be chosen are about to be seen.
    """

    changed = Signal()
    chosen = Signal()
    opening = Signal()

    def __init__(self, add: QAction, keep: QAction, name: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Matches | None = None
        self._offered: tuple[Asked, ...] = ()
        self._own: tuple[NDArray[np.float64], NDArray[np.float32]] | None = None
        self.of, self.by, self.count = Choice(self), QComboBox(self), QSpinBox(self)
        self.of.setAccessibleName(say("Spectrum to match"))
        for box in (self.of, self.by):  # the panel must not widen the window
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(5)
        self.of.opening.connect(self.opening)
        self.of.activated.connect(self.changed)
        self.by.setAccessibleName(say("Measure"))
        for row in RANKING:
            self.by.addItem(row.title, row.name)
            about = f"{row.about}\n{row.paper}"
            self.by.setItemData(self.by.count() - 1, about, Qt.ItemDataRole.ToolTipRole)
        self.by.activated.connect(self.changed)
        self.count.setRange(1, MOST)
        self.count.setValue(10)
        self.count.setKeyboardTracking(False)
        self.count.setAccessibleName(say("Number of matches"))
        explain(self.count, say("How many matches are listed"))
        self.count.valueChanged.connect(self.changed)
        self.list = QTreeWidget(self)
        self.list.setAccessibleName(say("Best matches"))
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels([say("Spectrum"), say("Distance"), say("Library")])
        self.list.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.list.header().setStretchLastSection(False)
        self.list.currentItemChanged.connect(self._chosen)
        self.state = ElidedLabel(self)
        self._place = Later(self._made_plot, LEAST_PLOT, PLOT_NAME, self)
        self._lay_out([tool_button(action, self) for action in (add, keep, name)])

    @property
    def plot(self) -> Plot:
        """Both curves; not there until they are seen."""
        return self._place.widget

    @property
    def match(self) -> Match | None:
        """The chosen match; None where there is none."""
        item = self.list.currentItem()
        if self._found is None or item is None:
            return None
        return self._found.best[self.list.indexOfTopLevelItem(item)]

    @property
    def asked(self) -> Asked:
        """The spectrum that is chosen."""
        return self._offered[max(0, self.of.currentIndex())]

    @property
    def measure(self) -> str:
        return str(self.by.currentData())

    def offer(self, offered: Sequence[Asked], chosen: int | None = None) -> None:
        """Shows the spectra that can be chosen, one at least.

        Args:
            chosen: the place of the one that is chosen from now on; None for the one before, where it still is there.
        """
        present, self._offered = (self.asked if self._offered else None), tuple(offered)
        with QSignalBlocker(self.of):
            self.of.clear()
            self.of.addItems([each.title for each in offered])
            keys = [(each.kind, each.which) for each in offered]
            before = None if present is None else (present.kind, present.which)
            at = keys.index(before) if before in keys else 0
            self.of.setCurrentIndex(at if chosen is None else chosen)

    def show_matches(
        self, found: Matches | None, waves: NDArray[np.float64], values: NDArray[np.float32] | None, words: str
    ) -> None:
        """Shows the matches of a spectrum (one value a band, as the wavelengths) and a sentence; None for none."""
        self._found = found
        self._own = None if values is None else (waves, values)
        with QSignalBlocker(self.list):
            self.list.clear()
            unit = " (rad)" if found is not None and found.measure.unit == "rad" else ""
            self.list.headerItem().setText(DISTANCE, say("Distance{unit}", unit=unit))
            for each in () if found is None else found.best:
                self.list.addTopLevelItem(_item(each))
            if (first := self.list.topLevelItem(0)) is not None:
                self.list.setCurrentItem(first)
        self.list.resizeColumnToContents(DISTANCE)
        self.state.setText(words)
        explain(self.state, words)
        self._chosen()

    def _chosen(self, *_items: object) -> None:
        if self._place.made is not None:  # else it is drawn when it is made
            self._draw(self._place.made)
        self.chosen.emit()

    def _lay_out(self, buttons: Sequence[QWidget]) -> None:
        top, left = QHBoxLayout(), QWidget(self)
        for widget, stretch in ((self.of, 3), (self.by, 2), (self.count, 0)):
            top.addWidget(widget, stretch)
        for button in buttons:
            top.addWidget(button)
        inner = QVBoxLayout(left)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.list, 1)
        inner.addWidget(self.state)
        both = QSplitter(Qt.Orientation.Horizontal, self)
        both.addWidget(left)
        both.addWidget(self._place)
        both.setChildrenCollapsible(False)
        both.setSizes([330, 260])
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        top.setSpacing(3)
        column.addLayout(top)
        column.addWidget(both, 1)

    def _made_plot(self, parent: QWidget) -> Plot:
        plot = Plot(parent)
        plot.setMinimumSize(LEAST_PLOT)
        plot.setAccessibleName(PLOT_NAME)
        self._style(plot)
        return plot

    def _draw(self, plot: Plot) -> None:
        plot.clear()
        if self._own is None:
            return
        waves, values = self._own
        order = np.argsort(waves, kind="stable")
        ink = self.palette().color(QPalette.ColorRole.Text)
        curves = [(values, ink, OWN_WIDTH)]
        if self.match is not None:
            curves.append((self.match.curve, MATCH_INK, MATCH_WIDTH))
        for curve, color, width in curves:
            pen = curve_pen(self, color, width)
            plot.plot(waves[order], curve[order].astype(float), pen=pen, connect="finite")
        plot.enableAutoRange()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE and hasattr(self, "_place") and self._place.made is not None:
            self._style(self._place.made)
        return handled

    def _style(self, plot: Plot) -> None:
        color_plot(plot, self.palette())
        self._draw(plot)


def _item(found: Match) -> QTreeWidgetItem:
    source = Path(found.reference.source).name
    item = QTreeWidgetItem([found.name, number_text(found.distance, ".4f"), source])
    item.setTextAlignment(DISTANCE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    percent = 100 * found.likeness
    lines = [found.name, say("{percent:.0f} % alike, in {bands} bands", percent=percent, bands=found.bands)]
    if not np.isnan(found.scale):
        lines.append(say("Scale {scale:.3f}, rms {rms:.4f}", scale=found.scale, rms=found.rms))
    for column in (NAME, DISTANCE):
        item.setToolTip(column, "\n".join(lines))
    item.setToolTip(SOURCE, found.reference.source)
    return item
