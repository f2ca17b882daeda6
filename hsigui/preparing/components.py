"""Components of a scene by which noise is told from signal, and the statistics that they are made of.

Sources: minimum noise fraction: Green, Berman, Switzer & Craig 1988, IEEE Transactions on Geoscience and Remote Sensing
26:65-74; noise by differences of neighbouring pixels, as there. Components are worth keeping, by the rule used here, up
to the last one whose variance is at least twice that of its noise: half of it is signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.analysis.covariance import Covariance, principal
from hsigui.analysis.linear import Differences, fractions
from hsigui.analysis.tiles import TILE_VALUES, Tile, flat, require_pixels
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import require_good
from hsigui.preparing.passes import Told
from hsigui.texts import say

KINDS = {"mnf": say("minimum noise fraction"), "pca": say("principal components")}
LEAST_RATIO = 2.0  # of the variance of a component that is kept to that of its noise
SAMPLE_VALUES = 16_000_000  # that a number of components is found on, where the scene has more
_SAMPLES = 16  # pieces of the scene that they are spread over


@dataclass(frozen=True, eq=False)
class Components:
    """Components of the good bands of a scene.

    Attributes:
        kind: one of `KINDS`.
        bands: numbers of the bands that they are made of.
        mean: of these bands, one number each.
        values: variances of the components (eigenvalues), falling; one a component. Of minimum noise fractions in
            those of the noise.
        noise: variances of the noise of the components; one a component. NaN where it cannot be estimated.
        forward: components x bands.
        inverse: bands x components.
        incomplete: pixels that have data in some of the bands and not in all of them.
        lacking: the band (its number in the cube) in which most of these have none; -1 where there are none.
    """

    kind: str
    bands: NDArray[np.intp]
    mean: NDArray[np.float64]
    values: NDArray[np.float64]
    noise: NDArray[np.float64]
    forward: NDArray[np.float64]
    inverse: NDArray[np.float64]
    incomplete: int = 0
    lacking: int = -1

    @property
    def advised(self) -> int:
        """How many are worth keeping, 1 at least: up to the last one with twice the variance of its noise."""
        kept = np.flatnonzero(~(self.values < LEAST_RATIO * self.noise))
        return int(kept[-1]) + 1 if len(kept) else 1

    def beyond(self, kept: int) -> NDArray[np.float64]:
        """What makes of a spectrum less the mean that part of it which lies in the components after those that are
        kept, bands x bands."""
        return np.asarray(self.inverse[:, kept:] @ self.forward[kept:])


def components_of(cube: Cube, kind: str = "mnf", told: Told = lambda _done, _total: None) -> Components:
    """The components of a whole scene: `values` beside `noise` show how many hold signal. One pass, by tiles.

    Args:
        kind: one of `KINDS`.
        told: is told how many rows of how many are done; may raise to stop.

    Raises:
        HsiError: too few pixels have data in all good bands, or neighbouring pixels do not differ.
    """
    sums = Sums(cube)
    for tile in tiles_of(cube, sums.bands, [slice(0, cube.rows)], told):
        sums.add(tile)
    return sums.components(kind)


def sampled_components(cube: Cube, kind: str) -> Components:
    """The same of some pieces of a large scene, spread from its first row to its last; of a small one of all of it.

    Raises:
        HsiError: as for the whole.
    """
    sums = Sums(cube)
    for piece in _sample(cube):
        sums.part()
        for tile in tiles_of(cube, sums.bands, [piece]):
            sums.add(tile)
    return sums.components(kind)


class Sums:
    """Sums over the spectra of a scene that have data in all good bands, and over their differences.

    Raises:
        HsiError: all bands are marked bad.
    """

    def __init__(self, cube: Cube) -> None:
        self.bands = require_good(cube)
        self._cube = cube
        self._signal, self._noise = Covariance(len(self.bands)), Covariance(len(self.bands))
        self._incomplete, self._without = 0, np.zeros(len(self.bands), np.int64)
        self.part()

    def part(self) -> None:
        """Begins a part of the scene that does not touch the one before."""
        self._shifts = Differences(self._cube.cols, "lower right")

    def add(self, tile: Tile) -> None:
        """Adds the tile that follows, from the first row on."""
        self._signal.add(tile.known)
        self._noise.add(self._shifts.of(tile))
        gaps = np.isnan(tile.spectra[~tile.valid])
        some = gaps[~gaps.all(axis=1)]
        self._incomplete += len(some)
        self._without += some.sum(axis=0)

    def components(self, kind: str) -> Components:
        """What was summed up, as components.

        Raises:
            HsiError: too few pixels have data, or neighbouring pixels do not differ (minimum noise fraction).
        """
        mean = self._signal.mean
        lacking = int(self.bands[self._without.argmax()]) if self._incomplete else -1
        if kind == "mnf":
            found = fractions(self._signal, self._noise, self._cube)
            ones = np.ones(len(found.values))
            return Components(
                kind, self.bands, mean, found.values, ones, found.forward, found.inverse, self._incomplete, lacking
            )  # fmt: skip
        require_pixels(self._signal.count, 2, self._cube)
        values, axes = principal(self._signal.matrix)
        noise = ((axes @ self._noise.matrix) * axes).sum(axis=1) / 2  # a difference has twice the noise of a pixel
        if self._noise.count < 2:
            noise = np.full(len(values), np.nan)
        return Components(kind, self.bands, mean, values, noise, axes, axes.T, self._incomplete, lacking)


def tiles_of(
    cube: Cube, bands: NDArray[np.intp], parts: Iterable[slice], told: Told = lambda _done, _total: None
) -> Iterator[Tile]:
    """Tiles of some rows of a scene, each of pixels x bands, in their order; stops where it is asked to.

    Args:
        bands: numbers of those that are read.
        told: is told how many rows of the scene are done.
    """
    picked = bands.tolist()
    at_once = max(1, TILE_VALUES // max(1, cube.cols * len(picked)))
    told(0, cube.rows)
    for part in parts:
        for first in range(part.start, part.stop, at_once):
            stopping.check()
            rows = slice(first, min(part.stop, first + at_once))
            spectra = flat(cube.read(rows, slice(None), picked))
            yield Tile(rows, spectra, np.asarray(np.isfinite(spectra).all(axis=1)))
            told(rows.stop, cube.rows)


def _sample(cube: Cube) -> list[slice]:
    """Pieces of at least two rows each, none of which touch."""
    rows = SAMPLE_VALUES // max(1, cube.cols * cube.bands)
    if rows >= cube.rows or cube.rows < 4 * _SAMPLES:
        return [slice(0, cube.rows)]
    height = max(2, rows // _SAMPLES)
    tops = np.linspace(0, cube.rows - height, _SAMPLES).astype(int)
    return [slice(top, top + height) for top in tops.tolist()]


def kept_of(text: str) -> int | None:
    """How many components a text says: a number, or "auto" for None.

    Raises:
        HsiError: it says none.
    """
    if text.strip() == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise HsiError(
            say("“{text}” is no number of components.", text=text), say("Write a whole number, 1 or more, or auto.")
        ) from None


def require_kept(kept: int, bands: int) -> None:
    """Refuses to keep no component, or more than there are.

    Raises:
        HsiError: it is so.
    """
    if not 1 <= kept <= bands:
        raise HsiError(
            say("{kept} components cannot be kept of {bands}.", kept=kept, bands=bands),
            say("Take a number from 1 to that of the bands that are not marked bad, or auto."),
        )
