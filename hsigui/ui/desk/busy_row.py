"""What is being made for a panel, how far that is, and a button that gives it up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from hsigui.texts import say
from hsigui.ui.desk.motion import show_part


class BusyRow(QWidget):
    """A bar, a text and *Cancel*; hidden while nothing is made.

    Args:
        progress: what the bar is called for screen readers.
        tip: of the button.

    Signals:
        cancel_asked(): what is being made is not wanted any more.
    """

    cancel_asked = Signal()

    def __init__(self, progress: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setMaximumSize(70, 12)
        self.bar.setAccessibleName(progress)
        self.text = QLabel(self)
        self.text.setMinimumWidth(1)
        self.cancel = QPushButton(say("Cancel"), self)
        self.cancel.setToolTip(tip)
        self.cancel.clicked.connect(self.cancel_asked)
        for widget, stretch in ((self.bar, 0), (self.text, 1), (self.cancel, 0)):
            row.addWidget(widget, stretch)
        self.show_busy("", 0.0)

    def show_busy(self, text: str, part: float) -> None:
        """Says what is being made and which part of it is done (below 0 where that is not known); empty for nothing."""
        self.setVisible(bool(text))
        self.text.setText(text)
        show_part(self.bar, part)
