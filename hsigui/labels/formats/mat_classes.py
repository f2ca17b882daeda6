"""Class rasters in MATLAB files, found by their shape: every provider names them differently."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.containers import named_sizes
from hsigui.cube.formats.matlab import MatFile
from hsigui.errors import HsiError
from hsigui.labels.background import proposed
from hsigui.labels.classes import MAX_CLASS, ClassTable, Color, default_name
from hsigui.labels.formats import layouts
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels, StoredRaster, smallest_type
from hsigui.labels.tally import tally_of
from hsigui.saving import written_beside
from hsigui.texts import say

_MASK = re.compile(r"(?:^|[^a-z])(?:mask|valid|validmask|valid_mask|bad|bad_pixels|quality|flag|flags)(?:$|[^a-z])")
VARIABLE = "labels"  # the array in files that this program writes


def read_mat(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads an array of class numbers: rows x cols, or one that is that in another way (`layouts`).

    Args:
        variable: its name, where several fit; with the order of the pixels where they lie in one row.
        grid: of the scene, whose pixels a flattened cube has in one axis.

    Raises:
        AmbiguousLabels: several arrays fit and `variable` is None, or one fits in several ways.
        HsiError: the file is damaged, or no array holds class numbers.
    """
    file = MatFile(path)
    chosen, order = _choose(file, path.name, variable, grid)
    if flattened(file, chosen, grid):
        raise _is_cube(path, chosen)
    found = layouts.plane_of(file.load(chosen.name), chosen.name, grid, order, layouts.BY_COLUMNS)
    names, colors = _classes(file)
    return StoredRaster(
        found.array, f"{path.name} ({chosen.name})", names, colors, variable=chosen.name + order, notes=found.notes
    )


def holds_classes(path: Path) -> bool | None:
    """Whether the one array of a file holds classes though it has three axes: None where one of them is 1, and the
    others may be a raster of classes."""
    file = MatFile(path)
    several = [info for info in file.arrays if max(info.shape, default=0) > 1]
    return layouts.holds_classes(several[0], lambda: file.load(several[0].name)) if len(several) == 1 else False


def write_mat(path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes the array `labels` with `class_numbers`, `class_names` and `class_colors` beside it; no place. `array`
    holds class numbers, rows x cols, 0 for unlabelled.

    Raises:
        HsiError: the file cannot be written.
    """
    names = np.empty(len(classes), dtype=object)
    names[:] = [c.name for c in classes]
    content = {
        VARIABLE: smallest_type(array, classes),
        "class_numbers": np.array(classes.numbers, dtype=np.uint16),
        "class_names": names,
        "class_colors": np.array([c.color for c in classes], dtype=np.uint8).reshape(-1, 3),
    }
    with written_beside(path) as (scratch,):
        scipy.io.savemat(scratch, content, do_compression=True)
    return [path]


def truth_candidates(path: Path, shape: tuple[int, int]) -> tuple[ArrayInfo, ...]:
    """The arrays that are class numbers for a scene of this size, in the plainest way in which any is: no masks and no
    arrays of one value.

    Raises:
        HsiError: the file is damaged.
    """
    file = MatFile(path)
    # The scene itself, which is not read for it, is the array of the most planes.
    deep = [a for a in file.arrays if len(layouts.squeezed(a.shape)) == 3]
    scene = max(deep, key=lambda a: math.prod(a.shape), default=None)
    return tuple(array for array, _ in _fitting(file, Grid(*shape), scene))


def _fitting(file: MatFile, grid: Grid, but: ArrayInfo | None = None) -> list[tuple[ArrayInfo, str]]:
    """The arrays that fit a scene in the plainest way in which any does, with the order of pixels in a row.

    Args:
        but: an array that is none.
    """
    ways = [(array, layouts.way_of(array.shape, grid.shape)) for array in file.arrays if array != but]
    for wanted in (layouts.AS_IS, layouts.PLANES, layouts.TURNED, layouts.ROW):
        found = []
        for array in (array for array, way in ways if way == wanted):
            for order in (layouts.BY_COLUMNS, layouts.BY_ROWS) if wanted == layouts.ROW else ("",):
                if _holds_classes(file, array, grid, order) and _is_truth(file, array):
                    found.append((replace(array, name=array.name + order), order))
        if found:
            return found
    return []


def flattened(file: MatFile, array: ArrayInfo, grid: Grid | None = None) -> bool:
    """Whether an array is a scene that holds its pixels in one axis: the file names the size, or the scene has it."""
    sizes = named_sizes(file) + ([(grid.rows, grid.cols)] if grid else [])
    plane = array.shape if len(array.shape) == 2 and min(array.shape) > 1 else ()
    return any(rows * cols in plane and tuple(plane) != (rows, cols) for rows, cols in sizes)


def _is_cube(path: Path, array: ArrayInfo) -> HsiError:
    return HsiError(
        say(
            "The array {array} of {path} is a scene whose pixels lie in one axis, or shares of materials: no labels.",
            array=array,
            path=path.name,
        ),
        say("Choose a file with class numbers of rows x columns."),
    )


def _choose(file: MatFile, file_name: str, variable: str | None, grid: Grid | None) -> tuple[ArrayInfo, str]:
    """The array, and the order of its pixels where they lie in a row and the user chose one."""
    listed = ", ".join(map(str, file.arrays)) or say("none")
    if variable is not None:
        for name, order in ((variable, ""), layouts.split_name(variable)):
            named = next((a for a in file.arrays if a.name == name), None)
            if named is not None and (not order or layouts.is_row(named.shape)):
                return named, order
        raise HsiError(
            say("{file_name} holds no numeric array “{variable}”.", file_name=file_name, variable=variable),
            say("Its arrays: {listed}.", listed=listed),
        )
    flat = [a for a in file.arrays if len(layouts.squeezed(a.shape)) == 2]
    own = [a for a in flat if a.name == VARIABLE]
    if own and any(a.name == "class_numbers" for a in flat):
        return own[0], ""
    if grid is not None and (fits := _fitting(file, grid)):
        names = {array.name.removesuffix(order) for array, order in fits}
        if len(names) == 1:  # in what order its pixels lie is asked when they are read
            return next(a for a in file.arrays if a.name in names), ""
        return _one_of([array for array, _ in fits], file_name), ""
    planes = [a for a in flat if min(layouts.squeezed(a.shape)) > 1]
    if len(planes) == 1:
        return planes[0], ""  # a wrong value is then reported with its place
    fitting = [a for a in planes if not flattened(file, a, grid) and _holds_classes(file, a, grid)]
    fitting = [a for a in fitting if _is_truth(file, a)] or fitting
    if not fitting and not planes:
        fitting = [a for a in file.arrays if len(a.shape) == 3 and _by_planes(file, a)]
    if fitting:
        return _one_of(fitting, file_name), ""
    hint = say("Choose the file with the ground truth.")
    if grid is None and any(layouts.is_row(a.shape) for a in file.arrays):
        hint = say("Where the pixels lie in one row, open the scene first: its size says how they lie.")
    raise HsiError(
        say(
            "{file_name} holds no labels: no array of rows x columns with class numbers. Arrays found: {listed}.",
            file_name=file_name,
            listed=listed,
        ),
        hint,
    )


def _one_of(fitting: Sequence[ArrayInfo], file_name: str) -> ArrayInfo:
    if len(fitting) == 1:
        return fitting[0]
    raise AmbiguousLabels(
        say("{file_name} holds several arrays that can be the labels", file_name=file_name), tuple(fitting)
    )


def _by_planes(file: MatFile, array: ArrayInfo) -> bool:
    planes = layouts.way_of(array.shape, None) == layouts.PLANES
    return planes and layouts.class_axis(file.load(array.name), None) is not None


def _holds_classes(file: MatFile, array: ArrayInfo, grid: Grid | None, order: str = "") -> bool:
    try:
        found = layouts.plane_of(file.load(array.name), array.name, grid, order)
        proposed(tally_of(found.array, array.name), {})
    except HsiError:
        return False
    return True


def _is_truth(file: MatFile, array: ArrayInfo) -> bool:
    """Whether class numbers are more than a mask, or one number everywhere."""
    found = file.load(array.name)
    return not _MASK.search(array.name.casefold()) and bool((found != found.flat[0]).any())


def _classes(file: MatFile) -> tuple[dict[int, str], dict[int, Color]]:
    """Names and colours by number that this program writes into its own files, in which 0 is no class; none of
    others."""
    numbers, names = file.load_any("class_numbers"), file.load_any("class_names")
    if numbers is None or names is None or np.size(numbers) != np.size(names):
        return {}, {}
    colors = _colors(file.load_any("class_colors"), np.size(numbers))
    titles, shown = {0: "Unclassified"}, dict[int, Color]()
    for number, name, color in zip(np.ravel(numbers), np.ravel(names), colors, strict=True):
        n = int(number)
        if 0 < n <= MAX_CLASS:
            titles[n] = str(np.ravel(name)[0]) if np.size(name) else default_name(n)
            shown |= {} if color is None else {n: color}
    return titles, shown


def _colors(values: Any, count: int) -> list[tuple[int, int, int] | None]:
    if values is None or np.shape(values) != (count, 3):
        return [None] * count
    return [(int(r), int(g), int(b)) for r, g, b in values]
