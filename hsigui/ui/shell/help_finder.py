"""The line in which one looks for words in the help, and the places that have them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsigui.texts import say, say_number
from hsigui.ui.shell.help_search import MOST, HelpIndex, Place, words_of

MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class HelpFinder(QWidget):
    """Shows places as one types. Up and Down choose one, Enter or a click goes there; the line keeps the focus.

    Args:
        pages: what is searched; read when the first letter is typed.

    Signals:
        place_asked(place, words): the place that was chosen, and the words that were looked for.
        searching(on): whether the line has words; the list of pages is of no use then.
    """

    place_asked = Signal(object, object)
    searching = Signal(bool)

    def __init__(self, pages: Iterable[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages = tuple(pages)
        self._index: HelpIndex | None = None
        self._found: list[Place] = []
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(say("Search the help"))
        self.line.setAccessibleName(say("Search the help"))
        self.line.setToolTip(say("Enter goes to the chosen place, F3 and Shift+F3 to the next and the last"))
        self.line.setClearButtonEnabled(True)
        self.line.installEventFilter(self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.results = QListWidget(self)
        self.results.setAccessibleName(say("Places that were found"))
        self.results.setWordWrap(True)
        self.results.setSpacing(3)
        self.results.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.results.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.results.itemClicked.connect(self._go)
        self.results.itemActivated.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.line)
        column.addWidget(self.note)
        column.addWidget(self.results, 1)
        self.line.textChanged.connect(self._search)
        self._search("")

    def step(self, by: int) -> None:
        """Goes to a place further on in the list, from the last to the first again."""
        count = len(self._found)
        if count:
            self.results.setCurrentRow((self.results.currentRow() + by) % count)
            self._go()

    def begin(self) -> None:
        """Lets one type, over what was typed before."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down and the page keys in the line choose in the list, Enter goes there, Escape empties the line."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in MOVES and self._found:
                row = self.results.currentRow() + MOVES[key]
                self.results.setCurrentRow(max(0, min(row, len(self._found) - 1)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._go()
                return True
            if key == Qt.Key.Key_Escape and self.line.text():
                self.line.clear()
                return True
        return super().eventFilter(watched, event)

    def _search(self, query: str) -> None:
        words = words_of(query)
        if words and self._index is None:
            self._index = HelpIndex(self._pages)
        self._found = self._index.find(query) if words and self._index is not None else []
        self.results.clear()
        for place in self._found:
            self.results.addItem(QListWidgetItem(told(place)))
        if self._found:
            self.results.setCurrentRow(0)
        self.note.setText(self._told(query.strip()) if words else "")
        self.note.setVisible(bool(words))
        self.results.setVisible(bool(words))
        self.searching.emit(bool(words))

    def _told(self, query: str) -> str:
        count = len(self._found)
        if not count:
            return say("No section of the help has all of: {words}", words=query)
        if count == MOST:
            return say("The best {count} places", count=count)
        return say_number("{count} place", "{count} places", count)

    def _go(self, _item: QListWidgetItem | None = None) -> None:
        row = self.results.currentRow()
        if 0 <= row < len(self._found):
            self.place_asked.emit(self._found[row], words_of(self.line.text()))


def told(place: Place) -> str:
    """What the list says of a place: its heading and page, and a piece of its text."""
    section = place.section
    head = say("{heading} ({page})", heading=section.heading, page=section.title) if section.heading else section.title
    return f"{head}\n{place.around}" if place.around else head
