"""Marks of keys in texts: `&Open…`, and `打开(&O)…` in languages whose letters are on no key.

Where Qt shows a text without its mark it takes out the `&` alone, which leaves `打开(O)…`.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QGroupBox, QLabel, QWidget

_BEHIND = re.compile(r"\s*\(&[^\s&]\)")


def plain(text: str) -> str:
    """A text without its marks: `&Open…` and `Open(&O)…` are called Open…; `&&` stands for one."""
    return _BEHIND.sub("", text).replace("&&", "\0").replace("&", "").replace("\0", "&")


def set_text(action: QAction, text: str) -> None:
    """Gives an action a text with a mark; tool bars, and tooltips that follow the text, show it without."""
    action.setText(text)
    # Of the usual ones Qt makes it; a tool button takes an `&` of a given one for a mark.
    action.setIconText(plain(text).rstrip("….").replace("&", "&&") if _BEHIND.search(text) else "")


def name_plainly(root: QWidget) -> None:
    """Names what lies on a widget for screen readers, where its text or its label has a mark behind."""
    for label in root.findChildren(QLabel):
        if (buddy := label.buddy()) is not None:
            _name(label, label.text())
            _name(buddy, label.text())
    for button in root.findChildren(QAbstractButton):
        _name(button, button.text())
    for group in root.findChildren(QGroupBox):
        _name(group, group.title())


def _name(widget: QWidget, text: str) -> None:
    if _BEHIND.search(text) and not widget.accessibleName():
        widget.setAccessibleName(plain(text))
