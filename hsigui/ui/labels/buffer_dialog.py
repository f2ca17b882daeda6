"""How far around points and lines of a file pixels are labelled."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.number_box import NumberBox


class BufferDialog(QDialog):
    """A number of pixels, or of metres where the scene says how large its pixels are.

    `buffer` is what was chosen, as `read_classes` takes it.

    Args:
        file_name, thin: the file, and how many points and lines it has.
        metres: whether the scene says how large its pixels are.
    """

    def __init__(self, file_name: str, thin: int, metres: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Label around points and lines"))
        text = QLabel(
            say("{thin:,} points and lines of {file_name} label the pixels that they touch. Label all pixels within:",
                thin=thin, file_name=file_name), self,
        )  # fmt: skip
        text.setWordWrap(True)
        self.size_box = NumberBox(self)
        self.size_box.setRange(0.1, 100_000)
        self.size_box.setDecimals(1)
        self.size_box.setValue(1.5)
        self.size_box.setAccessibleName(say("Distance around points and lines"))
        self.unit = QComboBox(self)
        self.unit.setAccessibleName(say("Unit of the distance"))
        self.unit.addItem(say("pixels"), "")
        if metres:
            self.unit.addItem(say("metres"), "m")
        line = QHBoxLayout()
        line.addWidget(self.size_box)
        line.addWidget(self.unit)
        line.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Label them"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addLayout(line)
        column.addWidget(buttons)
        self.resize(460, self.sizeHint().height())

    @property
    def buffer(self) -> str:
        return f"{self.size_box.value():g}{self.unit.currentData()}"
