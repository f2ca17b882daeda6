"""Pixels by two measurements, and how many of them lie where.

All pixels of a scene are looked at as long as there is room for their two values; of larger ones every so many rows and
columns, which is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context, quiet
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.analysis.feature_selection import Selection

MOST_PIXELS = 4_000_000  # whose values are kept (32 MiB for two measurements)
READ_AT_ONCE = 500_000  # pixels
BINS = (256, 256)  # of the density, along x and along y
SEEN = (0.1, 99.9)  # percentiles that are seen at first: single odd values would leave no room for all others
ROOM = 0.05  # beside them, as a part of their distance

Box = tuple[int, int, int, int]  # top, left, bottom, right; the last two exclusive
Read = Callable[[slice, slice], NDArray[np.float32]]  # values of a window, rows x cols; NaN for no data
Ends = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Axis:
    """One measurement of every pixel.

    Attributes:
        id: never translated; no other measurement of the scene has it.
        title: what it is called, with its unit.
        read: called on worker threads.
        note: that is to be known of it; empty for nothing.
    """

    id: str
    title: str
    read: Read
    note: str = ""


@dataclass(frozen=True, eq=False)
class Cloud:
    """Two measurements of the pixels of a box of a scene.

    Attributes:
        x, y: what they are of.
        columns, lines: their values, rows x cols float32, NaN where either has none.
        box: of the scene.
        step: every so many rows and columns of the box were looked at.
        shape: rows and columns of the scene.
    """

    x: Axis
    y: Axis
    columns: NDArray[np.float32]
    lines: NDArray[np.float32]
    box: Box
    step: int
    shape: tuple[int, int]

    @property
    def known(self) -> int:
        """How many pixels with data were looked at."""
        return int(np.count_nonzero(np.isfinite(self.columns)))

    def at(self, row: int, col: int) -> tuple[float, float] | None:
        """Where a pixel of the scene lies; None outside the box, between the looked at, and without data."""
        top, left, bottom, right = self.box
        if not (top <= row < bottom and left <= col < right) or (row - top) % self.step or (col - left) % self.step:
            return None
        place = (row - top) // self.step, (col - left) // self.step
        x, y = float(self.columns[place]), float(self.lines[place])
        return (x, y) if math.isfinite(x) else None


def cloud_of(x: Axis, y: Axis, box: Box, shape: tuple[int, int], ctx: Context, most: int = MOST_PIXELS) -> Cloud:
    """Reads two measurements of the pixels of a box.

    Args:
        shape: rows and columns of the scene.
        most: pixels; of a larger box every so many rows and columns are read.

    Raises:
        Cancelled: through the context.
    """
    top, left, bottom, right = box
    step = max(1, math.ceil(math.sqrt((bottom - top) * (right - left) / most)))
    rows, cols = range(top, bottom, step), slice(left, right, step)
    columns, lines = np.empty((2, len(rows), len(range(left, right, step))), dtype=np.float32)
    at_once = max(1, READ_AT_ONCE // max(1, columns.shape[1]))
    for start in range(0, len(rows), at_once):
        ctx.progress(start, len(rows), say("Reading two measurements"))
        part = rows[start : start + at_once]
        window = slice(part.start, part.stop, step)
        columns[start : start + at_once] = x.read(window, cols)
        lines[start : start + at_once] = columns[start : start + at_once] if y.id == x.id else y.read(window, cols)
    unknown = ~(np.isfinite(columns) & np.isfinite(lines))
    columns[unknown] = lines[unknown] = np.nan
    return Cloud(x, y, columns, lines, box, step, shape)


def grid_of(cloud: Cloud) -> tuple[slice, slice]:
    """Rows and columns of the scene that were looked at."""
    top, left, bottom, right = cloud.box
    return slice(top, bottom, cloud.step), slice(left, right, cloud.step)


def ends_of(values: NDArray[np.float32]) -> Ends:
    """Between which values nearly all lie, with some room beside; values of any shape, NaN for no data. Of a
    measurement that does not vary, some room around it; 0 to 1 without any."""
    step = max(1, math.isqrt(values.size // 1_000_000))
    some = values[::step, ::step] if values.ndim == 2 else values[::step]
    known = some[np.isfinite(some)]
    if not known.size:
        known = values[np.isfinite(values)]
    if not known.size:
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(known, SEEN))
    room = ROOM * (high - low) or max(abs(low) * ROOM, 0.5)
    return low - room, high + room


def density(
    cloud: Cloud,
    x: Ends,
    y: Ends,
    bins: tuple[int, int] = BINS,
    ctx: Context | None = None,
    of: Selection | None = None,
) -> NDArray[np.int64]:
    """How many pixels lie where between two ends along each axis: bins along y x bins along x, the lowest line
    first.

    Args:
        bins: along x and along y.
        of: only those that are selected.

    Raises:
        Cancelled: through the context.
    """
    chosen = None if of is None else of.window(*grid_of(cloud))
    on, (wide, high) = ctx or quiet(), bins
    found, scale = np.zeros(wide * high, dtype=np.int64), (wide / (x[1] - x[0]), high / (y[1] - y[0]))
    at_once = max(1, READ_AT_ONCE // max(1, cloud.columns.shape[1]))
    for start in range(0, len(cloud.columns), at_once):
        on.check()
        across = (cloud.columns[start : start + at_once].ravel() - np.float32(x[0])) * np.float32(scale[0])
        up = (cloud.lines[start : start + at_once].ravel() - np.float32(y[0])) * np.float32(scale[1])
        with np.errstate(invalid="ignore"):
            counted = (across >= 0) & (across < wide) & (up >= 0) & (up < high)  # not true of NaN
        if chosen is not None:
            counted &= chosen[start : start + at_once].ravel()
        places = up[counted].astype(np.int64) * wide + across[counted].astype(np.int64)
        found += np.bincount(places, minlength=len(found))
    return found.reshape(high, wide)
