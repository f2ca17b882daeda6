"""Columns of dead detectors filled by those beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.of_cube import OfCube
from hsigui.preparing.lines import LEAST, moments_of
from hsigui.preparing.made import info_of_values
from hsigui.preparing.passes import Pass, Told
from hsigui.texts import say, say_number

MOST_OF_BAND = 0.1  # of the columns of a band
MOST_EMPTY = 3  # columns side by side: dead detectors are few, and wider gaps are no matter of detectors


@dataclass(frozen=True, eq=False)
class Dead:
    """Columns of bands that are one number all along or have no data, and the nearest ones to either side that have.

    Attributes:
        dead: cols x bands.
        empty: those among them that have no data, cols x bands.
        left, right: numbers of these columns, cols x bands; -1 where there is none to that side.
    """

    dead: NDArray[np.bool_]
    empty: NDArray[np.bool_]
    left: NDArray[np.intp]
    right: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Filled(OfCube):
    """Values of a cube with dead columns filled."""

    cube: Cube
    found: Pass[Dead]

    @property
    def passes(self) -> tuple[Pass[Dead], ...]:
        """What has to be looked at before."""
        return (self.found,)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was filled: see `passes.remarks_of`."""
        if not self.found.done:
            return ()
        dead = self.found.found().dead
        if not dead.any():
            return (say("No column is one number all along, and none within the scene is empty: none is filled."),)
        return (
            say_number("1 column of a band is filled by those beside it.",
                       "{count:,} columns of bands are filled by those beside them: {bands} bands, {cols} places.",
                       int(dead.sum()), bands=int(dead.any(axis=0).sum()), cols=int(dead.any(axis=1).sum())),
        )  # fmt: skip

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where there is no data."""
        found = self.found.found()
        picked = bands if isinstance(bands, slice) else list(bands)
        across, numbers = np.arange(self.cube.cols)[cols], np.arange(self.cube.bands)[picked]
        at, band = np.nonzero(found.dead[np.ix_(across, numbers)])
        if not len(at):
            return self.cube.read(rows, cols, bands)
        col, of = across[at], numbers[band]
        left, right = found.left[col, of], found.right[col, of]
        low = min(int(across.min()), int(np.where(left < 0, col, left).min()))
        high = max(int(across.max()), int(right.max()))
        values = self.cube.read(rows, slice(low, high + 1), bands)
        out = values[:, across - low]
        share = np.where((left >= 0) & (right >= 0), (col - left) / np.maximum(right - left, 1), left < 0)
        before = np.where(left >= 0, values[:, np.maximum(left - low, 0), band], np.float32(np.nan)).astype(np.float64)
        after = np.where(right >= 0, values[:, np.maximum(right - low, 0), band], np.float32(np.nan)).astype(np.float64)
        both = before * (1 - share) + after * share
        one = np.where(np.isfinite(before), before, after)
        made = np.where(np.isfinite(both) | found.empty[col, of], both, one)
        known = np.isfinite(out[:, at, band]) | found.empty[col, of]
        out[:, at, band] = np.where(known, made, np.nan)
        return out


@dataclass(frozen=True)
class FillColumns:
    """Columns of single bands that are one number all along, as those of dead detectors are: each pixel on the straight
    line between the nearest columns that are not; at an edge of the scene as the nearest one. Pixels without data stay
    so. A column needs ten pixels with data to be dead, and a band that is one number everywhere has no dead ones.

    Of up to three columns side by side that have no data at all in a band, as dead ones have none after white and dark
    reference, those pixels are filled that have data to both sides; but not in a band with many such columns.
    """

    @property
    def told(self) -> str:
        return "--fill-columns"

    def on(self, cube: Cube) -> Cube:
        """The cube with these columns filled, float32. The scene is read once to find them, when a sample is first
        asked for."""
        found = Pass(lambda told: _dead(cube, told))
        return cube.over(lambda _: Filled(cube, found), info_of_values(cube.info))


def _dead(cube: Cube, told: Told) -> Dead:
    seen = moments_of(cube, 1, told)
    numbers = np.arange(cube.cols)[:, None]
    alive = (seen.count >= LEAST) & ~seen.dead
    left = np.maximum.accumulate(np.where(alive, numbers, -1), axis=0)
    beyond = cube.cols
    right = np.minimum.accumulate(np.where(alive, numbers, beyond)[::-1], axis=0)[::-1]
    empty = (seen.count == 0) & (left >= 0) & (right < beyond) & (right - left - 1 <= MOST_EMPTY)
    empty &= empty.mean(axis=0) < MOST_OF_BAND  # else it is the band that is dead
    return Dead(seen.dead | empty, empty, left, np.where(right == beyond, -1, right))
