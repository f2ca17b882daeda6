"""The list of what was said, and the button in the status bar that counts what was missed and opens it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from hsigui.texts import say, say_number
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.message_bar import MessageBar
from hsigui.ui.desk.message_log import MessageLog, Said
from hsigui.ui.desk.messages_dialog import MessagesDialog


class Messages(QObject):
    """Opens the list beside the window; there is one."""

    def __init__(self, window: QWidget, bar: MessageBar) -> None:
        super().__init__(window)
        self._window, self._log = window, bar.log
        bar.details_asked.connect(self.show_one)

    def show_messages(self) -> None:
        """Shows the list, with the newest message chosen."""
        self.show_one()

    def show_one(self, said: Said | None = None) -> None:
        """Shows the list with a message chosen."""
        (self._window.findChild(MessagesDialog) or MessagesDialog(self._log, self._window)).show_said(said)


class MissedButton(QToolButton):
    """How many messages were missed; without a number when there are none."""

    def __init__(self, log: MessageLog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self.setIcon(icon("messages"))
        self.setIconSize(QSize(14, 14))
        self.setAutoRaise(True)
        log.changed.connect(self._renew)
        self._renew()

    def _renew(self) -> None:
        missed = self._log.missed
        self.setText(f"{missed}" if missed else "")
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if missed else style.ToolButtonIconOnly)
        told = say_number("{count} message was missed", "{count} messages were missed", missed, count=missed)
        self.setToolTip(told if missed else say("Messages"))
        self.setAccessibleName(self.toolTip())
