"""A raster of class numbers as a file holds it, and what makes an array one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.nodata import equals_nodata
from hsigui.errors import HsiError
from hsigui.labels.background import Background, Choice, chosen, proposed
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, Color, color_for, default_name
from hsigui.labels.tally import Tally, blocks, can_be_class, no_class_number, require_plane, tally_of
from hsigui.texts import say

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
        background: which stored numbers were read as unlabelled; None where the file holds no plain raster.
        thin: points and lines among its shapes that label the pixels that they touch.
        buffer: the distance within which points and lines label, as the user wrote it; empty where they do not.
    """

    array: NDArray[np.uint16]
    classes: ClassTable
    geo: Geo = field(default_factory=Geo)
    dtype: str = ""
    variable: str = ""
    nodata: float | None = None
    nodata_pixels: int = 0
    notes: tuple[str, ...] = ()
    background: Background | None = None
    thin: int = 0
    buffer: str = ""

    @property
    def chosen_background(self) -> str:
        """The numbers that the user named as no label, as options name them; empty for what the file itself says."""
        return self.background.text if self.background is not None and self.background.chosen else ""


@dataclass(frozen=True)
class StoredRaster:
    """Numbers of pixels as a file holds them, before it is decided which of them are classes.

    Attributes:
        array: rows x cols of any type of numbers.
        name: for refusals.
        names: of stored numbers, as far as the file gives them; the order of the classes where it is not that of the
            numbers.
        colors: of stored numbers.
        nodata: the number that the file names for pixels without data.
        variable: the array inside a file of several.
        notes: what was assumed or left out at reading.
    """

    array: NDArray[Any]
    name: str
    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[int, Color] = field(default_factory=dict)
    geo: Geo = field(default_factory=Geo)
    nodata: float | None = None
    variable: str = ""
    notes: tuple[str, ...] = ()


def numbered(stored: StoredRaster, choice: Choice | None = None) -> ClassRaster:
    """The classes of a stored raster.

    Args:
        choice: the stored numbers that mean no label, as the user chose; None for what is proposed.

    Raises:
        HsiError: a number can be no class.
    """
    tally = tally_of(stored.array, stored.name, stored.nodata)
    found = proposed(tally, stored.names) if choice is None else chosen(choice, tally)
    shift = int(found.zero_is_class)
    lookup = _lookup(found, tally)
    array = np.empty(stored.array.shape, np.uint16)
    for rows in blocks(stored.array):
        block = stored.array[rows]
        fits = can_be_class(block) & ~is_nodata(block, None if stored.nodata == 0 else stored.nodata)
        array[rows] = lookup[np.where(fits, block, np.zeros((), block.dtype)).astype(np.uint16)]
        if shift or not fits.all():
            array[rows][~fits] = 0
    present = {n for n in numbers_in(array) if n}
    listed = [n + shift for n, name in stored.names.items() if name and n + shift > 0 and float(n) not in found.values]
    gone = 0 if stored.nodata is None else tally.pixels(stored.nodata)
    order = sorted({*listed, *present})
    if listed != sorted(listed):
        order = [*listed, *sorted(present - set(listed))]
    classes = ClassTable(tuple(_class(n, shift, stored) for n in order if n <= MAX_CLASS))
    return ClassRaster(
        array, classes, stored.geo, stored.array.dtype.name, stored.variable, stored.nodata, gone,
        (*stored.notes, *found.reasons), found,
    )  # fmt: skip


def _lookup(found: Background, tally: Tally) -> NDArray[np.uint16]:
    """The class number of each stored number that can be one.

    Raises:
        HsiError: the highest number is taken, and all are to be one higher.
    """
    lookup = np.arange(MAX_CLASS + 1, dtype=np.uint32) + found.zero_is_class
    lookup[[int(v) for v in found.values if 0 <= v <= MAX_CLASS and v == int(v)]] = 0
    if lookup[-1] > MAX_CLASS and tally.classes.get(MAX_CLASS):
        raise HsiError(
            say("{name} uses the number {max_class}, and 0 as a class: one too many.", name=tally.name,
                max_class=MAX_CLASS),
            say("Name what is no class as background, or number the classes from 1."),
        )  # fmt: skip
    lookup[lookup > MAX_CLASS] = 0
    return lookup.astype(np.uint16)


def _class(number: int, shift: int, stored: StoredRaster) -> ClassInfo:
    """A class by its number here, with name and colour that the file gives to the stored one."""
    held = number - shift
    color = stored.colors.get(held, color_for(number))
    return ClassInfo(number, stored.names.get(held) or default_name(held), color)


class AmbiguousLabels(AmbiguousArray):
    """Several arrays of a file can be the labels."""


def whole_numbers(array: NDArray[Any], file_name: str) -> NDArray[np.uint16]:
    """An array as class numbers. Rows x cols, in and out.

    Raises:
        HsiError: the array has not two dimensions, or a value is negative, broken or above 65535; value and place are
            named.
    """
    require_plane(array, file_name)
    numbers = np.empty(array.shape, np.uint16)
    for rows in blocks(array):
        block = array[rows]
        fits = can_be_class(block)
        if not fits.all():
            row, col = (int(i[0]) for i in np.nonzero(~fits))
            raise no_class_number(file_name, block[row, col], rows.start + row, col)
        numbers[rows] = block
    return numbers


def numbers_in(array: NDArray[np.uint16]) -> list[int]:
    """The numbers that occur in a raster (rows x cols), rising, 0 among them where it does."""
    there = np.zeros(MAX_CLASS + 1, dtype=bool)
    for rows in blocks(array):
        there[array[rows].ravel()] = True
    return np.flatnonzero(there).tolist()


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
