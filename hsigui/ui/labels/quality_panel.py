"""How good the labels are: counts and spread by class, warnings, and the labels that the others contradict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import ClassTable
from hsigui.texts import number_text, say, say_number
from hsigui.ui.labels.classes_panel import swatch

if TYPE_CHECKING:
    from hsigui.labels.regions import Region
    from hsigui.pipeline.label_quality import Alike, Contradicted, LabelQuality

CLASS_COLUMNS = (
    (say("Class"), ""), (say("Labels"), say("Labelled pixels")),
    (say("Strokes"), say("Regions of labels that hang together")),
    (say("Spread"),
     say("Mean angle between the labels' spectra and their mean; large where a class holds different materials")),
)  # fmt: skip
DOUBT_COLUMNS = (
    (say("Label"), say("The class of the label")), (say("Probe says"),
                                                    say("The class that a probe fitted without this label finds")),
    (say("Sure"), say("Probability of that class, mean over the pixels of the label")),
    (say("Row, col"), say("Its first pixel")),
)  # fmt: skip
ROW_HEIGHT = 23
ROWS_SHOWN = 40


class QualityPanel(QWidget):
    """Two tables and what should be seen to.

    Signals:
        jump_asked(region): a contradicted label was clicked.
    """

    jump_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._regions: list[Region] = []
        self.warnings, self.doubts_text = QLabel(self), QLabel(self)
        for label in (self.warnings, self.doubts_text):
            label.setWordWrap(True)
        self.doubts_text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.classes = _table(CLASS_COLUMNS, 1, say("Labels by class"), self)
        self.doubts = _table(DOUBT_COLUMNS, 2, say("Labels that the others contradict"), self)
        self.doubts.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.doubts.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.doubts.cellClicked.connect(self._ask_jump)
        self.doubts.cellActivated.connect(self._ask_jump)
        column = QVBoxLayout(self)
        column.addWidget(self.warnings)
        column.addWidget(self.doubts_text)
        column.addWidget(self.doubts)
        column.addWidget(self.classes)
        column.addStretch(1)
        self.clear()

    def clear(self, text: str = "") -> None:
        """Shows nothing but a sentence."""
        self._regions = []
        self.warnings.setText(text or say("No labels yet. What could be wrong with them will be told here."))
        for part in (self.classes, self.doubts, self.doubts_text):
            part.hide()

    def show_quality(self, quality: LabelQuality, classes: ClassTable) -> None:
        """Shows what was found of the labels."""
        self.warnings.setText(warnings(quality, classes))
        self._show_classes(quality, classes)
        self._show_doubts(quality.contradicted, classes)
        self.doubts_text.setText(_doubts_text(quality))
        self.doubts_text.show()

    def _show_classes(self, quality: LabelQuality, classes: ClassTable) -> None:
        self.classes.setRowCount(len(quality.classes))
        for row, entry in enumerate(quality.classes):
            info = classes.get(entry.number)
            spread = "–" if math.isnan(entry.spread) else f"{number_text(entry.spread, '.1f')}°"
            texts = (info.name, number_text(entry.pixels, ","), number_text(entry.regions, ","), spread)
            _fill(self.classes, row, texts, right=(1, 2, 3))
            _item(self.classes, row, 0).setIcon(swatch(info.color))
            if entry.few:
                font = self.classes.font()
                font.setBold(True)
                _item(self.classes, row, 1).setFont(font)
        _fit(self.classes)

    def _ask_jump(self, row: int) -> None:
        self.jump_asked.emit(self._regions[row])

    def _show_doubts(self, found: Sequence[Contradicted], classes: ClassTable) -> None:
        self._regions = [entry.region for entry in found]
        self.doubts.setRowCount(len(found))
        for row, entry in enumerate(found):
            own, says = classes.get(entry.region.number), classes.get(entry.says)
            place = "{}, {}".format(*entry.region.first)
            _fill(
                self.doubts,
                row,
                (own.name, says.name, f"{number_text(100 * entry.sure, '.0f')} %", place),
                right=(2, 3),
            )
            _item(self.doubts, row, 0).setIcon(swatch(own.color))
            _item(self.doubts, row, 1).setIcon(swatch(says.color))
        _fit(self.doubts)


def warnings(quality: LabelQuality, classes: ClassTable) -> str:
    """What should be seen to, in sentences; else that nothing is amiss."""
    found = []
    few = [classes.get(number).name for number in quality.few]
    if few:
        found.append(say("⚠ Fewer than 3 labels: {few}.", few=", ".join(few)))
    found.extend(_alike_text(pair, classes) for pair in quality.alike)
    if not quality.classes:
        return say("No labels yet. What could be wrong with them will be told here.")
    return "\n".join(found) if found else say("Every class has three labels or more, and none looks like another.")


def _alike_text(pair: Alike, classes: ClassTable) -> str:
    first, second = classes.get(pair.first).name, classes.get(pair.second).name
    return say(
        "⚠ {first} and {second} look the same: a probe confuses {error:.0f} % of their labels. "
        "Merge them, or look for labels that are wrong.",
        first=first,
        second=second,
        error=100 * pair.error,
    )


def _doubts_text(quality: LabelQuality) -> str:
    if not quality.checked:
        return say(
            "Labels are compared with each other as soon as there are features and several labels of two classes."
        )
    count = len(quality.contradicted)
    if not count:
        return say("No label is contradicted by the others.")
    what = say_number("label is", "labels are", count)
    return say(
        "{count} {what} contradicted by the others. Click one to see it; it may be right, and its like missing.",
        count=count,
        what=what,
    )


def _table(columns: tuple[tuple[str, str], ...], stretched: int, name: str, parent: QWidget) -> QTableWidget:
    """A table of which the first so many columns share the room."""
    table = QTableWidget(0, len(columns), parent)
    table.setTabKeyNavigation(False)
    table.setHorizontalHeaderLabels([title for title, _ in columns])
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    table.setAccessibleName(name)
    for column, (_, tip) in enumerate(columns):
        mode = QHeaderView.ResizeMode.Stretch if column < stretched else QHeaderView.ResizeMode.ResizeToContents
        table.horizontalHeader().setSectionResizeMode(column, mode)
        heading = table.horizontalHeaderItem(column)
        if heading is not None:
            heading.setToolTip(tip)
    return table


def _fill(table: QTableWidget, row: int, texts: tuple[str, ...], right: tuple[int, ...]) -> None:
    for column, text in enumerate(texts):
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        if column in right:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        table.setItem(row, column, item)


def _item(table: QTableWidget, row: int, column: int) -> QTableWidgetItem:
    item = table.item(row, column)
    if item is None:
        raise ValueError(f"no item in row {row}, column {column}")
    return item


def _fit(table: QTableWidget) -> None:
    """As high as its rows, up to ROWS_SHOWN of them; an empty table is not seen."""
    rows = table.rowCount()
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + min(rows, ROWS_SHOWN) * ROW_HEIGHT + 4)
    table.setVisible(rows > 0)
