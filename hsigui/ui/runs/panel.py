"""The table of maps and trainings: sorted by any column, two can be ticked, names and notes are written into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTableView,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.runs.rows import ACCURACY, COLUMNS, EDITABLE, LABELS, NAME, SECONDS, Row, sort_keys

Index = QModelIndex | QPersistentModelIndex
MOST_TICKED = 2
WIDEST = 260  # logical pixels of a column at first
NOTHING = say("No map and no training yet. Maps that you keep (Training > Maps and trainings), and those of earlier "
              "trainings, stand here.")  # fmt: skip


class ResultsModel(QAbstractTableModel):
    """The rows as they are shown.

    Signals:
        ticked_changed(): other rows are ticked.
        renamed(key, name), noted(key, note): the user wrote into a cell.
    """

    ticked_changed = Signal()
    renamed = Signal(str, str)
    noted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self._texts: list[tuple[str, ...]] = []
        self._keys: list[tuple[Any, ...]] = []
        self.ticked: list[str] = []  # keys, in the order in which they were ticked

    def show(self, rows: Sequence[Row], texts: Sequence[tuple[str, ...]]) -> None:
        """Takes other rows with the texts of their cells. Those that stay keep their ticks."""
        same = [row.key for row in rows] == [row.key for row in self.rows]
        if not same:
            self.beginResetModel()
        self.rows, self._texts = list(rows), list(texts)
        self._keys = [sort_keys(row, text) for row, text in zip(rows, texts, strict=True)]
        there = {row.key for row in rows if row.has_map}
        gone = [key for key in self.ticked if key not in there]
        self.ticked = [key for key in self.ticked if key in there]
        if not same:
            self.endResetModel()
        elif self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))
        if gone:
            self.ticked_changed.emit()

    def place_of(self, key: str) -> int:
        """The place of a row; -1 where there is none."""
        return next((n for n, row in enumerate(self.rows) if row.key == key), -1)

    def texts(self) -> list[tuple[str, ...]]:
        """What stands in the cells, row by row."""
        return list(self._texts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        text = self._texts[index.row()][column]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.EditRole:
            return row.result.name if column == NAME else text
        if role == Qt.ItemDataRole.UserRole:
            return self._keys[index.row()][column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return text or None
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (LABELS, SECONDS, ACCURACY):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME and row.has_map:
            return Qt.CheckState.Checked if row.key in self.ticked else Qt.CheckState.Unchecked
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self._tick(row.key, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and index.column() in EDITABLE:
            told = self.renamed if index.column() == NAME else self.noted
            told.emit(row.key, str(value).strip())
            return True
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        row = self.rows[index.row()]
        if index.column() == NAME and row.has_map:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in EDITABLE and not row.is_now:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section][1]
        return None

    def _tick(self, key: str, on: bool) -> None:
        """Two at most: a third takes the place of the first."""
        others = [other for other in self.ticked if other != key]
        self.ticked = [*others, key][-MOST_TICKED:] if on else others
        self.dataChanged.emit(self.index(0, NAME), self.index(len(self.rows) - 1, NAME))
        self.ticked_changed.emit()


class ResultsTable(QWidget):
    """The table, what can be done with its rows, and a sentence on two that are ticked.

    Signals:
        chosen_changed(key): another row is the chosen one; "" for none.
    """

    chosen_changed = Signal(str)

    def __init__(self, actions: Sequence[QAction | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ResultsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.model)
        self._sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self.table = self._build_table()
        self.bar = self._build_bar(actions)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)  # names are the user's own
        self.words.hide()
        self.nothing = QLabel(NOTHING, self)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        middle = QWidget(self)
        self._pages = QStackedLayout(middle)
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addWidget(middle, 1)
        column.addWidget(self.words)
        self._widened = False

    @property
    def chosen(self) -> Row | None:
        """The row that the others are held against."""
        index = self._sorted.mapToSource(self.table.currentIndex())
        return self.model.rows[index.row()] if index.isValid() else None

    @property
    def ticked(self) -> list[Row]:
        """The rows that are ticked, in the order in which they were."""
        rows = {row.key: row for row in self.model.rows}
        return [rows[key] for key in self.model.ticked if key in rows]

    def show_rows(self, rows: Sequence[Row], texts: Sequence[tuple[str, ...]]) -> None:
        """Shows these rows; the chosen one stays chosen."""
        kept = "" if self.chosen is None else self.chosen.key
        self.model.show(rows, texts)
        self._pages.setCurrentIndex(1 if rows else 0)
        self.choose(kept)
        if rows and not self._widened:
            self._widen()

    def choose(self, key: str) -> None:
        """Makes a row the chosen one; the first where there is none of that key."""
        if not self.model.rows:
            return
        place = max(self.model.place_of(key), 0)
        if self.chosen is None or self.chosen.key != self.model.rows[place].key:
            self.table.setCurrentIndex(self._sorted.mapFromSource(self.model.index(place, NAME)))

    def edit(self, column: int) -> None:
        """Lets the user write into the chosen row."""
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(index.siblingAtColumn(column))

    def tell(self, text: str) -> None:
        """Says something of the rows that are ticked; nothing hides it."""
        self.words.setText(text)
        self.words.setVisible(bool(text))

    def sizeHint(self) -> QSize:
        return QSize(640, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 80)

    def _build_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self._sorted)
        table.setSortingEnabled(True)
        table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as the rows come, at first
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        table.horizontalHeader().setStretchLastSection(True)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setAccessibleName(say("Maps and trainings"))
        table.selectionModel().currentRowChanged.connect(self._tell_chosen)
        return table

    def _build_bar(self, actions: Sequence[QAction | None]) -> QToolBar:
        """What has no room stands behind the arrow at the end."""
        bar = QToolBar(say("Maps and trainings"), self)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        for action in actions:
            if action is None:
                bar.addSeparator()
            else:
                bar.addAction(action)
        for button in bar.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if not button.text():
                button.setAccessibleName(say("More"))
        return bar

    def _widen(self) -> None:
        """Columns as wide as their texts, up to a point; from then on they are the user's."""
        self._widened = True
        self.table.resizeColumnsToContents()
        for column in range(len(COLUMNS) - 1):
            self.table.setColumnWidth(column, min(self.table.columnWidth(column) + 10, WIDEST))

    def _tell_chosen(self, index: QModelIndex, _before: QModelIndex) -> None:
        place = self._sorted.mapToSource(index)
        self.chosen_changed.emit(self.model.rows[place.row()].key if place.isValid() else "")
