"""What the parsers of several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module

from hsigui.texts import say


def add_overwrite(p: argparse.ArgumentParser) -> None:
    """The option to write over what others have changed."""
    p.add_argument(
        "--overwrite", action="store_true",
        help=say("write over files that another program changes while this command is at work, too"),
    )  # fmt: skip


def command(name: str, module: str = "") -> Callable[[argparse.Namespace], None]:
    """The function of a command, whose module (of the same name unless given) is imported when it is run."""

    def work(arguments: argparse.Namespace) -> None:
        from hsigui.commands.outputs import careful

        with careful(getattr(arguments, "overwrite", False)):
            getattr(import_module(f"hsigui.commands.{module or name}"), name)(arguments)

    return work
