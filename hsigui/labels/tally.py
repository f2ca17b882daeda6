"""How often each number stands in a raster, also numbers that can be no class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.nodata import equals_nodata
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS
from hsigui.texts import say

_AT_ONCE = 4_000_000  # pixels
_MOST_ODD = 64  # different ones, from which on a raster holds measurements


@dataclass(frozen=True)
class Tally:
    """The numbers of a raster.

    Attributes:
        name: of the raster, for refusals.
        size: pixels.
        counts: pixels of each number that occurs, NaN under NaN.
        nodata: the no-data value of the file, under which all pixels are counted that are it; None for none.
        places: row and column of the first pixel of each number that can be no class.
    """

    name: str
    size: int
    counts: Mapping[float, int]
    nodata: float | None = None
    places: Mapping[float, tuple[int, int]] = field(default_factory=dict, compare=False)

    def pixels(self, value: float) -> int:
        """How many pixels hold a number."""
        if np.isnan(value):
            return sum(n for number, n in self.counts.items() if np.isnan(number))
        return self.counts.get(value, 0)

    @cached_property
    def classes(self) -> dict[int, int]:
        """Pixels of each number that can be a class, 0 among them, without the no-data value."""
        whole = (v for v in self.counts if 0 <= v <= MAX_CLASS and v != self.nodata)
        return {int(v): self.counts[v] for v in sorted(whole) if v == int(v)}

    @cached_property
    def odd(self) -> tuple[float, ...]:
        """Numbers that can be no class, without NaN and the no-data value."""
        return tuple(
            v for v in self.counts if v != self.nodata and not np.isnan(v) and (v < 0 or v > MAX_CLASS or v % 1)
        )

    def refusal(self, value: float) -> HsiError:
        """That the raster holds a number that can be no class, with the first place of it."""
        return no_class_number(self.name, value, *self.places.get(value, (0, 0)))


def tally_of(array: NDArray[Any], name: str, nodata: float | None = None) -> Tally:
    """The numbers of a raster of any type, rows x cols.

    Raises:
        HsiError: it has not two dimensions or holds no numbers, or so many of them can be no class that they are
            measurements.
    """
    require_plane(array, name)
    whole, odd = np.zeros(MAX_CLASS + 1, dtype=np.int64), dict[float, int]()
    gone, places = 0, dict[float, tuple[int, int]]()
    for rows in blocks(array):
        block = array[rows]
        fits = can_be_class(block)
        if nodata is not None:
            absent = equals_nodata(block, nodata)
            gone += int(np.count_nonzero(absent))
            whole += np.bincount(block[fits & ~absent].astype(np.int64), minlength=MAX_CLASS + 1)
            fits |= absent
        else:
            whole += np.bincount(block[fits].astype(np.int64), minlength=MAX_CLASS + 1)
        if fits.all():
            continue
        numbers, counts = np.unique(block[~fits], return_counts=True)
        for number, count in zip(numbers[: _MOST_ODD + 1], counts.tolist(), strict=False):
            key = np.nan if number != number else float(number)  # NaN is the one that is not itself
            odd[key] = odd.get(key, 0) + count
            if key not in places:
                row, col = (int(i[0]) for i in np.nonzero(~fits & ((block == number) | (number != number))))
                places[key] = rows.start + row, col
        if len(odd) > _MOST_ODD:
            first = min(places, key=lambda value: places[value])
            raise Tally(name, array.size, odd, nodata, places).refusal(first)
    counted = {float(number): int(whole[number]) for number in np.flatnonzero(whole)}
    if gone and nodata is not None:
        counted[np.nan if np.isnan(nodata) else float(nodata)] = gone
    return Tally(name, array.size, counted | odd, nodata, places)


def can_be_class(block: NDArray[Any]) -> NDArray[np.bool_]:
    """Where numbers are whole and from 0 to the highest class. Any shape, in and out."""
    if block.dtype.kind == "b":
        return np.ones(block.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        fits = (block >= 0) & (block <= MAX_CLASS)
        if block.dtype.kind == "f":
            fits &= block == np.floor(block)  # not true of NaN
    return np.asarray(fits)


def no_class_number(name: str, value: Any, row: int, col: int) -> HsiError:
    """That a raster holds a number that can be no class, and where."""
    return HsiError(
        say(
            "{file_name} holds no labels: {array} at row {row}, column {col} is no class number.",
            file_name=name, array=value, row=row, col=col,
        ),
        say("Class numbers are whole, from 0 (unlabelled) to {max_class}.", max_class=MAX_CLASS),
    )  # fmt: skip


def require_plane(array: NDArray[Any], name: str) -> None:
    """Refuses what is no raster of numbers, rows x cols.

    Raises:
        HsiError: it has not two dimensions, or holds no numbers.
    """
    if array.ndim != 2 or 0 in array.shape or array.dtype.kind not in "biuf":
        raise HsiError(
            say(
                "{file_name} holds no labels: the array is {size} {dtype}.",
                file_name=name, size=" x ".join(map(str, array.shape)), dtype=array.dtype,
            ),
            say("Labels are rows x columns of numbers."),
        )  # fmt: skip


def blocks(array: NDArray[Any]) -> Iterator[slice]:
    """Rows of a raster (rows x cols) that are looked at together; work on it can be stopped between them."""
    step = max(1, _AT_ONCE // array.shape[1])
    for start in range(0, array.shape[0], step):
        stopping.check()
        yield slice(start, min(array.shape[0], start + step))
