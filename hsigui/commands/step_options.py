"""Options that are steps: kept in the order in which they are given."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from hsigui.texts import say


class StepAction(argparse.Action):
    """Notes a step behind those that were given before it."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:  # fmt: skip
        text = values if isinstance(values, str) else ""
        namespace.steps = [*getattr(namespace, "steps", ()), (self.option_strings[0].lstrip("-"), text)]


def add_steps(parser: argparse.ArgumentParser, steps: Iterable[tuple[str, str, str]]) -> argparse._ArgumentGroup:
    """The options of steps, in a group of their own.

    Args:
        steps: of each its word, what is given with it (empty for nothing, in brackets what may be left out), and what
            it does.
    """
    group = parser.add_argument_group(say("steps, done in the order given"))
    for name, form, told in steps:
        given: dict[str, Any] = {"metavar": form} if form else {"nargs": 0}
        if form.startswith("["):
            given = {"metavar": form.strip("[]"), "nargs": "?"}
        group.add_argument(f"--{name}", action=StepAction, dest="steps", default=[], help=told, **given)
    return group
