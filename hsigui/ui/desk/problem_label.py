"""A line that says what is wrong, in a red that is read on the ground of the present colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from hsigui.ui.desk.theme import is_dark

ON_LIGHT, ON_DARK = QColor("#b3261e"), QColor("#ff8f85")


class ProblemLabel(QLabel):
    """Takes the red of the other colours when the window gets them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self._color()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        palette = self.palette()
        ink = ON_DARK if is_dark(palette) else ON_LIGHT
        if palette.color(QPalette.ColorRole.WindowText) != ink:
            palette.setColor(QPalette.ColorRole.WindowText, ink)
            self.setPalette(palette)
