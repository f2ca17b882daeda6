"""The help, the sheet of keys, and what this program is."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.shell.about import AboutDialog
from hsigui.ui.shell.help_dialog import HelpDialog
from hsigui.ui.shell.panel_help import PAGE, page_of
from hsigui.ui.shell.shortcuts import ShortcutSheet


class HelpPages(QObject):
    """Shows them beside the window.

    Args:
        rows: of all actions, as they are listed on the sheet of keys.
    """

    def __init__(self, window: QWidget, rows: Iterable[ActionRow]) -> None:
        super().__init__(window)
        self._window, self._rows = window, tuple(rows)

    def show_help(self, page: str = "") -> None:
        """Shows a page of the help; without a name the first one or the one of before, and what was typed to search."""
        dialog = self._dialog()
        dialog.show_page(page)
        dialog.show()
        dialog.activateWindow()
        if not page:
            dialog.finder.begin()

    def show_panel(self, panel: str) -> None:
        """Shows what is told of a panel, its keys first; the first page of the help where nothing is."""
        text = page_of(panel, self._rows)
        if not text:
            self.show_help()
            return
        dialog = self._dialog()
        dialog.show_text(text, PAGE)
        dialog.show()
        dialog.activateWindow()

    def _dialog(self) -> HelpDialog:
        return self._window.findChild(HelpDialog) or HelpDialog(self._window)

    def show_shortcuts(self) -> None:
        open_dialog(ShortcutSheet(self._rows, self._window))

    def show_about(self) -> None:
        open_dialog(AboutDialog(self._window))
