"""The tables of statistics: pairs of classes, and figures of classes by measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from hsigui.analysis.class_statistics import ClassStatistics, Statistics
from hsigui.analysis.separability import OVERLAP, Pair, Separability
from hsigui.texts import number_text, say

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
UNKNOWN = "–"
PAIR_TITLES = (
    (say("JM"), say("Jeffries-Matusita distance, 0 to 2: below {least} the classes overlap", least=OVERLAP)),
    (say("TD"), say("Transformed divergence, 0 to 2")),
    (say("First"), ""), (say("Second"), ""),
    (say("Part best"), say("The two measurements in which the classes lie farthest apart")),
)  # fmt: skip


class PairModel(QAbstractTableModel):
    """Pairs of classes, the hardest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Separability | None = None
        self._measures: tuple[str, ...] = ()

    def put(self, found: Separability | None, titles: Sequence[str]) -> None:
        """Shows other pairs, by measurements of such titles."""
        self.beginResetModel()
        self.found, self._measures = found, tuple(titles)
        self.endResetModel()

    def pair(self, row: int) -> Pair | None:
        """The pair of a row."""
        return None if self.found is None or not 0 <= row < len(self.found.pairs) else self.found.pairs[row]

    def rowCount(self, parent: _Index | None = None) -> int:
        inner = parent is not None and parent.isValid()
        return 0 if inner or self.found is None else len(self.found.pairs)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(PAIR_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return PAIR_TITLES[section][0]
        return PAIR_TITLES[section][1] or None if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        pair = self.pair(index.row())
        if pair is None or self.found is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            best = say(" and ").join(self._measures[place] for place in pair.best)
            distances = (_figure(value, 3) for value in (pair.jeffries_matusita, pair.divergence))
            return (*distances, *pair.names, best)[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() < 2:
            return _RIGHT
        if role == Qt.ItemDataRole.FontRole and pair.jeffries_matusita < OVERLAP:
            font = QFont()
            font.setBold(True)
            return font
        return _why(pair) or None if role == Qt.ItemDataRole.ToolTipRole else None


def _why(pair: Pair) -> str:
    """What is to be known of a pair."""
    if np.isnan(pair.jeffries_matusita):
        return say("One of the classes has too few pixels, or pixels that are all alike.")
    told = []
    if pair.jeffries_matusita < OVERLAP:
        told.append(say("These classes overlap."))
    if pair.regularised:
        told.append(say("A covariance cannot be inverted as it is, and was regularised."))
    if pair.few:
        told.append(say("A class has few pixels: the distances look larger than they are."))
    return " ".join([*told, say("A click shows both classes in the plot.")])


@dataclass(frozen=True)
class _Line:
    """One class in one measurement."""

    of: ClassStatistics
    place: int


class FiguresModel(QAbstractTableModel):
    """Figures by measurement, of one class or of all."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Statistics | None = None
        self._lines: list[_Line] = []
        self._titles: tuple[str, ...] = ()
        self._measures: tuple[str, ...] = ()

    def put(self, found: Statistics | None, number: int, titles: Sequence[str]) -> None:
        """Shows other figures: of the class of a number, 0 for all, by measurements of such titles."""
        self.beginResetModel()
        self.found, self._lines, self._titles, self._measures = found, [], (), tuple(titles)
        if found is not None:
            chosen = [each for each in found.classes if number in (0, each.info.number)]
            self._lines = [_Line(each, place) for each in chosen for place in range(len(found.names))]
            percents = (say("P{percent:g}", percent=percent) for percent in found.percents)
            self._titles = (
                say("Class"), say("Measurement"), say("Pixels"), say("Mean"), say("SD"), say("Min"), *percents,
                say("Max"),
            )  # fmt: skip
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() > 1:
            return _RIGHT
        if role != Qt.ItemDataRole.DisplayRole or self.found is None:
            return None
        line = self._lines[index.row()]
        of, place = line.of, line.place
        if index.column() < 3:
            return (of.name, self._measures[place], number_text(of.pixels, ","))[index.column()]
        values = (of.mean[place], of.deviation[place], of.least[place], *of.percentiles[:, place], of.most[place])
        return number_text(values[index.column() - 3], ".5g") if np.isfinite(values[index.column() - 3]) else UNKNOWN


def _figure(value: float, digits: int) -> str:
    return UNKNOWN if np.isnan(value) else f"{value:.{digits}f}"
