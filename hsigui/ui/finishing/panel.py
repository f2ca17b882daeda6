"""The list of steps over the map with an editor of the chosen one, and what is painted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.document.finished import ChosenStep, Outcome
from hsigui.finishing.asked import STEPS
from hsigui.texts import say
from hsigui.ui.desk.action_rows import follow
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.step_buttons import StepButtons, exchanged
from hsigui.ui.finishing.editors import FIRST, AskFile, editor_of
from hsigui.ui.finishing.step_editor import StepEditor
from hsigui.ui.finishing.words import explained, name_of, title_of, told_of

ROWS_SEEN = 3


@dataclass(frozen=True)
class Shown:
    """What is said of the finished map, and of what is painted."""

    state: str
    painted: str


class FinishPanel(QWidget):
    """Steps with switches, the editor of the chosen one, and what is painted by hand.

    Args:
        show, paint, erase, swipe: the actions of its buttons.
        ask: asks for a file.

    Signals:
        steps_changed(steps): other steps, or in another order, or on or off; a tuple of ChosenStep.
    """

    steps_changed = Signal(object)

    def __init__(
        self, show: QAction, paint: QAction, erase: QAction, swipe: QAction, ask: AskFile,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._ask, self._names = ask, tuple[str, ...]()
        self._steps: tuple[ChosenStep, ...] = ()
        self._outcomes: tuple[Outcome, ...] = ()
        self.state = QLabel(self)
        self.state.setWordWrap(True)
        self.show_box = QCheckBox(say("Show the finished map (Shift+P)"), self)
        follow(self.show_box, show)
        self.swipe = _button(say("Compare"), swipe, self)
        self.list = self._build_list()
        self.problem = ProblemLabel(self)
        self.editor: StepEditor | None = None
        self._edited = ""  # the word of the step that the editor is of
        self._place = QHBoxLayout()
        self.paint = QPushButton(paint.icon(), say("Paint on the map (Shift+V)"), self)
        self.paint.setCheckable(True)
        follow(self.paint, paint)
        self.painted = QLabel(self)
        self.painted.setWordWrap(True)
        self.erase = _button(say("Take all back"), erase, self)
        self.buttons = StepButtons(
            say("Add step"), say("Add a step that is done over every map"),
            [(row.option, title_of(row.option), explained(row.option)) for row in STEPS], self,
        )  # fmt: skip
        self.buttons.add_asked.connect(self.add)
        self.buttons.move_asked.connect(self._move)
        self.buttons.remove_asked.connect(self._take_away)
        self.new, self.up, self.down, self.remove = (
            self.buttons.new, self.buttons.up, self.buttons.down, self.buttons.remove
        )  # fmt: skip
        self._lay_out()
        ring = (self.show_box, self.swipe, self.list, self.new, self.up, self.down, self.remove, self.paint, self.erase)
        for one, other in pairwise(ring):
            self.setTabOrder(one, other)
        self.show_steps((), ())

    # What is shown

    def show_steps(self, steps: tuple[ChosenStep, ...], outcomes: Sequence[Outcome]) -> None:
        """Lists steps, and what came of each as far as that is known; the chosen one stays chosen."""
        self._outcomes = tuple(outcomes)
        place = self.place
        fewer = len(steps) <= len(self._steps)
        self._steps = steps
        with QSignalBlocker(self.list):
            # Lines stay while they can: Qt still works with the one that the mouse has just switched on or off.
            while self.list.topLevelItemCount() > len(steps):
                self.list.takeTopLevelItem(len(steps))
            for number, step in enumerate(steps):
                line = self.list.topLevelItem(number)
                if line is None:
                    line = QTreeWidgetItem(self.list)
                    line.setSizeHint(0, QSize(0, _row_height(self.list)))
                _write(line, step, outcomes[number] if outcomes else None)
            chosen = min(place, len(steps) - 1) if fewer else len(steps) - 1
            self._choose(chosen)
        self._show_chosen()

    def show_state(self, shown: Shown) -> None:
        """Says how things stand."""
        self.state.setText(shown.state)
        self.painted.setText(shown.painted)

    def show_names(self, names: tuple[str, ...]) -> None:
        """Takes the names of the classes that steps can be about."""
        self._names = names
        if self.editor is not None:
            self.editor.show_names(names)

    @property
    def place(self) -> int:
        """Of the chosen step; -1 for none."""
        item = self.list.currentItem()
        return -1 if item is None else self.list.indexOfTopLevelItem(item)

    def _choose(self, place: int) -> None:
        item = self.list.topLevelItem(place)
        if item is not None:
            self.list.setCurrentItem(item)

    def _show_chosen(self, *_items: object) -> None:
        place = self.place
        step = self._steps[place] if 0 <= place < len(self._steps) else None
        option = "" if step is None else step.option
        if option != self._edited:
            self._edited = option
            if self.editor is not None:
                self._place.removeWidget(self.editor)
                self.editor.hide()
                self.editor.deleteLater()
            self.editor = editor_of(option, self._ask, self) if option else None
            if self.editor is not None:
                self.editor.changed.connect(self._edit)
                self._place.addWidget(self.editor)
                self.setTabOrder(self.remove, self.editor)
                self.editor.show_names(self._names)
        if step is not None and self.editor is not None and self.editor.text != step.text:
            self.editor.set_text(step.text)
        outcome = self._outcomes[place] if step is not None and place < len(self._outcomes) else None
        self.problem.setText("" if outcome is None else outcome.problem)
        self.problem.setVisible(bool(self.problem.text()))
        self.buttons.show_place(place, len(self._steps))

    # What the user changes

    def add(self, option: str) -> None:
        """Adds a step at the end, with the settings that it begins with."""
        self._tell((*self._steps, ChosenStep(option, FIRST.get(option, ""))))

    def _take_away(self) -> None:
        place = self.place
        if place >= 0:
            self._tell(tuple(step for n, step in enumerate(self._steps) if n != place))

    def _move(self, by: int) -> None:
        place = self.place
        steps = exchanged(self._steps, place, by)
        if steps != self._steps:
            with QSignalBlocker(self.list):
                self._choose(place + by)
            self._tell(steps)

    def _edit(self, text: str) -> None:
        self._change(self.place, text=text)

    def _ticked(self, item: QTreeWidgetItem, _column: int) -> None:
        place = self.list.indexOfTopLevelItem(item)
        self._change(place, on=item.checkState(0) == Qt.CheckState.Checked)

    def _change(self, place: int, **parts: object) -> None:
        if 0 <= place < len(self._steps):
            steps = list(self._steps)
            steps[place] = replace(steps[place], **parts)  # type: ignore[arg-type]
            self._tell(tuple(steps))

    def _tell(self, steps: tuple[ChosenStep, ...]) -> None:
        if steps != self._steps:
            self.steps_changed.emit(steps)

    # Building

    def _build_list(self) -> QTreeWidget:
        steps = _StepList(self)
        steps.setColumnCount(2)
        steps.setHeaderLabels([say("Step"), say("Pixels")])
        steps.setRootIsDecorated(False)
        steps.setUniformRowHeights(True)
        steps.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        steps.setAccessibleName(say("Steps over the map"))
        steps.setToolTip(say("Done from the first to the last; Space switches the chosen one on and off"))
        heading = steps.header()
        heading.setStretchLastSection(False)
        heading.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        heading.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        steps.headerItem().setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        steps.headerItem().setToolTip(1, say("Pixels that have another class after the step"))
        steps.setMinimumHeight(heading.sizeHint().height() + ROWS_SEEN * _row_height(steps))
        steps.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        steps.currentItemChanged.connect(self._show_chosen)
        steps.itemChanged.connect(self._ticked)
        return steps

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addWidget(self.state)
        shown = QHBoxLayout()
        shown.addWidget(self.show_box, 1)
        shown.addWidget(self.swipe)
        column.addLayout(shown)
        column.addWidget(self.list, 1)
        column.addWidget(self.buttons)
        column.addLayout(self._place)
        column.addWidget(self.problem)
        column.addWidget(self.paint)
        painted = QHBoxLayout()
        painted.addWidget(self.painted, 1)
        painted.addWidget(self.erase)
        column.addLayout(painted)


class _StepList(QTreeWidget):
    """A few rows, and more where there is room."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())


def _row_height(steps: QWidget) -> int:
    """In pixels: a box to tick has air above and below."""
    return steps.fontMetrics().height() + 6


def _write(item: QTreeWidgetItem, step: ChosenStep, outcome: Outcome | None) -> None:
    """Writes a step into a line of the list."""
    item.setText(0, name_of(step))
    item.setText(1, told_of(outcome))
    item.setCheckState(0, Qt.CheckState.Checked if step.on else Qt.CheckState.Unchecked)
    item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(0, outcome.problem if outcome is not None and outcome.problem else explained(step.option))


def _button(text: str, action: QAction, parent: QWidget) -> QToolButton:
    """A button of an action, with a shorter text."""
    button = QToolButton(parent)
    button.setText(text)
    button.setToolTip(action.toolTip())
    button.setWhatsThis(action.whatsThis())
    button.setAccessibleName(plain(action.text()))
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.clicked.connect(action.trigger)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    return button
