"""The command line that gave some arguments, written so that it does the same from any folder.

Paths are whole, options have their full names, and what only says how to begin (`--resume`, `--replace`, `--overwrite`)
is left out: in an empty folder it means nothing. So is how the work is told of, and by whom it is done.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hsigui.cube.remote.stand_ins import plain_address

BEGINNING = ("resume", "replace", "overwrite", "help", "progress", "quiet", "jobs", "scheduler")


def canonical(arguments: argparse.Namespace, **instead: object) -> str:
    """The command line, with other values for some arguments by their names in the parser; None for not given, and what
    is not among the words stands at the end.

    The words as they were typed, where the arguments come from no parser of ours.
    """
    parser: argparse.ArgumentParser | None = getattr(arguments, "parser", None)
    if parser is None:
        return shlex.join(["hsigui", *arguments.words])
    positions, options = list[str](), list[str]()
    for action in _in_order(parser, arguments.words, instead):
        value = instead.get(action.dest, getattr(arguments, action.dest, None))
        if not action.option_strings:
            positions += _values(action, value)
        elif value is not None and action.dest not in BEGINNING:
            options += _option(action, value)
    return shlex.join([*parser.prog.split(), *positions, *options])


def given(arguments: argparse.Namespace) -> dict[str, str]:
    """The options that were given: name in the parser -> name on the command line."""
    parser: argparse.ArgumentParser | None = getattr(arguments, "parser", None)
    if parser is None:
        return {}
    found = _in_order(parser, arguments.words, ())
    return {action.dest: max(action.option_strings, key=len) for action in found if action.option_strings}


def _in_order(
    parser: argparse.ArgumentParser, words: Sequence[str], more: Collection[str]
) -> list[argparse.Action]:  # fmt: skip
    """What there may be arguments of: positions first, then the options that were given, as they were typed, then more
    by their names in the parser."""
    known: dict[str, argparse.Action] = parser._option_string_actions
    typed = [word.partition("=")[0] for word in words if word.startswith("--")]
    given = [known[name] for word in typed for name in known if name == word or _is_short_for(word, name, known)]
    positions = [action for action in parser._actions if not action.option_strings]
    others = [action for action in parser._actions if action.dest in more]
    return list(dict.fromkeys([*positions, *given, *others]))


def _is_short_for(word: str, name: str, known: Mapping[str, argparse.Action]) -> bool:
    return word not in known and name.startswith(word)


def _option(action: argparse.Action, value: Any) -> list[str]:
    """An option with its value, as words."""
    name = max(action.option_strings, key=len)
    if action.nargs == 0:
        return [name]
    if isinstance(action, argparse._AppendAction):
        return [word for each in value for word in _joined(name, _values(action, each))]
    return _joined(name, _values(action, value))


def _joined(name: str, values: Sequence[str]) -> list[str]:
    """An option before its values; one that begins like an option stands behind an equals sign."""
    if len(values) == 1 and values[0].startswith("-"):
        return [f"{name}={values[0]}"]
    return [name, *values]


def _values(action: argparse.Action, value: Any) -> list[str]:
    return list(_each(action, value if action.nargs in ("+", "*") else [value]))


def _each(action: argparse.Action, values: Sequence[Any]) -> Iterator[str]:
    for value in values:
        if value is None:
            continue
        if isinstance(value, Path) or action.dest == "cubes":
            yield plain_address(Path(value)) or str(Path(value).expanduser().resolve())
        elif isinstance(value, tuple):
            yield ("x" if action.dest == "size" else ",").join(map(str, value))
        else:
            yield str(value)
