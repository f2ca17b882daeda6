"""The help pages, beside the window: a line to search them and a list of them on the left, the page on the right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from hsigui.texts import say
from hsigui.ui.shell.help_contents import SECTIONS, found_pages, title_of, unlisted_pages
from hsigui.ui.shell.help_finder import HelpFinder
from hsigui.ui.shell.help_page import HelpPage
from hsigui.ui.shell.help_search import Place

PAGE = Qt.ItemDataRole.UserRole  # the name of the page of an item; headings have none


class HelpDialog(QDialog):
    """Shows the pages of `resources/help`. It is no modal dialog: one reads and works at the same time."""

    def __init__(self, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Help"))
        self._pages = {path.stem: path for path in found_pages(folder)}
        self._unlisted = unlisted_pages(folder)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Help pages"))
        self.list.setWordWrap(True)
        self.list.setSpacing(3)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.finder = HelpFinder(self._pages.values(), self)
        self.page = HelpPage(self)
        self.page.setAccessibleName(say("Page of the help"))
        self._rows = self._fill()
        side = QWidget(self)
        left = QVBoxLayout(side)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.finder)
        left.addWidget(self.list, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(side)
        split.addWidget(self.page)
        split.setStretchFactor(1, 1)
        split.setSizes([240, 640])
        split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.addWidget(split)
        self.list.currentItemChanged.connect(self._chosen)
        self.list.clicked.connect(self._clicked)
        self.page.page_asked.connect(self.show_page)
        self.finder.place_asked.connect(self._show_place)
        self.finder.searching.connect(self.list.setHidden)
        self._keys()
        self.resize(920, 660)

    def show_page(self, name: str = "", fragment: str = "") -> None:
        """Shows the page of a name; without a name, or for one that there is not, the page that is shown stays."""
        if not name and self.list.currentItem() is None:
            name = next(iter(self._pages), "")
        if name in self._rows:
            item = self.list.item(self._rows[name])
            if item is self.list.currentItem():  # a part of it may be shown, or words may be marked in it
                self._chosen(item)
            else:
                self.list.setCurrentItem(item)
        elif name in self._unlisted:
            with QSignalBlocker(self.list):
                self.list.setCurrentRow(-1)
            self.page.show_file(self._unlisted[name])
        elif self.list.currentItem() is None and self._pages and not self.page.is_shown:
            self.show_page()
        if fragment:
            self.page.scroll_to(fragment)

    def show_text(self, text: str, name: str) -> None:
        """Shows a text in Markdown in place of the page that it is a part of, of a name; a click there shows all."""
        with QSignalBlocker(self.list):  # a list without a present row takes the first when the focus comes to it
            self.list.setCurrentRow(self._rows.get(name, -1))
        self.page.show_text(text, self._pages.get(name, Path()))
        self.page.setFocus()

    def _fill(self) -> dict[str, int]:
        """Lists the pages below their headings; the row of each by its name."""
        rows = {}
        for title, names in SECTIONS:
            there = [name for name in names if name in self._pages]
            if there:
                head = QListWidgetItem(title)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                font = head.font()
                font.setBold(True)
                head.setFont(font)
                self.list.addItem(head)
            for name in there:
                item = QListWidgetItem(title_of(self._pages[name]))
                item.setData(PAGE, name)
                item.setToolTip(item.text())
                rows[name] = self.list.count()
                self.list.addItem(item)
        return rows

    def _keys(self) -> None:
        for key, do in (
            (QKeySequence.StandardKey.Find, self.finder.begin),
            (QKeySequence("F3"), partial(self.finder.step, 1)),
            (QKeySequence("Shift+F3"), partial(self.finder.step, -1)),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(do)

    def _show_place(self, place: Place, words: list[str]) -> None:
        self.show_page(place.section.page)
        self.page.mark(words, place.section.anchor)

    def _clicked(self, index: QModelIndex) -> None:
        self._chosen(self.list.item(index.row()))

    def _chosen(self, item: QListWidgetItem | None, _before: QListWidgetItem | None = None) -> None:
        name = None if item is None else item.data(PAGE)
        if name is not None:
            self.page.show_file(self._pages[name])
