"""A step that makes one map of another, and chains of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from hsigui.finishing.finished_map import FinishedMap

Check = Callable[[], None]  # may raise to stop


class Step(Protocol):
    """One step with its settings; frozen, so that what was done can be told."""

    @property
    def told(self) -> str:
        """The step as the option of `hsigui edit` that does the same, such as "--majority 3"."""

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        """The map after the step; the one before is not changed.

        Raises:
            HsiError: the step does not fit the map.
        """


def finished(found: FinishedMap, steps: Iterable[Step], check: Check = lambda: None) -> FinishedMap:
    """The map after some steps, in their order.

    Args:
        check: called between steps and within long ones; may raise to stop.

    Raises:
        HsiError: a step does not fit what the steps before it have left.
    """
    for step in steps:
        check()
        made = step.on(found, check)
        found = replace(made, steps=(*found.steps, step.told))
    return found
