"""Class numbers in a NumPy file (.npy)."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.formats.numpy_files import NumpyFile
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.raster import ClassRaster, numbers_in, whole_numbers
from hsigui.texts import say


def read_npy(path: Path, variable: str | None = None, grid: Grid | None = None) -> ClassRaster:
    """Reads a two-dimensional array of class numbers.

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the file is damaged, or its array holds no class numbers.
    """
    file = NumpyFile(path)
    if len(file.arrays) != 1:
        raise HsiError(
            say("{name} holds no labels: it is no array of numbers.", name=path.name),
            say("Labels are rows x columns of numbers."),
        )
    stored = file.load(file.arrays[0].name)
    array = whole_numbers(stored, path.name)
    return ClassRaster(array, ClassTable.for_numbers(numbers_in(array)), dtype=stored.dtype.name)
