"""The window of spectral libraries: those that are open, their spectra with what is said of them, and how they look."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.labels.classes import PALETTE
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.spectra.curves import joined
from hsigui.ui.spectra.library_table import LibraryTable, Row

MOST_DRAWN = 20  # curves that can be told apart in a small plot
MOST_KEPT = 40  # at once


class LibrariesWindow(QDialog):
    """The window; it stays beside the main one.

    Signals:
        open_asked(), folder_asked(): another library is to be opened.
        close_asked(SpectralLibrary): one is to be closed.
        keep_asked(list of rows): these spectra are to be kept on the plot.
        wavelengths_asked(SpectralLibrary): its wavelengths are to be taken for another unit.
        chosen(list of rows): these are selected now.
    """

    open_asked = Signal()
    folder_asked = Signal()
    close_asked = Signal(object)
    keep_asked = Signal(object)
    wavelengths_asked = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Spectral libraries"))
        self._libraries: tuple[SpectralLibrary, ...] = ()
        self._unit = NANOMETRES
        self.table = LibraryTable(self)
        self._build()
        self._tell()
        self.resize(900, 560)

    def show_libraries(self, libraries: Sequence[SpectralLibrary], unit: WavelengthUnit) -> None:
        """Lists the open libraries; one that is new is chosen."""
        if tuple(libraries) == self._libraries and unit == self._unit:
            return
        before, self._libraries, self._unit = self._libraries, tuple(libraries), unit
        new = [library for library in libraries if library not in before]
        chosen = new or [library for library in self._picked() if library in libraries] or list(libraries)
        self.list.blockSignals(True)
        self.list.clear()
        for library in libraries:
            item = QListWidgetItem(say("{name} ({count})", name=library.path.name, count=len(library)))
            item.setToolTip("\n".join([str(library.path), *library.notes]))
            self.list.addItem(item)
            item.setSelected(library in chosen)
        self.list.blockSignals(False)
        if tuple(libraries) != before:
            self._show_picked()
        self._name_axis()
        self._tell()

    def rows(self) -> list[Row]:
        """The selected spectra, in the order of the table."""
        places = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.table.row_at(place) for place in places]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and hasattr(self, "plot"):
            color_plot(self.plot, self.palette())

    def _build(self) -> None:
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Open libraries"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._show_picked)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search names and descriptions"))
        self.search.setAccessibleName(say("Search names and descriptions"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.view = QTableView(self)
        self.view.setAccessibleName(say("Spectra of the libraries"))
        self.view.setModel(self.table)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setTabKeyNavigation(False)
        self.view.setWordWrap(False)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setDefaultSectionSize(self.view.fontMetrics().height() + 6)
        self.view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.view.horizontalHeader().setStretchLastSection(True)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.doubleClicked.connect(self._keep)
        self.about = QPlainTextEdit(self)
        self.about.setAccessibleName(say("What is said of the spectrum"))
        self.about.setReadOnly(True)
        self.about.setTabChangesFocus(True)
        self.plot = Plot(self)
        self.plot.setAccessibleName(say("The selected spectra"))
        color_plot(self.plot, self.palette())
        self.plot.setLabel("left", say("As in the file"))
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self._lay_out()

    def _lay_out(self) -> None:
        self.open_button = self._button(say("Open…"), say("Open a spectral library"), self.open_asked)
        self.folder = self._button(
            say("Open folder…"), say("A folder of files of one spectrum each, as one library"), self.folder_asked
        )
        self.waves = self._button(
            say("Wavelengths…"), say("Take the wavelengths of the library for another unit"), self._ask_wavelengths
        )
        self.shut = self._button(say("Close"), say("Close the libraries that are selected"), self._shut)
        self.keep = self._button(
            say("Keep on the plot"), say("Keep the selected spectra beside the scene's"), self._keep
        )
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        for button in (self.open_button, self.folder, self.waves, self.shut):
            column.addWidget(button)
        below = QSplitter(Qt.Orientation.Horizontal, self)
        below.addWidget(self.plot)
        below.addWidget(self.about)
        below.setSizes([420, 240])
        right = QSplitter(Qt.Orientation.Vertical, self)
        right.addWidget(self.view)
        right.addWidget(below)
        right.setSizes([280, 230])
        for splitter in (below, right):
            splitter.setChildrenCollapsible(False)
        foot = QHBoxLayout()
        foot.addWidget(self.told, 1)
        foot.addWidget(self.keep)
        middle = QWidget(self)
        stack = QVBoxLayout(middle)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addWidget(self.search)
        stack.addWidget(right, 1)
        stack.addLayout(foot)
        across = QSplitter(Qt.Orientation.Horizontal, self)
        across.setChildrenCollapsible(False)
        across.addWidget(left)
        across.addWidget(middle)
        across.setSizes([190, 700])
        whole = QVBoxLayout(self)
        whole.addWidget(across)

    def _button(self, text: str, tip: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _picked(self) -> list[SpectralLibrary]:
        places = sorted(self.list.row(item) for item in self.list.selectedItems())
        return [self._libraries[place] for place in places if place < len(self._libraries)]

    def _show_picked(self) -> None:
        self.table.show_libraries(self._picked())
        self.view.resizeColumnsToContents()
        for column in range(self.table.columnCount()):
            self.view.setColumnWidth(column, min(self.view.columnWidth(column), 260))
        self._selected()

    def _search(self, text: str) -> None:
        self.table.search(text)
        self._selected()

    def _ask_wavelengths(self) -> None:
        for library in self._picked()[:1]:
            self.wavelengths_asked.emit(library)

    def _shut(self) -> None:
        for library in self._picked():
            self.close_asked.emit(library)

    def _keep(self) -> None:
        rows = self.rows()
        if 0 < len(rows) <= MOST_KEPT:
            self.keep_asked.emit(rows)

    def _selected(self) -> None:
        rows = self.rows()
        self.plot.clear()
        for number, (library, place) in enumerate(rows[:MOST_DRAWN]):
            x, values = library.spectrum(place)
            pen = curve_pen(self, QColor(*PALETTE[number % len(PALETTE)]), 1.4)
            self.plot.plot(x, values.astype(float), pen=pen, connect=joined(x, values) if len(x) else "all")
        self.plot.enableAutoRange()
        self._name_axis()
        self.about.setPlainText("\n\n".join(_said(*row) for row in rows[:MOST_DRAWN]))
        self._tell()
        self.chosen.emit(rows)

    def _name_axis(self) -> None:
        picked = self._picked()
        known = all(library.wavelengths is not None for library in picked)
        self.plot.getAxis("bottom").setScale(self._unit.per_nm if known else 1.0)
        self.plot.setLabel("bottom", self._unit.axis() if known else say("Band"))

    def _tell(self) -> None:
        count, listed = len(self.rows()), self.table.rowCount()
        if not self._libraries:
            text = say("Open a library: ENVI, USGS, ECOSTRESS, EnMAP-Box or a table; or a folder of spectra.")
        elif count > MOST_KEPT:
            text = say("{count} spectra selected; at most {most} are kept at once.", count=count, most=MOST_KEPT)
        else:
            text = say("{listed} of {total} spectra listed, {count} selected.",
                       listed=listed, total=self.table.total, count=count)  # fmt: skip
        self.told.setText(text)
        self.keep.setEnabled(0 < count <= MOST_KEPT)
        self.shut.setEnabled(bool(self._picked()))
        self.waves.setEnabled(len(self._picked()) == 1)


def _said(library: SpectralLibrary, place: int) -> str:
    """All that is said of a spectrum, a line each."""
    lines = [library.names[place]]
    lines += [say("{title}: {text}", title=title, text=text) for title, text in library.about(place).items()]
    return "\n".join(lines)
