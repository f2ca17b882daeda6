"""The regions of the labels, one a row: class, pixels, place and mean spectrum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import VALIDATION
from hsigui.labels.regions import Region
from hsigui.texts import number_text, say
from hsigui.ui.desk.action_rows import FOUND_BY_NAME
from hsigui.ui.desk.icons import icon
from hsigui.ui.labels.classes_panel import swatch

CLASS, PIXELS, PLACE, SPECTRUM = range(4)
TITLES = (say("Class"), say("Pixels"), say("Row, col"), say("Spectrum"))
MOST_READ = 10_000  # pixels of the box of a region that is read as a whole
SAMPLED = 64  # pixels of a larger one whose spectra are averaged
Key = tuple[int, int, int, int]
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Entry:
    """A region of a layer of the labels."""

    layer: int
    region: Region

    @property
    def key(self) -> Key:
        """What tells it from every other one; the same as long as its first pixel and its size are."""
        return self.layer, self.region.number, int(self.region.pixels[0]), self.region.size

    @property
    def averaged(self) -> int:
        """Of how many of its pixels the mean spectrum is."""
        return self.region.size if self.region.box_size <= MOST_READ else min(self.region.size, SAMPLED)


class RegionModel(QAbstractTableModel):
    """The rows of the table, and the mean spectra that are known so far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.classes = ClassTable()
        self.spectra: dict[Key, NDArray[np.float32]] = {}

    def set_entries(self, entries: Sequence[Entry], classes: ClassTable) -> None:
        self.beginResetModel()
        self.entries, self.classes = list(entries), classes
        kept = {entry.key for entry in entries}
        self.spectra = {key: values for key, values in self.spectra.items() if key in kept}
        self.endResetModel()

    def set_classes(self, classes: ClassTable) -> None:
        self.classes = classes
        if self.entries:
            self.dataChanged.emit(self.index(0, CLASS), self.index(len(self.entries) - 1, SPECTRUM))

    def add_spectra(self, spectra: Mapping[Key, NDArray[np.float32]]) -> None:
        self.spectra.update(spectra)
        if self.entries:
            self.dataChanged.emit(self.index(0, SPECTRUM), self.index(len(self.entries) - 1, SPECTRUM))

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return TITLES[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entries[index.row()]
        info = self.classes.get(entry.region.number)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == CLASS:
            return swatch(info.color, hatched=entry.layer == VALIDATION)
        if role == Qt.ItemDataRole.ToolTipRole:
            if index.column() == SPECTRUM:
                return say(
                    "{name}: mean spectrum of {averaged:,} of {size:,} pixels",
                    name=info.name,
                    averaged=entry.averaged,
                    size=entry.region.size,
                )
            kind = say("validation labels") if entry.layer == VALIDATION else say("labels to train on")
            return f"{info.name}: {number_text(entry.region.size, ',')} {kind}"
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in (PIXELS, PLACE):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, entry: Entry, column: int) -> str:
        if column == CLASS:
            return self.classes.get(entry.region.number).name
        if column == PIXELS:
            return number_text(entry.region.size, ",")
        return "{}, {}".format(*entry.region.first) if column == PLACE else ""


class ExplorerPanel(QWidget):
    """The table of regions.

    Signals:
        jump_asked(entry): a row was clicked or reached by the arrow keys.
        delete_asked(entries), reassign_asked(entries, number): of the selected rows.
        rows_seen(): other rows are in view.
    """

    jump_asked = Signal(object)
    delete_asked = Signal(object)
    reassign_asked = Signal(object, int)
    rows_seen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RegionModel(self)
        self.table = self._build_table()
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.reassign = QPushButton(say("Reassign"), self)
        self.reassign.setToolTip(say("Give the selected regions to another class"))
        self.delete = QPushButton(say("Delete"), self)
        self.delete.setToolTip(say("Take the labels of the selected regions away (Del)"))
        self._menu = QMenu(self)
        self.reassign.setMenu(self._menu)
        self._row_menu = self._build_row_menu()
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.triggered.connect(self._ask_reassign)
        self.delete.clicked.connect(self._ask_delete)
        buttons = QHBoxLayout()
        buttons.addWidget(self.reassign)
        buttons.addWidget(self.delete)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)
        self.table.selectionModel().selectionChanged.connect(self._show_buttons)
        self.table.verticalScrollBar().valueChanged.connect(self.rows_seen)
        self.set_entries([], ClassTable())

    def set_entries(self, entries: Sequence[Entry], classes: ClassTable) -> None:
        """Shows other regions."""
        current = self.table.currentIndex().row()
        self.model.set_entries(entries, classes)
        if 0 <= current < len(entries):  # so that deleting one after the other needs no mouse
            self.table.setCurrentIndex(self.model.index(current, CLASS))
        self.set_text(
            say("{count:,} regions", count=len(entries))
            if entries
            else say("No labels yet. Each region that you paint is a row.")
        )
        self._show_buttons()

    def set_text(self, text: str) -> None:
        self.text.setText(text)

    def seen(self) -> list[Entry]:
        """The rows in view."""
        if not self.model.entries:
            return []
        first = max(self.table.rowAt(0), 0)
        last = self.table.rowAt(self.table.viewport().height() - 1)
        return self.model.entries[first : (len(self.model.entries) if last < 0 else last + 1)]

    def selected(self) -> list[Entry]:
        return [self.model.entries[index.row()] for index in self.table.selectionModel().selectedRows()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.selected():
            self._ask_delete()
        else:
            super().keyPressEvent(event)

    def _build_table(self) -> QTableView:
        table = QTableView(self)
        table.setTabKeyNavigation(False)
        table.setModel(self.model)
        table.setItemDelegateForColumn(SPECTRUM, Sparkline(table))
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.verticalHeader().setDefaultSectionSize(27)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.setAccessibleName(say("Regions of the labels"))
        header = table.horizontalHeader()
        header.setSectionResizeMode(CLASS, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(PIXELS, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(PLACE, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SPECTRUM, QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(SPECTRUM, 66)
        table.clicked.connect(self._jump)
        table.activated.connect(self._jump)
        table.customContextMenuRequested.connect(self._show_menu)
        return table

    def _build_row_menu(self) -> QMenu:
        """What can be done with the selected rows, by the right button or the Menu key."""
        menu = QMenu(say("Regions"), self)
        menu.setObjectName(FOUND_BY_NAME)
        menu.addAction(icon("search"), say("&Show in the image"), self._jump_to_current)
        menu.addSeparator()
        self._menu.setTitle(say("&Give to the class"))
        menu.addMenu(self._menu)
        menu.addAction(icon("trash"), say("&Delete"), self._ask_delete)
        return menu

    def _jump_to_current(self) -> None:
        if self.table.currentIndex().isValid():
            self._jump(self.table.currentIndex())

    def _jump(self, index: QModelIndex) -> None:
        self.jump_asked.emit(self.model.entries[index.row()])

    def _ask_delete(self) -> None:
        self.delete_asked.emit(self.selected())

    def _ask_reassign(self, action: QAction) -> None:
        self.reassign_asked.emit(self.selected(), int(action.data()))

    def _show_menu(self, at: QPoint) -> None:
        if self.selected():
            self._row_menu.popup(self.table.viewport().mapToGlobal(at))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for info in self.model.classes:
            action = self._menu.addAction(swatch(info.color), info.name.replace("&", "&&"))
            action.setData(info.number)

    def _show_buttons(self) -> None:
        some = bool(self.table.selectionModel().selectedRows())
        self.delete.setEnabled(some)
        self.reassign.setEnabled(some)
        for action in self._row_menu.actions():
            action.setEnabled(some)


class Sparkline(QStyledItemDelegate):
    """A small curve from its lowest to its highest value, in the colour of the class on the ground of the row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        model = index.model()
        if not isinstance(model, RegionModel):
            return
        entry = model.entries[index.row()]
        values = model.spectra.get(entry.key)
        if values is None or not np.isfinite(values).any():
            return
        style, group = option.state, option.palette
        selected = bool(style & QStyle.StateFlag.State_Selected)
        color = group.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        room = QRectF(option.rect).adjusted(5, 5, -5, -5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(color), 1.2))
        for piece in curve(values, room):
            painter.drawPolyline(piece)
        painter.restore()


def curve(values: NDArray[np.float32], room: QRectF) -> list[QPolygonF]:
    """The pieces of a curve through values that fills a rectangle; missing values leave gaps."""
    finite = np.isfinite(values)
    low, high = float(values[finite].min()), float(values[finite].max())
    x = room.left() + np.arange(len(values)) * (room.width() / max(len(values) - 1, 1))
    y = room.bottom() - (values - low) * (room.height() / ((high - low) or 1.0))
    pieces, piece = [], QPolygonF()
    for place, known in enumerate(finite):
        if known:
            piece.append(QPointF(float(x[place]), float(y[place])))
        elif not piece.isEmpty():
            pieces.append(piece)
            piece = QPolygonF()
    return pieces if piece.isEmpty() else [*pieces, piece]
