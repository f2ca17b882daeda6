"""Pages to look things up, made from the tables of the program: commands, keys, formats, settings, public names."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from hsigui.analysis import table as layers
from hsigui.analysis.indices import indices
from hsigui.commands.parser import build_parser
from hsigui.cube.formats import table as scenes
from hsigui.cube.formats.products import help_table as products
from hsigui.cube.libraries import table as libraries
from hsigui.labels.formats import table as labels
from hsigui.methods.registry import methods
from hsigui.parameters import Parameters, told
from hsigui.report import sheet_table as tables
from hsigui.report import table as maps


def commands_page() -> str:
    """All commands with their options."""
    parser = build_parser()
    parts = ["# Commands", parser.description or ""]
    parts += ["Exit codes: 0 done, 1 something in the files or choices is wrong, 2 wrong usage, 130 cancelled."]
    for name, helped, command in commands(parser):
        parts += [f"## hsigui {name}", f"{_sentence(helped)}", f"```\n{_usage(command)}\n```"]
        if command.description and command.description != helped:
            parts.append(command.description)
        parts.append("\n".join(("| option | meaning |", "|---|---|", *_options(command))))
    return _page(parts)


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Each command: its name, what it is for, and its parser; those within a command, too."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helped = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield name, helped.get(name, ""), command
                for inner, told, parser_of_it in commands(command):
                    yield f"{name} {inner}", told, parser_of_it


def keys_page() -> str:
    """Keys and mouse, as the sheet of the window has them; and what can be asked for without a key."""
    from hsigui.ui.shell.actions import ACTIONS, MENUS
    from hsigui.ui.shell.shortcuts import MOUSE, key_rows

    where = dict(_menus(MENUS))
    parts = ["# Keys and mouse", "The same sheet is in the program: press **?**."]
    parts += ["## Mouse", _table(("mouse", "what it does"), MOUSE)]
    parts += ["## Keys", _table(("key", "what it does"), key_rows(ACTIONS))]
    rows = [
        (where.get(row.id, ""), plain(row.text), "  or  ".join(row.keys), row.tip)
        for row in ACTIONS
        if not row.id.removeprefix("class_").isdigit()
    ]
    parts += ["## All actions, by menu", _table(("menu", "action", "keys", "what it does"), sorted(rows))]
    return _page(parts)


def formats_page() -> str:
    """Every table of formats."""
    sections: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
        ("Scenes", scenes.help_table), ("Products that are known by name", products.help_table),
        ("Labels", labels.help_table), ("Maps", maps.help_table), ("Tables of areas and statistics", tables.help_table),
        ("Spectral libraries", libraries.help_table),
    )  # fmt: skip
    pages = {
        "scenes": "scenes",
        "products": "products",
        "label-files": "labels",
        "maps": "maps",
        "spectra": "libraries",
    }
    more = ", ".join(f"[{title}]({page}.md)" for page, title in pages.items())
    parts = ["# Formats", f"From the tables of the program, so that none is missing. More: {more}."]
    for title, table in sections:
        parts += [f"## {title}", "\n".join(table())]
    parts += [f"Labels are read from {', '.join(labels.only_read())}, too."]
    return _page(parts)


def settings_page() -> str:
    """What can be set of methods and of derived layers, with ranges."""
    parts = ["# Settings", "In the window under *Advanced*; in commands by `--set NAME=VALUE`."]
    for info in methods():
        parts.append(f"## {info.title}")
        parts.append(f"`--method {info.name}`.{_paper(info.paper)}")
        for preset in info.presets:
            length = f"{preset.epochs} {preset.epochs_are}"
            parts += [f"### {info.title}: {preset.title}", f"{_sentence(preset.text)} {length}."]
            parts.append(_settings(preset.settings))
    parts += ["## Derived layers", "`hsigui derive SCENE KIND --set NAME=VALUE`."]
    for kind in layers.kinds():
        parts += [f"### {kind.title}", f"`{kind.name}`: {kind.about}{_paper(kind.paper)}", _settings(kind.settings)]
    rows = [(f"`{one.name}`", one.title, f"`{one.formula}`") for one in indices()]
    return _page([*parts, "### Indices", _table(("name", "title", "formula"), rows)])


def _settings(kind: type[Parameters]) -> str:
    rows = [(f"`{one.name}`", one.sentence, one.allowed, one.unit, told(one.default)) for one in kind.described()]
    return _table(("setting", "what it does", "allowed", "unit", "default"), rows) if rows else "Nothing can be set."


def _options(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        said = command._get_formatter()._expand_help(action) if action.help else ""
        if action.option_strings:
            value = "" if action.nargs == 0 else f" {command._get_formatter()._format_args(action, _metavar(action))}"
            names = ", ".join(f"`{name}{value}`" for name in action.option_strings)
        else:
            names = f"`{_metavar(action)}`"
        yield f"| {names.replace('|', chr(92) + '|')} | {_cell(said)} |"


def _metavar(action: argparse.Action) -> str:
    if action.choices is not None and action.metavar is None:
        return "{" + ",".join(map(str, action.choices)) + "}"
    found = action.metavar or action.dest.upper()
    return found if isinstance(found, str) else " ".join(found)


def _usage(command: argparse.ArgumentParser) -> str:
    return command.format_usage().removeprefix("usage: ").strip()


def _menus(menus: Iterable[tuple[str, tuple[object, ...]]], above: str = "") -> Iterator[tuple[str, str]]:
    """The id of every action, and the menu that it stands in."""
    for title, entries in menus:
        here = f"{above}{plain(title)}"
        for entry in entries:
            if isinstance(entry, tuple):
                yield from _menus((entry,), f"{here} > ")
            elif isinstance(entry, str) and not entry.startswith("@"):
                yield entry, here


def plain(text: str) -> str:
    """The text of a menu without its marks."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', ':')) else '.'}" if text else ""


def _paper(paper: str) -> str:
    return f" {_sentence(paper)}" if paper else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in rows)])


def _cell(text: str) -> str:
    """Text as it stands in a table of Markdown; what is in back quotes stays."""
    parts = re.split(r"(`[^`]*`)", " ".join(str(text).split()))
    return "".join(
        part.replace("|", "\\|") if part.startswith("`") else re.sub(r"([*_|<>\[\]])", r"\\\1", part) for part in parts
    )


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


PAGES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "commands": ("Commands", commands_page),
    "keys": ("Keys and mouse", keys_page),
    "formats": ("Formats", formats_page),
    "settings": ("Settings", settings_page),
}
