"""Classes of a map as they are typed: by number or by name."""

from __future__ import annotations

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.texts import say


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
