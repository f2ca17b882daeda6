"""Which spectra of a library are shown beside those of the scene."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say

MOST_CHOSEN = 40  # curves; more cannot be told apart


class LibraryDialog(QDialog):
    """Lists the names of the spectra; `chosen` are the places of those that were selected."""

    def __init__(self, file_name: str, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Spectra of {file_name}", file_name=file_name))
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search names"))
        self.search.setAccessibleName(say("Search names"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Spectra of the library"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.addItems(list(names))
        self.told = QLabel(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Show"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.search.textChanged.connect(self._filter)
        self.list.itemSelectionChanged.connect(self._tell)
        self.list.itemDoubleClicked.connect(self.accept)
        column = QVBoxLayout(self)
        for widget in (self.search, self.list, self.told, self.buttons):
            column.addWidget(widget)
        self.list.setCurrentRow(0)
        self._tell()
        self.resize(420, 460)

    @property
    def chosen(self) -> list[int]:
        """Places of the selected spectra, in the order of the library."""
        return sorted(index.row() for index in self.list.selectedIndexes())

    def _filter(self, text: str) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            hidden = text.casefold() not in item.text().casefold()
            item.setHidden(hidden)
            if hidden:
                item.setSelected(False)

    def _tell(self) -> None:
        count = len(self.chosen)
        too_many = (
            say("; at most {most_chosen} can be shown at once", most_chosen=MOST_CHOSEN) if count > MOST_CHOSEN else ""
        )
        self.told.setText(
            say(
                "{count} of {list_count} spectra selected{too_many}.",
                count=count,
                list_count=self.list.count(),
                too_many=too_many,
            )
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(0 < count <= MOST_CHOSEN)
