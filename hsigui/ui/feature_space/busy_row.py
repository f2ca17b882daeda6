"""What is being made, how far it is, and a button that stops it; hidden while there is nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QPushButton, QWidget

from hsigui.texts import say
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.motion import show_part


class BusyRow(QWidget):
    """Signals:
    stop_asked(): what is being made is not wanted any more.
    """

    stop_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.bar = ElidedLabel(self), QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(say("How far it is"))
        self.stop = QPushButton(say("Stop"), self)
        self.stop.clicked.connect(self.stop_asked)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(3)
        grid.addWidget(self.text, 0, 0, 1, 2)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.stop, 1, 1)
        self.tell("")

    def tell(self, text: str, done: float = -1.0) -> None:
        """Tells what is being made, "" for nothing, and how far it is: 0 to 1, below 0 where that is not known."""
        self.setVisible(bool(text))
        self.text.setText(text)
        show_part(self.bar, done)
