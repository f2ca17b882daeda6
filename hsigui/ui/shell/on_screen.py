"""A window that was left on a larger screen opens inside the present one."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QMainWindow

FRAME = 40  # logical pixels that the frame of a window takes above and below it, about


def keep_on_screen(window: QMainWindow) -> None:
    """Shrinks and moves a window until its screen holds it; one that fills the screen anyway is left to the system."""
    if not (window.isMaximized() or window.isFullScreen()):
        window.setGeometry(inside(window.geometry(), window.screen().availableGeometry()))


def inside(wanted: QRect, room: QRect) -> QRect:
    """A rectangle as it is wanted where the room holds it with a frame; else as much and as near as there is room."""
    size = wanted.size().boundedTo(room.size() - QSize(0, FRAME))
    made = QRect(wanted.topLeft(), size)
    made.moveLeft(max(room.left(), min(made.left(), room.right() + 1 - size.width())))
    made.moveTop(max(room.top() + FRAME // 2, min(made.top(), room.bottom() + 1 - FRAME // 2 - size.height())))
    return made
