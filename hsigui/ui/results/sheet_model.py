"""A table of figures in a view: sorted by a click on a heading, its sums always at the end."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from hsigui.report.sheets import TEXT, Cell, Sheet

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
UNKNOWN = "–"


class SheetModel(QAbstractTableModel):
    """Shows a sheet."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._order: list[int] = []

    @property
    def sheet(self) -> Sheet | None:
        """The table, its rows in the order in which they are shown."""
        if self._sheet is None:
            return None
        rows = tuple(self._sheet.rows[row] for row in self._order)
        return Sheet(self._sheet.name, self._sheet.title, self._sheet.columns, rows, self._sheet.totals)

    def put(self, sheet: Sheet | None) -> None:
        """Shows another table, in its own order."""
        self.beginResetModel()
        self._sheet, self._order = sheet, list(range(0 if sheet is None else len(sheet.rows)))
        self.endResetModel()

    def first_cell(self, row: int) -> Cell:
        """The first cell of a shown row; None for its sums."""
        sheet = self._sheet
        if sheet is None or not 0 <= row < len(self._order) - sheet.totals:
            return None
        return sheet.rows[self._order[row]][0]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; below 0 as in the table. What is not defined comes last, either way."""
        sheet = self._sheet
        if sheet is None:
            return
        lines = list(range(len(sheet.rows) - sheet.totals))
        if 0 <= column < len(sheet.columns):
            known = [row for row in lines if sheet.rows[row][column] is not None]
            known.sort(key=lambda row: _key(sheet.rows[row][column]), reverse=order == Qt.SortOrder.DescendingOrder)
            lines = [*known, *(row for row in lines if sheet.rows[row][column] is None)]
        self.beginResetModel()
        self._order = [*lines, *range(len(lines), len(sheet.rows))]
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index | None = None) -> int:
        inner = parent is not None and parent.isValid()
        return 0 if inner or self._sheet is None else len(self._sheet.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or self._sheet is None:
            return None
        column = self._sheet.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and column.kind != TEXT:
            return _RIGHT
        return column.title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        sheet = self._sheet
        if sheet is None:
            return None
        row, column = self._order[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return sheet.shown(row, column) or UNKNOWN
        if role == Qt.ItemDataRole.TextAlignmentRole and sheet.columns[column].kind != TEXT:
            return _RIGHT
        if role == Qt.ItemDataRole.FontRole and row >= len(sheet.rows) - sheet.totals:
            font = QFont()
            font.setBold(True)
            return font
        return None


def _key(cell: Cell) -> tuple[str, float]:
    return (cell.casefold(), 0.0) if isinstance(cell, str) else ("", float(cell or 0))
