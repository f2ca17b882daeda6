"""Help > Report a problem: what a report holds, to be looked at and saved. Nothing is sent."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from hsigui.jobs import Context
from hsigui.settings import Settings
from hsigui.storage import problem_report
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher


class ProblemDialog(QDialog):
    """Lists the parts of a report, each of which can be read, and asks whether they are saved.

    Args:
        parts: texts by the names that they get in the file.
    """

    def __init__(self, parts: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Report a problem"))
        self.parts = dict(parts)
        text = QLabel(
            say(
                "This goes into one file, which you can add to your report. It holds no scene, no labels and no map; "
                "names of files and classes may be in the log. Look at each part before you save it. "
                "Nothing is sent."
            ),
            self,
        )
        text.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self._make_parts(), 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(say("Save…"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        self.resize(760, 460)

    def _make_parts(self) -> QSplitter:
        self.names, self.shown = QListWidget(self), QPlainTextEdit(self)
        self.names.setAccessibleName(say("Parts of the report"))
        self.names.addItems(list(self.parts))
        self.names.setMinimumWidth(150)
        self.shown.setReadOnly(True)
        self.shown.setAccessibleName(say("The chosen part"))
        self.shown.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.shown.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.names.currentTextChanged.connect(self._show)
        self.names.setCurrentRow(0)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(self.names)
        splitter.addWidget(self.shown)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([170, 570])
        return splitter

    def _show(self, name: str) -> None:
        self.shown.setPlainText(self.parts.get(name, ""))


class ProblemReports(QObject):
    """Gathers a report in a worker, shows it, and writes it where the user wants it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk

    def show_report(self) -> None:
        """Shows what a report of now would hold."""
        job = partial(_gathered, settings=self._desk.settings)
        self._desk.bridge.start(job, say("Gather a report"), Watcher(done=self._ask))

    def _ask(self, parts: dict[str, str]) -> None:
        open_dialog(ProblemDialog(parts, self._desk.window), self._ask_where)

    def _ask_where(self, dialog: ProblemDialog) -> None:
        day = datetime.date.today().isoformat()
        path = self._desk.prompts.save_path(
            say("Save report"), str(Path.home() / f"hsigui-report-{day}.zip"), kinds=say("Zip file (*.zip)")
        )
        if path is None:
            return

        def done(written: list[Path]) -> None:
            self._desk.told(say("The report was saved to {path}. Nothing was sent.", path=path), written[0])

        job = partial(_written, path=path, parts=dialog.parts)
        self._desk.bridge.start(job, say("Save report"), Watcher(done=done))


def _gathered(_ctx: Context, settings: Settings) -> dict[str, str]:
    return problem_report.parts(settings)


def _written(_ctx: Context, path: Path, parts: Mapping[str, str]) -> list[Path]:
    return problem_report.write(path, parts)
