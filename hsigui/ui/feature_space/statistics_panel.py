"""The panel of statistics: of which pixels, in which measurements, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.class_statistics import Statistics
from hsigui.analysis.separability import Pair
from hsigui.analysis.statistics_csv import covariance_csv, separability_csv, statistics_csv
from hsigui.texts import say
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.tips import explain
from hsigui.ui.feature_space.busy_row import BusyRow
from hsigui.ui.feature_space.choices import Choice
from hsigui.ui.feature_space.correlation import CorrelationPicture
from hsigui.ui.feature_space.panel import fill
from hsigui.ui.feature_space.sources import Result
from hsigui.ui.feature_space.tables import FiguresModel, PairModel

PAIRS, FIGURES, CORRELATION = range(3)
ROW_HEIGHT = 22
NARROWEST = 50  # logical pixels of a list
HINT = say("How well classes can be told apart, and what they are like: choose them, then press the round arrows.")


class StatisticsPanel(QWidget):
    """Signals:
    chosen(pixels, measures): by the user, by their ids.
    asked(): the figures are to be computed, anew.
    pair_chosen(pair): of classes, to be seen in the plot.
    copy_asked(), save_asked(): the table that is shown.
    """

    chosen = Signal(str, str)
    asked = Signal()
    pair_chosen = Signal(object)
    copy_asked = Signal()
    save_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Result | None = None
        self._titles: tuple[str, ...] = ()
        self.pixels = self._combo(say("Pixels"), say("Whose values the figures are of: of classes, or of a part"))
        self.measures = self._combo(say("Measurements"), say("In which bands or layers"))
        self.renew = picture_button(self, "renew", say("Compute the figures, or compute them anew"), side=18)
        self.copy = picture_button(self, "copy", say("Copy the table as CSV"), side=18)
        self.save = picture_button(self, "export", say("Save the table as CSV…"), side=18)
        self.page = self._combo(say("Table"), say("What is shown of the figures"))
        self.of = self._combo(say("Class"), say("Whose figures and correlation are shown"))
        top = QHBoxLayout()
        top.setSpacing(3)
        for combo in (self.pixels, self.measures, self.page, self.of):
            top.addWidget(combo, 1)
        for button, signal in ((self.renew, self.asked), (self.copy, self.copy_asked), (self.save, self.save_asked)):
            button.clicked.connect(signal)
            top.addWidget(button)
        self.busy, self.told = BusyRow(self), ElidedLabel(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 4, 2)
        column.setSpacing(3)
        column.addLayout(top)
        column.addWidget(self.busy)
        column.addWidget(self._build_pages(), 1)
        column.addWidget(self.told)
        self.pixels.activated.connect(self._choose)
        self.measures.activated.connect(self._choose)
        self.of.activated.connect(self._show_class)
        self.page.currentIndexChanged.connect(self.turn_to)
        self.turn_to(PAIRS)
        self.show_result(None)
        self.setEnabled(False)

    # What is shown

    def offer(self, pixels: Sequence[Choice], measures: Sequence[Choice], chosen: tuple[str, str]) -> None:
        """Lists what there is to choose, and shows what is chosen."""
        fill(self.pixels, pixels, chosen[0])
        fill(self.measures, measures, chosen[1])

    def show_result(self, result: Result | None, titles: Sequence[str] = ()) -> None:
        """Shows other figures; None for none.

        Args:
            titles: of the measurements.
        """
        self.result, self._titles = result, tuple(titles)
        statistics = None if result is None else result.statistics
        self.pair_model.put(None if result is None else result.separability, self._titles)
        before = self.of.currentData()
        with QSignalBlocker(self.of):
            self.of.clear()
            if statistics is not None:
                if len(statistics.classes) > 1:
                    self.of.addItem(say("All classes"), 0)
                for each in statistics.classes:
                    self.of.addItem(each.name, each.info.number)
                self.of.setCurrentIndex(max(self.of.findData(before), 0))
        if result is not None and result.separability is None and self.pages.currentIndex() == PAIRS:
            self.turn_to(FIGURES)
        for button in (self.copy, self.save):
            button.setEnabled(result is not None)
        self._show_class()
        self._fit()

    def text(self) -> str:
        """The table that is shown, as CSV."""
        result = self.result
        if result is None:
            return ""
        if self.pages.currentIndex() == PAIRS and result.separability is not None:
            return separability_csv(result.separability)
        number, found = self.of.currentData() or 0, result.statistics
        if number:
            found = replace(found, classes=(found.get(number),))
        return covariance_csv(found, correlation=True) if self._correlated else statistics_csv(found)

    @property
    def _correlated(self) -> bool:
        return self.pages.currentIndex() == CORRELATION

    def turn_to(self, page: int) -> None:
        """Shows PAIRS, FIGURES or CORRELATION."""
        self.page.setCurrentIndex(page)
        self.pages.setCurrentIndex(page)
        self.of.setEnabled(page != PAIRS)

    # Inner doings

    def _build_pages(self) -> QStackedWidget:
        self.pair_model, self.figures_model = PairModel(self), FiguresModel(self)
        self.pairs = _table(self.pair_model, say("Pairs of classes, the hardest to tell apart first"), self)
        self.figures = _table(self.figures_model, say("Figures of classes"), self)
        self.picture = CorrelationPicture(self)
        self.pairs.clicked.connect(self._pair_clicked)
        self.pairs.activated.connect(self._pair_clicked)
        self.pages = QStackedWidget(self)
        pages = ((self.pairs, say("Pairs")), (self.figures, say("Figures")), (self.picture, say("Correlation")))
        for page, title in pages:
            self.pages.addWidget(page)
            self.page.addItem(title)
        return self.pages

    def _show_class(self) -> None:
        found = None if self.result is None else self.result.statistics
        number = self.of.currentData() or 0
        self.figures_model.put(found, number, self._titles)
        self._show_correlation(found, number)

    def _show_correlation(self, found: Statistics | None, number: int) -> None:
        """Of the first class, where all are chosen: covariances of all pixels together would be those between them."""
        if found is None or not found.classes:
            return
        chosen = found.get(number) if number else found.classes[0]
        self.picture.put(chosen.correlation, self._titles)
        self.picture.setAccessibleDescription(chosen.name)

    def _fit(self) -> None:
        for table in (self.pairs, self.figures):
            table.resizeColumnsToContents()

    def _pair_clicked(self, index: QModelIndex) -> None:
        pair: Pair | None = self.pair_model.pair(index.row())
        if pair is not None:
            self.pair_chosen.emit(pair)

    def _choose(self) -> None:
        self.chosen.emit(self.pixels.currentData(), self.measures.currentData())

    def _combo(self, name: str, tip: str) -> QComboBox:
        combo = QComboBox(self)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(4)
        combo.setMinimumWidth(NARROWEST)  # in a narrow dock its text is cut, and its tip tells it
        combo.setAccessibleName(name)
        explain(combo, f"{name}: {tip}")
        return combo


def _table(model: PairModel | FiguresModel, name: str, parent: QWidget) -> QTableView:
    table = QTableView(parent)
    table.setModel(model)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    table.horizontalHeader().setStretchLastSection(isinstance(model, PairModel))
    table.horizontalHeader().setHighlightSections(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setMinimumHeight(70)
    table.setAccessibleName(name)
    return table
