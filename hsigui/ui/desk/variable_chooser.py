"""Which array, layer or field of a file of several is the scene, or holds the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.open import ArrayInfo


class VariableChooser(QDialog):
    """Lists the arrays with shape and type, or with what they hold; `variable` is the name of the one that was chosen.

    Args:
        what: is looked for, and `part` of the file that it is in, in a word each.
    """

    def __init__(
        self,
        file_name: str,
        candidates: tuple[ArrayInfo, ...],
        parent: QWidget | None = None,
        what: str = say("scene"),
        part: str = say("array"),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Which {part} holds the {what}?", part=part, what=what))
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("What the file holds"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # else nothing is ever elided
        for info in candidates:
            size = f"{' x '.join(map(str, info.shape))}    {info.dtype}"
            item = QListWidgetItem(f"{info.name}    {info.about or size}")
            item.setToolTip(info.about)
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
                "{file_name} holds more than one {part} that could be the {what}. Choose one:",
                file_name=file_name,
                part=part,
                what=what,
            ),
            self,
        )
        text.setWordWrap(True)
        column.addWidget(text)
        column.addWidget(self.list)
        column.addWidget(buttons)
        self.resize(520, 280)

    @property
    def variable(self) -> str:
        return str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
