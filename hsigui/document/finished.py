"""Steps over the map of a scene, as they were chosen and as they were done: values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.document.values import Box, ClassMap
from hsigui.errors import HsiError
from hsigui.finishing.asked import STEPS, step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.painting import Paint
from hsigui.finishing.step import Chain, Check, Step, done
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import Grid
from hsigui.texts import say


@dataclass(frozen=True)
class ChosenStep:
    """A step that is to be done over every map of a scene.

    Attributes:
        option: its word, as `finishing.asked` has it; that of a later version, too, which is kept and not done.
        text: what is given with it.
        on: whether it is done.
    """

    option: str
    text: str = ""
    on: bool = True

    @property
    def told(self) -> str:
        """The step as the option of `hsigui edit` that does the same, such as "--majority 3"."""
        return f"--{self.option} {self.text}".strip()

    @property
    def known(self) -> bool:
        """Whether this program can do it."""
        return any(row.option == self.option for row in STEPS)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"option": self.option, "text": self.text, "on": self.on}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            KeyError, TypeError, AttributeError: it is none.
        """
        return cls(str(values["option"]), str(values["text"]), bool(values["on"]))


@dataclass(frozen=True)
class Outcome:
    """What came of a step.

    Attributes:
        changed: pixels that have another class after it; None where it was not done.
        problem: why it could not be done, in words; empty where it was, or was switched off.
    """

    changed: int | None = None
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Computed:
    """What the steps have made of a map, before a hand paints over it.

    Attributes:
        of: the model's answer that it was made from.
        found: the map after the steps; `found.steps` names those that were done.
        steps: that were asked for, and what came of each.
    """

    of: ClassMap
    found: FinishedMap
    steps: tuple[ChosenStep, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, eq=False)
class KeptFinishing:
    """What is kept of the last hand at a scene's maps.

    Attributes:
        steps: to be done over its maps.
        shown: whether the finished map is shown in place of the model's answer.
        box, painted: class numbers that a hand has painted, rows x cols of the box, 0 for none; None where nothing is.
    """

    steps: tuple[ChosenStep, ...] = ()
    shown: bool = False
    box: Box = (0, 0, 0, 0)
    painted: NDArray[np.uint16] | None = field(default=None, repr=False)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to be kept."""
        return not self.steps and self.painted is None and not self.shown


NOTHING = KeptFinishing()


@dataclass(frozen=True, eq=False)
class LastHand:
    """What is to be done to a map, as it was chosen at one moment; nothing changes it any more.

    Attributes:
        steps: in their order, those that are off included.
        painted: class numbers that a hand has painted, rows x cols, 0 for none, and what they mean; None where nothing
            is.
        file: that holds what is painted, as it is now; None where none does.
        revision: of the history of what is painted.
    """

    steps: tuple[ChosenStep, ...] = ()
    painted: tuple[NDArray[np.uint16], ClassTable] | None = field(default=None, repr=False)
    file: Path | None = None
    revision: int = 0


class Finisher:
    """Does steps over maps that change little again and again: what did not change since is not done anew. For one
    worker at a time."""

    def __init__(self) -> None:
        self._chain = Chain()
        self._first: FinishedMap | None = None

    def first(self, found: FinishedMap) -> FinishedMap:
        """The map before the steps: the object of the last time where it is of the same arrays and classes."""
        last = self._first
        parts = ("classes", "confidence", "valid")
        same = last is not None and last.table == found.table and last.geo == found.geo
        if last is not None and same and all(getattr(last, part) is getattr(found, part) for part in parts):
            return last
        self._first = found
        return found

    def run(self, found: FinishedMap, steps: Sequence[ChosenStep], check: Check) -> tuple[FinishedMap, list[Outcome]]:
        """The map after the steps that are on and can be done, and what came of each."""
        first = self.first(found)
        outcomes = [Outcome() for _ in steps]
        made: list[tuple[int, Step]] = []
        grid = Grid(found.classes.shape[0], found.classes.shape[1], found.geo)
        for place, step in enumerate(steps):
            if step.on:
                try:
                    _require_text(step)
                    made.append((place, step_of(step.option, step.text, grid)))
                except HsiError as error:
                    outcomes[place] = Outcome(problem=_why(step, error))
        while True:
            try:
                last = self._chain.run(first, [step for _, step in made], check)
                break
            except HsiError as error:  # of the first that was not reached; those before it are not done again
                place, _ = made.pop(self._chain.reached)
                outcomes[place] = Outcome(problem=_why(steps[place], error))
        for (place, _), told in zip(made, last.steps, strict=True):
            outcomes[place] = Outcome(told.changed)
        return last, outcomes


def compute(
    answer: ClassMap, classes: ClassTable, steps: Sequence[ChosenStep], *, geo: Geo | None = None,
    valid: NDArray[np.bool_] | None = None, sure: bool = True, finisher: Finisher | None = None,
    check: Check = lambda: None,
) -> Computed:  # fmt: skip
    """Does steps over a model's answer, one after the other. One that cannot be done is left out, and why is told.

    Args:
        classes: names and colours of the answer's numbers.
        geo: where the map lies.
        valid: rows x cols, False where the scene has no data.
        sure: whether the confidence of the answer is a probability; that of a map by spectra is not.
        finisher: that of the times before, for what did not change since.
        check: may raise to stop.
    """
    found = FinishedMap(answer.classes, classes, answer.confidence if sure else None, geo or Geo(), valid)
    last, outcomes = (finisher or Finisher()).run(found, steps, check)
    return Computed(answer, last, tuple(steps), tuple(outcomes))


def _require_text(step: ChosenStep) -> None:
    row = next((row for row in STEPS if row.option == step.option), None)
    if row is not None and row.form and not row.form.startswith("[") and not step.text.strip():
        raise HsiError(say("Nothing is chosen for it yet."))


def _why(step: ChosenStep, error: HsiError) -> str:
    if not step.known:
        return say("Another version of hsigui does this step; it is kept and not done here.")
    return error.message


def painted_over(found: FinishedMap, painted: NDArray[np.uint16], classes: ClassTable, told: str) -> FinishedMap:
    """A map with what a hand has painted over it, as `finishing.painting.Paint` does it.

    Args:
        painted: class numbers, rows x cols, 0 where nothing is painted.
        classes: what these numbers mean, and no others.
        told: the file of it, as the option names it.
    """
    return done(Paint(painted, classes, told, ""), found)
