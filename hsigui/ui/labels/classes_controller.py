"""The classes: what the panel and the menus ask of them, done as edits that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

from PySide6.QtCore import QObject

from hsigui.document.events import ClassesChanged, CurrentClassChanged, SceneShown
from hsigui.document.intentions import ClassNamed
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.labels.class_chooser import ClassChooser
from hsigui.ui.labels.classes_panel import ClassesPanel


class ClassesController(QObject):
    """Changes the class table and shows it in the panel."""

    def __init__(self, desk: Desk, panel: ClassesPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._panel = desk, desk.session, panel
        panel.chosen.connect(self._session.choose_class)
        panel.renamed.connect(self._rename)
        panel.recolor_asked.connect(self._recolor)
        panel.moved.connect(self._move_to)
        panel.lock_asked.connect(self._lock)
        panel.hide_asked.connect(self._hide)
        self._session.events.subscribe(SceneShown, self._show)
        self._session.events.subscribe(ClassesChanged, self._show)
        self._session.events.subscribe(CurrentClassChanged, self._show_current)
        self._session.events.subscribe(ClassNamed, self._add_named)

    def choose_place(self, place: int) -> None:
        """A number key: the class of that number, which is added when it is the next one."""
        if place in self._session.classes:
            self._session.choose_class(place)
        elif place == next(n for n in count(1) if n not in self._session.classes and not self._in_truth(n)):
            self.add()
        else:
            self._desk.messages.info(
                say("There is no class number {place} yet.", place=place),
                say("Add the next one with its number or Ctrl+N."),
            )

    def add(self, name: str = "") -> None:
        """Adds a class, of a name where one is given, and makes it the one that is painted."""
        if self._session.cube is None:
            return
        table, info = self._session.classes.added(name, kept=self._in_truth)
        self._session.set_classes(table, say("Add {name}", name=info.name))
        self._session.choose_class(info.number)

    def add_and_name(self) -> None:
        """Adds a class and lets its name be typed in its row, as far as that is seen."""
        self._panel.end_typing()
        self.add()
        if self._panel.isVisible():
            self.rename()

    def _add_named(self, event: ClassNamed) -> None:
        self.add(event.name)

    def delete(self) -> None:
        """Deletes the current class with its labels."""
        info = self._current()
        if info is not None and self._may_change(info):
            self._away(info, UNLABELLED, say("Delete {name}", name=info.name))

    def ask_and_merge(self) -> None:
        """Asks which class the current one shall become part of."""
        info = self._current()
        if info is None or not self._may_change(info):
            return
        if len(self._session.classes) < 2:
            self._desk.messages.info(say("There is no other class to merge this one with."))
            return
        dialog = ClassChooser(
            say("Merge classes"), say("All labels of “{name}” become those of", name=info.name), self._session.classes,
            info.number,
            self._desk.window,
        )  # fmt: skip
        open_dialog(dialog, partial(self._merge_into_chosen, info.number))

    def merge(self, number: int, into: int) -> None:
        """Gives the labels of a class to another one and deletes it."""
        classes = self._session.classes
        if number in classes and into in classes and number != into:
            info = classes.get(number)
            self._away(
                info, into, say("Merge {name} into {classes_name}", name=info.name, classes_name=classes.get(into).name)
            )
            self._session.choose_class(into)
            truth = self._session.truth
            if truth is not None and (truth.array == number).any():
                self._desk.messages.info(
                    say(
                        "The ground truth still has “{name}” as a class of its own, which no map can get right now.",
                        name=info.name,
                    ),
                    say("Open it again and choose “{name}” for it.", name=classes.get(into).name),
                )

    def _merge_into_chosen(self, number: int, chooser: ClassChooser) -> None:
        self.merge(number, chooser.number)

    def rename(self) -> None:
        """Lets the user type another name of the current class, in its row."""
        if self._session.current_class:
            self._panel.edit_name(self._session.current_class)

    def recolor(self) -> None:
        if self._session.current_class:
            self._recolor(self._session.current_class)

    def move(self, by: int) -> None:
        """Moves the current class up (-1) or down (1) in the list."""
        number = self._session.current_class
        if number:
            self._move_to(number, self._session.classes.numbers.index(number) + by)

    def lock(self) -> None:
        """Locks the current class, or unlocks it."""
        if self._session.current_class:
            self._lock(self._session.current_class)

    def hide(self) -> None:
        """Hides the current class, or shows it again."""
        if self._session.current_class:
            self._hide(self._session.current_class)

    def show_all(self) -> None:
        """Shows every class that is hidden."""
        table = self._session.classes
        for info in table:
            table = table.with_hidden(info.number, False)
        if table != self._session.classes:
            self._session.set_classes(table, say("Show all classes"))

    def use_palette(self, name: str) -> None:
        """Gives the classes the colours of a palette of `labels.palettes`, in the order of the list."""
        table = self._session.classes.in_colors_of(name)
        if table != self._session.classes:
            self._session.set_classes(table, say("Colours {name}", name=name))

    def show_counts(self) -> None:
        labels = self._session.labels
        self._panel.set_counts(labels.counts(TRAINING), labels.counts(VALIDATION))

    # Inner doings

    def _in_truth(self, number: int) -> bool:
        """Whether the ground truth has pixels of a number: a new class of it would be measured on another's pixels."""
        truth = self._session.truth
        return truth is not None and bool((truth.array == number).any())

    def _current(self) -> ClassInfo | None:
        number = self._session.current_class
        return self._session.classes.get(number) if number else None

    def _may_change(self, info: ClassInfo) -> bool:
        if info.locked:
            self._desk.messages.info(say("“{name}” is locked.", name=info.name), say("Unlock it first."))
        return not info.locked

    def _away(self, info: ClassInfo, into: int, text: str) -> None:
        """Takes a class out of the table; its labels in both layers become another's, or none."""
        labels = self._session.labels
        edits = [Edit(classes=self._session.classes.removed(info.number))]
        for layer in (TRAINING, VALIDATION):
            area = labels.where(info.number, layer)
            if area is not None:
                edits.append(Edit(*area, into, None, layer))
        self._session.edit_all(edits, text)

    def _rename(self, number: int, name: str) -> None:
        if name != self._session.classes.get(number).name:
            self._change(lambda classes: classes.renamed(number, name), say("Rename class"))

    def _recolor(self, number: int) -> None:
        info = self._session.classes.get(number)
        color = self._desk.prompts.color(info.color, info.name)
        if color is not None and color != info.color:
            self._change(lambda classes: classes.recolored(number, color), say("Recolour class"))

    def _move_to(self, number: int, place: int) -> None:
        table = self._session.classes.moved(number, place)
        if table != self._session.classes:
            self._session.set_classes(table, say("Move {name}", name=table.get(number).name))

    def _lock(self, number: int) -> None:
        info = self._session.classes.get(number)
        verb = say("Unlock") if info.locked else say("Lock")
        self._change(lambda classes: classes.with_lock(number, not info.locked), f"{verb} {info.name}")

    def _hide(self, number: int) -> None:
        info = self._session.classes.get(number)
        verb = say("Show") if info.hidden else say("Hide")
        self._change(lambda classes: classes.with_hidden(number, not info.hidden), f"{verb} {info.name}")

    def _change(self, change: Callable[[ClassTable], ClassTable], text: str) -> None:
        try:
            self._session.set_classes(change(self._session.classes), text)
        except HsiError as error:
            self._desk.messages.error(error)
            self._show()

    def _show_current(self, event: CurrentClassChanged) -> None:
        self._panel.set_current(event.number)

    def _show(self, _event: SceneShown | ClassesChanged | None = None) -> None:
        self._panel.set_classes(self._session.classes, self._session.labels.counts(), self._session.current_class)
        self.show_counts()
