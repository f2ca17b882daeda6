"""What the user can ask for, as rows: what it is called, its keys, its icon, when it can be asked, and what does it.

Each room lists its own rows; the window joins them, makes an action of each, and binds them once the controllers are
there. So panels and bars can have their actions before anything can be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import FunctionType

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QToolButton, QWidget

from hsigui.document.conditions import Condition, always
from hsigui.document.session import Session
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.mnemonics import set_text
from hsigui.ui.desk.tips import MORE, shortened

FOUND_BY_NAME = "context menu"  # object name of menus whose actions stand nowhere else, so that they can be found


def keys_in_words(keys: Sequence[str]) -> str:
    """The keys of an action as the keyboard and the language of the user have them, such as "Strg+Z  oder  Strg+Y"."""
    native = QKeySequence.SequenceFormat.NativeText
    return say("  or  ").join(QKeySequence(key).toString(native) for key in keys)


@dataclass(frozen=True)
class ActionRow:
    """One thing that can be asked for.

    Attributes:
        do: the method that does it, as it stands in its class; the window has one object of that class.
        args: what `do` is called with; a checkable action hands over whether it is checked, too.
        when: whether it can be asked now.
        group: makes the actions of one name exclusive.
        text_now: another text than `text`, by what it would do now.
        more: what is told beside the tip where one asks what it is.
    """

    id: str
    text: str
    tip: str
    do: Callable[..., object]
    args: tuple[object, ...] = ()
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: Condition = always
    checkable: bool = False
    checked: bool = False
    group: str = ""
    text_now: Callable[[Session], str] | None = None
    more: str = ""

    def bound(self, having: Sequence[object]) -> Callable[..., object]:
        """The method of the one object that has it.

        Args:
            having: the objects that have it.

        Raises:
            ValueError: no object has it, or several have.
        """
        if len(having) != 1:
            raise ValueError(f"{len(having)} objects for the action {self.id}, which {self.do.__qualname__} does")
        method: Callable[..., object] = getattr(having[0], self.do.__name__)
        return partial(method, *self.args) if self.args else method


class ActionSet:
    """The actions of one window, made from rows.

    Args:
        window: owner of the actions; their keys work wherever the focus is in it.
    """

    def __init__(self, window: QMainWindow, rows: Sequence[ActionRow]) -> None:
        self._window, self._rows = window, tuple(rows)
        self._groups: dict[str, QActionGroup] = {}
        self._actions = {row.id: self._make(row) for row in rows}
        self._calls: dict[str, Callable[..., object]] = {}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of all rows, in their order."""
        return tuple(self._actions)

    def of(self, *names: str) -> tuple[QAction, ...]:
        """Some of the actions, in the order of their names."""
        return tuple(self._actions[name] for name in names)

    def bind(self, owners: Sequence[object]) -> None:
        """Connects every action with the method of its row.

        Raises:
            ValueError: an owner is missing, or there are two.
        """
        having = _having({row.do for row in self._rows}, owners)
        self._calls = {row.id: row.bound(having[row.do]) for row in self._rows}
        for row in self._rows:
            action = self._actions[row.id]
            if row.checkable and not row.group:
                action.toggled.connect(self._calls[row.id])
            else:
                action.triggered.connect(partial(self._call, row.id))

    def update(self, session: Session) -> None:
        """Enables what can be asked now."""
        states = {condition: condition(session) for condition in {row.when for row in self._rows}}
        for row in self._rows:
            action = self._actions[row.id]
            action.setEnabled(states[row.when])
            if row.text_now is not None:
                set_text(action, row.text_now(session))

    def _call(self, name: str, _checked: bool = False) -> None:
        self._calls[name]()

    def _make(self, row: ActionRow) -> QAction:
        action = QAction(self._window)
        set_text(action, row.text)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setToolTip(shortened(row.tip) if not row.more else shortened(row.tip) + MORE)
        action.setWhatsThis(f"{as_sentence(row.tip)} {row.more}" if row.more else row.tip)
        action.setStatusTip(row.tip)
        if row.icon:
            action.setIcon(icon(row.icon))
        if row.group:
            group = self._groups.setdefault(row.group, QActionGroup(self._window))
            group.addAction(action)
        action.setCheckable(row.checkable)
        action.setChecked(row.checked)
        self._window.addAction(action)
        return action


def _having(wanted: set[Callable[..., object]], owners: Sequence[object]) -> dict[Callable[..., object], list[object]]:
    """The objects that have each method. A window has a hundred owners and two hundred methods: only the owners in
    whose classes a method stands are asked, as asking each of a class of Qt's takes long."""
    having: dict[Callable[..., object], list[object]] = {method: [] for method in wanted}
    for owner in owners:
        kind: type = type(owner)
        for method in wanted & _functions_of(kind):
            if getattr(kind, method.__name__, None) is method:  # and no other stands in its place
                having[method].append(owner)
    return having


@cache
def _functions_of(kind: type) -> frozenset[object]:
    """The functions that stand in a class and in those that it is made from."""
    return frozenset(value for base in kind.__mro__ for value in vars(base).values() if isinstance(value, FunctionType))


def tool_button(action: QAction, parent: QWidget) -> QToolButton:
    """A small flat button of an action, for panels and bars."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setAutoRaise(True)
    return button


def follow(button: QAbstractButton, action: QAction) -> None:
    """Makes a button the same as a checkable action."""
    button.setChecked(action.isChecked())
    button.setEnabled(action.isEnabled())
    button.setToolTip(action.toolTip())
    button.setWhatsThis(action.whatsThis())
    button.toggled.connect(action.setChecked)
    action.toggled.connect(button.setChecked)
    action.enabledChanged.connect(button.setEnabled)
