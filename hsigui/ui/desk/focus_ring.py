"""A ring round what has the focus by the keyboard where the style itself does not show it: lists, tables and texts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QPlainTextEdit, QPushButton, QTextEdit, QWidget
from shiboken6 import isValid

WIDTH = 2.0  # logical pixels
INSIDE = 4  # logical pixels from the border of a button, which has a frame of the same colour


class FocusRing(QObject):
    """Follows the focus of the program as long as its window lives."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._ring: _Ring | None = None
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._move)

    def _move(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._ring is not None and isValid(self._ring):  # it went with what it was around
            self._ring.leave()
        self._ring = None
        by_keyboard = now is not None and now.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)
        if now is not None and by_keyboard and _is_plain(now):
            self._ring = _Ring(now)


def _is_plain(widget: QWidget) -> bool:
    """Whether the style paints it with the focus as without. A button that is a default one is framed anyway."""
    if isinstance(widget, QPushButton):
        return widget.isDefault()
    return isinstance(widget, QAbstractItemView | QTextEdit | QPlainTextEdit | QLabel)


class _Ring(QWidget):
    """Lies over a widget and lets everything through."""

    def __init__(self, around: QWidget) -> None:
        super().__init__(around)
        self._inside = INSIDE if isinstance(around, QPushButton) else 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(around.rect())
        around.installEventFilter(self)
        self.show()
        self.raise_()

    def leave(self) -> None:
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        role = QPalette.ColorRole.ButtonText if self._inside else QPalette.ColorRole.Highlight
        painter.setPen(QPen(self.palette().color(role), 1.0 if self._inside else WIDTH))
        half = round(WIDTH / 2) + self._inside
        painter.drawRect(self.rect().adjusted(half, half, -half, -half))
        painter.end()
