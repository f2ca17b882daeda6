"""Class numbers in a NumPy file (.npy)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.raster import ClassRaster, whole_numbers
from hsigui.texts import say


def read_npy(path: Path, variable: str | None = None, grid: Grid | None = None) -> ClassRaster:
    """Reads a two-dimensional array of class numbers.

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the file is damaged, or its array holds no class numbers.
    """
    try:
        stored = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise HsiError(
            say("{name} cannot be read as a NumPy array: {error}.", name=path.name, error=error),
            say("Is the file complete?"),
        ) from error
    array = whole_numbers(stored, path.name)
    return ClassRaster(array, ClassTable.for_numbers(np.unique(array).tolist()), dtype=stored.dtype.name)
