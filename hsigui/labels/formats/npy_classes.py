"""Class numbers in a NumPy file (.npy)."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.formats.numpy_files import NumpyFile
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.labels.raster import StoredRaster
from hsigui.texts import say


def read_npy(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads a two-dimensional array of class numbers.

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the file is damaged, or holds no array of numbers.
    """
    file = NumpyFile(path)
    if len(file.arrays) != 1:
        raise HsiError(
            say("{name} holds no labels: it is no array of numbers.", name=path.name),
            say("Labels are rows x columns of numbers."),
        )
    stored = file.load(file.arrays[0].name)
    return StoredRaster(stored, path.name)
