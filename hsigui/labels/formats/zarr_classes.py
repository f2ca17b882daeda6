"""Class maps in zarr stores: this program's own, and others whose classes are told as CF tells them.

Sources: CF Metadata Conventions 1.11, section 3.5 (`flag_values`, `flag_meanings`); `class_names` and `flag_colors` are
what this program writes beside them (`report.zarr_maps`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.hdf5_attributes import Attributes, texts_of
from hsigui.cube.formats.zarr_files import ZarrFile, open_folder
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, Color
from hsigui.labels.formats import layouts
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.raster import StoredRaster
from hsigui.texts import say


def read_zarr(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads a raster of class numbers from a zarr store in a folder, with its names, colours and place.

    Args:
        variable: its path, where several fit.
        grid: the scene, whose size says how arrays become rows x cols (`layouts`).

    Raises:
        AmbiguousLabels: several arrays fit and `variable` is None.
        HsiError: zarr is not installed, the store is damaged, or no array holds class numbers.
    """
    file = open_folder(path)
    chosen, order = _chosen(file, path.name, variable, grid)
    stored = file.load(chosen.name)
    found = layouts.plane_of(stored, chosen.name, grid, order)
    told = file.attributes(chosen.name).own
    geo, notes = _place(file, chosen)
    names, colors = _classes(told)
    nodata = file.beside(chosen.name, 1).nodata
    return StoredRaster(
        found.array, f"{path.name} ({chosen.name})", names, colors, geo, nodata, chosen.name + order,
        (*found.notes, *notes),
    )  # fmt: skip


def holds_classes(path: Path) -> bool | None:
    """Whether the arrays of a store are classes: True where one says so, None where one of whole numbers may be, False
    where none is."""
    file = open_folder(path)
    planes = [array for array in file.arrays if _is_plane(array)]
    if any(_says_classes(file, array) for array in planes):
        return True
    deep = any(len(layouts.squeezed(array.shape)) > 2 for array in file.arrays)
    return None if len(planes) == 1 and not deep else False


def _chosen(file: ZarrFile, name: str, variable: str | None, grid: Grid | None) -> tuple[ArrayInfo, str]:
    if variable is not None:
        for wanted, order in ((variable, ""), layouts.split_name(variable)):
            for array in file.arrays:
                if array.name == wanted:
                    return array, order
        raise HsiError(
            say("{file_name} holds no numeric array “{variable}”.", file_name=name, variable=variable),
            say("Its arrays: {listed}.", listed=", ".join(map(str, file.arrays[:20])) or say("none")),
        )
    size = None if grid is None else grid.shape
    planes = [array for array in file.arrays if _is_plane(array)]
    fitting = [a for a in planes if _says_classes(file, a)] or [
        a
        for a in planes
        if layouts.way_of(a.shape, size) is not None and layouts.may_be_classes(file.load(a.name), a.name, grid)
    ]
    return layouts.the_one(fitting, file.arrays, name), ""


def _is_plane(array: ArrayInfo) -> bool:
    whole = np.dtype(array.dtype).kind in "iub"
    return whole and len(layouts.squeezed(array.shape)) == 2 and min(layouts.squeezed(array.shape)) >= 1


def _says_classes(file: ZarrFile, array: ArrayInfo) -> bool:
    own = file.attributes(array.name).own
    return own.get("flag_values") is not None and own.get("flag_meanings") is not None


def _classes(told: Attributes) -> tuple[dict[int, str], dict[int, Color]]:
    """Names and colours of the numbers that an array gives them."""
    numbers = [int(n) if float(n).is_integer() else -1 for n in told.numbers("flag_values")]
    meanings = told.text("flag_meanings").split()
    names = list(texts_of(told.get("class_names")))
    if len(names) != len(numbers):
        names = [word.replace("_", " ") for word in meanings]
    colors = [color_from(word) for word in told.text("flag_colors").split()]
    if not numbers or len(names) != len(numbers):
        return {}, {}
    named = {n: name for n, name in zip(numbers, names, strict=True) if 0 <= n <= MAX_CLASS}
    if len(colors) != len(numbers):
        return named, {}
    return named, {n: color for n, color in zip(numbers, colors, strict=True) if n in named and color is not None}


def _place(file: ZarrFile, array: ArrayInfo) -> tuple[Geo, tuple[str, ...]]:
    """Where an array of two axes lies; nothing for one with more."""
    if len(array.shape) != 2:
        return Geo(), ()
    rows, cols = array.shape
    found = file.place(array.name, Layout((rows, cols, 1), (0, 1, 2)))
    return found.geo, found.notes
