"""Small flat buttons that show a picture alone, for headers, bars and rows; those of actions make `action_rows`."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from hsigui.texts import say
from hsigui.ui.desk.icons import icon


def picture_button(parent: QWidget | None, picture: str, tip: str, name: str = "", side: int = 0) -> QToolButton:
    """A button with one of the program's pictures (`icons`).

    Args:
        name: for screen readers; the tip unless given.
        side: of the picture in logical pixels; 0 for that of the style.
    """
    button = QToolButton(parent)
    button.setIcon(icon(picture))
    if side:
        button.setIconSize(QSize(side, side))
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(name or tip)
    return button


def more_button(parent: QWidget, tip: str, menu: QMenu) -> QToolButton:
    """A button that opens a menu of what has no button of its own."""
    button = picture_button(parent, "more", tip, say("More"), 18)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)
    return button
