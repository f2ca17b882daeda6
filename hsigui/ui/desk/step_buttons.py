"""The buttons below a list of steps: one that adds a step, and those that move or remove the chosen one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.icons import icon

S = TypeVar("S")


class StepButtons(QWidget):
    """*Add step* with what there is to add, and pictures for earlier, later and away.

    Args:
        offered: of each step its word, what it is called and what it does.
        tip: of *Add step*.

    Signals:
        add_asked(option): the word of a step.
        move_asked(by): the chosen step is to be done so many places later; negative for earlier.
        remove_asked(): the chosen step is to go.
    """

    add_asked = Signal(str)
    move_asked = Signal(int)
    remove_asked = Signal()

    def __init__(
        self, text: str, tip: str, offered: Iterable[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for option, title, about in offered:
            menu.addAction(title, partial(self.add_asked.emit, option)).setToolTip(about)
        self.new = QPushButton(icon("add"), text, self)
        self.new.setToolTip(tip)
        self.new.setMenu(menu)
        self.new.setAutoDefault(False)
        self.up = picture_button(self, "up", say("Do the chosen step earlier"))
        self.down = picture_button(self, "down", say("Do the chosen step later"))
        self.remove = picture_button(self, "trash", say("Take the chosen step away"))
        self.up.clicked.connect(partial(self.move_asked.emit, -1))
        self.down.clicked.connect(partial(self.move_asked.emit, 1))
        self.remove.clicked.connect(self.remove_asked)
        row.addWidget(self.new)
        row.addStretch(1)
        for button in (self.up, self.down, self.remove):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)

    def show_place(self, place: int, count: int) -> None:
        """Enables what can be done with the step at a place (-1 for none) of so many."""
        self.remove.setEnabled(0 <= place < count)
        self.up.setEnabled(0 < place < count)
        self.down.setEnabled(0 <= place < count - 1)


def exchanged(steps: tuple[S, ...], place: int, by: int) -> tuple[S, ...]:
    """Steps of which the one at a place stands so many places later, and the one there in its place; as they are where
    there is no such place."""
    to, made = place + by, list(steps)
    if 0 <= place < len(made) and 0 <= to < len(made):
        made[place], made[to] = made[to], made[place]
    return tuple(made)
