"""The window of a study: its choices at the left, how far it is and what it found at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from hsigui.report.study import Comparison, StudyRow
from hsigui.texts import say
from hsigui.ui.desk.motion import STEPS, show_part
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.roles import give_role
from hsigui.ui.study.findings import Findings
from hsigui.ui.study.form import StudyForm


class StudyWindow(QDialog):
    """No modal dialog: it may stay open while one works.

    Signals:
        run_asked(), stop_asked(), open_asked(), report_asked(), copy_asked(): a button was pressed.
    """

    run_asked = Signal()
    stop_asked = Signal()
    open_asked = Signal()
    report_asked = Signal()
    copy_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Study: methods compared on this scene"))
        self.form = StudyForm(self)
        self.problem = ProblemLabel(self)
        self.title, self.text = QLabel(self), QLabel(self)
        for label in (self.title, self.text):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)  # names of scenes and folders are the user's own
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.bar.setAccessibleName(say("How far the study is"))
        self.findings = Findings(self)
        self.lines = QPlainTextEdit(self)
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setAccessibleName(say("What was found so far"))
        self.findings.addTab(self.lines, say("&So far"))
        self.run = _button(say("&Run"), say("Compare them; what the folder holds already is not computed again"), self)
        self.stop = _button(say("St&op"), say("Stop; Run goes on from there"), self)
        self.open_folder = _button(say("Open st&udy…"), say("Show the table of a folder with a finished study"), self)
        self.report = _button(say("Show r&eport"), say("The page with all figures, in the browser"), self)
        self.copy = _button(say("Cop&y command"), say("The command line that does the same"), self)
        for button, asked in (
            (self.run, self.run_asked), (self.stop, self.stop_asked), (self.open_folder, self.open_asked),
            (self.report, self.report_asked), (self.copy, self.copy_asked),
        ):  # fmt: skip
            button.clicked.connect(asked)
        self._lay_out()
        self.set_running(False)
        self.report.setEnabled(False)
        self.resize(980, 660)

    def set_problem(self, text: str) -> None:
        """Says why the study cannot be run; nothing where it can."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.run.setEnabled(not text and self.form.isEnabled())

    def set_running(self, running: bool) -> None:
        """Holds the choices while they are being used."""
        self.form.setEnabled(not running)
        self.run.setEnabled(not running)
        self.open_folder.setEnabled(not running)
        self.stop.setEnabled(running)
        self.bar.setVisible(running)

    def set_progress(self, done: float, total: float, text: str) -> None:
        """How far it is; a total of 0 where that is not known."""
        show_part(self.bar, done / total if total > 0 else -1)
        self.text.setText(text)

    def begin(self, title: str) -> None:
        """Another study begins."""
        self.title.setText(title)
        self.lines.clear()
        self.findings.show_rows((), ())
        self.findings.setCurrentWidget(self.lines)
        self.report.setEnabled(False)

    def add_line(self, text: str) -> None:
        """Something was found."""
        self.lines.appendPlainText(text)

    def show_study(self, title: str, rows: Sequence[StudyRow], comparisons: Sequence[Comparison]) -> None:
        """Shows the table and the curves of a study."""
        self.title.setText(title)
        self.findings.show_rows(rows, comparisons)
        self.findings.setCurrentIndex(0)
        self.report.setEnabled(True)

    def _lay_out(self) -> None:
        area = QScrollArea(self)
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(self.form.minimumSizeHint().width() + 24)
        give_role(area, QAccessible.Role.Pane, say("What is compared"))
        left, right = QWidget(self), QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addWidget(self.problem)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column.addLayout(buttons)
        found = QVBoxLayout(right)
        found.setContentsMargins(0, 0, 0, 0)
        for widget in (self.title, self.bar, self.text):
            found.addWidget(widget)
        found.addWidget(self.findings, 1)
        more = QHBoxLayout()
        more.addWidget(self.open_folder)
        more.addStretch(1)
        more.addWidget(self.copy)
        more.addWidget(self.report)
        found.addLayout(more)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([380, 600])
        whole = QVBoxLayout(self)
        whole.addWidget(split)


def _button(text: str, tip: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
