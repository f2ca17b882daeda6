"""One table of classes for many maps: theirs must agree, or are brought together by the names of the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.matching import free_number, is_default
from hsigui.texts import say


@dataclass(frozen=True)
class Agreed:
    """What many tables have in common.

    Attributes:
        classes: of all of them, by number; colours are those of the first table that has the class.
        numbers: of each table: own number -> number in the common one.
        notes: what was assumed, a sentence each.
    """

    classes: ClassTable
    numbers: tuple[Mapping[int, int], ...]
    notes: tuple[str, ...] = ()


def agreed(tables: Sequence[tuple[str, ClassTable]], *, by_name: bool = False) -> Agreed:
    """The common table of several.

    A class that has only its number for a name ("Class 3") agrees with any class of that number.

    Args:
        tables: each with a name for messages, such as that of its map.
        by_name: classes of one name are the same, whatever their numbers; else numbers and names must both agree.

    Raises:
        HsiError: a number has two names, or a name two numbers, and it is not by name.
    """
    found: dict[int, ClassInfo] = {}
    of: dict[int, str] = {}  # in which table a class was seen first
    places: dict[str, int] = {}
    numbers: list[dict[int, int]] = []
    recolored = set[str]()
    for name, table in tables:
        own: dict[int, int] = {}
        for info in table:
            number = _number(info, found, places, by_name=by_name)
            _require_agreement(info, number, found, of, name, places)
            if number not in found or (is_default(found[number]) and not is_default(info)):
                found[number] = ClassInfo(number, info.name, info.color)
                of[number] = name
                if not is_default(info):
                    places[info.name.casefold()] = number
            elif found[number].color != info.color and not is_default(info):
                recolored.add(found[number].name)
            own[info.number] = number
        numbers.append(own)
    classes = ClassTable(tuple(found[number] for number in sorted(found)))
    notes = []
    if recolored:
        names = ", ".join(sorted(recolored))
        notes.append(say("Colours differ from map to map, and those of the first are taken: {names}.", names=names))
    if moved := sum(any(own != number for own, number in each.items()) for each in numbers):
        notes.append(say("Class numbers of {count} maps were changed to those of the same names.", count=moved))
    return Agreed(classes, tuple(numbers), tuple(notes))


def _number(info: ClassInfo, found: Mapping[int, ClassInfo], places: Mapping[str, int], *, by_name: bool) -> int:
    """The number of a class in the common table."""
    if not by_name or is_default(info):
        return info.number
    there = places.get(info.name.casefold())
    if there is not None:
        return there
    taken = found.get(info.number)
    return info.number if taken is None or is_default(taken) else free_number(set(found))


def _require_agreement(
    info: ClassInfo, number: int, found: Mapping[int, ClassInfo], of: Mapping[int, str], name: str,
    places: Mapping[str, int],
) -> None:  # fmt: skip
    hint = say("Give --match-classes to bring classes of one name together, or merge these maps apart.")
    there = found.get(number)
    if (
        there is not None
        and not is_default(there)
        and not is_default(info)
        and (there.name.casefold() != info.name.casefold())
    ):
        raise HsiError(
            say("Class {number} is {first} in {first_map}, and {second} in {second_map}.", number=number,
                first=there.name, first_map=of[number], second=info.name, second_map=name),
            hint,
        )  # fmt: skip
    other = places.get(info.name.casefold())
    if other is not None and other != number:
        raise HsiError(
            say("{class_} is class {first} in {first_map}, and class {second} in {second_map}.", class_=info.name,
                first=other, first_map=of[other], second=number, second_map=name),
            hint,
        )  # fmt: skip
