"""File > Get sample scenes: a row for each public scene, with its terms, what is here of it, and a button to get it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QAccessible, QDesktopServices, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hsigui.errors import HsiError
from hsigui.jobs import Progress
from hsigui.sample_scenes.keeping import AWAY, HERE, PARTLY, State
from hsigui.sample_scenes.table import SampleScene
from hsigui.sample_scenes.words import facts, named, state_in_words
from hsigui.sizes import size_text
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.roles import give_role

STEPS = 1000
BUTTON_WIDTH = 110


class SampleRow(QFrame):
    """One scene.

    Signals:
        get_asked(), cancel_asked(), open_asked(): of its buttons.
    """

    get_asked = Signal()
    cancel_asked = Signal()
    open_asked = Signal()

    def __init__(self, scene: SampleScene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene, self.state, self._running = scene, State(""), False
        self.setFrameShape(QFrame.Shape.StyledPanel)
        title = QLabel(named(scene), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        about, self.terms, self.where, self.told = (QLabel(self) for _ in range(4))
        about.setText(facts(scene))
        self._show_terms()
        self.problem = ProblemLabel(self)
        self.terms.setOpenExternalLinks(True)
        for label in (about, self.terms, self.where, self.told):
            label.setWordWrap(True)
        for label in (self.told, self.problem):
            label.hide()
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName(say("Progress of {name}", name=scene.title))
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.button, self.cancel = QPushButton(self), QPushButton(say("Cancel"), self)
        self.cancel.setAccessibleName(say("Cancel {name}", name=scene.title))
        self.cancel.setToolTip(say("Stop; what has come is kept"))
        self.button.clicked.connect(self._pressed)
        self.cancel.clicked.connect(self.cancel_asked)
        for button in (self.button, self.cancel):
            button.setMinimumWidth(BUTTON_WIDTH)
            button.setAutoDefault(False)
        self.cancel.hide()
        words = QVBoxLayout()
        words.setSpacing(3)
        for widget in (title, about, self.terms, self.where, self.bar, self.told, self.problem):
            words.addWidget(widget)
        row = QHBoxLayout(self)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        row.addWidget(self.cancel)

    def show_state(self, state: State) -> None:
        """Says what is here of it."""
        self.state = state
        unknown = say("Its checksum is not known beforehand.") if state.unknown and state.where != HERE else ""
        self.where.setText(" ".join(filter(None, (as_sentence(state_in_words(state)), unknown))))
        text, name = {
            HERE: (say("Open"), say("Open {name}", name=self.scene.title)),
            PARTLY: (say("Go on"), say("Go on fetching {name}", name=self.scene.title)),
        }.get(state.where, (say("Get"), say("Get {name}", name=self.scene.title)))
        self.button.setText(text)
        self.button.setAccessibleName(name)

    def begin(self) -> None:
        """It is being fetched from now on."""
        self._run(True)
        self.problem.hide()
        self.told.hide()
        self.bar.setRange(0, 0)
        self.where.setText(say("The server is asked."))

    def show_progress(self, progress: Progress) -> None:
        """Says how far a file has come."""
        self.bar.setRange(0, STEPS if progress.total else 0)
        if progress.total:
            self.bar.setValue(round(STEPS * progress.done / progress.total))
            said = say("{name}: {done} of {total}", name=progress.text, done=size_text(progress.done),
                       total=size_text(progress.total))  # fmt: skip
        else:
            said = say("{name}: {done}", name=progress.text, done=size_text(progress.done))
        self.where.setText(said)

    def end(self, state: State, told: Sequence[str] = (), error: HsiError | None = None) -> None:
        """It is not fetched any more."""
        self._run(False)
        self.show_state(state)
        self.told.setText("\n".join(told))
        self.told.setVisible(bool(told))
        self.problem.setText("" if error is None else str(error))
        self.problem.setVisible(error is not None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "terms"):
            self._show_terms()

    def _run(self, running: bool) -> None:
        had_focus = self.button.hasFocus() or self.cancel.hasFocus()
        self._running = running
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
        self.button.setVisible(not running)
        if had_focus:
            (self.cancel if running else self.button).setFocus()

    def _show_terms(self) -> None:
        color = self.palette().color(QPalette.ColorRole.Link).name()
        link = f'<a style="color: {color}" href="{escape(self.scene.page)}">{escape(say("Its page"))}</a>'
        self.terms.setText(
            " ".join((escape(self.scene.licence), escape(say("Source: {cite}.", cite=self.scene.cite)), link))
        )

    def _pressed(self) -> None:
        (self.open_asked if self.state.where == HERE else self.get_asked).emit()


class SamplesDialog(QDialog):
    """The list. It is no modal dialog: scenes come while one works, also when it is closed.

    Args:
        folder: where scenes lie.
    """

    def __init__(self, scenes: Sequence[SampleScene], folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Sample scenes"))
        about = QLabel(
            say("Public scenes of the literature. A file comes from the server of its provider, or where that refuses "
                "from a copy with the same checksum, and only when you press Get. Look at the terms before you use "
                "one."),
            self,
        )  # fmt: skip
        about.setWordWrap(True)
        self.rows = {scene.id: SampleRow(scene, self) for scene in scenes}
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        for row in self.rows.values():
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to the buttons in it
        give_role(area, QAccessible.Role.Pane, say("Sample scenes"))
        where = QLabel(say("They are kept in {folder}.", folder=folder), self)
        where.setWordWrap(True)
        where.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.open_folder = buttons.addButton(say("Open folder"), QDialogButtonBox.ButtonRole.ActionRole)
        self.open_folder.clicked.connect(partial(self._open_folder, folder))
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        for widget in (about, area, where, buttons):
            outer.addWidget(widget)
        self.resize(720, 600)

    def show_states(self, states: Mapping[str, State]) -> None:
        """Says of each scene what is here, but of those that are being fetched."""
        for name, state in states.items():
            if self.rows[name].bar.isHidden():
                self.rows[name].show_state(state)
        self.open_folder.setEnabled(any(state.where != AWAY for state in states.values()))

    def _open_folder(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
