"""The list of masks: what each is called, how large it is and what it is used for; below it how it was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import Color
from hsigui.masks.words import USES
from hsigui.texts import say
from hsigui.ui.desk.action_rows import follow, tool_button
from hsigui.ui.desk.busy_row import BusyRow
from hsigui.ui.desk.flat_buttons import more_button
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.to_front import bring_to_front

NAME, PIXELS, FIRST_USE = range(3)
USE_TITLES = {"pretrain": say("Pretraining"), "map": say("Map"), "statistics": say("Statistics")}
USE_TIPS = {
    "pretrain": say("Pretraining does not see its pixels"),
    "map": say("Its pixels get no class, and are neither trained nor tested on"),
    "statistics": say("Its pixels do not count in layers and statistics of the scene"),
}
_SHORT = {"pretrain": say("Pretr."), "map": say("Map"), "statistics": say("Stat.")}
_NUMBER = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class MaskRow:
    """A mask as the list shows it.

    Attributes:
        pixels: how many, in words.
        told: size, area and recipe, in words.
    """

    number: int
    name: str
    color: Color
    pixels: str
    told: str
    uses: frozenset[str]


class MasksPanel(QWidget):
    """Lists masks; the buttons are those of actions.

    Signals:
        chosen(numbers): other masks are chosen, a tuple.
        renamed(number, name).
        used(number, use, on): a box was ticked or cleared.
        cancel_asked(): what is being made is not wanted any more.
    """

    chosen = Signal(object)
    renamed = Signal(int, str)
    used = Signal(int, str, bool)
    cancel_asked = Signal()

    def __init__(
        self, new: QMenu, draw: QAction, buttons: Sequence[QAction], menu: QMenu, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._rows: tuple[MaskRow, ...] = ()
        self._menu = menu
        self.busy = BusyRow(say("Progress of the mask"), say("Do not make the mask"), self)
        self.busy.cancel_asked.connect(self.cancel_asked)
        column = QVBoxLayout(self)
        margins = column.contentsMargins()
        column.setContentsMargins(margins.left(), 4, margins.right(), 4)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(2)
        self.new = QPushButton(icon("add"), say("New mask"), self)
        self.new.setToolTip(say("Find pixels to mask out"))
        self.new.setMenu(new)
        row.addWidget(self.new)
        row.addStretch(1)
        for action in buttons:
            button = tool_button(action, self)
            button.setAccessibleName(action.toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        row.addWidget(more_button(self, say("More that can be done with the chosen masks"), menu))
        column.addLayout(row)
        self.hint = QLabel(
            say("No masks yet. A mask takes pixels (clouds, water, a test area) out of pretraining, of the map, or of "
                "statistics."), self,
        )  # fmt: skip
        self.hint.setWordWrap(True)
        column.addWidget(self.hint)
        column.addWidget(self._build_table(), 1)
        self.draw = QPushButton(draw.icon(), say("Draw on this mask (Shift+M)"), self)
        self.draw.setCheckable(True)
        follow(self.draw, draw)
        column.addWidget(self.draw)
        self.drawing = QLabel(self)
        self.drawing.setWordWrap(True)
        column.addWidget(self.drawing)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.setAccessibleName(say("How the mask was found"))
        column.addWidget(self.told)
        column.addWidget(self.busy)
        column.addStretch(0)
        self.show_rows((), ())
        self.show_drawing("")
        self.setEnabled(False)

    def _build_table(self) -> QTableWidget:
        self.table = QTableWidget(0, FIRST_USE + len(USES), self)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(say("Masks"))
        self.table.setToolTip(say("F2 renames; a box says what a mask is used for"))
        for place, title in enumerate((say("Mask"), say("Pixels"), *(_SHORT[use] for use in USES))):
            item = QTableWidgetItem(title)
            if place >= FIRST_USE:
                use = USES[place - FIRST_USE]
                item.setToolTip(f"{USE_TITLES[use]}: {USE_TIPS[use]}")
            self.table.setHorizontalHeaderItem(place, item)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.table.setShowGrid(False)
        self.table.setMinimumHeight(90)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        heading = self.table.horizontalHeader()
        heading.setMinimumSectionSize(20)
        heading.setHighlightSections(False)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        heading.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.itemSelectionChanged.connect(self._selected)
        self.table.itemChanged.connect(self._changed)
        return self.table

    # What is shown

    def show_rows(self, rows: Sequence[MaskRow], chosen: Sequence[int]) -> None:
        """Lists masks, some of them chosen."""
        self._rows = tuple(rows)
        with QSignalBlocker(self.table):
            self.table.clearSelection()
            self.table.setRowCount(len(rows))
            for place, row in enumerate(rows):
                self._fill(place, row)
                for item in (self.table.item(place, column) for column in range(self.table.columnCount())):
                    if item is not None and row.number in chosen:
                        item.setSelected(True)
        if self.table.currentRow() < 0 and rows:
            with QSignalBlocker(self.table):
                first = next((n for n, row in enumerate(rows) if row.number in chosen), 0)
                self.table.setCurrentCell(first, NAME)
        self.hint.setVisible(not rows)
        self.table.setVisible(bool(rows))
        self.draw.setVisible(bool(rows))
        self._tell()

    def show_drawing(self, text: str) -> None:
        """Says on which mask the tools draw; empty for none."""
        self.drawing.setText(text)
        self.drawing.setVisible(bool(text))

    @property
    def selected(self) -> tuple[int, ...]:
        """Numbers of the masks that are chosen, in the order of the list."""
        places = sorted({index.row() for index in self.table.selectedIndexes()})
        return tuple(self._rows[place].number for place in places if place < len(self._rows))

    def bring_to_front(self) -> None:
        """Shows the panel, also where it is closed or stands behind another."""
        bring_to_front(self)

    def edit_name(self, number: int) -> None:
        """Lets the user write another name of a mask."""
        place = next((n for n, row in enumerate(self._rows) if row.number == number), -1)
        if place >= 0:
            self.bring_to_front()
            self.table.setFocus()
            self.table.setCurrentCell(place, NAME)
            item = self.table.item(place, NAME)
            if item is not None:
                self.table.editItem(item)

    def _fill(self, place: int, row: MaskRow) -> None:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        name = QTableWidgetItem(_swatch(row.color), row.name)
        name.setData(_NUMBER, row.number)
        name.setFlags(flags | Qt.ItemFlag.ItemIsEditable)
        pixels = QTableWidgetItem(row.pixels)
        pixels.setFlags(flags)
        pixels.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, item in ((NAME, name), (PIXELS, pixels)):
            item.setToolTip(f"{row.name}\n{row.told}")
            self.table.setItem(place, column, item)
        for column, use in enumerate(USES, FIRST_USE):
            box = QTableWidgetItem()
            box.setFlags(flags | Qt.ItemFlag.ItemIsUserCheckable)
            box.setCheckState(Qt.CheckState.Checked if use in row.uses else Qt.CheckState.Unchecked)
            box.setToolTip(f"{USE_TITLES[use]}: {USE_TIPS[use]}")
            title = say("{name}, {use}", name=row.name, use=USE_TITLES[use])
            box.setData(Qt.ItemDataRole.AccessibleTextRole, title)
            self.table.setItem(place, column, box)

    def _tell(self) -> None:
        chosen = self.selected
        row = next((row for row in self._rows if row.number in chosen), None)
        self.told.setText("" if row is None else row.told)
        self.told.setVisible(row is not None)

    # By hand

    def _show_menu(self, at: QPoint) -> None:
        self._menu.popup(self.table.viewport().mapToGlobal(at))

    def _selected(self) -> None:
        self._tell()
        self.chosen.emit(self.selected)

    def _changed(self, item: QTableWidgetItem) -> None:
        # Later: the list is filled anew then, and the field that was typed into is not closed yet.
        row = self._rows[item.row()]
        if item.column() == NAME:
            QTimer.singleShot(0, self, partial(self.renamed.emit, row.number, item.text().strip()))
        elif item.column() >= FIRST_USE:
            on = item.checkState() == Qt.CheckState.Checked
            QTimer.singleShot(0, self, partial(self.used.emit, row.number, USES[item.column() - FIRST_USE], on))


def _swatch(color: Color) -> QIcon:
    """A hatched square, as the mask is shown over the image."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(QColor(*color, 70))
    painter = QPainter(pixmap)
    painter.setPen(QPen(QColor(*color), 5))
    for start in range(-24, 32, 13):
        painter.drawLine(start, 32, start + 32, 0)
    painter.drawRect(1, 1, 29, 29)
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made
