"""What the values of zones of a scene are like, and of each class in each zone: of one pass by tiles.

Count, mean, deviation and ends are of all pixels with data; percentiles of all as long as their values find room, and
then of pixels that are drawn at random, which is said. Unlike classes, zones may overlap, and there may be thousands.

Source of the merging of means and deviations: T. F. Chan, G. H. Golub and R. J. LeVeque, Algorithms for Computing the
Sample Variance, The American Statistician 37, 1983.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.class_statistics import KEPT_VALUES, LEAST_KEPT, PERCENTILES
from hsigui.analysis.measured import Measured
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.zones import Zones
from hsigui.texts import say, say_number

_AT_ONCE = 2_000_000  # pixels that are counted together
_BYTES = 8 * 8  # of a measurement of a group while it is summed up
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ZoneStatistics:
    """Groups of pixels (zones, or the classes of zones) in some measurements. Arrays are groups x measurements.

    Attributes:
        names: of the measurements.
        wavelengths: in nm, one a measurement, NaN for none; None where no measurement has one.
        zones: which zone each group is of, from 0.
        classes: which class; None where zones are not parted by class.
        pixels: of each group.
        count: of them with data in each measurement.
        mean, deviation, least, most: NaN without pixels; the deviation is that of a sample (n - 1).
        percentiles: percentiles x groups x measurements.
        percents: which ones, 0 to 100.
        drawn: of how many pixels the percentiles of each group are.
        notes: what was left out, a sentence each.
    """

    names: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    zones: Ints
    classes: tuple[ClassInfo, ...] | None
    pixels: Ints
    count: Ints
    mean: Floats
    deviation: Floats
    least: Floats
    most: Floats
    percentiles: Floats
    percents: tuple[float, ...]
    drawn: Ints
    notes: tuple[str, ...] = field(default=())


def zone_statistics(
    measured: Measured, zones: Zones, ctx: Context, *, numbers: NDArray[np.integer] | None = None,
    table: ClassTable | None = None, percents: Sequence[float] = PERCENTILES, seed: int = 0,
) -> ZoneStatistics:  # fmt: skip
    """Statistics of zones, read by tiles; rows without a pixel of a zone are not read.

    Args:
        measured: what was measured of each pixel.
        zones: a pixel belongs to one by its centre.
        numbers: class numbers, rows x cols, 0 for none, where each zone is parted by them.
        table: their names.
        percents: which percentiles, 0 to 100.
        seed: of the draw of pixels that percentiles are of, where there are too many.

    Raises:
        HsiError: sizes differ, a percentile is none, zones are weighted, or there are too many groups for the memory.
        Cancelled: through the context.
    """
    _require(measured, zones, numbers, percents)
    groups = _Groups(zones, numbers)
    require_memory(say("Statistics by zone"), len(groups.pixels) * len(measured.names) * (_BYTES + 8 * len(percents)))
    sums = _Sums(groups.pixels, len(measured.names), np.random.default_rng(seed), bool(percents))
    for tile in measured.tiles(ctx, say("Reading the pixels of zones"), zones.wanted()):
        of, pixels = groups.members(tile.rows)
        sums.add(of, tile.spectra, pixels)
    return sums.closed(measured, groups, table or ClassTable(), tuple(map(float, percents)))


class _Groups:
    """Which pixels are in which group; groups are those that have a pixel, zone by zone."""

    def __init__(self, zones: Zones, numbers: NDArray[np.integer] | None) -> None:
        self._zones, self._numbers = zones, numbers
        found = [0] if numbers is None else np.flatnonzero(np.bincount(numbers.ravel())).tolist()
        self._classes = [number for number in found if number or numbers is None]
        self._class_of = np.full(max([0, *found]) + 1, -1, dtype=np.int64)
        self._class_of[self._classes] = np.arange(len(self._classes))
        counts = np.zeros(len(zones.infos) * len(self._classes), dtype=np.int64)
        rows, cols = zones.grid.shape
        step = max(1, _AT_ONCE // max(1, cols))
        for start in range(0, rows, step):
            counts += np.bincount(self._all(slice(start, min(rows, start + step)))[0], minlength=len(counts))
        there = np.arange(len(counts)) if numbers is None else np.flatnonzero(counts)  # zones without pixels are listed
        self._number = np.full(len(counts), -1, dtype=np.int64)
        self._number[there] = np.arange(len(there))
        self.pixels = counts[there]
        self.zones = there // max(1, len(self._classes))
        self.classes = None if numbers is None else [self._classes[n] for n in there % max(1, len(self._classes))]

    def members(self, rows: slice) -> tuple[Ints, Ints]:
        """The group of each pixel of a zone in some rows, and its place in them, counted along rows; sorted by
        group."""
        of, pixels = self._all(rows)
        of = self._number[of]
        order = np.argsort(of, kind="stable")
        return of[order], pixels[order]

    def _all(self, rows: slice) -> tuple[Ints, Ints]:
        members = self._zones.members(rows)
        if self._numbers is None:
            return members.zones, members.pixels
        classes = self._class_of[self._numbers[rows].ravel()[members.pixels]]
        known = classes >= 0
        return members.zones[known] * len(self._classes) + classes[known], members.pixels[known]


class _Sums:
    """What is known of groups until all tiles were read; arrays are groups x measurements."""

    def __init__(self, pixels: Ints, count: int, rng: np.random.Generator, percentiles: bool) -> None:
        shape = len(pixels), count
        self._count, self._mean, self._squares = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
        self._least, self._most = np.full(shape, np.inf), np.full(shape, -np.inf)
        room = max(LEAST_KEPT, KEPT_VALUES // max(1, count * len(pixels)))
        fits = int(pixels.sum()) * count <= KEPT_VALUES
        self._share = np.ones(len(pixels)) if fits else np.minimum(1.0, room / np.maximum(pixels, 1))
        self._rng, self._wanted = rng, percentiles
        self._kept: list[tuple[Ints, NDArray[np.float32]]] = []

    def add(self, of: Ints, spectra: NDArray[np.float32], pixels: Ints) -> None:
        """Takes the pixels of a tile: their groups, sorted, and places among the tile's (pixels x measurements)."""
        if not len(of):
            return
        values = spectra[pixels]
        self._keep(of, values)
        begin = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]]))
        group, length = of[begin], np.diff(np.append(begin, len(of)))
        known = np.isfinite(values)
        exact = np.where(known, values, 0).astype(np.float64)
        count = np.add.reduceat(known, begin, axis=0, dtype=np.int64)
        mean = np.add.reduceat(exact, begin, axis=0) / np.maximum(count, 1)
        beside = np.where(known, exact - np.repeat(mean, length, axis=0), 0.0)
        squares = np.add.reduceat(beside**2, begin, axis=0)
        before, total = self._count[group], self._count[group] + count
        apart, of_all = mean - self._mean[group], np.maximum(total, 1)
        self._mean[group] += apart * count / of_all
        self._squares[group] += squares + apart**2 * (before * count / of_all)
        self._count[group] = total
        least = np.minimum.reduceat(np.where(known, values, np.inf), begin, axis=0)
        most = np.maximum.reduceat(np.where(known, values, -np.inf), begin, axis=0)
        self._least[group] = np.minimum(self._least[group], least)
        self._most[group] = np.maximum(self._most[group], most)

    def _keep(self, of: Ints, values: NDArray[np.float32]) -> None:
        if not self._wanted:
            return
        share = self._share[of]
        picked = slice(None) if (share >= 1).all() else self._rng.random(len(of)) < share
        self._kept.append((of[picked], values[picked]))

    def closed(
        self, measured: Measured, groups: _Groups, table: ClassTable, percents: tuple[float, ...]
    ) -> ZoneStatistics:
        none = self._count == 0
        spread = np.sqrt(self._squares / np.maximum(self._count - 1, 1))
        inner, drawn = self._percentiles(percents)
        classes = None if groups.classes is None else tuple(table.get(number) for number in groups.classes)
        notes = _notes(groups.pixels, self._count, drawn if percents else groups.pixels)
        return ZoneStatistics(
            measured.names, measured.wavelengths, groups.zones, classes, groups.pixels, self._count,
            np.where(none, np.nan, self._mean), np.where(self._count > 1, spread, np.nan),
            np.where(none, np.nan, self._least), np.where(none, np.nan, self._most), inner, percents, drawn, notes,
        )  # fmt: skip

    def _percentiles(self, percents: tuple[float, ...]) -> tuple[Floats, Ints]:
        """Percentiles x groups x measurements, and of how many pixels those of each group are."""
        found = np.full((len(percents), *self._count.shape), np.nan)
        if not self._kept:
            return found, np.zeros(len(self._count), dtype=np.int64)
        of = np.concatenate([groups for groups, _ in self._kept])
        values = np.concatenate([part for _, part in self._kept])
        self._kept = []
        order = np.argsort(of, kind="stable")
        ends = np.searchsorted(of[order], np.arange(len(self._count) + 1))
        for group in np.flatnonzero(np.diff(ends)).tolist():
            own = values[order[ends[group] : ends[group + 1]]]
            found[:, group] = _percentiles_of(own, percents)
        return found, np.diff(ends)


def _percentiles_of(values: NDArray[np.float32], percents: tuple[float, ...]) -> Floats:
    """Percentiles x measurements of pixels x measurements, those without data left out."""
    if np.isfinite(values).all():
        return np.asarray(np.percentile(values, percents, axis=0), dtype=np.float64)
    found = np.full((len(percents), values.shape[1]), np.nan)
    for n, column in enumerate(values.T):
        known = column[np.isfinite(column)]
        if len(known):
            found[:, n] = np.percentile(known, percents)
    return found


def _notes(pixels: Ints, count: Ints, drawn: Ints) -> tuple[str, ...]:
    notes = []
    lost = int((pixels[:, None] - count).max(axis=1).sum()) if count.size else 0
    if lost:
        notes.append(
            say_number("{count:,} pixel of the zones lacks data in a measurement and is left out there; the table "
                       "counts it.",
                       "{count:,} pixels of the zones lack data in a measurement and are left out there; the table "
                       "counts them.", lost)
        )  # fmt: skip
    if (drawn < pixels).any():
        notes.append(
            say("Percentiles are approximate where a zone has many pixels: of {drawn:,} pixels that were drawn at "
                "random, of {pixels:,}.", drawn=int(drawn.sum()), pixels=int(pixels.sum()))
        )  # fmt: skip
    return tuple(notes)


def _require(
    measured: Measured, zones: Zones, numbers: NDArray[np.integer] | None, percents: Sequence[float]
) -> None:  # fmt: skip
    for shape in (zones.grid.shape, measured.shape if numbers is None else numbers.shape):
        if tuple(shape) != tuple(measured.shape):
            raise HsiError(
                say("The zones or classes are of {size} pixels, and the scene of {scene}.",
                    size=" x ".join(map(str, shape)), scene=" x ".join(map(str, measured.shape))),
                say("Choose those of this scene."),
            )  # fmt: skip
    if zones.rule == "share":
        raise HsiError(
            say("Statistics are of whole pixels, and these zones are weighted by share."),
            say("Read the zones by the centres of pixels."),
        )
    if any(not 0 <= percent <= 100 for percent in percents):
        raise HsiError(say("A percentile lies between 0 and 100."))
