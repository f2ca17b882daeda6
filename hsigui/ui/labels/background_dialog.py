"""Which numbers of a file of labels mean no label, where that is not clear."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from hsigui.labels.background import Background, readings
from hsigui.texts import say


class BackgroundDialog(QDialog):
    """The ways in which a file can be read, with the pixels that have no label then; proposed is the likeliest one.

    `choice` is what was chosen, as `read_classes` takes it.

    Args:
        file_name: for the text.
        found: what was proposed, and why.
    """

    def __init__(self, file_name: str, found: Background, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("What is unlabelled?"))
        column = QVBoxLayout(self)
        text = say("{file_name} does not say for sure which numbers mean no label.", file_name=file_name)
        told = QLabel(" ".join((text, *found.reasons)), self)
        told.setWordWrap(True)
        column.addWidget(told)
        self._ways = QButtonGroup(self)
        self._choices: list[str] = []
        for number, (choice, words) in enumerate(readings(found)):
            way = QRadioButton(words, self)
            way.setChecked(number == 0)
            self._ways.addButton(way, number)
            self._choices.append(choice)
            column.addWidget(way)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Read so"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(560, self.sizeHint().height())

    @property
    def choices(self) -> tuple[str, ...]:
        """All that are offered, the proposed one first."""
        return tuple(self._choices)

    @property
    def choice(self) -> str:
        return self._choices[self._ways.checkedId()]

    def choose(self, choice: str) -> None:
        """Marks one of `choices`."""
        self._ways.button(self._choices.index(choice)).setChecked(True)
