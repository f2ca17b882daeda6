"""Something went wrong that should not: the trace, to be copied into a report."""

from __future__ import annotations

import platform

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from hsigui import __version__


class ErrorDialog(QDialog):
    """Says that the program goes on, and gives the trace."""

    def __init__(self, error: BaseException, trace: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unexpected error")
        text = QLabel(
            "Something went wrong inside hsigui. This is a fault of the program, not yours. Your labels are kept and "
            "you can go on; please report the text below.",
            self,
        )
        text.setWordWrap(True)
        self.trace = QPlainTextEdit(self)
        self.trace.setReadOnly(True)
        self.trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.trace.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.trace.setPlainText(
            f"hsigui {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
            f"{trace.strip() or f'{type(error).__name__}: {error}'}\n"
        )
        self.copy = QPushButton("Copy", self)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.trace.toPlainText()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.trace, 1)
        column.addWidget(buttons)
        self.resize(640, 400)
