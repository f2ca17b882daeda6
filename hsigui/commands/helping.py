"""Parsers whose help names the formats of maps, those of plug-ins too."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from hsigui.commands import argparse_words
from hsigui.report import table as maps

MAPS = "%(formats of maps)s"  # filled in when help is shown, because asking for them looks for plug-ins

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]


class Help(argparse.HelpFormatter):
    """Names the formats of maps, those of plug-ins too."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = action.help
        return text.replace(MAPS, maps.in_words()) if text and MAPS in text else text


class Parser(argparse.ArgumentParser):
    """A parser whose help is written by `Help`; those of the commands are of the same class."""

    def __init__(self, **options: Any) -> None:
        argparse_words.put_in()
        super().__init__(**{"formatter_class": Help, **options})

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As any parser, and notes which of them, that of a command, knows what the arguments mean."""
        found, rest = super().parse_known_args(args, namespace)
        if not hasattr(found, "parser"):  # the parser of a command is done before that of them all
            found.parser = self
        return found, rest
