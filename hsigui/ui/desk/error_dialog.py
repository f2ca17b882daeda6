"""Something went wrong that should not: the trace, to be copied into a report."""

from __future__ import annotations

import platform

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from hsigui import __version__
from hsigui.texts import say


class ErrorDialog(QDialog):
    """Says that the program goes on, and gives the trace."""

    def __init__(self, error: BaseException, trace: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Unexpected error"))
        text = QLabel(
            say(
                "Something went wrong inside hsigui. This is a fault of the program, not yours. Your labels are kept "
                "and you can go on; please report the text below. Help > Report a problem… makes a file to add to it."
            ),
            self,
        )
        text.setWordWrap(True)
        self.trace = QPlainTextEdit(self)
        self.trace.setReadOnly(True)
        self.trace.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.trace.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.trace.setPlainText(
            say(
                "hsigui {version}, Python {python_version}, {platform}\n\n{trace}\n",
                version=__version__,
                python_version=platform.python_version(),
                platform=platform.platform(),
                trace=trace.strip() or f"{type(error).__name__}: {error}",
            )
        )
        self.copy = QPushButton(say("Copy"), self)
        self.copy.clicked.connect(self._copy_text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.trace, 1)
        column.addWidget(buttons)
        self.resize(640, 400)

    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(self.trace.toPlainText())
