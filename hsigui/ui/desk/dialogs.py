"""Dialogs over the window that do not block it, and are gone when they are closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtWidgets import QBoxLayout, QDialog

from hsigui.ui.desk.mnemonics import name_plainly

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
