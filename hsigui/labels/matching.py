"""Bringing the classes of a loaded raster in line with those of a label map: the same name gets the same number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassInfo, ClassTable, color_for


@dataclass(frozen=True)
class Matched:
    """A raster in the numbers of the common table.

    Attributes:
        array: rows x cols uint16.
        classes: the label map's table, with the classes that it lacked added.
        renumbered: old number -> new number, for the classes whose number changed.
    """

    array: NDArray[np.uint16]
    classes: ClassTable
    renumbered: dict[int, int]


def match_classes(array: NDArray[np.integer], classes: ClassTable, table: ClassTable) -> Matched:
    """Renumbers a raster so that its classes agree with a table by name.

    A class of the same name is the same class. Else one of the same number is, when either of the two only has a
    default name ("Class 3"); the given name wins then. Else the class is new and keeps its number when it is free.

    Args:
        array: class numbers, rows x cols, 0 for unlabelled.
        classes: what these numbers mean.
        table: the classes to agree with.
    """
    classes = classes.merged_with(np.unique(array).tolist())
    target: dict[int, int] = {}
    merged = {c.number: c for c in table}
    by_name = {c.name.casefold(): c.number for c in table if not _is_default(c)}
    for info in classes:
        target[info.number] = by_name.get(info.name.casefold(), 0)
    for info in classes:
        if target[info.number]:
            continue
        number = _number_for(info, merged, set(target.values()))
        target[info.number] = number
        if number not in merged:
            merged[number] = _renumbered(info, number)
        elif _is_default(merged[number]):
            merged[number] = ClassInfo(number, info.name, info.color)
    lookup = np.zeros(max(target, default=0) + 1, dtype=np.uint16)
    for old, new in target.items():
        lookup[old] = new
    changed = {old: new for old, new in target.items() if old != new}
    return Matched(lookup[array], ClassTable(tuple(merged.values())), changed)


def _is_default(info: ClassInfo) -> bool:
    return info.name == f"Class {info.number}"


def _number_for(info: ClassInfo, merged: dict[int, ClassInfo], taken: set[int]) -> int:
    there = merged.get(info.number)
    if info.number not in taken and (there is None or _is_default(there) or _is_default(info)):
        return info.number
    return next(n for n in range(1, len(merged) + len(taken) + 2) if n not in merged and n not in taken)


def _renumbered(info: ClassInfo, number: int) -> ClassInfo:
    if number == info.number:
        return info
    return ClassInfo(number, f"Class {number}" if _is_default(info) else info.name, color_for(number))
