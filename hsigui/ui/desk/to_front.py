"""Brings a panel to where it is seen."""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget, QWidget


def bring_to_front(panel: QWidget) -> None:
    """Shows a panel, also where it is closed or stands behind another."""
    dock: QWidget | None = panel
    while dock is not None and not isinstance(dock, QDockWidget):
        dock = dock.parentWidget()
    if dock is not None:
        dock.show()
        dock.raise_()
