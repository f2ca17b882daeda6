"""A raster of class numbers as a file holds it, and what makes an array one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.nodata import equals_nodata
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassTable
from hsigui.texts import say

_AT_ONCE = 4_000_000  # pixels
MOST_LOOKED_AT = 100_000_000  # pixels of a raster that is read to find out whether it holds classes


@dataclass(frozen=True)
class ClassRaster:
    """Class numbers of every pixel with their names, colours and place.

    Attributes:
        array: rows x cols, uint16; 0 is unlabelled.
        classes: every class that the file names or that occurs in it; numbers may have gaps.
        geo: where the raster lies, as far as the file says.
        dtype: name of the type of the stored numbers.
        variable: the array inside a file of several.
        nodata: the stored number that means no-data, 0 in `array`; None when the file names none.
        nodata_pixels: how many pixels hold it.
        notes: what was assumed or left out at reading, one sentence each.
    """

    array: NDArray[np.uint16]
    classes: ClassTable
    geo: Geo = field(default_factory=Geo)
    dtype: str = ""
    variable: str = ""
    nodata: float | None = None
    nodata_pixels: int = 0
    notes: tuple[str, ...] = ()


class AmbiguousLabels(AmbiguousArray):
    """Several arrays of a file can be the labels."""


def whole_numbers(array: NDArray[Any], file_name: str, nodata: float | None = None) -> NDArray[np.uint16]:
    """An array as class numbers; the no-data value becomes 0. Rows x cols, in and out.

    Raises:
        HsiError: the array has not two dimensions, or a value is negative, broken or above 65535; value and place are
            named.
    """
    if array.ndim != 2 or 0 in array.shape or array.dtype.kind not in "biuf":
        size = " x ".join(map(str, array.shape))
        raise HsiError(
            say(
                "{file_name} holds no labels: the array is {size} {dtype}.",
                file_name=file_name,
                size=size,
                dtype=array.dtype,
            ),
            say("Labels are rows x columns of numbers."),
        )
    numbers = np.empty(array.shape, np.uint16)
    for rows in _blocks(array):
        block = array[rows]
        if nodata is not None:
            block = np.where(is_nodata(block, nodata), np.zeros((), block.dtype), block)
        wrong = (block < 0) | (block > MAX_CLASS) if block.dtype.kind != "b" else np.zeros(block.shape, dtype=bool)
        if block.dtype.kind == "f":
            with np.errstate(invalid="ignore"):
                wrong |= block != np.floor(block)  # true for NaN as well
        if wrong.any():
            row, col = (int(i[0]) for i in np.nonzero(wrong))
            raise HsiError(
                say(
                    "{file_name} holds no labels: {array} at row {row}, column {col} is no class number.",
                    file_name=file_name,
                    array=block[row, col],
                    row=rows.start + row,
                    col=col,
                ),
                say("Class numbers are whole, from 0 (unlabelled) to {max_class}.", max_class=MAX_CLASS),
            )
        numbers[rows] = block
    return numbers


def numbers_in(array: NDArray[np.uint16]) -> list[int]:
    """The numbers that occur in a raster (rows x cols), rising, 0 among them where it does."""
    there = np.zeros(MAX_CLASS + 1, dtype=bool)
    for rows in _blocks(array):
        there[array[rows].ravel()] = True
    return np.flatnonzero(there).tolist()


def _blocks(array: NDArray[Any]) -> Iterator[slice]:
    """Rows that are looked at together; work on a raster can be stopped between them."""
    step = max(1, _AT_ONCE // array.shape[1])
    for start in range(0, array.shape[0], step):
        stopping.check()
        yield slice(start, min(array.shape[0], start + step))


def is_nodata(array: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    """Where an array holds the no-data value. Rows x cols, in and out."""
    if nodata is None:
        return np.zeros(array.shape, dtype=bool)
    return equals_nodata(array, nodata)


def smallest_type(array: NDArray[np.integer], classes: ClassTable) -> NDArray[Any]:
    """The numbers as uint8, or as uint16 when a class number does not fit into it. Rows x cols, in and out.

    Raises:
        HsiError: a number is not in 0..65535.
    """
    numbers = whole_numbers(np.asarray(array), say("The class map"))
    largest = max([int(numbers.max()), *classes.numbers])
    return numbers.astype(np.uint8) if largest <= 255 else numbers
