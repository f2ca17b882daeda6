"""Which array of a file of several is the scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.open import ArrayInfo


class VariableChooser(QDialog):
    """Lists the arrays with shape and type; `variable` is the name of the one that was chosen."""

    def __init__(
        self,
        file_name: str,
        candidates: tuple[ArrayInfo, ...],
        parent: QWidget | None = None,
        what: str = "scene",
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Which array holds the {what}?", what=what))
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Arrays of the file"))
        for info in candidates:
            item = QListWidgetItem(f"{info.name}    {' x '.join(map(str, info.shape))}    {info.dtype}")
            item.setData(Qt.ItemDataRole.UserRole, info.name)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        text = QLabel(
            say(
                "{file_name} holds several arrays that could be the {what}. Choose one:", file_name=file_name, what=what
            ),
            self,
        )
        text.setWordWrap(True)
        column.addWidget(text)
        column.addWidget(self.list)
        column.addWidget(buttons)
        self.resize(460, 280)

    @property
    def variable(self) -> str:
        return str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
