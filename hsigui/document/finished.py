"""Steps over the map of a scene, as they were chosen and as they were done: values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.document.values import Box, ClassMap
from hsigui.errors import HsiError
from hsigui.finishing.asked import STEPS, step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import finished
from hsigui.labels.classes import ClassTable
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


def compute(
    answer: ClassMap, classes: ClassTable, steps: Sequence[ChosenStep], *, geo: Geo | None = None,
    sure: bool = True, check: Callable[[], None] = lambda: None,
) -> Computed:  # fmt: skip
    """Does steps over a model's answer, one after the other. One that cannot be done is left out, and why is told.

    Args:
        classes: names and colours of the answer's numbers.
        geo: where the map lies.
        sure: whether the confidence of the answer is a probability; that of a map by spectra is not.
        check: may raise to stop.
    """
    found = FinishedMap(answer.classes, classes, answer.confidence if sure else None, geo or Geo())
    outcomes: list[Outcome] = []
    for step in steps:
        if not step.on:
            outcomes.append(Outcome())
            continue
        try:
            made = finished(found, (step_of(step.option, step.text),), check)
        except HsiError as error:
            outcomes.append(Outcome(problem=_why(step, error)))
            continue
        check()
        outcomes.append(Outcome(int(np.count_nonzero(made.classes != found.classes))))
        found = made
    return Computed(answer, found, tuple(steps), tuple(outcomes))


def _why(step: ChosenStep, error: HsiError) -> str:
    if not step.known:
        return say("Another version of hsigui does this step; it is kept and not done here.")
    return error.message
