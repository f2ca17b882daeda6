"""Bands that look bad, each with the reason and the figure: proposed, and left to the user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.atmosphere import WATER_NM
from hsigui.cube.cube import SMALL_BLOCK_VALUES, Cube
from hsigui.cube.sensors import is_noisy, noise_and_level
from hsigui.preparing.empirical_line import ceiling_of
from hsigui.preparing.lines import LEAST
from hsigui.texts import say

_SAMPLES, _HEIGHT = 8, 8  # pieces of the scene that are looked at, and rows of each at most
MOST_GAPS = 0.1  # of the pixels that have data in another band
MOST_SATURATED = 0.05  # of the samples with data
MOST_DEAD = 0.1  # of the columns
_BESIDE_NM = 150.0  # to either side of a window of water vapour
_DIM, _NOISY = 1 / 3, 1 / 2  # of the level and of the signal to noise beside it: less is no window

REASONS = {
    "gaps": say("no data"), "constant": say("one number"), "saturated": say("saturated"),
    "dead": say("dead detectors"), "water": say("water vapour"), "noise": say("noise"),
}  # fmt: skip


@dataclass(frozen=True)
class BadBand:
    """A band that looks bad.

    Attributes:
        band: its number, from 0.
        reason: one of `REASONS`; the first that holds, in their order.
        figure: what it goes by: a share, a value, or the ratio of signal to noise (NaN where that is not known).
    """

    band: int
    reason: str
    figure: float

    @property
    def told(self) -> str:
        """The reason with its figure, in words."""
        figure = self.figure
        if self.reason == "gaps":
            return say("no data in {figure:.0%} of the pixels", figure=figure)
        if self.reason == "constant":
            return say("{figure:g} everywhere", figure=figure)
        if self.reason == "saturated":
            return say("{figure:.0%} of the samples saturated", figure=figure)
        if self.reason == "dead":
            return say("{figure:.0%} of the columns one number all along", figure=figure)
        if self.reason == "noise":
            return say("signal to noise {figure:.1f}", figure=figure)
        if not np.isfinite(figure):
            return say("water vapour")
        return say("water vapour, signal to noise {figure:.1f}", figure=figure)


@dataclass(frozen=True, eq=False)
class BandFigures:
    """What samples of a scene show of its bands; one a band all, NaN where it is not known.

    Attributes:
        noise: standard deviation of the noise, see `noise_and_level`.
        ratio: size of the mean over that.
        level: size of the mean.
        gaps: share of pixels without data, of those that have data in some band.
        saturated: share of samples at the largest number there is.
        dead: share of columns that are one number all along.
        constant: that number, where all columns are the same one.
    """

    noise: NDArray[np.float64]
    ratio: NDArray[np.float64]
    level: NDArray[np.float64]
    gaps: NDArray[np.float64]
    saturated: NDArray[np.float64]
    dead: NDArray[np.float64]
    constant: NDArray[np.float64]


def figures_of_bands(cube: Cube, check: Callable[[], None] = lambda: None) -> BandFigures:
    """The figures of a scene's bands, from samples: blocks of pixels for the noise, and rows for the rest. What is read
    does not grow with the number of rows.

    Args:
        check: called before each read; may raise to stop.
    """
    noise, level = noise_and_level(cube, check)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(noise > 0, level / noise, np.nan)
    seen = _Seen(cube)
    for rows in _sample(cube):
        check()
        seen.add(rows)
    return BandFigures(noise, ratio, level, seen.gaps, seen.saturated, seen.dead, seen.constant)


def proposed_bad_bands(
    cube: Cube, check: Callable[[], None] = lambda: None, figures: BandFigures | None = None
) -> tuple[BadBand, ...]:
    """The bands that look bad, rising: without data in more than a tenth of the pixels, of one number everywhere,
    saturated in more than a twentieth of the samples, with more than a tenth of the columns dead, in a window of water
    vapour, or noisy (see `is_noisy`). Bands that are marked bad already are among them.

    A window of water vapour counts where it shows: where its bands have less than half of the signal to noise, or less
    than a third of the level, of the bands beside it. A laboratory has no air to speak of between camera and sample.

    Args:
        check: called before each read; may raise to stop.
        figures: of this scene, where they are known; looked for otherwise.
    """
    found = figures_of_bands(cube, check) if figures is None else figures
    water = _under_water(cube.wavelengths, found)
    rules = (
        ("gaps", found.gaps > MOST_GAPS, found.gaps), ("constant", np.isfinite(found.constant), found.constant),
        ("saturated", found.saturated > MOST_SATURATED, found.saturated),
        ("dead", found.dead > MOST_DEAD, found.dead), ("water", water, found.ratio),
        ("noise", is_noisy(found.ratio), found.ratio),
    )  # fmt: skip
    proposed: dict[int, BadBand] = {}
    for reason, which, figure in rules:
        for band in np.flatnonzero(which).tolist():
            proposed.setdefault(band, BadBand(band, reason, float(figure[band])))
    return tuple(proposed[band] for band in sorted(proposed))


class _Seen:
    """What rows of a scene show of its bands."""

    def __init__(self, cube: Cube) -> None:
        self._cube, self._ceiling = cube, ceiling_of(cube)
        size = (cube.cols, cube.bands)
        self._low, self._high = np.full(size, np.nan, np.float32), np.full(size, np.nan, np.float32)
        self._count, self._over = np.zeros(size, np.int32), np.zeros(cube.bands, np.int64)
        self._pixels = 0

    def add(self, rows: slice) -> None:
        """Adds some rows."""
        values = self._cube.read(rows)
        known = np.isfinite(values)
        self._pixels += int(known.any(axis=2).sum())
        self._count += known.sum(axis=0, dtype=np.int32)
        self._low = np.fmin(self._low, np.fmin.reduce(values, axis=0))
        self._high = np.fmax(self._high, np.fmax.reduce(values, axis=0))
        if self._ceiling is not None:
            stored = self._cube.source.read(rows, slice(None), slice(None))
            self._over += ((stored >= self._ceiling) & known).sum(axis=(0, 1))

    @property
    def gaps(self) -> NDArray[np.float64]:
        """One a band."""
        return 1 - self._known / self._pixels if self._pixels else np.full(self._cube.bands, np.nan)

    @property
    def saturated(self) -> NDArray[np.float64]:
        """One a band."""
        return np.where(self._known > 0, self._over / np.maximum(self._known, 1), np.nan)

    @property
    def constant(self) -> NDArray[np.float64]:
        """One a band."""
        low, high = np.fmin.reduce(self._low, axis=0), np.fmax.reduce(self._high, axis=0)
        return np.where((self._known >= LEAST) & (low == high), low.astype(np.float64), np.nan)

    @property
    def dead(self) -> NDArray[np.float64]:
        """One a band."""
        long = self._count >= LEAST
        dead = (long & (self._low == self._high)).sum(axis=0)
        share = np.where(long.any(axis=0), dead / np.maximum(long.sum(axis=0), 1), np.nan)
        return np.where(np.isfinite(self.constant), np.nan, share)

    @property
    def _known(self) -> NDArray[np.int64]:
        return np.asarray(self._count.sum(axis=0, dtype=np.int64))


def _sample(cube: Cube) -> list[slice]:
    """Rows that are looked at, spread from the first to the last: all of a low scene."""
    height = min(_HEIGHT, max(1, SMALL_BLOCK_VALUES // (cube.cols * cube.bands)))
    if cube.rows <= _SAMPLES * height:
        return [slice(top, min(top + height, cube.rows)) for top in range(0, cube.rows, height)]
    count = max(_SAMPLES, -(-LEAST // height))  # of wide scenes rows are few, and columns are to be told dead by them
    tops = np.unique(np.linspace(0, cube.rows - height, count).astype(int))
    return [slice(top, top + height) for top in tops.tolist()]


def _under_water(waves: NDArray[np.float64] | None, found: BandFigures) -> NDArray[np.bool_]:
    """Which bands lie in a window of water vapour that shows, one a band.

    Args:
        waves: nm, one a band; None where they are not known.
    """
    under = np.zeros(len(found.ratio), dtype=bool)
    if waves is None:
        return under
    windows = [(waves >= low) & (waves <= high) for low, high in WATER_NM]
    air = ~np.logical_or.reduce(windows)
    for inside, (low, high) in zip(windows, WATER_NM, strict=True):
        beside = air & (waves >= low - _BESIDE_NM) & (waves <= high + _BESIDE_NM)
        dim = _middle(found.level, inside) < _DIM * _middle(found.level, beside)
        if dim or _middle(found.ratio, inside) < _NOISY * _middle(found.ratio, beside):
            under |= inside
    return under


def _middle(figures: NDArray[np.float64], which: NDArray[np.bool_]) -> float:
    """The median of some of the figures that are known (one a band); NaN where none is."""
    known = figures[which & np.isfinite(figures)]
    return float(np.median(known)) if len(known) else float("nan")
