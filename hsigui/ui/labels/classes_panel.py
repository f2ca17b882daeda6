"""The classes: number, colour, name, how many pixels are labelled, and whether they are locked or hidden."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QDropEvent, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.flat_buttons import more_button
from hsigui.ui.desk.icons import icon

KEY, COLOUR, NAME, COUNT, LOCK, EYE = range(6)


class _Rows(QTableWidget):
    """A table whose rows can be dragged to another place; the drop is told, not done."""

    row_dropped = Signal(int, int)  # from, to

    def end_typing(self, editor: QWidget) -> None:
        """Takes what is typed in a cell, as when the focus goes elsewhere."""
        self.commitData(editor)
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def dropEvent(self, event: QDropEvent) -> None:
        start, at = self.currentRow(), event.position().toPoint()
        place = self.indexAt(at).row()
        if place < 0:
            place = self.rowCount()
        elif at.y() > self.rowViewportPosition(place) + self.rowHeight(place) // 2:
            place += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.row_dropped.emit(start, place - (place > start))


class ClassesPanel(QWidget):
    """A table of the classes; the selected row is the class that is painted.

    Args:
        buttons: what stands below the table.
        menu: of a row.

    Signals:
        moved(number, place): a class was dragged to a place of the list, counted from 0.
        lock_asked(number), hide_asked(number): its lock or its eye was clicked.
    """

    chosen = Signal(int)
    renamed = Signal(int, str)
    recolor_asked = Signal(int)
    moved = Signal(int, int)
    lock_asked = Signal(int)
    hide_asked = Signal(int)

    def __init__(
        self, buttons: Sequence[QAction] = (), menu: QMenu | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table = ClassTable()
        self._menu = menu or QMenu(self)
        self.table = self._build_table()
        self.hint = QLabel(say("Add a class (Ctrl+N) and name it, then paint on the scene with the brush (B)."), self)
        self.hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.table, 1)
        column.addLayout(self._build_buttons(buttons))
        self.setEnabled(False)

    def _build_buttons(self, actions: Sequence[QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        for action in actions:
            row.addWidget(tool_button(action, self))
        row.addStretch(1)
        row.addWidget(more_button(self, say("More that can be done with the current class"), self._menu))
        return row

    def set_classes(self, table: ClassTable, counts: dict[int, int], current: int) -> None:
        """Shows a class table anew."""
        shown, self._table = self._table.classes, table
        header = self.table.horizontalHeader()
        with QSignalBlocker(self.table):
            # A column that fits its contents would be measured again for each of thousands of cells.
            for column in (KEY, COUNT):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            kept = min(len(table), self.table.rowCount())
            self.table.setRowCount(len(table))
            for row, info in enumerate(table):
                name = self.table.item(row, NAME)
                # A name that was typed and refused differs although the class is the same.
                if row >= kept or shown[row] != info or name is None or name.text() != info.name:
                    self._fill(row, info)
            for column in (KEY, COUNT):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.hint.setVisible(not len(table))
        self.set_counts(counts)
        self.set_current(current)

    def _fill(self, row: int, info: ClassInfo) -> None:
        """Puts a class into a row."""
        self.table.setItem(row, KEY, _fixed(str(info.number)))
        colour = _fixed("")
        colour.setIcon(swatch(info.color))
        colour.setToolTip(say("Click to choose another colour"))
        told = say("colour {code}", code=QColor(*info.color).name())
        colour.setData(Qt.ItemDataRole.AccessibleTextRole, told)
        self.table.setItem(row, COLOUR, colour)
        name = QTableWidgetItem(info.name)
        name.setToolTip(say("{name}\nDouble-click or F2 to rename, drag to move", name=info.name))
        if info.hidden:
            name.setForeground(self.palette().placeholderText())
        self.table.setItem(row, NAME, name)
        self.table.setItem(row, COUNT, _fixed("", Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
        self.table.setItem(row, LOCK, _switch("lock" if info.locked else "unlock", _lock_tip(info.locked)))
        self.table.setItem(row, EYE, _switch("eye-off" if info.hidden else "eye", _eye_tip(info.hidden)))

    def set_counts(self, counts: dict[int, int], validation: dict[int, int] | None = None) -> None:
        """Shows how many pixels of each class are labelled to train on and, where there are any, to validate on."""
        validation = validation or {}
        with QSignalBlocker(self.table):
            for row, info in enumerate(self._table):
                cell = self.table.item(row, COUNT)
                if cell is not None:
                    own, checks = counts.get(info.number, 0), validation.get(info.number, 0)
                    cell.setText(
                        say("{own:,} + {checks:,}", own=own, checks=checks) if checks else say("{own:,}", own=own)
                    )
                    cell.setToolTip(
                        say("{own:,} labels to train on, {checks:,} validation labels", own=own, checks=checks)
                    )

    def set_current(self, number: int) -> None:
        with QSignalBlocker(self.table):
            if number in self._table.numbers:
                self.table.selectRow(self._table.numbers.index(number))
            else:
                self.table.clearSelection()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            with QSignalBlocker(self.table):
                for row, info in enumerate(self._table):
                    name = self.table.item(row, NAME)
                    if info.hidden and name is not None:
                        name.setForeground(self.palette().placeholderText())

    def edit_name(self, number: int) -> None:
        """Opens the name of a class for typing; that of another one which is being typed is taken."""
        if number not in self._table.numbers:
            return
        row, editor = self._table.numbers.index(number), self._editor()
        if editor is not None and self.table.indexAt(editor.pos()).row() != row:
            self.end_typing()
            editor = None
        if editor is None:  # Qt warns of a second one
            self.table.setFocus()
            self.table.edit(self.table.model().index(row, NAME))

    def end_typing(self) -> None:
        """Takes the name that is being typed, where one is."""
        if (editor := self._editor()) is not None:
            self.table.end_typing(editor)

    def _editor(self) -> QLineEdit | None:
        """What a name is being typed in."""
        open_ones = (e for e in self.table.viewport().findChildren(QLineEdit) if not e.isHidden())
        return next(open_ones, None)  # a closed one is deleted later

    def _build_table(self) -> _Rows:
        table = _Rows(0, 6, self)
        table.setTabKeyNavigation(False)
        table.setHorizontalHeaderLabels([say("Key"), "", say("Class"), say("Labels"), "", ""])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.verticalHeader().setDefaultSectionSize(25)
        table.setIconSize(QSize(16, 16))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        table.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        table.setDragDropOverwriteMode(False)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(24)
        for column, mode in (
            (KEY, QHeaderView.ResizeMode.ResizeToContents),
            (COLOUR, QHeaderView.ResizeMode.Fixed),
            (NAME, QHeaderView.ResizeMode.Stretch),
            (COUNT, QHeaderView.ResizeMode.ResizeToContents),
            (LOCK, QHeaderView.ResizeMode.Fixed),
            (EYE, QHeaderView.ResizeMode.Fixed),
        ):
            header.setSectionResizeMode(column, mode)
        for column in (COLOUR, LOCK, EYE):
            table.setColumnWidth(column, 26)
        table.setMinimumHeight(120)
        table.setAccessibleName(say("Classes"))
        table.currentCellChanged.connect(self._moved)
        table.itemSelectionChanged.connect(self._selected)
        table.cellClicked.connect(self._clicked)
        table.itemChanged.connect(self._edited)
        table.row_dropped.connect(self._dropped)
        table.customContextMenuRequested.connect(self._show_menu)
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
        number = self._number(row)
        self._choose(row)
        asked = {COLOUR: self.recolor_asked, LOCK: self.lock_asked, EYE: self.hide_asked}.get(column)
        if asked is not None and number:
            asked.emit(number)

    def _dropped(self, row: int, place: int) -> None:
        if self._number(row):
            self.moved.emit(self._number(row), place)

    def _show_menu(self, at: QPoint) -> None:
        row = self.table.indexAt(at).row()
        if self._number(row):
            self._choose(row)
            self._menu.popup(self.table.viewport().mapToGlobal(at))

    def _edited(self, item: QTableWidgetItem) -> None:
        if item.column() == NAME and self._number(item.row()):
            self.renamed.emit(self._number(item.row()), item.text())


def _lock_tip(locked: bool) -> str:
    return (
        say("Locked: click to let its labels be changed")
        if locked
        else say("Click to lock: its labels then stay as they are")
    )


def _eye_tip(hidden: bool) -> str:
    return say("Hidden: click to show it") if hidden else say("Click to hide its labels and its part of the map")


def _fixed(text: str, alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignCenter) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
    item.setTextAlignment(alignment)
    return item


def _switch(name: str, tip: str) -> QTableWidgetItem:
    item = _fixed("")
    item.setIcon(icon(name))
    item.setToolTip(tip)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, tip)
    return item


def swatch(color: tuple[int, int, int], hatched: bool = False) -> QIcon:
    """A square of the colour that stays itself when its row is selected; hatched for validation labels."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent if hatched else QColor(*color))
    if hatched:
        painter = QPainter(pixmap)
        painter.setPen(QPen(QColor(*color), 5))
        for start in range(-24, 32, 13):
            painter.drawLine(start, 32, start + 32, 0)
        painter.setPen(QPen(QColor(*color), 3))
        painter.drawRect(1, 1, 29, 29)
        painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made
