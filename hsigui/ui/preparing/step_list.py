"""The steps in their order, with the editor of the chosen one."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.preparing.asked import OFFERED
from hsigui.preparing.chosen import ChosenStep
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.step_buttons import StepButtons, exchanged
from hsigui.ui.preparing.editors import Sources, StepForm, start_of
from hsigui.ui.preparing.words import explained, name_of, title_of

ROWS_SEEN = 6


class StepList(QWidget):
    """A list of steps that can be added, moved, switched off and edited.

    Signals:
        changed(): other steps, or in another order, or on or off.
        chosen(place): another step is chosen; -1 for none.
    """

    changed = Signal()
    chosen = Signal(int)

    def __init__(self, sources: Sources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources = sources
        self._steps: tuple[ChosenStep, ...] = ()
        self._told: tuple[str, ...] = ()
        self._problem: tuple[int, str] | None = None
        self.list = self._build_list()
        self.about = QLabel(self)
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.problem = ProblemLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)  # names of files are the user's own
        self.form: StepForm | None = None
        self._of = ""
        self._place = QVBoxLayout()
        self.buttons = StepButtons(
            say("&Add step"), say("Add a step at the end"),
            [(row.option, title_of(row.option), explained(row.option)) for row in OFFERED], self,
        )  # fmt: skip
        self.buttons.add_asked.connect(self.add)
        self.buttons.move_asked.connect(self._move)
        self.buttons.remove_asked.connect(self._take_away)
        self.new, self.up, self.down, self.remove = (
            self.buttons.new, self.buttons.up, self.buttons.down, self.buttons.remove
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addWidget(self.buttons)
        column.addWidget(self.about)
        column.addLayout(self._place)
        column.addWidget(self.problem)
        self._show_chosen()

    @property
    def steps(self) -> tuple[ChosenStep, ...]:
        """The steps."""
        return self._steps

    @property
    def place(self) -> int:
        """Of the chosen step; -1 for none."""
        item = self.list.currentItem()
        return -1 if item is None else self.list.indexOfTopLevelItem(item)

    def show_steps(self, steps: tuple[ChosenStep, ...], place: int = -1) -> None:
        """Lists steps; tells nobody.

        Args:
            place: of the step that is chosen; the last one where it is below 0.
        """
        self._steps, self._told, self._problem = steps, (), None
        with QSignalBlocker(self.list):
            # Lines stay while they can: Qt still works with the one that the mouse has just switched on or off.
            while self.list.topLevelItemCount() > len(steps):
                self.list.takeTopLevelItem(len(steps))
            while self.list.topLevelItemCount() < len(steps):
                self.list.addTopLevelItem(QTreeWidgetItem())
            item = self.list.topLevelItem(place if 0 <= place < len(steps) else len(steps) - 1)
            if item is not None:
                self.list.setCurrentItem(item)
        self._write()
        self._show_chosen()

    def show_outcome(self, told: tuple[str, ...], problem: str) -> None:
        """Says which steps were done, and why the next one was not; nothing where all were."""
        places = [place for place, step in enumerate(self._steps) if step.on]
        self._told = told
        failed = places[len(told)] if problem and len(told) < len(places) else -1
        self._problem = (failed, problem) if failed >= 0 else None
        self._write()
        self._show_chosen()

    def set_text(self, text: str) -> None:
        """Gives the chosen step other settings."""
        self._edit(text)

    def draw(self, rows: str, cols: str) -> bool:
        """Gives the chosen step a box that was drawn; returns whether it has a field for it."""
        return self.form is not None and self.form.draw(rows, cols)

    def add(self, option: str) -> None:
        """Adds a step at the end."""
        self._tell((*self._steps, ChosenStep(option, start_of(option))), len(self._steps))
        if self.form is not None and self.form.editors:
            self.form.setFocus()

    # What the user changes

    def _take_away(self) -> None:
        place = self.place
        if place >= 0:
            steps = tuple(step for n, step in enumerate(self._steps) if n != place)
            self._tell(steps, min(place, len(steps) - 1))

    def _move(self, by: int) -> None:
        place = self.place
        self._tell(exchanged(self._steps, place, by), place + by)

    def _edit(self, text: str) -> None:
        self._change(self.place, text=text)

    def _ticked(self, item: QTreeWidgetItem, _column: int) -> None:
        place = self.list.indexOfTopLevelItem(item)
        self._change(place, on=item.checkState(0) == Qt.CheckState.Checked)

    def _change(self, place: int, **parts: object) -> None:
        if 0 <= place < len(self._steps):
            steps = list(self._steps)
            steps[place] = replace(steps[place], **parts)  # type: ignore[arg-type]
            self._tell(tuple(steps), self.place)

    def _tell(self, steps: tuple[ChosenStep, ...], place: int) -> None:
        if steps != self._steps:
            self.show_steps(steps, place)
            self.changed.emit()

    # What is shown

    def _write(self) -> None:
        with QSignalBlocker(self.list):
            for place, step in enumerate(self._steps):
                item = self.list.topLevelItem(place) or QTreeWidgetItem(self.list)
                failed = self._problem is not None and self._problem[0] == place
                item.setText(0, name_of(step))
                item.setCheckState(0, Qt.CheckState.Checked if step.on else Qt.CheckState.Unchecked)
                item.setIcon(1, icon("warning") if failed else QIcon())
                item.setText(1, say("not done") if failed else "")
                item.setToolTip(0, self._problem[1] if failed and self._problem else explained(step.option))

    def _show_chosen(self, *_items: object) -> None:
        place = self.place
        step = self._steps[place] if 0 <= place < len(self._steps) else None
        option = "" if step is None else step.option
        if option != self._of:
            self._of = option
            if self.form is not None:
                self._place.removeWidget(self.form)
                self.form.hide()
                self.form.deleteLater()
            self.form = None
            if step is not None and any(row.option == option and row.form for row in OFFERED):
                self.form = StepForm(option, self._sources, self)
                self.form.changed.connect(self._edit)
                self._place.addWidget(self.form)
        if step is not None and self.form is not None:
            self.form.set_text(step.text)
        self.about.setText("" if step is None else as_sentence(explained(option)))
        self.about.setVisible(step is not None)
        problem = self._problem[1] if self._problem is not None else ""
        if self._problem is not None and self._problem[0] != place:
            failed = title_of(self._steps[self._problem[0]].option)
            problem = say("{step}: {problem}", step=failed, problem=problem)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.buttons.show_place(place, len(self._steps))

    def _chose(self, *_items: object) -> None:
        self._show_chosen()
        self.chosen.emit(self.place)

    # Building

    def _build_list(self) -> QTreeWidget:
        steps = QTreeWidget(self)
        steps.setColumnCount(2)
        steps.setHeaderHidden(True)
        steps.setRootIsDecorated(False)
        steps.setUniformRowHeights(True)
        steps.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        steps.setAccessibleName(say("Steps that prepare the cube"))
        steps.setToolTip(say("Done from the first to the last; Space switches the chosen one on and off"))
        heading = steps.header()
        heading.setStretchLastSection(False)
        heading.setSectionResizeMode(0, heading.ResizeMode.Stretch)
        heading.setSectionResizeMode(1, heading.ResizeMode.ResizeToContents)
        steps.setMinimumHeight(ROWS_SEEN * (steps.fontMetrics().height() + 6))
        steps.currentItemChanged.connect(self._chose)
        steps.itemChanged.connect(self._ticked)
        return steps
