"""Help where one is: the panel that has the focus, and the control under the mouse."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor, QWhatsThisClickedEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWhatsThis, QWidget

from hsigui.texts import say
from hsigui.ui.shell.help_pages import HelpPages
from hsigui.ui.shell.panel_help import IMAGE

LINK = "panel:"


class HelpHere(QObject):
    """F1 and Shift+F1.

    Args:
        docks: of the panels, by their names.
    """

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget], help_pages: HelpPages) -> None:
        super().__init__(window)
        self._window, self._docks, self._help = window, docks, help_pages

    def show_panel_help(self) -> None:
        """Tells of the panel that has the focus, its keys first."""
        self._help.show_panel(self.panel_of(QApplication.focusWidget()))

    def explain(self) -> None:
        """Tells more of the control under the mouse, or of the one that has the focus; else lets one be clicked."""
        for widget in (QApplication.widgetAt(QCursor.pos()), QApplication.focusWidget()):
            told = self._told_of(widget)
            if widget is not None and told:
                below = widget.mapToGlobal(widget.rect().bottomLeft())
                QWhatsThis.showText(below, f"{told}{self._more(widget)}", widget)
                return
        QWhatsThis.enterWhatsThisMode()

    def panel_of(self, widget: QWidget | None) -> str:
        """The name of the panel that a widget stands in; that of the image where it stands in none."""
        names = {id(dock): name for name, dock in self._docks.items()}
        while widget is not None:
            if id(widget) in names:
                return names[id(widget)]
            widget = widget.parentWidget()
        return IMAGE

    def follow(self, event: QWhatsThisClickedEvent) -> None:
        """A link in what was told was clicked."""
        if event.href().startswith(LINK):
            QWhatsThis.hideText()
            self._help.show_panel(event.href().removeprefix(LINK))

    def _told_of(self, widget: QWidget | None) -> str:
        """What is known of a widget of this window, as HTML, or of the one that it is a part of."""
        if widget is None or widget.window() is not self._window:
            return ""
        while widget is not None and widget is not self._window:
            text = widget.whatsThis() or widget.toolTip()
            if text:
                return text if text.startswith("<") else f"<p>{escape(text)}</p>".replace("\n", "<br>")
            widget = widget.parentWidget()
        return ""

    def _more(self, widget: QWidget) -> str:
        return f'<p><a href="{LINK}{self.panel_of(widget)}">{escape(say("More of this panel"))}</a></p>'
