"""Rasters that are too large to be held, strip by strip from the top: what writers take of them, and what is counted
and summed on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TIFFS, ENVI, ZARR = (".tif", ".tiff"), (".hdr", ".img", ".dat"), (".zarr",)
SUFFIXES = (*TIFFS, *ENVI, *ZARR)  # of what `strip_writers` writes


@dataclass(frozen=True)
class Strips:
    """A raster in strips.

    Attributes:
        shape: rows and columns.
        dtype: of its values.
        each: begins anew at each call: strips of some rows of all columns, from the top to the bottom.
    """

    shape: tuple[int, int]
    dtype: np.dtype[Any]
    each: Callable[[], Iterator[NDArray[Any]]]

    def of_height(self, height: int) -> Iterator[tuple[int, NDArray[Any]]]:
        """The first row of each strip, and the strip (rows x cols): all of the same height but for the last."""
        waiting = np.empty((0, self.shape[1]), self.dtype)
        top = 0
        for strip in self.each():
            waiting = np.concatenate([waiting, strip]) if len(waiting) else strip
            while len(waiting) >= height:
                yield top, waiting[:height]
                top, waiting = top + height, waiting[height:]
        if len(waiting):
            yield top, waiting

    def heard(self, hear: Callable[[NDArray[Any]], None]) -> Strips:
        """The same, of which each strip (rows x cols) is told as it passes."""

        def each() -> Iterator[NDArray[Any]]:
            for strip in self.each():
                hear(strip)
                yield strip

        return Strips(self.shape, self.dtype, each)


class Tally:
    """The pixels of each class number of a map in strips, and the sum by which the map is known.

    Attributes:
        counts: one an entry, by class number.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(1, dtype=np.int64)
        self._digest = hashlib.sha256(repr(shape).encode())

    def take(self, strip: NDArray[np.integer]) -> None:
        """Counts a strip, rows x cols; they come from the top."""
        found = np.bincount(strip.ravel(), minlength=len(self.counts))
        found[: len(self.counts)] += self.counts
        self.counts = found
        self._digest.update(np.ascontiguousarray(strip, dtype="<u2").tobytes())

    @property
    def sha256(self) -> str:
        """As `pipeline.provenance.raster_hash` of the whole."""
        return self._digest.hexdigest()


class LayerSum:
    """The sum by which a layer of float32 in strips is known."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._digest = hashlib.sha256(repr(shape).encode())

    def take(self, strip: NDArray[np.floating]) -> None:
        """Adds a strip, rows x cols; they come from the top."""
        values = np.ascontiguousarray(strip, dtype="<f4").copy()
        values[np.isnan(values)] = np.nan
        self._digest.update(values.tobytes())

    @property
    def sha256(self) -> str:
        """As `pipeline.map_confidence.layer_hash` of the whole."""
        return self._digest.hexdigest()
