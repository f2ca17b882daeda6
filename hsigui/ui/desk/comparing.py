"""What a file of labels or classes holds, beside what would be written to it. Read in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.class_tables import read_table
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.matching import pixel_counts
from hsigui.texts import number_text, say
from hsigui.ui.desk.changed_dialog import Comparison


def compare_counts(path: Path, array: NDArray[np.uint16], classes: ClassTable, cube: Cube) -> Comparison:
    """Pixels of each class in a file and in a raster (rows x cols), the classes matched by name."""
    try:
        there = read_classes(path, grid=Grid(cube.rows, cube.cols, cube.geo))
    except HsiError as error:
        return Comparison(path.name, note=str(error))
    except Exception as error:  # noqa: BLE001 - whatever another program left there; the question must still be asked
        return Comparison(path.name, note=say("{name} cannot be read: {error}.", name=path.name, error=error))
    return _compared(path.name, say("Labelled pixels"), _by_name(there.array, there.classes), _by_name(array, classes))


def compare_tables(path: Path, classes: ClassTable) -> Comparison:
    """The classes of a table in a file and those here, with their numbers."""
    try:
        table = read_table(path)
    except HsiError as error:
        return Comparison(path.name, note=str(error))
    except Exception as error:  # noqa: BLE001 - as above
        return Comparison(path.name, note=say("{name} cannot be read: {error}.", name=path.name, error=error))
    there, here = ({c.name: f"{c.number}" for c in found} for found in (table, classes))
    return _compared(path.name, say("Number of the class"), there, here)


def _by_name(array: NDArray[np.integer], classes: ClassTable) -> dict[str, str]:
    counts = pixel_counts(array)
    named = classes.merged_with(counts)
    return {named.get(number).name: number_text(count, ",") for number, count in counts.items()}


def _compared(name: str, what: str, there: Mapping[str, str], here: Mapping[str, str]) -> Comparison:
    names = [*here, *(other for other in there if other not in here)]
    nothing = "–"
    return Comparison(name, what, tuple((n, there.get(n, nothing), here.get(n, nothing)) for n in names))
