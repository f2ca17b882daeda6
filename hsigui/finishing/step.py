"""A step that makes one map of another, and chains of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

import numpy as np

from hsigui.finishing.finished_map import Done, FinishedMap

Check = Callable[[], None]  # may raise to stop


class Step(Protocol):
    """One step with its settings; frozen, so that what was done can be told. One that read a file has `sha256`, of what
    it read: the file may be another by the time that somebody does the step again."""

    @property
    def told(self) -> str:
        """The step as the option of `hsigui edit` that does the same, such as "--majority 3", quoted as a shell needs
        it."""

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        """The map after the step; the one before is not changed.

        Raises:
            HsiError: the step does not fit the map.
        """


def done(step: Step, found: FinishedMap, check: Check = lambda: None) -> FinishedMap:
    """The map after one step, which stands among its steps with the pixels that it changed.

    Raises:
        HsiError: the step does not fit the map.
    """
    check()
    made = step.on(found, check)
    # A class that only has another number now (merged, recoded, of another level) is changed, too: so are the pixels.
    changed = int(np.count_nonzero(made.classes != found.classes))
    steps = (*found.steps, Done(step.told, changed, getattr(step, "sha256", "")))
    if found.steps:
        return replace(made, steps=steps)
    return replace(made, steps=steps, first=found.table, answer=found.classes)


def finished(found: FinishedMap, steps: Iterable[Step], check: Check = lambda: None) -> FinishedMap:
    """The map after some steps, in their order.

    Args:
        check: called between steps and within long ones; may raise to stop.

    Raises:
        HsiError: a step does not fit what the steps before it have left.
    """
    for step in steps:
        found = done(step, found, check)
    return found


class Chain:
    """Steps done again and again on maps that change little: what did not change since is not done anew.

    Keeps the maps after each step of the last time: 2 bytes a pixel and step, 1 more where a hand has painted.
    """

    def __init__(self) -> None:
        self._first: FinishedMap | None = None
        self._steps: tuple[Step, ...] = ()
        self._maps: list[FinishedMap] = []

    @property
    def reached(self) -> int:
        """How many steps of the last time were done, also where one did not fit."""
        return len(self._maps)

    def run(self, first: FinishedMap, steps: Iterable[Step], check: Check = lambda: None) -> FinishedMap:
        """As `finished`. The map before is known by its object, the steps by what they are (two that are equal do the
        same, so what they read from files is part of them).

        Raises:
            HsiError: a step does not fit what the steps before it have left.
        """
        wanted = tuple(steps)
        same = 0
        if first is self._first:
            while same < min(len(wanted), len(self._maps)) and wanted[same] == self._steps[same]:
                same += 1
        self._first, self._steps, maps = first, wanted, self._maps[:same]
        self._maps = maps
        for step in wanted[same:]:
            maps.append(done(step, maps[-1] if maps else first, check))
        return maps[-1] if maps else first
