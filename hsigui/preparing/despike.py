"""Single samples that stand out from those around them, in space and along the spectrum: hits of particles, lost bits.

A spike differs from its neighbours in space where the neighbouring bands do not: the edge of a surface differs in all
of them. Medians on both sides, so that one spike does not hide another (Tukey 1977, Exploratory Data Analysis).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import SMALL_BLOCK_VALUES, Cube
from hsigui.cube.of_cube import OfCube
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import require_good
from hsigui.preparing.made import info_of_values
from hsigui.preparing.passes import Pass, Told
from hsigui.texts import say, say_number

_TO_SPREAD = 1.4826  # median of absolute deviations to standard deviation, of a bell curve
_MEAN_TO_SPREAD = 1.2533  # the same of their mean, where more than half are 0
_SAMPLES = 32  # rows that the spread is found on
_BANDS = (-2, -1, 1, 2)  # neighbours along the spectrum
_PIECE = 250_000  # values that are done at once: what is computed of them stays in the cache
_LEAST = 3  # neighbours in space that have data, and one along the spectrum: of fewer nothing is said


@dataclass(frozen=True)
class Despike:
    """Spikes replaced by the median of their neighbours in space, plus what the neighbouring bands of the pixel differ
    from those of its neighbours. Bands that are marked bad are neither looked at nor changed.

    Attributes:
        threshold: by how many standard deviations a sample stands out; these are robust, of each band over the scene.
    """

    threshold: float = 8.0

    @property
    def told(self) -> str:
        return f"--despike {self.threshold:.17g}"

    def on(self, cube: Cube) -> Cube:
        """The cube without spikes, float32. Rows of the scene are looked at once for the spread, when a sample is first
        asked for.

        Raises:
            HsiError: the threshold is not above 0, the scene is too small, or all bands are marked bad.
        """
        if not 0 < self.threshold < np.inf:
            raise HsiError(say("A spike must stand out by more than 0."), say("Give standard deviations, such as 8."))
        good = require_good(cube, 2)
        if cube.rows * cube.cols < _LEAST + 1:
            raise HsiError(
                say("A scene of {rows} x {cols} pixels has no neighbours to go by.", rows=cube.rows, cols=cube.cols),
                say("Despike the whole scene before it is cut."),
            )
        neighbours = _Neighbours(cube, good)
        spread = Pass(lambda told: neighbours.spread(told))
        source = DespikeSource(cube, neighbours, spread, self.threshold, _Tally(cube.rows, cube.cols))
        return cube.over(lambda _: source, info_of_values(cube.info))


@dataclass(frozen=True, eq=False)
class DespikeSource(OfCube):
    """Values of a cube without spikes."""

    cube: Cube
    neighbours: _Neighbours
    spread: Pass[NDArray[np.float64]]
    threshold: float
    tally: _Tally

    @property
    def passes(self) -> tuple[Pass[NDArray[np.float64]], ...]:
        """What has to be looked at before: for the spread, one number a good band."""
        return (self.spread,)

    @property
    def remarks(self) -> tuple[str, ...]:
        """How many spikes were replaced: see `passes.remarks_of`."""
        pixels, spikes = self.tally.pixels, self.tally.spikes
        if not pixels:
            return ()
        return (
            say_number("1 spike is replaced, in {pixels:,} pixels.",
                       "{count:,} spikes are replaced, in {pixels:,} pixels.", spikes, pixels=pixels),
        )  # fmt: skip

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where there is no data."""
        limit = self.threshold * self.spread.found()
        picked = bands if isinstance(bands, slice) else list(bands)
        down, across = np.arange(self.cube.rows)[rows], np.arange(self.cube.cols)[cols]
        numbers = np.arange(self.cube.bands)[picked]
        out = np.empty((len(down), len(across), len(numbers)), np.float32)
        if not out.size:
            return out
        left, right = int(across.min()), int(across.max()) + 1
        for first, last in _runs(np.unique(down), max(1, _PIECE // ((right - left) * self.cube.bands))):
            stopping.check()
            made = self._despiked(first, last, left, right, limit)
            here = (down >= first) & (down < last)
            out[here] = made[down[here] - first][:, across - left][..., numbers]
        return out

    def _despiked(
        self, top: int, bottom: int, left: int, right: int, limit: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """All bands of a window, rows x cols x bands.

        Args:
            limit: by which a sample may be off, one a good band.
        """
        good = self.neighbours.bands
        values = self.neighbours.around(top, bottom, left, right)
        near = values[..., good]
        own = near[1:-1, 1:-1]
        off = self.neighbours.off(near, own)[0]
        # What stands out is no neighbour: beside a spike nothing else is to look like one.
        clear = np.where(np.abs(off) > limit, np.float32(np.nan), own)
        off, expected, nearest = self.neighbours.off(clear, near[2:-2, 2:-2])
        spikes = (np.abs(off) > limit) & (nearest > limit / 2)
        self.tally.add(top, left, spikes)
        made = values[2:-2, 2:-2].copy()
        made[..., good] = np.where(spikes, expected, made[..., good])
        return made


def _runs(numbers: NDArray[np.intp], most: int) -> list[tuple[int, int]]:
    """Rising numbers as runs of neighbours, each first and the one after the last, of so many at most."""
    found: list[tuple[int, int]] = []
    for run in np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1):
        first, last = int(run[0]), int(run[-1]) + 1
        found += [(start, min(start + most, last)) for start in range(first, last, most)]
    return found


class _Tally:
    """Counts spikes; a pixel that is read again counts once."""

    def __init__(self, rows: int, cols: int) -> None:
        self._seen = np.zeros((rows, cols), dtype=bool)
        self._lock = threading.Lock()
        self.pixels, self.spikes = 0, 0

    def add(self, row: int, col: int, spikes: NDArray[np.bool_]) -> None:
        """Adds a window from a row and a column on: which samples are spikes, rows x cols x bands."""
        with self._lock:
            seen = self._seen[row : row + spikes.shape[0], col : col + spikes.shape[1]]
            new = spikes[~seen]
            self.pixels += int(new.any(axis=1).sum())
            self.spikes += int(new.sum())
            seen[:] = True


class _Neighbours:
    """What samples should be by those around them."""

    def __init__(self, cube: Cube, bands: NDArray[np.intp]) -> None:
        self._cube, self.bands = cube, bands
        waves = cube.wavelengths
        order = np.arange(len(bands)) if waves is None else np.argsort(waves[bands], kind="stable")
        place = np.argsort(order)
        at = place[:, None] + np.array(_BANDS)
        self._there = (at >= 0) & (at < len(bands))
        self._beside = order[np.clip(at, 0, len(bands) - 1)]  # numbers among the good ones, good bands x neighbours

    def around(self, top: int, bottom: int, left: int, right: int) -> NDArray[np.float32]:
        """The values of a window and of two pixels to each side, rows x cols x bands; NaN beyond the scene."""
        cube = self._cube
        out = np.full((bottom - top + 4, right - left + 4, cube.bands), np.float32(np.nan))
        high, wide = (
            slice(max(0, first - 2), min(count, last + 2))
            for first, last, count in ((top, bottom, cube.rows), (left, right, cube.cols))
        )
        at = high.start - top + 2, wide.start - left + 2
        out[at[0] : at[0] + high.stop - high.start, at[1] : at[1] + wide.stop - wide.start] = cube.read(high, wide)
        return out

    def off(
        self, near: NDArray[np.float32], own: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
        """How far samples are off what they should be, NaN where nothing is known of that; what they should be; and how
        far they are from the neighbour in space that is most like them, for at an edge between two surfaces the middle
        one may be of either. Rows x cols x good bands each.

        Args:
            near: a window of the good bands and a pixel to each side, rows x cols x good bands; NaN for no neighbour.
            own: the samples of the window.
        """
        rows, cols, _ = own.shape
        ring = np.stack([
            near[down : down + rows, across : across + cols]
            for down in range(3) for across in range(3) if (down, across) != (1, 1)
        ])  # fmt: skip
        middle = _median(ring, _LEAST)
        away = near[1:-1, 1:-1] - middle
        beside = np.stack([
            np.where(self._there[:, n], np.take(away, self._beside[:, n], axis=2), np.nan) for n in range(len(_BANDS))
        ])  # fmt: skip
        expected = middle + _median(beside, 1)
        return own - expected, expected, np.fmin.reduce(np.abs(ring - own), axis=0)

    def spread(self, told: Told) -> NDArray[np.float64]:
        """The robust standard deviation of what samples are off, of rows spread over the scene; one a good band."""
        cube = self._cube
        most = max(1, min(_SAMPLES, SMALL_BLOCK_VALUES // (cube.cols * len(self.bands))))
        rows = np.unique(np.linspace(0, cube.rows - 1, most).astype(int)).tolist()
        found = []
        for done, row in enumerate(rows):
            stopping.check()
            told(done, len(rows))
            near = self.around(row, row + 1, 0, cube.cols)[1:-1, 1:-1, self.bands]
            found.append(np.abs(self.off(near, near[1:-1, 1:-1])[0][0]))
        told(len(rows), len(rows))
        off = np.concatenate(found)
        count = np.isfinite(off).sum(axis=0)
        typical = _TO_SPREAD * _median(off, 1)
        mean = _MEAN_TO_SPREAD * np.where(np.isfinite(off), off, 0).sum(axis=0) / np.maximum(count, 1)
        return np.asarray(np.maximum(np.where(typical > 0, typical, mean), self._step))

    @property
    def _step(self) -> float:
        """The least difference that two samples can have: 1 of whole numbers, in values."""
        return 1 / abs(self._cube.info.scale) if self._cube.dtype.kind in "iu" else 0.0


def _median(values: NDArray[np.floating], least: int) -> NDArray[np.float64]:
    """The median of what is known along the first axis, at least so many of it, else NaN; any x rest to rest."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    ordered = _ordered(np.where(known, values, values.dtype.type(np.inf)))
    middle = np.full(count.shape, np.nan)
    for there in np.flatnonzero(np.bincount(count.ravel(), minlength=1)).tolist():
        if there >= max(1, least):
            with np.errstate(invalid="ignore"):
                of_so_many = (ordered[(there - 1) // 2].astype(np.float64) + ordered[there // 2]) / 2
            np.copyto(middle, of_so_many, where=count == there)
    return middle


# Exchanges that sort so many numbers (Batcher 1968, “Sorting networks and their applications”).
_EXCHANGES = {
    4: ((0, 1), (2, 3), (0, 2), (1, 3), (1, 2)),
    8: ((0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (1, 2), (5, 6), (0, 4), (1, 5), (2, 6), (3, 7),
        (2, 4), (3, 5), (1, 2), (3, 4), (5, 6)),
}  # fmt: skip


def _ordered(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Sorted along the first axis, any x rest; of few numbers all pixels at once, which is many times quicker."""
    exchanges = _EXCHANGES.get(len(values))
    if exchanges is None:
        return np.sort(values, axis=0)
    for one, other in exchanges:
        low = np.minimum(values[one], values[other])
        np.maximum(values[one], values[other], out=values[other])
        values[one] = low
    return values
