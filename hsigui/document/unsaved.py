"""What of the labels of a scene is in a file of the user, and what would be lost without one.

Undo goes back to a moment, not to a number: labels that are undone to the last save are saved again.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hsigui.cube.cube import Cube
from hsigui.labels.classes import Content
from hsigui.labels.history import History
from hsigui.labels.label_map import TRAINING, VALIDATION, LabelMap
from hsigui.texts import say, say_number

MOST_NAMED = 12  # scenes in one question: it must fit on the screen
EMPTY = 0  # the version of a layer without a label, however it came to be so


@dataclass(frozen=True)
class Work:
    """The labels of one moment. Two moments with the same versions and classes have the same labels.

    Attributes:
        versions: of the training and of the validation labels.
        counts: labelled pixels of both.
        classes: number, name and colour of each.
    """

    versions: tuple[int, int]
    counts: tuple[int, int]
    classes: Content


class Unsaved(Protocol):
    """What the questions read of a scene."""

    @property
    def cube(self) -> Cube: ...

    @property
    def would_be_lost(self) -> str: ...


class Ledger:
    """Which moments of the history of labels are safe in a file.

    Args:
        labels, history: as they are when nothing was done yet, which is safe.

    Attributes:
        now: the labels of this moment.
    """

    def __init__(self, labels: LabelMap, history: History) -> None:
        self._labels, self._history = labels, history
        self._numbers = itertools.count(EMPTY + 1)
        self.now = Work((EMPTY, EMPTY), (0, 0), labels.classes.content)
        self._steps = {self._step: self.now}
        self._safe = [self.now]

    @property
    def unsaved(self) -> bool:
        return self.now not in self._safe

    @property
    def saved(self) -> Work:
        """What was saved or opened last, empty before; with the classes of now where they are safe."""
        return next((safe for safe in reversed(self._safe) if safe.classes == self.now.classes), self._safe[-1])

    def changed(self, *layers: int) -> None:
        """Layers of the labels, the classes or both were changed by an edit, within an open step, too."""
        versions, counts = list(self.now.versions), list(self.now.counts)
        for layer in layers:
            counts[layer] = self._labels.labelled(layer)
            versions[layer] = next(self._numbers) if counts[layer] else EMPTY
        self.now = Work((versions[0], versions[1]), (counts[0], counts[1]), self._labels.classes.content)

    def stepped(self) -> None:
        """The change so far is a step of the history."""
        self._steps[self._step] = self.now
        for step in [step for step in self._steps if step < self._history.forgotten]:
            del self._steps[step]

    def moved(self) -> None:
        """The history went to another of its steps."""
        known = self._steps.get(self._step)
        if known is None:  # of a history that is older than this ledger
            self.changed(TRAINING, VALIDATION)
            self.stepped()
        else:
            self.now = known

    def save(self, work: Work) -> None:
        """The labels of a moment are in the user's file, which does not hold those of any other moment."""
        self._safe = [work]

    def found(self) -> None:
        """The labels of now are those of a file that was opened; what was safe elsewhere stays so."""
        if self.now in self._safe:
            self._safe.remove(self.now)
        self._safe.append(self.now)

    def no_work(self, before: Work) -> None:
        """The classes of now are no more to be lost than those before: such as came with a ground truth."""
        same = [replace(safe, classes=self.now.classes) for safe in self._safe if safe.classes == before.classes]
        self._safe += same

    @property
    def _step(self) -> int:
        return self._history.forgotten + self._history.place


def would_be_lost(now: Work, saved: Work, in_file: bool) -> str:
    """What is in no file, as a list in words; empty when nothing is.

    Args:
        now, saved: the labels as they are, and as they were saved or opened last.
        in_file: whether there is a file that they were saved to or opened from.
    """
    parts = []
    for layer in (TRAINING, VALIDATION):
        if now.versions[layer] != saved.versions[layer]:
            text = _layer(layer, now.counts[layer])
            then = saved.counts[layer]
            parts.append(say("{text} (in the file: {then:,})", text=text, then=then) if in_file else text)
    if now.classes != saved.classes:
        parts.append(_classes(now.classes, saved.classes))
    return say(", ").join(parts)


def question_of(scene: Unsaved) -> tuple[str, str]:
    """What is said of a scene that is about to be left: that it is not saved, and what would be lost."""
    return (
        say("The work on {name} has not been saved.", name=scene.cube.name),
        say("Would be lost: {what}.", what=scene.would_be_lost),
    )


def question_of_all(scenes: Sequence[Unsaved]) -> tuple[str, str]:
    """As `question_of`, for several scenes that are about to be left at once."""
    lines = [say("{name}: {what}", name=scene.cube.name, what=scene.would_be_lost) for scene in scenes[:MOST_NAMED]]
    if len(scenes) > MOST_NAMED:
        lines.append(say("and {count} more scenes", count=len(scenes) - MOST_NAMED))
    return (
        say("The work on {count} scenes has not been saved. Would be lost:", count=len(scenes)),
        "\n".join(f"•\u00a0{line}" for line in lines),
    )


def _layer(layer: int, count: int) -> str:
    if layer == VALIDATION:
        return say_number("{count:,} validation label", "{count:,} validation labels", count)
    return say_number("{count:,} label", "{count:,} labels", count)


def _classes(now: Content, saved: Content) -> str:
    if not saved:
        return say_number("{count} class", "{count} classes", len(now))
    before, after = {number: (name, color) for number, name, color in saved}, {n: (m, c) for n, m, c in now}
    both = before.keys() & after.keys()
    kinds = (
        (say("classes added"), after.keys() - before.keys()),
        (say("classes deleted"), before.keys() - after.keys()),
        (say("names of classes"), {n for n in both if before[n][0] != after[n][0]}),
        (say("colours of classes"), {n for n in both if before[n][1] != after[n][1]}),
    )
    told = [text for text, numbers in kinds if numbers]
    return say(", ").join(told or [say("the order of classes")])
