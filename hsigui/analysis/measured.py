"""Measurements of the pixels of a scene, whatever they are of: bands of a cube, or a derived layer. Read by tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Layer
from hsigui.analysis.tiles import TILE_VALUES, Tile, TileReader, flat
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say


class Measured(Protocol):
    """Some measurements of every pixel of a scene.

    Attributes:
        names: of the measurements, for tables.
        wavelengths: of the bands in nm, one a measurement; None where they are none, or that is not known.
        shape: rows and columns.
    """

    names: tuple[str, ...]
    wavelengths: tuple[float, ...] | None
    shape: tuple[int, int]

    def tiles(self, ctx: Context, text: str, wanted: NDArray[np.bool_] | None = None) -> Iterator[Tile]:
        """The scene from its first row on; with `wanted` (one a row) only the rows that hold something."""


class BandValues:
    """Bands of a cube, called by their numbers from 1; by their names where these are all that is known of them.

    Args:
        bands: numbers from 0; None for the good ones.

    Raises:
        HsiError: there is no such band, or none is good.
    """

    def __init__(self, cube: Cube, bands: Sequence[int] | None = None) -> None:
        beyond = [band for band in bands or () if not 0 <= band < cube.bands]
        if beyond:
            raise HsiError(
                say("{name} has no band {number}.", name=cube.name, number=beyond[0] + 1),
                say("It has {bands} bands.", bands=cube.bands),
            )
        self._cube, self._bands = cube, TileReader(cube, bands).bands
        self.shape = cube.rows, cube.cols
        waves = cube.wavelengths
        self.wavelengths = None if waves is None else tuple(float(waves[band]) for band in self._bands)
        self.names = _names(cube, self._bands)

    @property
    def bands(self) -> tuple[int, ...]:
        """Their numbers, from 0."""
        return tuple(map(int, self._bands))

    def tiles(self, ctx: Context, text: str, wanted: NDArray[np.bool_] | None = None) -> Iterator[Tile]:
        """As of `Measured`; `wanted` is one a row."""
        rows, cols = self.shape
        step = max(1, TILE_VALUES // max(1, cols * len(self._bands)))
        picked = self._bands.tolist()
        for block in self._cube.blocks(small=True):
            ctx.progress(block.start, rows, text)
            for start, stop in _runs(block, wanted):
                values = self._cube.read(slice(start, stop), slice(None), picked)
                for first in range(start, stop, step):
                    ctx.check()
                    piece = slice(first, min(stop, first + step))
                    spectra = flat(values[first - start : piece.stop - start])
                    yield Tile(piece, spectra, np.asarray(np.isfinite(spectra).all(axis=1)))
        ctx.progress(rows, rows, text)


class LayerValues:
    """The measurements of a derived layer.

    Raises:
        HsiError: it is a layer of classes.
    """

    wavelengths: tuple[float, ...] | None = None

    def __init__(self, layer: Layer) -> None:
        if layer.classes is not None:
            raise HsiError(
                say("{name} is a layer of classes, and measures nothing.", name=layer.name),
                say("Choose a layer of measurements."),
            )
        self._layer, self.names, self.shape = layer, layer.names, layer.shape

    def tiles(self, ctx: Context, text: str, wanted: NDArray[np.bool_] | None = None) -> Iterator[Tile]:
        """As of `Measured`; `wanted` is one a row."""
        rows, cols = self.shape
        step = max(1, TILE_VALUES // max(1, cols * len(self.names)))
        for start, stop in _runs(slice(0, rows), wanted):
            for first in range(start, stop, step):
                ctx.progress(first, rows, text)
                piece = slice(first, min(stop, first + step))
                spectra = flat(self._layer.stack[piece])
                yield Tile(piece, spectra, np.asarray(np.isfinite(spectra).all(axis=1)))
        ctx.progress(rows, rows, text)


def _names(cube: Cube, bands: NDArray[np.intp]) -> tuple[str, ...]:
    known = cube.info.band_names
    if cube.wavelengths is None and known:
        names = tuple(known[band].strip() for band in bands)
        if all(names) and len(set(names)) == len(names):
            return names
    return tuple(say("Band {number}", number=int(band) + 1) for band in bands)


def _runs(block: slice, wanted: NDArray[np.bool_] | None) -> Iterator[tuple[int, int]]:
    """The rows of a block from the first that is wanted to the last, if any is."""
    if wanted is None:
        yield block.start, block.stop
        return
    found = np.flatnonzero(wanted[block])
    if len(found):
        yield block.start + int(found[0]), block.start + int(found[-1]) + 1
