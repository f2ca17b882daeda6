"""Dialogs over the window that do not block it, and are gone when they are closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QBoxLayout, QDialog, QFrame, QScrollArea, QWidget

from hsigui.ui.desk.mnemonics import name_plainly
from hsigui.ui.desk.roles import give_role

FRAME = 80  # logical pixels that a title bar and the bars of a desktop may take
LEAST_SEEN = 160

D = TypeVar("D", bound=QDialog)


def open_dialog(dialog: D, accepted: Callable[[D], object] | None = None) -> None:
    """Shows a dialog, and deletes it when it is closed.

    Args:
        accepted: called with the dialog when the user agrees, to read there what was chosen.
    """
    name_plainly(dialog)
    if accepted is not None:
        dialog.accepted.connect(partial(accepted, dialog))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def keep_wide(layout: QBoxLayout, width: int) -> None:
    """Makes a dialog at least so many logical pixels wide, and wider where its texts need it; a minimum
    width of the dialog itself would take the place of what they need."""
    layout.addStrut(width)


class ScrolledPart(QScrollArea):
    """The part of a dialog that scrolls up and down where the screen has no room for all of it; never cut at its side.

    Args:
        part: what is shown, with its layout.
        name: for screen readers.
    """

    def __init__(self, part: QWidget, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._part = part
        self.setWidget(part)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to what is in it
        give_role(self, QAccessible.Role.Pane, name)

    def sizeHint(self) -> QSize:
        return self._part.sizeHint() + QSize(self.verticalScrollBar().sizeHint().width(), 0)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        least = self._part.minimumSizeHint()
        return QSize(least.width() + bar, min(least.height(), LEAST_SEEN))


def fit_on_screen(dialog: QDialog) -> None:
    """Makes a dialog as high as it needs, at most as high as the screen has room for."""
    wanted = dialog.sizeHint()
    dialog.resize(wanted.width(), min(wanted.height(), dialog.screen().availableGeometry().height() - FRAME))
