"""Classes of a map as they are typed, by number or by name, and numbers as they are told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.texts import say

_WORD = r'\s*("(?:[^"]|"")+"|[^",=][^,=]*?)\s*'
_PAIR = re.compile(f"{_WORD}={_WORD}(?:,|$)")
_BARE = re.compile(r'[^\s",=-](?:[^,=]*[^\s,=])?')  # nor is it an option of a command line


def number_of(word: str, table: ClassTable) -> int:
    """The number of a class by its name or number; a name comes first, so that a class may be called "3".

    Raises:
        HsiError: there is no such class, or several have the name.
    """
    text = word.strip()
    named = [info.number for info in table if info.name.casefold() == text.casefold()]
    if len(named) > 1:
        raise HsiError(
            say("{count} classes are called “{name}”.", count=len(named), name=text),
            say("Give the number: {numbers}.", numbers=", ".join(map(str, named))),
        )
    if named:
        return named[0]
    if text.isdecimal() and int(text) in table:
        return int(text)
    known = ", ".join(f"{info.number} {info.name}" for info in table)
    raise HsiError(say("The map has no class “{word}”.", word=text), say("It has: {known}.", known=known))


def pairs_of(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of classes by name or number, such as `3=2,Reed=Meadow`; a name that holds a comma or an equals sign
    stands in quotes, as in `"Water, deep"=4`, and a quote in it twice.

    Raises:
        HsiError: the text holds no pairs, or something between them.
    """
    found, place = [], 0
    rest = text.strip().rstrip(",")
    while place < len(rest) and (pair := _PAIR.match(rest, place)):
        found.append((_unquoted(pair[1]), _unquoted(pair[2])))
        place = pair.end()
    if not found or place < len(rest):
        raise HsiError(
            say("“{text}” names no pairs of classes.", text=text),
            say('Write the class = the one that it becomes part of, such as 3=2,Reed=Meadow; names with a comma in '
                'quotes, such as "Water, deep"=4.'),
        )  # fmt: skip
    return tuple(found)


def pairs_told(pairs: Iterable[tuple[str, str]]) -> str:
    """The text of which `pairs_of` makes the same pairs."""
    return ",".join(f"{_quoted(old)}={_quoted(new)}" for old, new in pairs)


def exactly(value: float) -> str:
    """The shortest text of a number that is read as the same number."""
    number = float(value)
    short = f"{number:g}"
    return short if float(short) == number else repr(number)


def _quoted(word: str) -> str:
    return word if _BARE.fullmatch(word) else '"' + word.replace('"', '""') + '"'


def _unquoted(word: str) -> str:
    return word[1:-1].replace('""', '"') if word.startswith('"') else word
