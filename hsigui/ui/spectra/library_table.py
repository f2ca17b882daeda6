"""The spectra of open libraries as rows of a table: their names, and what is said of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.texts import say

Row = tuple[SpectralLibrary, int]
Index = QModelIndex | QPersistentModelIndex
_MOST_COLUMNS = 12  # beside the name; the rest is told below the table


class LibraryTable(QAbstractTableModel):
    """Rows of one or several libraries, those that hold every word that is searched for."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._libraries: tuple[SpectralLibrary, ...] = ()
        self._titles: list[str] = []
        self._texts: list[tuple[Row, str]] = []
        self._rows: list[Row] = []
        self._words: list[str] = []

    def show_libraries(self, libraries: Sequence[SpectralLibrary]) -> None:
        """Lists the spectra of some libraries."""
        self.beginResetModel()
        self._libraries = tuple(libraries)
        titles = dict.fromkeys(title for library in libraries for title in library.columns)
        self._titles = list(titles)[:_MOST_COLUMNS]
        self._texts = [
            ((library, n), " ".join((name, *(texts[n] for texts in library.columns.values()))).casefold())
            for library in libraries
            for n, name in enumerate(library.names)
        ]
        self._filter()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Lists only those whose name and descriptions hold every word."""
        self.beginResetModel()
        self._words = text.casefold().split()
        self._filter()
        self.endResetModel()

    def row_at(self, row: int) -> Row:
        """The library and the place in it of a row."""
        return self._rows[row]

    @property
    def total(self) -> int:
        """How many there are with those that are not listed."""
        return len(self._texts)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1 + self._several + len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        library, place = self._rows[index.row()]
        column = index.column()
        if column == 0:
            return library.names[place]
        if self._several and column == 1:
            return library.path.name
        texts = library.columns.get(self._titles[column - 1 - self._several])
        return texts[place] if texts is not None else ""

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return None
        if section == 0:
            return say("Name")
        if self._several and section == 1:
            return say("Library")
        return self._titles[section - 1 - self._several]

    @property
    def _several(self) -> int:
        return int(len(self._libraries) > 1)

    def _filter(self) -> None:
        self._rows = [row for row, text in self._texts if all(word in text for word in self._words)]
