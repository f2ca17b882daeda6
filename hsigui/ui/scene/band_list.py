"""The list of bands: found by number, wavelength, part of the spectrum or name, shown alone or as a channel."""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.band_search import find_bands
from hsigui.cube.cube import Cube
from hsigui.cube.render import CHANNELS, SINGLE, ViewState
from hsigui.texts import say, say_number
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.channels import CHANNEL_TITLES
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.plots import RESTYLE
from hsigui.ui.desk.tips import explain
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.scene.band_model import BAD, NAME, NUMBER, SHOWN, SIDE, WAVELENGTH, BandModel

WIDEST = {WAVELENGTH: "2499.0", NAME: "", BAD: say("bad"), SHOWN: say("Shown")}  # what a column has room for at least
ROOMY = 250  # logical pixels of height from which on there is room for words below the table


class BandList(QWidget):
    """A field to search, a table, and what the chosen band is to be.

    Args:
        pictures: the action that switches small pictures on.

    Signals:
        band_chosen(channel, band): a band (from 0) is to be shown as "red", "green", "blue", or "single": alone.
        looked(): other rows are in view.
    """

    band_chosen = Signal(str, int)
    looked = Signal()

    def __init__(self, pictures: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cube: Cube | None = None
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search: 670, swir, a name…"))
        explain(
            self.search,
            say("A number, a wavelength (670, 0.67 µm, 600-700), a part of the spectrum (red edge, swir) or a name"),
        )
        self.search.setAccessibleName(say("Search bands"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._first_found)
        self.pictures = tool_button(pictures, self)
        self.pictures.setAccessibleName(pictures.toolTip())
        self.model = BandModel(self)
        self.table = _Table(self)
        self.table.setModel(self.model)
        self._set_columns()
        self.table.activated.connect(self._activated)
        self.table.selectionModel().currentRowChanged.connect(self._refresh)
        self.table.verticalScrollBar().valueChanged.connect(self._looked)
        self.told = QLabel(self)
        self.told.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.search, 1)
        top.addWidget(self.pictures)
        column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addWidget(self.told)
        column.addLayout(self._build_buttons())
        for before, after in itertools.pairwise((self.search, self.pictures, self.table)):
            self.setTabOrder(before, after)
        self._refresh()
        self.setEnabled(False)

    def set_cube(self, cube: Cube) -> None:
        """Lists the bands of a scene; what is searched for stays."""
        self._cube = cube
        self.model.set_cube(cube, find_bands(cube, self.search.text()))
        self._fit_columns(bool(cube.info.band_names), any(cube.info.bad_bands), cube.wavelengths is not None)
        self.setEnabled(True)
        self._tell()

    def set_view(self, view: ViewState) -> None:
        """Marks the bands that are shown; a single one is brought into view."""
        self.model.set_view(view)
        if view.single is not None and not self.table.hasFocus():
            self.choose(view.single)

    def set_unit(self, unit: WavelengthUnit) -> None:
        self.model.set_unit(unit)

    def set_pictured(self, on: bool) -> None:
        """Makes room for small pictures, or takes it back."""
        self.model.pictured = on
        line = self.fontMetrics().height() + 6
        self.table.verticalHeader().setDefaultSectionSize(max(SIDE + 4, line) if on else line)
        self.table.setColumnWidth(NUMBER, self._number_width(on))
        self.model.layoutChanged.emit()
        self.looked.emit()

    def chosen(self) -> int | None:
        """The band (from 0) of the current row."""
        row = self.table.currentIndex().row()
        return self.model.bands[row] if 0 <= row < len(self.model.bands) else None

    def choose(self, band: int) -> None:
        """Makes the row of a band the current one, where it is listed."""
        bands = self.model.bands
        if band in bands:
            self.table.setCurrentIndex(self.model.index(bands.index(band), NUMBER))

    def bands_in_view(self) -> list[int]:
        """The bands (from 0) whose rows are seen."""
        bands = self.model.bands
        if not bands:
            return []
        port = self.table.viewport().rect()
        first = max(self.table.rowAt(port.top()), 0)
        last = self.table.rowAt(port.bottom())
        return bands[first : (len(bands) if last < 0 else last + 1)]

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self.model.set_palette(self.palette())
        return handled

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.told.setVisible(self.height() >= ROOMY)  # rows are worth more than their number
        self.looked.emit()

    # Building

    def _set_columns(self) -> None:
        table = self.table
        table.setAccessibleName(say("Bands of the scene"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setIconSize(QSize(SIDE, SIDE))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        table.verticalHeader().setMinimumSectionSize(self.fontMetrics().height() + 4)
        heading = table.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setMinimumSectionSize(24)
        heading.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.setColumnWidth(NUMBER, self._number_width(False))
        self._fit_columns(names=False, bad=False, wavelengths=True)

    def _fit_columns(self, names: bool, bad: bool, wavelengths: bool) -> None:
        """Columns of what the scene has; one of them takes the room that is left."""
        for column, there in ((NAME, names), (BAD, bad), (WAVELENGTH, wavelengths)):
            self.table.setColumnHidden(column, not there)
        widest = NAME if names else WAVELENGTH if wavelengths else SHOWN
        for column, words in WIDEST.items():
            mode = QHeaderView.ResizeMode.Stretch if column == widest else QHeaderView.ResizeMode.Fixed
            self.table.horizontalHeader().setSectionResizeMode(column, mode)
            self.table.setColumnWidth(column, self.fontMetrics().horizontalAdvance(words) + 14)

    def _number_width(self, pictured: bool) -> int:
        return self.fontMetrics().horizontalAdvance(say("Band")) + 18 + (SIDE + 6 if pictured else 0)

    def _build_buttons(self) -> QHBoxLayout:
        self.buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.setSpacing(4)
        for channel in (*CHANNELS, SINGLE):
            title = CHANNEL_TITLES.get(channel, say("Alone"))
            button = QPushButton(title, self)
            name = (
                say("Show the chosen band alone (Enter)")
                if channel == SINGLE
                else say("Show the chosen band as {channel}", channel=title.lower())
            )
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setMinimumWidth(self.fontMetrics().horizontalAdvance(title) + 14)
            button.clicked.connect(partial(self._show_as, channel))
            self.buttons[channel] = button
            row.addWidget(button, 1)
        return row

    # What is asked for

    def _search(self, text: str) -> None:
        if self._cube is not None:
            self.model.set_listed(find_bands(self._cube, text))
            self._tell()
            self.looked.emit()

    def _first_found(self) -> None:
        """Goes to the first of the found bands, so that Enter shows it and arrows go on."""
        if self.model.bands:
            self.table.setCurrentIndex(self.model.index(0, NUMBER))
            self.table.setFocus()

    def _activated(self, _index: QModelIndex) -> None:
        self._show_as(SINGLE)

    def _show_as(self, channel: str, *_pressed: bool) -> None:
        band = self.chosen()
        if band is not None:
            self.band_chosen.emit(channel, band)

    def _looked(self, *_place: int) -> None:
        self.looked.emit()

    def _refresh(self, *_rows: QModelIndex) -> None:
        for button in self.buttons.values():
            button.setEnabled(self.chosen() is not None)

    def _tell(self) -> None:
        found, cube = len(self.model.bands), self._cube
        if cube is None:
            return
        bad = int(np.count_nonzero(cube.info.bad_bands))
        words = say_number("{count} band", "{count} bands", cube.bands)
        if bad:
            words = say("{words}, {bad} of them bad", words=words, bad=bad)
        if self.search.text().strip():
            words = say("{found} of {words}", found=found, words=words)
        self.told.setText(words)
        self._refresh()


class _Table(QTableView):
    """Enter shows the band of the current row, on every system."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)
