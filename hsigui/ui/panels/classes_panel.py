"""The classes: number, colour, name and how many pixels are labelled."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import ClassTable

KEY, COLOUR, NAME, COUNT = range(4)


class ClassesPanel(QWidget):
    """A table of the classes; the selected row is the class that is painted."""

    chosen = Signal(int)
    renamed = Signal(int, str)
    recolor_asked = Signal(int)
    add_asked = Signal()
    delete_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = ClassTable()
        self.table = self._build_table()
        self.hint = QLabel("Add a class, then paint on the scene with the brush (B).", self)
        self.hint.setWordWrap(True)
        self.add = QPushButton("Add", self)
        self.delete = QPushButton("Delete", self)
        self.add.setToolTip("Add a class (Ctrl+N)")
        self.delete.setToolTip("Delete the current class and its labels")
        self.add.clicked.connect(self.add_asked)
        self.delete.clicked.connect(self.delete_asked)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self.setEnabled(False)

    def set_classes(self, table: ClassTable, counts: dict[int, int], current: int) -> None:
        """Shows a class table anew."""
        self._table = table
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(table))
            for row, info in enumerate(table):
                self.table.setItem(row, KEY, _fixed(str(info.number)))
                swatch = _fixed("")
                swatch.setIcon(_swatch(info.color))
                swatch.setToolTip("Click to choose another colour")
                self.table.setItem(row, COLOUR, swatch)
                name = QTableWidgetItem(info.name)
                name.setToolTip("Double-click or F2 to rename")
                self.table.setItem(row, NAME, name)
                self.table.setItem(row, COUNT, _fixed(""))
        self.hint.setVisible(not len(table))
        self.delete.setEnabled(len(table) > 0)
        self.set_counts(counts)
        self.set_current(current)

    def set_counts(self, counts: dict[int, int]) -> None:
        with QSignalBlocker(self.table):
            for row, info in enumerate(self._table):
                cell = self.table.item(row, COUNT)
                if cell is not None:
                    cell.setText(f"{counts.get(info.number, 0):,}")

    def set_current(self, number: int) -> None:
        with QSignalBlocker(self.table):
            if number in self._table.numbers:
                self.table.selectRow(self._table.numbers.index(number))
            else:
                self.table.clearSelection()

    def _build_table(self) -> QTableWidget:
        table = QTableWidget(0, 4, self)
        table.setHorizontalHeaderLabels(["Key", "", "Class", "Labels"])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.verticalHeader().setDefaultSectionSize(25)
        table.setIconSize(QSize(16, 16))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        header = table.horizontalHeader()
        for column, mode in (
            (KEY, QHeaderView.ResizeMode.ResizeToContents),
            (COLOUR, QHeaderView.ResizeMode.Fixed),
            (NAME, QHeaderView.ResizeMode.Stretch),
            (COUNT, QHeaderView.ResizeMode.ResizeToContents),
        ):
            header.setSectionResizeMode(column, mode)
        table.setColumnWidth(COLOUR, 30)
        table.setMinimumHeight(140)
        table.setAccessibleName("Classes")
        table.currentCellChanged.connect(self._moved)
        table.itemSelectionChanged.connect(self._selected)
        table.cellClicked.connect(self._clicked)
        table.itemChanged.connect(self._edited)
        return table

    def _number(self, row: int) -> int:
        return self._table.numbers[row] if 0 <= row < len(self._table) else 0

    def _moved(self, row: int, _column: int, _old_row: int, _old_column: int) -> None:
        self._choose(row)

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        if rows:
            self._choose(rows[0].row())

    def _choose(self, row: int) -> None:
        if self._number(row):
            self.chosen.emit(self._number(row))

    def _clicked(self, row: int, column: int) -> None:
        self._choose(row)
        if column == COLOUR and self._number(row):
            self.recolor_asked.emit(self._number(row))

    def _edited(self, item: QTableWidgetItem) -> None:
        if item.column() == NAME and self._number(item.row()):
            self.renamed.emit(self._number(item.row()), item.text())


def _fixed(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
    return item


def _swatch(color: tuple[int, int, int]) -> QIcon:
    """A square of the colour that stays itself when its row is selected."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(QColor(*color))
    swatch = QIcon(pixmap)
    swatch.addPixmap(pixmap, QIcon.Mode.Selected)
    return swatch
