"""Which parts of a large raster hold something, in tiles: what was never written to needs not be looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

TILE = 256  # pixels a side
Box = tuple[int, int, int, int]


class Occupied:
    """The tiles of a raster of so many rows and columns that were written to; at first, none."""

    def __init__(self, rows: int = 0, cols: int = 0) -> None:
        self._rows, self._cols = rows, cols
        self._tiles: NDArray[np.bool_] = np.zeros((math.ceil(rows / TILE), math.ceil(cols / TILE)), dtype=bool)

    def add(self, top: int, left: int, numbers: NDArray[np.integer]) -> None:
        """Notes that a part of the raster (rows x cols, 0 for nothing) was written, beginning at a pixel."""
        rows, cols = numbers.shape
        if not rows * cols:
            return
        down = slice(top // TILE, (top + rows - 1) // TILE + 1)
        first, last = left // TILE, (left + cols - 1) // TILE
        if first == last:  # as with nearly every piece of a stroke
            self._tiles[down, first] = True
            return
        starts = np.maximum(np.arange(first, last + 1) * TILE - left, 0)
        self._tiles[down, first : last + 1] |= np.logical_or.reduceat(numbers.any(axis=0), starts)

    def any_in(self, box: Box) -> bool:
        """Whether something was written near a box of pixels (top, left, bottom, right; the last two exclusive)."""
        top, left, bottom, right = box
        return bool(self._tiles[top // TILE : math.ceil(bottom / TILE), left // TILE : math.ceil(right / TILE)].any())
