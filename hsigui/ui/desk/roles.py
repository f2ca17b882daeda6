"""What screen readers are told of widgets that the program paints itself: what they are, and what they are called."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget

_ROLE = "role for screen readers"
_installed = False


def give_role(widget: QWidget, role: QAccessible.Role, name: str = "", description: str = "") -> None:
    """Tells what a widget is; Qt would call it a "client area".

    Args:
        name: what it is called; what it was called before unless given.
        description: what can be seen there or done with it, likewise.
    """
    global _installed
    if not _installed:
        QAccessible.installFactory(_made)
        _installed = True
    widget.setProperty(_ROLE, role.value)
    if name:
        widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)


def _made(_kind: str, of: object) -> Any:
    """The interface of a widget that has a role of its own; None leaves it to Qt, which asks once for every widget."""
    if isinstance(of, QWidget) and (role := of.property(_ROLE)) is not None:
        return QAccessibleWidget(of, QAccessible.Role(role))
    return None
