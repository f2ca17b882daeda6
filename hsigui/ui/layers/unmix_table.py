"""The endmembers that a scene is taken to be mixed of, as a table: name, source, colour and curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from hsigui.analysis.layer import Target
from hsigui.analysis.settings import MOST_ENDMEMBERS
from hsigui.labels.classes import Color, color_for
from hsigui.texts import say

USED, SOURCE, COLOR, CURVE = range(4)
CURVE_SIZE, SWATCH = QSize(120, 26), 16  # logical pixels
MARGIN = 2.0


@dataclass(frozen=True)
class Member:
    """An endmember.

    Attributes:
        source: where it comes from, in words.
        used: whether it is among those that are mixed.
        proposed: whether the next proposal takes its place: it was proposed, and nobody has changed it.
    """

    target: Target
    source: str
    used: bool = True
    proposed: bool = False


class MembersTable(QTableWidget):
    """A row an endmember. Names are written in place; a click on a colour, Enter or Space there, asks for another.

    Signals:
        changed(): others are used, or one looks or is called otherwise.
        color_asked(row): another colour is wanted.
        place_asked(row): its pixel is to be seen in the image.
    """

    changed = Signal()
    color_asked = Signal(int)
    place_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self._members: list[Member] = []
        self.setHorizontalHeaderLabels([say("Name"), say("Source"), say("Colour"), say("Curve")])
        self.setAccessibleName(say("Endmembers"))
        self.setToolTip(say("Spectra that each pixel is taken to be mixed of; unchecked ones have no part"))
        self.verticalHeader().setToolTip(say("The number of its mark in the image, where it is a pixel"))
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setIconSize(CURVE_SIZE)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = self.horizontalHeader()
        head.setSectionResizeMode(USED, QHeaderView.ResizeMode.Stretch)
        for column in (SOURCE, COLOR, CURVE):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.itemChanged.connect(self._edited)
        self.cellClicked.connect(self._clicked)
        self.cellDoubleClicked.connect(self._double_clicked)
        self.activated.connect(lambda index: self._clicked(index.row(), index.column()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        else:
            super().keyPressEvent(event)

    @property
    def members(self) -> tuple[Member, ...]:
        """All of them, in the order of the table."""
        return tuple(self._members)

    @property
    def used(self) -> tuple[Target, ...]:
        """The spectra of those that are used."""
        return tuple(member.target for member in self._members if member.used)

    def add(self, members: Sequence[Member]) -> None:
        """Takes more in; one without a colour gets the next of the palette, a name that is taken a number."""
        for member in members:
            color = member.target.color or color_for(len(self._members) + 1)
            name = self._free(member.target.name, -1)
            self._members.append(replace(member, target=replace(member.target, color=color, name=name)))
        self._fill()

    def propose(self, members: Sequence[Member]) -> None:
        """Takes proposals in, in the place of those before, as far as there is room; pixels that are in the table
        already stay as they are."""
        self._members = [member for member in self._members if not member.proposed]
        there = {member.target.place for member in self._members}
        new = [replace(member, proposed=True) for member in members if member.target.place not in there]
        self.add(new[: max(0, MOST_ENDMEMBERS - len(self._members))])

    def remove_chosen(self) -> None:
        """Takes the chosen ones away."""
        gone = {index.row() for index in self.selectionModel().selectedRows()}
        self._members = [member for row, member in enumerate(self._members) if row not in gone]
        self._fill()

    def set_color(self, row: int, color: Color) -> None:
        """Draws one in another colour."""
        member = self._members[row]
        self._members[row] = replace(member, target=replace(member.target, color=color), proposed=False)
        self._fill()

    def _fill(self) -> None:
        with QSignalBlocker(self):
            self.setRowCount(len(self._members))
            low, high = _range([member.target for member in self._members])
            for row, member in enumerate(self._members):
                self._fill_row(row, member, low, high)
        self.changed.emit()

    def _fill_row(self, row: int, member: Member, low: float, high: float) -> None:
        target, fixed = member.target, Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        name = QTableWidgetItem(target.name)
        name.setFlags(fixed | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
        name.setCheckState(Qt.CheckState.Checked if member.used else Qt.CheckState.Unchecked)
        name.setToolTip(target.name)
        source = QTableWidgetItem(member.source)
        source.setToolTip(
            member.source if target.place is None else say("{source}: a double click shows where", source=member.source)
        )
        color, curve = QTableWidgetItem(), QTableWidgetItem()
        assert target.color is not None
        color.setIcon(_swatch(target.color))
        color.setToolTip(say("Colour of {name}: a click chooses another", name=target.name))
        color.setData(Qt.ItemDataRole.AccessibleTextRole, say("Colour of {name}", name=target.name))
        curve.setIcon(QIcon(curve_of(target, low, high, self.devicePixelRatioF())))
        curve.setData(Qt.ItemDataRole.AccessibleTextRole, say("Curve of {name}", name=target.name))
        for column, item in ((SOURCE, source), (COLOR, color), (CURVE, curve)):
            item.setFlags(fixed)
            self.setItem(row, column, item)
        self.setItem(row, USED, name)

    def _edited(self, item: QTableWidgetItem) -> None:
        if item.column() != USED:
            return
        row, member = item.row(), self._members[item.row()]
        name = self._free(item.text().strip() or member.target.name, row)
        used = item.checkState() == Qt.CheckState.Checked
        proposed = member.proposed and name == member.target.name
        self._members[row] = replace(member, target=replace(member.target, name=name), used=used, proposed=proposed)
        with QSignalBlocker(self):
            item.setText(name)
        self.changed.emit()

    def _free(self, name: str, row: int) -> str:
        """The name itself, or with the first number behind it that no other row has."""
        taken = {member.target.name for place, member in enumerate(self._members) if place != row}
        if name not in taken:
            return name
        return next(other for n in range(2, len(taken) + 3) if (other := f"{name} {n}") not in taken)

    @property
    def marks(self) -> list[tuple[int, int, int]]:
        """Row, column and number of the pixels that are used, numbered as the rows are."""
        rows = enumerate(self._members, 1)
        return [(*each.target.place, number) for number, each in rows if each.used and each.target.place is not None]

    def _double_clicked(self, row: int, column: int) -> None:
        if column == SOURCE and self._members[row].target.place is not None:
            self.place_asked.emit(row)

    def _clicked(self, row: int, column: int) -> None:
        if column == COLOR and 0 <= row < len(self._members):
            self.color_asked.emit(row)


def curve_of(target: Target, low: float, high: float, ratio: float) -> QPixmap:
    """A spectrum in its colour between two values, CURVE_SIZE logical pixels; gaps where it has no value."""
    picture = QPixmap(CURVE_SIZE * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    values = np.asarray(target.values, dtype=float)
    x = np.linspace(MARGIN, CURVE_SIZE.width() - MARGIN, len(values))
    y = MARGIN + (CURVE_SIZE.height() - 2 * MARGIN) * (1 - (values - low) / (high - low))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(*(target.color or (128, 128, 128))), 1.5))
    known = np.isfinite(y)
    for piece in np.split(np.arange(len(y)), np.flatnonzero(np.diff(known)) + 1):
        if len(piece) and known[piece[0]]:
            painter.drawPolyline(QPolygonF([QPointF(x[n], y[n]) for n in piece.tolist()]))
    painter.end()
    return picture


def _range(targets: Sequence[Target]) -> tuple[float, float]:
    """The least and the greatest value of all; never the same twice."""
    values = np.concatenate([np.asarray(target.values, dtype=float) for target in targets] or [np.zeros(1)])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _swatch(color: Color) -> QIcon:
    picture = QPixmap(SWATCH, SWATCH)
    picture.fill(QColor(*color))
    return QIcon(picture)
