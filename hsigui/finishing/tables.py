"""Tables of a person that say what becomes of classes: recodings and class trees, as CSV.

A recoding has a line for each class: `old` (its name or number), `new` (a number, 0 for none) and, if wanted, `name`
and `color` (#rrggbb) of the new one. A class tree has a line for each class: `class` (its name or number) and a column
for each level, headed by its name, with the group that the class belongs to there; an empty cell leaves the class in a
group of its own. A column headed by the name of a level and "color" gives the groups' colours.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hsigui import untrusted
from hsigui.cube.libraries.text_files import text_of
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, Color, color_for
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.formats.cells import as_it_was
from hsigui.texts import say

OLD, NEW, NAME, COLOR, CLASS = "old", "new", "name", "color", "class"

Recoding = tuple[tuple[tuple[str, int], ...], tuple[ClassInfo, ...]]  # class -> new number; names of new numbers
Groups = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, Color], ...]]  # class -> group; colours of groups


def read_recoding(path: Path) -> Recoding:
    """What a table of recodings says: class by name or number -> new number, and the new classes that it names.

    Raises:
        HsiError: the file cannot be read, or a line says nothing that could be done.
    """
    head, lines = _read(path, (OLD, NEW))
    targets, classes = dict[str, int](), dict[int, ClassInfo]()
    for number, line in lines:
        old, new = line[OLD], line[NEW]
        if not new.isdecimal() or int(new) > MAX_CLASS:
            raise _wrong(path, number, say("“{text}” is no class number", text=new))
        if old in targets:
            raise _wrong(path, number, say("“{old}” stands there twice", old=old))
        targets[old] = int(new)
        if int(new) and line.get(NAME):
            named = ClassInfo(int(new), line[NAME], _color(line.get(COLOR, ""), path, number) or color_for(int(new)))
            if classes.setdefault(int(new), named).name != named.name:
                raise _wrong(path, number, say("class {new} has another name before", new=new))
    del head
    return tuple(targets.items()), tuple(classes.values())


def read_tree(path: Path, level: str = "") -> Groups:
    """The groups of one level of a class tree, and their colours.

    Args:
        level: its name; empty for the first one.

    Raises:
        HsiError: the file cannot be read, or has no such level.
    """
    head, lines = _read(path, (CLASS,))
    levels = [name for name in head if name != CLASS and not name.endswith(f" {COLOR}")]
    chosen = next((name for name in levels if not level or name == level.casefold()), None)
    if chosen is None:
        raise HsiError(
            say("{name} has no level “{level}”.", name=path.name, level=level),
            say("It has: {levels}.", levels=", ".join(levels) or say("none")),
        )
    groups, colors = dict[str, str](), dict[str, Color]()
    for number, line in lines:
        if line[CLASS] in groups:
            raise _wrong(path, number, say("“{old}” stands there twice", old=line[CLASS]))
        group = groups[line[CLASS]] = line[chosen] or line[CLASS]
        if color := _color(line.get(f"{chosen} {COLOR}", ""), path, number):
            colors.setdefault(group, color)
    return tuple(groups.items()), tuple(colors.items())


def levels_of(path: Path) -> tuple[str, ...]:
    """The levels of a class tree, in their order.

    Raises:
        HsiError: the file cannot be read, or is no class tree.
    """
    head, _ = _read(path, (CLASS,))
    return tuple(name for name in head if name != CLASS and not name.endswith(f" {COLOR}"))


def _read(path: Path, needed: tuple[str, ...]) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The names of the columns, in small letters, and the lines with their numbers in the file."""
    path = path.expanduser()
    try:
        text = text_of(path)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        rows = [(reader.line_num, [as_it_was(cell.strip()) for cell in row]) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        raise HsiError(
            say("{path} cannot be read: {reason}.", path=path, reason=untrusted.reason_of(error)),
            say("Choose another file."),
        ) from error
    head = [cell.casefold() for cell in rows[0][1]] if rows else []
    if missing := [name for name in needed if name not in head]:
        raise HsiError(
            say("{name} has no column {missing}.", name=path.name, missing=", ".join(missing)),
            say("The first line names the columns: {needed}, and others.", needed=", ".join(needed)),
        )
    lines = []
    for number, cells in rows[1:]:
        if any(cells):
            cells += [""] * (len(head) - len(cells))
            lines.append((number, dict(zip(head, cells, strict=False))))
    if empty := next((number for number, line in lines if not line[needed[0]]), None):
        raise _wrong(path, empty, say("it names no class"))
    if not lines:
        raise HsiError(say("{name} holds no lines.", name=path.name), say("Write one for each class."))
    return head, lines


def _delimiter(text: str) -> str:
    """A semicolon, as spreadsheets write it where a comma stands in numbers, or a tab, as they paste it."""
    first = text.partition("\n")[0]
    return next((sign for sign in ";\t" if sign in first and "," not in first), ",")


def _color(text: str, path: Path, number: int) -> Color | None:
    if not text:
        return None
    try:
        found = color_from(text)
    except ValueError:
        found = None
    if found is None:
        raise _wrong(path, number, say("“{text}” is no colour", text=text))
    return found


def _wrong(path: Path, number: int, what: str) -> HsiError:
    return HsiError(
        say("Line {number} of {name}: {what}.", number=number, name=path.name, what=what), say("Correct that line.")
    )
