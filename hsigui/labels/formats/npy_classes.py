"""Class numbers in a NumPy file (.npy)."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.formats.numpy_files import NumpyFile
from hsigui.errors import HsiError
from hsigui.labels.formats import layouts
from hsigui.labels.grid import Grid
from hsigui.labels.raster import StoredRaster
from hsigui.texts import say


def read_npy(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads an array of class numbers: rows x cols, or one that is that in another way (`layouts`).

    Args:
        variable: the order of the pixels where they lie in one row, as a question names it.
        grid: the scene, whose size says how other arrays become rows x cols.

    Raises:
        AmbiguousLabels: the pixels lie in one row, by rows of the scene or by its columns.
        HsiError: the file is damaged, or holds no array of numbers that fits.
    """
    file = NumpyFile(path)
    if len(file.arrays) != 1:
        raise HsiError(
            say("{name} holds no labels: it is no array of numbers.", name=path.name),
            say("Labels are rows x columns of numbers."),
        )
    info = file.arrays[0]
    _, order = layouts.split_name(variable or "")
    found = layouts.plane_of(file.load(info.name), path.name, grid, order)
    named = f"{path.name}{order}" if order else ""
    return StoredRaster(found.array, path.name, variable=named, notes=found.notes)


def holds_classes(path: Path) -> bool | None:
    """Whether a file holds classes though it has three axes: None where one of them is 1, and the others may be a
    raster of classes."""
    file = NumpyFile(path)
    if len(file.arrays) != 1:
        return False
    info = file.arrays[0]
    return layouts.holds_classes(info, lambda: file.load(info.name))
