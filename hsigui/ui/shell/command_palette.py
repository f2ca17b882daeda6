"""The command palette: everything that can be asked for, found by a few letters of its name, and done by Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QStyle,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.action_rows import FOUND_BY_NAME
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.shell.help_pages import HelpPages
from hsigui.ui.shell.palette_entries import (
    Entry,
    action_entries,
    band_entries,
    best,
    class_entries,
    help_entries,
    recent_entries,
)

MOST = 100  # entries in the list at once
MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class PaletteDialog(QDialog):
    """A line to type in, and below it what fits, the best first.

    Up and Down move in the list while the line keeps the focus; Enter or a click does what is chosen, Escape closes.
    `chosen` is the entry that was agreed on, None before.
    """

    def __init__(self, entries: Iterable[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Find a command"))
        self.chosen: Entry | None = None
        self._entries = tuple(entries)
        self._found: Sequence[Entry] = ()
        self._no_icon = _blank(self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize))
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(say("An action, a class, a band, a recent file, a page of the help"))
        self.line.setAccessibleName(say("Find a command"))
        self.line.setClearButtonEnabled(True)
        self.line.installEventFilter(self)
        self.list = QTreeWidget(self)
        self.list.setAccessibleName(say("What was found"))
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._clicked)
        self.note = QLabel(self)
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        column.addWidget(self.note)
        self.line.textChanged.connect(self._search)
        self._search("")
        self.resize(640, 440)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down and the page keys in the line move in the list; Enter agrees."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in MOVES:
                self._move(MOVES[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._agree()
                return True
        return super().eventFilter(watched, event)

    def _search(self, query: str) -> None:
        found = best(self._entries, query)
        self._found = found[:MOST]
        self.list.clear()
        for entry in self._found:
            item = QTreeWidgetItem([entry.text, entry.detail])
            item.setIcon(0, entry.icon or self._no_icon)
            item.setToolTip(0, entry.more)
            for column in (1,) if entry.enabled else (0, 1):
                item.setForeground(column, self.palette().placeholderText())
            self.list.addTopLevelItem(item)
        self._choose(0)
        self.note.setText(self._told(len(found)))

    def _told(self, count: int) -> str:
        if not count:
            return say("Nothing is called so")
        if count > MOST:
            return say("The first {shown} of {count}", shown=MOST, count=count)
        return ""

    def _move(self, by: int) -> None:
        self._choose(max(0, min(self.list.currentIndex().row() + by, len(self._found) - 1)))

    def _choose(self, place: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(place, 0))

    def _clicked(self, item: QTreeWidgetItem) -> None:
        self.list.setCurrentItem(item)
        self._agree()

    def _agree(self) -> None:
        place = self.list.currentIndex().row()
        if not 0 <= place < len(self._found):
            return
        entry = self._found[place]
        if entry.enabled:
            self.chosen = entry
            self.accept()
        else:
            self.note.setText(say("{name} cannot be asked for now", name=entry.text))


class CommandPalette(QObject):
    """Opens it over the window, and does what was chosen once it is closed.

    Args:
        bar: whose menus are searched.
        open_path: opens a recent file.
    """

    def __init__(self, desk: Desk, bar: QMenuBar, helps: HelpPages, open_path: Callable[[str], object]) -> None:
        super().__init__(desk.window)
        self._desk, self._bar, self._help, self._open_path = desk, bar, helps, open_path

    def show_palette(self) -> None:
        """Opens the palette; a second one is not opened over the first."""
        window = self._desk.window
        if window.findChild(PaletteDialog) is None:
            open_dialog(PaletteDialog(self.entries(), window), _do)

    def entries(self) -> list[Entry]:
        """All that can be asked for now: what stands in menus, classes, bands, recent files and pages of the help."""
        return [
            *action_entries(self._bar, self._desk.window.findChildren(QMenu, FOUND_BY_NAME)),
            *class_entries(self._desk.session),
            *band_entries(self._desk.session, self._desk.wavelength_unit),
            *recent_entries(self._desk.settings.recent, self._open_path),
            *help_entries(self._help.show_help),
        ]


def _blank(side: int) -> QIcon:
    """Keeps the place of an icon, so that all texts begin below each other."""
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    return QIcon(picture)


def _do(dialog: PaletteDialog) -> None:
    if dialog.chosen is not None:
        dialog.chosen.do()
