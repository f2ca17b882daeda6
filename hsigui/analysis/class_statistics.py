"""What the values of classes of pixels are like: mean, spread, ends, percentiles and covariance, of one pass by tiles.

Mean, deviation, ends and covariance are of all pixels with data; percentiles of all as long as their values find room,
and then of pixels that are drawn at random, which is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.covariance import Covariance
from hsigui.analysis.measured import Measured
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.one_thread import one_blas_thread
from hsigui.texts import say

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
KEPT_VALUES = 32_000_000  # of all classes together, that percentiles are found from (128 MiB)
LEAST_KEPT = 500  # pixels of a class that are kept for them in any case
_AT_ONCE = 4_000_000  # pixels that are counted together
_TOGETHER = 512  # spectra of a class that are multiplied together: there may be many classes


@dataclass(frozen=True, eq=False)
class ClassStatistics:
    """One class of pixels, in some measurements.

    Attributes:
        info: number, name and colour.
        pixels: that have data in all measurements, and are what all figures are of.
        without: pixels of the class that have none.
        mean, deviation, least, most: one a measurement; NaN without pixels. The deviation is that of a sample (n - 1).
        percentiles: percentiles x measurements.
        covariance: measurements x measurements, of a sample (n - 1); NaN for fewer than two pixels.
        drawn: how many of the pixels the percentiles are of.
    """

    info: ClassInfo
    pixels: int
    without: int
    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    percentiles: NDArray[np.float64]
    covariance: NDArray[np.float64]
    drawn: int

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def correlation(self) -> NDArray[np.float64]:
        """Measurements x measurements, -1 to 1; NaN beside one that does not vary."""
        spread = np.where(self.deviation > 0, self.deviation, np.nan)
        found = self.covariance / np.outer(spread, spread)
        return np.asarray(np.clip(found, -1.0, 1.0))

    def of(self, places: Sequence[int]) -> ClassStatistics:
        """The same class in some of the measurements, by their places."""
        at = list(places)
        return replace(
            self, mean=self.mean[at], deviation=self.deviation[at], least=self.least[at], most=self.most[at],
            percentiles=self.percentiles[:, at], covariance=self.covariance[np.ix_(at, at)],
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Statistics:
    """Classes of pixels in some measurements.

    Attributes:
        names: of the measurements.
        wavelengths: in nm, one a measurement; None where they are no bands, or that is not known.
        classes: in the order of their table; of those that have a pixel at all.
        percents: which percentiles were asked for, 0 to 100.
        notes: what was assumed or left out, a sentence each.
    """

    names: tuple[str, ...]
    classes: tuple[ClassStatistics, ...]
    wavelengths: tuple[float, ...] | None = None
    percents: tuple[float, ...] = PERCENTILES
    notes: tuple[str, ...] = field(default=())

    def get(self, number: int) -> ClassStatistics:
        """A class by its number.

        Raises:
            KeyError: it has no pixel.
        """
        found = next((each for each in self.classes if each.info.number == number), None)
        if found is None:
            raise KeyError(number)
        return found

    def of(self, places: Sequence[int]) -> Statistics:
        """The same classes in some of the measurements, by their places."""
        waves = None if self.wavelengths is None else tuple(self.wavelengths[place] for place in places)
        names = tuple(self.names[place] for place in places)
        return replace(self, names=names, wavelengths=waves, classes=tuple(each.of(places) for each in self.classes))


def class_statistics(
    measured: Measured, numbers: NDArray[np.integer], table: ClassTable, ctx: Context, *,
    percents: Sequence[float] = PERCENTILES, seed: int = 0,
) -> Statistics:  # fmt: skip
    """Statistics of classes of pixels, read by tiles; rows without any are not read.

    Args:
        measured: what was measured of each pixel.
        numbers: class numbers, rows x cols, 0 for none.
        table: names and colours; others get the usual ones.
        percents: which percentiles, 0 to 100.
        seed: of the draw of pixels that percentiles are of, where a class has too many.

    Raises:
        HsiError: no pixel has a class, the numbers are of another size, or a percentile is none.
        Cancelled: through the context.
    """
    if numbers.shape != measured.shape:
        raise HsiError(
            say("The classes are of {size} pixels, and the scene of {scene}.",
                size=" x ".join(map(str, numbers.shape)), scene=" x ".join(map(str, measured.shape))),
            say("Choose classes of this scene."),
        )  # fmt: skip
    if any(not 0 <= percent <= 100 for percent in percents):
        raise HsiError(say("A percentile lies between 0 and 100."))
    counts = counted(numbers)
    if not counts:
        raise HsiError(say("No pixel has a class."), say("Label some pixels, or choose other classes."))
    room = max(LEAST_KEPT, KEPT_VALUES // (len(measured.names) * len(counts)))
    rng = np.random.default_rng(seed)
    sums = {number: _Sum(len(measured.names), min(1.0, room / count)) for number, count in counts.items()}
    wanted = np.asarray(numbers.any(axis=1))
    with one_blas_thread():
        for tile in measured.tiles(ctx, say("Reading the pixels of the classes"), wanted):
            own = np.asarray(numbers[tile.rows]).ravel()
            for number in np.unique(own[own > 0]).tolist():
                picked = own == number
                known = picked & tile.valid
                sums[number].add(np.asarray(tile.spectra[known]), int(np.count_nonzero(picked & ~tile.valid)), rng)
    order = [*(number for number in table.numbers if number in sums), *sorted(set(sums) - set(table.numbers))]
    found = tuple(sums[number].closed(table.get(number), percents) for number in order)
    return Statistics(measured.names, found, measured.wavelengths, tuple(map(float, percents)), _notes(found))


def counted(numbers: NDArray[np.integer]) -> dict[int, int]:
    """How many pixels each class has, of class numbers (rows x cols, 0 for none); classes without any are left out."""
    found = np.zeros(1, dtype=np.int64)
    step = max(1, _AT_ONCE // max(1, numbers.shape[1]))
    for start in range(0, numbers.shape[0], step):
        part = np.bincount(numbers[start : start + step].ravel())
        if len(part) > len(found):
            found = np.pad(found, (0, len(part) - len(found)))
        found[: len(part)] += part
    return {int(number): int(found[number]) for number in np.flatnonzero(found) if number}


class _Sum:
    """What is known of a class until all tiles were read."""

    def __init__(self, count: int, share: float) -> None:
        self._count, self._share = count, share
        self._sums, self._without = Covariance(count, _TOGETHER), 0
        self._least, self._most = np.full(count, np.inf), np.full(count, -np.inf)
        self._kept: list[NDArray[np.float32]] = []

    def add(self, values: NDArray[np.float32], without: int, rng: np.random.Generator) -> None:
        """Takes pixels with data, pixels x measurements."""
        self._without += without
        if not len(values):
            return
        self._sums.add(values)
        np.minimum(self._least, values.min(axis=0), out=self._least)
        np.maximum(self._most, values.max(axis=0), out=self._most)
        self._kept.append(values if self._share >= 1 else values[rng.random(len(values)) < self._share])

    def closed(self, info: ClassInfo, percents: Sequence[float]) -> ClassStatistics:
        count, pixels = self._count, self._sums.count
        nothing = np.full(count, np.nan)
        kept = np.concatenate(self._kept) if self._kept else np.zeros((0, count), dtype=np.float32)
        self._kept = []
        inner = np.full((len(percents), count), np.nan)
        if len(kept) and len(percents):
            inner = np.percentile(kept, percents, axis=0).astype(np.float64)
        matrix = self._sums.matrix if pixels > 1 else np.full((count, count), np.nan)
        deviation = np.sqrt(np.maximum(np.diag(matrix), 0.0))
        if not pixels:
            return ClassStatistics(info, 0, self._without, nothing, nothing, nothing, nothing, inner, matrix, 0)
        return ClassStatistics(
            info, pixels, self._without, self._sums.mean, deviation, self._least, self._most, inner, matrix, len(kept)
        )


def _notes(found: Sequence[ClassStatistics]) -> tuple[str, ...]:
    notes = [
        say("{pixels:,} pixels of {name} lack data in one of the measurements and are left out.",
            pixels=each.without, name=each.name)
        for each in found if each.without
    ]  # fmt: skip
    drawn = [each for each in found if each.drawn < each.pixels]
    if drawn:
        notes.append(
            say("Percentiles of large classes are of pixels drawn at random: {drawn}.",
                drawn=", ".join(say("{drawn:,} of {pixels:,} of {name}", drawn=each.drawn, pixels=each.pixels,
                                    name=each.name) for each in drawn))
        )  # fmt: skip
    return tuple(notes)
