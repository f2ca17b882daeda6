"""Asks for one of the classes."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsigui.labels.classes import ClassTable
from hsigui.ui.desk.dialogs import keep_wide
from hsigui.ui.labels.classes_panel import swatch


class ClassChooser(QDialog):
    """A list of the classes but one.

    Args:
        without: the number of the class that cannot be chosen.
    """

    def __init__(
        self, title: str, question: str, classes: ClassTable, without: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.choice = QComboBox(self)
        self.choice.setAccessibleName(question)
        for info in classes:
            if info.number != without:
                self.choice.addItem(swatch(info.color), info.name, info.number)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(QLabel(question, self))
        column.addWidget(self.choice)
        column.addWidget(buttons)
        keep_wide(column, 320)

    @property
    def number(self) -> int:
        """The number of the chosen class; 0 when there is none."""
        return int(self.choice.currentData() or 0)
