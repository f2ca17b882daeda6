"""The legend of a layer of classes: a patch of colour and a name a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from hsigui.labels.classes import Color
from hsigui.texts import say

PATCH, MOST_LINES = 14, 6  # logical pixels; lines that are seen without scrolling


class LegendLines(QListWidget):
    """Names of classes beside their colours; not there without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(PATCH, PATCH))
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setAccessibleName(say("Legend of the layer"))

    def show_lines(self, lines: Sequence[tuple[str, Color]]) -> None:
        """Shows other classes."""
        self.clear()
        for name, color in lines:
            patch = QPixmap(PATCH, PATCH)
            patch.fill(QColor(*color))
            self.addItem(QListWidgetItem(QIcon(patch), name))
        height = max(self.sizeHintForRow(0), PATCH + 4) if lines else 0
        self.setFixedHeight(height * min(len(lines), MOST_LINES) + 2 * self.frameWidth())
        self.setVisible(bool(lines))
