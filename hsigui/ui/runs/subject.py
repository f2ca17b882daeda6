"""Maps that are kept, and the difference of two, as other views show them."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.raster import Raster
from hsigui.document.results import KeptResult
from hsigui.document.values import Box
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.texts import say
from hsigui.ui.image.subjects import Draw, Subject, draw_classes, legend_of
from hsigui.ui.runs.comparing import difference, difference_classes, unpacked
from hsigui.ui.runs.rows import Row

SHOWN = "map"  # the subject of the map that is shown, which the room of the map offers


def id_of(row: Row) -> str:
    """The id of the subject of a row's map."""
    return SHOWN if row.is_now else row.key


def map_subject(row: Row, now: ClassTable) -> Subject:
    """A kept map; classes that are called as they were have their colours of today."""
    if row.result.map is None:
        raise ValueError("a row without a map")
    table = colored(row.result, now)
    draw: Draw = partial(_draw_map, raster=row.result.map, table=table)
    return Subject(id_of(row), row.title, draw, legend=legend_of(table))


def colored(found: KeptResult, now: ClassTable) -> ClassTable:
    """The classes of a kept map in the colours of today."""
    known = {info.name.casefold(): info.color for info in now}
    return ClassTable(tuple(ClassInfo(c.number, c.name, known.get(c.name.casefold(), c.color)) for c in found.classes))


def difference_id(first: Row, second: Row) -> str:
    """The id of the subject of a difference."""
    return f"difference {first.key} {second.key}"


def difference_subject(first: Row, second: Row) -> Subject:
    """Where two maps differ, and which is right there."""
    table = difference_classes(first.title, second.title)
    draw: Draw = partial(_draw_difference, first=first.result, second=second.result, table=table)
    title = say("Difference: {first} / {second}", first=first.title, second=second.title)
    return Subject(difference_id(first, second), title, draw, legend=legend_of(table))


def _draw_map(box: Box, step: int, raster: Raster, table: ClassTable) -> NDArray[np.uint8]:
    """A part of a map, rows x cols x 4."""
    return draw_classes(unpacked(raster), table)(box, step)


def _draw_difference(
    box: Box, step: int, first: KeptResult, second: KeptResult, table: ClassTable
) -> NDArray[np.uint8]:
    """A part of a difference, rows x cols x 4."""
    found = difference(first, second, box, step)
    return draw_classes(found, table)((0, 0, *found.shape), 1)
