"""What the window remembers of the user's taste."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from hsigui.ui.desk import theme
from hsigui.ui.desk.desk import Desk


class Preferences(QObject):
    """The colours of the window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk

    def set_theme(self, name: str) -> None:
        """Gives the window "system", "light" or "dark" colours, and remembers it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        self._desk.remember(dataclasses.replace(self._desk.settings, theme=name))
