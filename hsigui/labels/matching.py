"""Bringing the classes of a loaded raster in line with those of a label map: the same name gets the same number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, color_for, default_name


@dataclass(frozen=True)
class Matched:
    """A raster in the numbers of the common table.

    Attributes:
        array: rows x cols uint16.
        classes: the label map's table, with the classes that it lacked added.
        renumbered: old number -> new number, for the classes whose number changed; 0 for those that were left out.
    """

    array: NDArray[np.uint16]
    classes: ClassTable
    renumbered: dict[int, int]


def match_classes(array: NDArray[np.integer], classes: ClassTable, table: ClassTable) -> Matched:
    """Renumbers a raster so that its classes agree with a table by name, as `proposed_targets` says.

    Args:
        array: class numbers, rows x cols, 0 for unlabelled.
        classes: what these numbers mean.
        table: the classes to agree with.
    """
    classes = _all_of(array, classes)
    return renumbered(array, classes, table, proposed_targets(classes, table))


def proposed_targets(classes: ClassTable, table: ClassTable) -> dict[int, int]:
    """The number of the table for each class number: one that the table lacks for a new class.

    A class of the same name is the same class. Else one of the same number is, when either of the two only has a
    default name ("Class 3"); the given name wins then. Else the class is new and keeps its number when it is free.
    """
    by_name = {c.name.casefold(): c.number for c in table if not is_default(c)}
    merged = {c.number: c for c in table}
    target = {c.number: by_name.get(c.name.casefold(), 0) for c in classes}
    for info in classes:
        if not target[info.number]:
            number = _number_for(info, merged, set(target.values()))
            target[info.number] = number
            merged.setdefault(number, info)
    return target


def renumbered(
    array: NDArray[np.integer], classes: ClassTable, table: ClassTable, targets: Mapping[int, int]
) -> Matched:
    """The raster with each class under another number, and the table with the classes that it lacked.

    Args:
        array: class numbers, rows x cols, 0 for unlabelled.
        classes: what these numbers mean; every number that occurs is among them.
        table: the classes to agree with.
        targets: a number for each class number: one of the table, one that it lacks for a new class (which takes name
            and colour of its class), or 0 to leave the class out.

    Raises:
        ValueError: a class has no target.
    """
    if missing := set(classes.numbers) - set(targets):
        raise ValueError(f"classes without a target: {sorted(missing)}")
    merged = {c.number: c for c in table}
    for info in classes:
        number = targets[info.number]
        if number and number not in merged:
            merged[number] = _renumbered(info, number, tuple(merged.values()))
        elif number and is_default(merged[number]) and not is_default(info):
            merged[number] = replace(merged[number], name=info.name, color=info.color)
    lookup = np.zeros(max(targets, default=0) + 1, dtype=np.uint16)
    for old, new in targets.items():
        lookup[old] = new
    changed = {old: new for old, new in targets.items() if old != new}
    return Matched(lookup[array], ClassTable(tuple(merged.values())), changed)


def marked_as(table: ClassTable, other: ClassTable) -> ClassTable:
    """A table in which those classes are locked and hidden that are so, by name, in another one."""
    marks = {c.name.casefold(): (c.locked, c.hidden) for c in other}
    pairs = ((c, marks.get(c.name.casefold(), (c.locked, c.hidden))) for c in table)
    return ClassTable(tuple(replace(c, locked=locked, hidden=hidden) for c, (locked, hidden) in pairs))


def differs(array: NDArray[np.integer], classes: ClassTable, table: ClassTable) -> bool:
    """Whether it is for the user to say which classes of a file are which of a table. `array` is rows x cols.

    That is so when both name their classes, and a class with pixels in the file is not in the table by name.
    """
    if all(is_default(c) for c in table):
        return False
    known = {c.name.casefold() for c in table}
    return any(classes.get(n).name.casefold() not in known for n in pixel_counts(array))


def pixel_counts(array: NDArray[np.integer]) -> dict[int, int]:
    """Pixels of every class number that occurs, 0 left out. `array` is rows x cols."""
    counts = np.bincount(array.ravel(), minlength=1)
    return {int(n): int(counts[n]) for n in np.flatnonzero(counts) if n}


# Names of unnamed classes in the languages that ship: a file may have been written in another than that of now.
DEFAULT_NAMES = ("Class {}", "Klasse {}", "类别{}")


def is_default(info: ClassInfo) -> bool:
    """Whether a class has no name but that of its number ("Class 3"), in whatever language it was written."""
    return info.name == default_name(info.number) or info.name in (name.format(info.number) for name in DEFAULT_NAMES)


def free_number(taken: set[int]) -> int:
    """The lowest class number that is not taken."""
    return next(n for n in range(1, MAX_CLASS + 1) if n not in taken)


def _all_of(array: NDArray[np.integer], classes: ClassTable) -> ClassTable:
    return classes.merged_with(pixel_counts(array))


def _number_for(info: ClassInfo, merged: dict[int, ClassInfo], taken: set[int]) -> int:
    there = merged.get(info.number)
    if info.number not in taken and (there is None or is_default(there) or is_default(info)):
        return info.number
    return free_number(set(merged) | taken)


def _renumbered(info: ClassInfo, number: int, others: tuple[ClassInfo, ...]) -> ClassInfo:
    """A class under another number, with a name and, if it can be, a colour of its own."""
    color = info.color
    if number != info.number and any(c.color == color for c in others):
        color = color_for(number)
    if is_default(info):
        return ClassInfo(number, default_name(number), color)
    name, again = info.name, 2
    while any(c.name.casefold() == name.casefold() for c in others):
        name, again = f"{info.name} ({again})", again + 1
    return ClassInfo(number, name, color)
