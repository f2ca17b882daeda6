"""What a study found: its table, and accuracy against the number of labels with its spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.palettes import color_for
from hsigui.report.study import Comparison, RowKey, StudyRow, cell_in_words, of_strokes, split_in_words
from hsigui.report.study_words import AGAINST_WORDS, compared, figure, seconds
from hsigui.texts import say
from hsigui.ui.desk.curve_key import CurveKey
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen

FIGURES = {"oa": (say("Overall accuracy, %"), 100), "aa": (say("Average accuracy, %"), 100), "kappa": (say("Kappa"), 1)}
COLUMNS = (
    say("Method"), say("Labels"), say("Draws"), say("OA %"), say("AA %"), say("Kappa"), say("Pretrain s"),
    say("Map s"),
)  # fmt: skip
WIDTH = 1.8


def cells_of(rows: Sequence[StudyRow], comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """The table as the terminal has it: a line for each row, with its differences to what it is compared with."""
    against = against_of(comparisons)
    found = []
    for row in rows:
        where = row.key, ("", row.split, row.labels)
        own = {c.against: c for c in comparisons if (c.key, c.cell) == where}
        found.append(
            (
                row.title, cell_in_words(row.split, row.labels), str(row.draws) if not row.failed else row.failed,
                figure(row.oa_mean, row.oa_sd, 100, 1), figure(row.aa_mean, row.aa_sd, 100, 1),
                figure(row.kappa_mean, row.kappa_sd, 1, 3), seconds(row.pretrain_s), seconds(row.map_s),
                *(compared(own.get(kind)) for kind in against),
            )
        )  # fmt: skip
    return found


def against_of(comparisons: Sequence[Comparison]) -> list[str]:
    """What methods are compared with."""
    return [kind for kind in AGAINST_WORDS if any(c.against == kind for c in comparisons)]


class Findings(QTabWidget):
    """Two pages: the table, and curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[StudyRow, ...] = ()
        self.table = QTableWidget(0, len(COLUMNS), self)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(say("Table of the study"))
        self.curves = Curves(self)
        self.addTab(self.table, say("&Table"))
        self.addTab(self.curves, say("&Curves"))

    def show_rows(self, rows: Sequence[StudyRow], comparisons: Sequence[Comparison]) -> None:
        """Shows what a study found; nothing clears both pages."""
        self._rows = tuple(rows)
        headings = (*COLUMNS, *(AGAINST_WORDS[kind] for kind in against_of(comparisons)))
        self.table.setColumnCount(len(headings))
        self.table.setHorizontalHeaderLabels(list(headings))
        cells = cells_of(rows, comparisons)
        self.table.setRowCount(len(cells))
        best = _best(rows)
        for place, texts in enumerate(cells):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column > 1:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if place in best and column == 3:
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                self.table.setItem(place, column, item)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.curves.show_rows(rows)


def _best(rows: Sequence[StudyRow]) -> set[int]:
    """The places of the rows with the highest overall accuracy of each cell."""
    best: dict[tuple[str, int], int] = {}
    for place, row in enumerate(rows):
        cell = row.split, row.labels
        if row.oa_mean is None:
            continue
        known = best.get(cell)
        if known is None or row.oa_mean > (rows[known].oa_mean or 0.0):
            best[cell] = place
    return set(best.values())


class Curves(QWidget):
    """A figure against the number of labels, a curve for each method; bars are one standard deviation of the draws."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[StudyRow, ...] = ()
        self._items: list[tuple[pg.PlotDataItem, pg.ErrorBarItem, QColor, bool]] = []
        self.figure, self.split = QComboBox(self), QComboBox(self)
        for name, (title, _) in FIGURES.items():
            self.figure.addItem(title, name)
        for box, name in ((self.figure, say("Figure")), (self.split, say("How labels were drawn"))):
            box.setAccessibleName(name)
            box.currentIndexChanged.connect(self._draw)
        self.plot, self.key = Plot(self), CurveKey("", self)
        self.plot.setAccessibleName(say("Accuracy against the number of labels"))
        self.plot.setMinimumHeight(160)
        self.nothing = QLabel(say("No results yet."), self)
        top = QHBoxLayout()
        top.addWidget(self.figure)
        top.addWidget(self.split)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.addLayout(top)
        column.addWidget(self.key)
        column.addWidget(self.plot, 1)
        column.addWidget(self.nothing)
        self._restyle()
        self.show_rows(())

    def show_rows(self, rows: Sequence[StudyRow]) -> None:
        """Draws these."""
        self._rows = tuple(rows)
        kept = self.split.currentData()
        kinds = list(dict.fromkeys(_kind(row.split) for row in rows))
        self.split.blockSignals(True)
        self.split.clear()
        for kind in kinds:
            self.split.addItem(
                say("strokes") if kind == "strokes" else say("{split} split", split=split_in_words(kind)), kind
            )
        self.split.setCurrentIndex(max(self.split.findData(kept), 0) if kinds else -1)
        self.split.blockSignals(False)
        self._draw()

    def series(self) -> dict[str, list[tuple[float, float, float]]]:
        """Of each method: labels (or strokes), the figure, and its standard deviation (0 where there is none)."""
        name, kind = str(self.figure.currentData()), self.split.currentData()
        scale = FIGURES[name][1]
        found: dict[RowKey, list[tuple[float, float, float]]] = {}
        titles: dict[RowKey, str] = {}
        for row in self._rows:
            mean, sd = getattr(row, f"{name}_mean"), getattr(row, f"{name}_sd")
            if _kind(row.split) == kind and mean is not None:
                titles[row.key] = row.title
                found.setdefault(row.key, []).append((float(row.labels), scale * mean, scale * (sd or 0.0)))
        return {titles[key]: sorted(points) for key, points in found.items()}

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self._restyle()
        return handled

    def _draw(self, _index: int = 0) -> None:
        self.plot.clear()
        self._items = []
        series = self.series()
        for number, (title, points) in enumerate(series.items()):
            x, y, sd = np.array(points, dtype=float).T
            curve = pg.PlotDataItem(x, y, symbol="o", symbolSize=6, name=title)
            bars = pg.ErrorBarItem(x=x, y=y, height=2 * sd, beam=0.0)
            color = QColor(*color_for(number + 1))
            self.plot.addItem(bars)
            self.plot.addItem(curve)
            self._items.append((curve, bars, color, title.endswith(say("untrained"))))
        self.key.set_entries([(title, (c.red(), c.green(), c.blue()))
                              for title, (_, _, c, _) in zip(series, self._items, strict=True)])  # fmt: skip
        strokes = self.split.currentData() == "strokes"
        self.plot.setLabel("bottom", say("Strokes a class") if strokes else say("Labels a class"))
        self.plot.setLabel("left", FIGURES[str(self.figure.currentData())][0])
        self.nothing.setVisible(not series)
        self.plot.enableAutoRange()
        self._restyle()

    def _restyle(self) -> None:
        color_plot(self.plot, self.palette())
        for curve, bars, color, dashed in self._items:
            pen = curve_pen(self, color, WIDTH)
            if dashed:
                pen.setStyle(Qt.PenStyle.DashLine)
            curve.setPen(pen)
            curve.setSymbolBrush(color)
            curve.setSymbolPen(color)
            bars.setData(pen=curve_pen(self, color, 1.2))


def _kind(split: str) -> str:
    return "strokes" if of_strokes(split) else split
