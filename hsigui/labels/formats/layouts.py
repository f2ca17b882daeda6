"""In which ways an array can be a raster of classes: as it is, with an axis of one, a plane for each class (one-hot),
turned, or with all pixels in one row.

A row of pixels runs along the rows of the scene in NumPy and along its columns in MATLAB, and no file says which: where
both give another picture the user is asked. A raster of rows x columns is turned only where the size of the scene is
known, and fits no other way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.errors import HsiError
from hsigui.labels.background import proposed
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels
from hsigui.labels.tally import tally_of
from hsigui.texts import say

BY_ROWS, BY_COLUMNS = " (by rows)", " (by columns)"
AS_IS, PLANES, TURNED, ROW = range(4)  # from the plainest way on
_MOST_PLANES, _FEW_PLANES = 256, 64
_MOST_LOOKED_AT = 50_000_000  # samples of an array that is read to find out whether it is a plane for each class
_PLANE = say("Labels are rows x columns of numbers.")
_SCENE_FIRST = say("Where the pixels lie in one row, open the scene first: its size says how they lie.")


@dataclass(frozen=True)
class Plane:
    """Class numbers, rows x cols, and how the stored array became that."""

    array: NDArray[np.generic]
    notes: tuple[str, ...] = ()


def way_of(shape: tuple[int, ...], size: tuple[int, int] | None) -> int | None:
    """The plainest way in which an array can be a raster of classes, by its shape alone; None for none.

    Args:
        size: rows and columns of the scene; None where it is not known.
    """
    shape = squeezed(shape)
    if len(shape) == 2 and min(shape) > 1 and (size is None or shape == size):
        return AS_IS
    if len(shape) == 3 and min(shape) > 1 and math.prod(shape) <= _MOST_LOOKED_AT and _class_axes(shape, size):
        return PLANES
    if size is None:
        return None
    if len(shape) == 2 and shape == size[::-1]:
        return TURNED
    return ROW if is_row(shape) and math.prod(shape) == math.prod(size) else None


def is_row(shape: tuple[int, ...]) -> bool:
    """Whether all numbers of an array lie along one axis, and are several."""
    return math.prod(shape) == max(shape, default=0) > 1


def plane_of(array: NDArray[np.generic], name: str, grid: Grid | None, order: str = "", usual: str = BY_ROWS) -> Plane:
    """The raster of classes that an array is.

    Args:
        array: of any shape.
        name: of the array, for questions and refusals.
        grid: the scene; None where it is not known.
        order: `BY_ROWS` or `BY_COLUMNS`, as the user chose for pixels in one row.
        usual: which of these comes first in a question.

    Raises:
        AmbiguousLabels: it can be brought to the scene in two ways that differ.
        HsiError: in none.
    """
    size = None if grid is None else grid.shape
    found = np.asarray(array.reshape(squeezed(array.shape)))
    notes: tuple[str, ...] = ()
    if found.ndim == 3 and (axis := class_axis(found, size)) is not None:
        count = found.shape[axis]
        found = _by_class(found, axis)
        notes = (say("{name} holds a plane for each of {count} classes: their order gives the numbers.", name=name,
                     count=count),)  # fmt: skip
    if size is not None and found.ndim == 2 and found.shape == size[::-1] != size:
        found = np.ascontiguousarray(found.T)
        notes += (say("Rows and columns of {name} are exchanged: it was turned to fit the scene.", name=name),)
    if found.ndim == 2 and (min(found.shape) > 1 or found.shape == size or size is None):
        return Plane(found, notes)
    if found.ndim > 2 or size is None:
        raise HsiError(
            say("{file_name} holds no labels: the array is {size} {dtype}.", file_name=name,
                size=_text(array.shape), dtype=array.dtype),
            _PLANE if found.ndim > 2 else _SCENE_FIRST,
        )  # fmt: skip
    return _of_row(found.ravel(), name, size, order, usual)


def may_be_classes(array: NDArray[np.generic], name: str, grid: Grid | None) -> bool:
    """Whether an array, brought to the scene, holds numbers that can be classes, and not one number everywhere.

    Args:
        array: of any shape, see `plane_of`.
    """
    try:
        found = plane_of(array, name, grid, BY_ROWS)
        proposed(tally_of(found.array, name), {})
    except HsiError:
        return False
    return bool((found.array != found.array.flat[0]).any())


def the_one(fitting: Sequence[ArrayInfo], arrays: Sequence[ArrayInfo], file_name: str) -> ArrayInfo:
    """The one array of a file that can be the labels.

    Args:
        fitting: those that can.
        arrays: all of the file, for the refusal.

    Raises:
        AmbiguousLabels: several can.
        HsiError: none can.
    """
    if len(fitting) > 1:
        raise AmbiguousLabels(
            say("{file_name} holds several arrays that can be the labels", file_name=file_name), tuple(fitting)
        )
    if not fitting:
        raise HsiError(
            say("{file_name} holds no labels: no array of rows x columns with class numbers. Arrays found: {listed}.",
                file_name=file_name, listed=", ".join(map(str, arrays[:20])) or say("none")),
            say("Choose the file with the labels."),
        )  # fmt: skip
    return fitting[0]


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without axes of one, as far as two axes are left."""
    shape = tuple(map(int, shape))
    while len(shape) > 2 and 1 in shape:
        at = len(shape) - 1 - shape[::-1].index(1)
        shape = shape[:at] + shape[at + 1 :]
    return shape


def class_axis(array: NDArray[np.generic], size: tuple[int, int] | None) -> int | None:
    """The axis along which an array has a 1 for the class of a pixel, and else 0; None for any other array.

    Args:
        array: such as rows x cols x classes.
        size: rows and columns of the scene; None where it is not known. Classes then are fewer than rows and columns.
    """
    if array.dtype.kind not in "biuf" or math.prod(array.shape) > _MOST_LOOKED_AT:
        return None
    axes = _class_axes(array.shape, size)
    if not axes or not bool(((array == 0) | (array == 1)).all()) or not (array == 1).any():
        return None
    fitting = [axis for axis in axes if int(np.count_nonzero(array, axis=axis).max()) == 1]
    return min(fitting, key=lambda axis: array.shape[axis], default=None)


def holds_classes(info: ArrayInfo, load: Callable[[], NDArray[np.generic]]) -> bool | None:
    """Whether an array of three axes or more, such as rows x cols x 1, holds classes: None where all but two are 1, and
    its numbers must show it."""
    shape = squeezed(info.shape)
    if len(info.shape) < 3 or len(shape) > 3 or math.prod(shape) > _MOST_LOOKED_AT:
        return False
    if len(shape) == 2:
        return None
    few = min(shape) <= _FEW_PLANES and bool(_class_axes(shape, None))  # else most are scenes, and would be read for it
    return few and class_axis(load().reshape(shape), None) is not None


def split_name(name: str) -> tuple[str, str]:
    """The name of an array, and the order of its pixels where the user chose one."""
    order = next((order for order in (BY_ROWS, BY_COLUMNS) if name.endswith(order)), "")
    return name.removesuffix(order), order


def _class_axes(shape: tuple[int, ...], size: tuple[int, int] | None) -> list[int]:
    axes = [axis for axis in range(3) if 2 <= shape[axis] <= _MOST_PLANES]
    if size is None:
        return [axis for axis in axes if shape[axis] == min(shape)]
    planes = {axis: shape[:axis] + shape[axis + 1 :] for axis in axes}
    straight = [axis for axis in axes if planes[axis] == size]
    return straight or [axis for axis in axes if planes[axis] == size[::-1]]


def _by_class(array: NDArray[np.generic], axis: int) -> NDArray[np.generic]:
    """The number of the plane, from 1, in which a pixel is 1; 0 for none."""
    return np.asarray(np.where(array.any(axis=axis), array.argmax(axis=axis) + 1, 0)).astype(np.uint16)


def _of_row(pixels: NDArray[np.generic], name: str, size: tuple[int, int], order: str, usual: str) -> Plane:
    if pixels.size != math.prod(size):
        raise HsiError(
            say("{name} holds {count:,} pixels in a row, the scene has {rows} x {cols}.", name=name,
                count=pixels.size, rows=size[0], cols=size[1]),
            say("Choose a file made for this scene."),
        )  # fmt: skip
    ways: dict[str, Callable[[], NDArray[np.generic]]] = {
        BY_ROWS: lambda: pixels.reshape(size), BY_COLUMNS: lambda: np.ascontiguousarray(pixels.reshape(size[::-1]).T),
    }  # fmt: skip
    if order:
        said = say("The pixels of {name} lie in a row: by rows of the scene.", name=name)
        if order == BY_COLUMNS:
            said = say("The pixels of {name} lie in a row: by columns of the scene.", name=name)
        return Plane(ways[order](), (said,))
    made = {order: way() for order, way in ways.items()}
    if np.array_equal(made[BY_ROWS], made[BY_COLUMNS], equal_nan=pixels.dtype.kind == "f"):
        return Plane(made[BY_ROWS])
    listed = sorted(made, key=lambda order: order != usual)
    raise AmbiguousLabels(
        say("The pixels of {name} lie in a row, by rows of the scene or by its columns", name=name),
        tuple(ArrayInfo(name + order, size, f"{pixels.dtype.name}, {_alike(made[order])}") for order in listed),
    )


def _alike(array: NDArray[np.generic]) -> str:
    """How many neighbours have one class: more where the order is the right one."""
    pairs = [(array[1:], array[:-1]), (array[:, 1:], array[:, :-1])]
    same = sum(int(np.count_nonzero(one == other)) for one, other in pairs)
    total = sum(one.size for one, _ in pairs)
    return say("{share:.1f} % of neighbours alike", share=100 * same / total if total else 100)


def _text(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
