"""Pixels by two measurements: how many lie where, which of them lie inside an outline, and where some of them lie.

All pixels of a scene are looked at as long as there is room for their two values; of larger ones every so many rows and
columns, which is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.outlines import Outline, inside
from hsigui.cube.areas import PixelAreas
from hsigui.jobs import Context, quiet
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say

MOST_PIXELS = 4_000_000  # whose values are kept (32 MiB for two measurements)
READ_AT_ONCE = 500_000  # pixels
BINS = (256, 256)  # of the density, along x and along y
SEEN = (0.1, 99.9)  # percentiles that are seen at first: single odd values would leave no room for all others
ROOM = 0.05  # beside them, as a part of their distance
MOST_POINTS = 5000  # of classes that are drawn one by one

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
    chosen = None if of is None else of.window(*_grid(cloud))
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


@dataclass(frozen=True, eq=False)
class Selection:
    """Pixels that lie inside outlines, with those that were selected before and stay.

    Attributes:
        cloud: what the outlines were drawn in.
        outlines: at least one.
        mask: of the pixels that were looked at, rows x cols of the cloud: those inside the outlines.
        pixels: how many are selected, with those before; about, where not every pixel was looked at.
        square_metres: how large they are together; None where that is not known.
        before: what was selected before, maybe by other measurements.
    """

    cloud: Cloud
    outlines: tuple[Outline, ...]
    mask: NDArray[np.bool_]
    pixels: int
    square_metres: float | None = None
    before: Selection | None = None

    @property
    def parts(self) -> tuple[Selection, ...]:
        """This one and those before, one by one."""
        return (self, *(() if self.before is None else self.before.parts))

    @property
    def exact(self) -> bool:
        """Whether every pixel was looked at."""
        return all(part.cloud.step == 1 for part in self.parts)

    def window(self, rows: slice, cols: slice) -> NDArray[np.bool_]:
        """Which pixels of a window of the scene are selected, rows x cols; where only some pixels of the scene were
        looked at, the values of the window are read."""
        found = self._own(rows, cols)
        for part in self.parts[1:]:
            found |= part._own(rows, cols)
        return found

    def _own(self, rows: slice, cols: slice) -> NDArray[np.bool_]:
        top, left, bottom, right = self.cloud.box
        down, across = np.arange(self.cloud.shape[0])[rows], np.arange(self.cloud.shape[1])[cols]
        found = np.zeros((len(down), len(across)), dtype=bool)
        r = np.flatnonzero((down >= top) & (down < bottom))
        c = np.flatnonzero((across >= left) & (across < right))
        if not len(r) or not len(c):
            return found
        part = slice(r[0], r[-1] + 1), slice(c[0], c[-1] + 1)
        if self.cloud.step == 1:
            found[part] = self.mask[np.ix_(down[r] - top, across[c] - left)]
            return found
        here = slice(int(down[r[0]]), int(down[r[-1]]) + 1, rows.step or 1)
        there = slice(int(across[c[0]]), int(across[c[-1]]) + 1, cols.step or 1)
        x, y = self.cloud.x.read(here, there), self.cloud.y.read(here, there)
        found[part] = inside(x, y, self.outlines)
        return found

    def area(self, ctx: Context) -> Area | None:
        """All of the pixels of the scene, by tiles: top, left and mask; None without any.

        Raises:
            Cancelled: through the context.
        """
        boxes = np.array([part.cloud.box for part in self.parts])
        (top, left), (bottom, right) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        mask = np.zeros((bottom - top, right - left), dtype=bool)
        at_once = max(1, READ_AT_ONCE // max(1, right - left))
        for start in range(top, bottom, at_once):
            ctx.progress(start - top, bottom - top, say("Finding the selected pixels"))
            rows = slice(start, min(start + at_once, bottom))
            mask[rows.start - top : rows.stop - top] = self.window(rows, slice(left, right))
        return trimmed(top, left, mask)


def select(
    cloud: Cloud, outlines: Sequence[Outline], areas: PixelAreas | None = None, before: Selection | None = None
) -> Selection:
    """The pixels of a cloud inside one of some outlines (each corners x 2).

    Args:
        areas: how large pixels are; None where that is not known.
        before: what is selected already, and stays.
    """
    mask = inside(cloud.columns, cloud.lines, outlines)
    fresh = mask if before is None else mask & ~before.window(*_grid(cloud))
    pixels = int(np.count_nonzero(fresh)) * cloud.step**2
    metres = None if areas is None else _square_metres(cloud, fresh, areas)
    if before is not None:
        pixels += before.pixels
        metres = None if metres is None or before.square_metres is None else metres + before.square_metres
    return Selection(cloud, tuple(outlines), mask, pixels, metres, before)


def _grid(cloud: Cloud) -> tuple[slice, slice]:
    """Rows and columns of the scene that were looked at."""
    top, left, bottom, right = cloud.box
    return slice(top, bottom, cloud.step), slice(left, right, cloud.step)


def _square_metres(cloud: Cloud, mask: NDArray[np.bool_], areas: PixelAreas) -> float:
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return 0.0
    down, across = _grid(cloud)
    total, at_once = 0.0, max(1, READ_AT_ONCE // max(1, cloud.shape[1]))
    for start in range(int(rows[0]), int(rows[-1]) + 1, at_once):
        part = mask[start : start + at_once]
        first = down.start + start * cloud.step
        sizes = areas.rows(slice(first, first + len(part) * cloud.step, cloud.step))
        total += float(sizes[:, across][part].sum())
    return total * cloud.step**2


@dataclass(frozen=True, eq=False)
class Points:
    """Some pixels of classes.

    Attributes:
        x, y: where they lie, one number a pixel.
        numbers: their classes, one a pixel.
        of: how many pixels with a class and data there are.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    numbers: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    of: int = 0


def points_of(
    cloud: Cloud, numbers: NDArray[np.integer], ctx: Context, most: int = MOST_POINTS, seed: int = 0
) -> Points:
    """Where the pixels of classes lie (class numbers, rows x cols of the scene, 0 for none), or so many of them drawn
    at random; each class has its share of these, and twenty at least where it has so many. Of a scene that was looked
    at in part the drawn ones are read.

    Raises:
        Cancelled: through the context.
    """
    top, left, bottom, right = cloud.box
    flat = numbers[top:bottom, left:right].ravel()
    places = np.flatnonzero(flat)
    own = flat[places].astype(np.uint16)
    ctx.check()
    if cloud.step == 1:
        known = np.isfinite(cloud.columns.ravel()[places])
        places, own = places[known], own[known]
    kept = _drawn(own, most, np.random.default_rng(seed))
    places, own, of = places[kept], own[kept], len(places)
    if cloud.step == 1:
        return Points(cloud.columns.ravel()[places], cloud.lines.ravel()[places], own, of)
    x, y = _read_at(cloud, top + places // (right - left), left + places % (right - left), ctx)
    known = np.isfinite(x) & np.isfinite(y)
    return Points(x[known], y[known], own[known], of)


def points_at(
    cloud: Cloud, rows: NDArray[np.intp], cols: NDArray[np.intp], ctx: Context, most: int = MOST_POINTS, seed: int = 0
) -> Points:
    """Where some pixels lie, or so many of them drawn at random; those outside the box and without data are left out.

    Args:
        rows, cols: of the scene, one a pixel.

    Raises:
        Cancelled: through the context.
    """
    top, left, bottom, right = cloud.box
    there = np.flatnonzero((rows >= top) & (rows < bottom) & (cols >= left) & (cols < right))
    of = len(there)
    if of > most:
        there = np.sort(np.random.default_rng(seed).choice(there, most, replace=False))
    rows, cols = rows[there], cols[there]
    if cloud.step == 1:
        x, y = cloud.columns[rows - top, cols - left], cloud.lines[rows - top, cols - left]
    else:
        x, y = _read_at(cloud, rows, cols, ctx)
    known = np.isfinite(x) & np.isfinite(y)
    return Points(x[known], y[known], np.ones(int(known.sum()), dtype=np.uint16), of)


def _drawn(own: NDArray[np.integer], most: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """The places of those that are drawn, ascending; `own` has the class of each pixel."""
    if len(own) <= most:
        return np.arange(len(own))
    share, kept = most / len(own), []
    for number in np.unique(own).tolist():
        mine = np.flatnonzero(own == number)
        kept.append(rng.choice(mine, min(len(mine), max(20, round(share * len(mine)))), replace=False))
    return np.sort(np.concatenate(kept))


def _read_at(
    cloud: Cloud, rows: NDArray[np.intp], cols: NDArray[np.intp], ctx: Context
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both measurements of single pixels, row by row."""
    x, y = np.full((2, len(rows)), np.nan, dtype=np.float32)
    for row in np.unique(rows).tolist():
        ctx.check()
        here = np.flatnonzero(rows == row)
        first, last = int(cols[here].min()), int(cols[here].max())
        window = slice(row, row + 1), slice(first, last + 1)
        x[here] = cloud.x.read(*window)[0, cols[here] - first]
        y[here] = cloud.y.read(*window)[0, cols[here] - first]
    return x, y
