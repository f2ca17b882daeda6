"""A raster of colours at fractions of its size, for a scene that is shown smaller than it is: made tile by tile, where
it is looked at, and kept, so that a large scene that is zoomed is reduced a little at a time."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hsigui.ui.image.occupied import Box, Occupied

TILE = 128  # cells a side
FINE = 8  # fractions of less than an eighth are made from that of an eighth
ROWS_AT_ONCE = 16  # cells: what is reduced fits into the processor's cache


class Reduced:
    """Fractions of a raster by powers of two: a cell shows a class as soon as one of its pixels has it.

    Args:
        full: rows x cols of opaque colours, 0 for none; whoever changes it calls `update`.
        used: where it holds something.
    """

    def __init__(self, full: NDArray[np.uint32], used: Occupied) -> None:
        self._full, self._used = full, used
        self._levels: dict[int, _Level] = {}

    def at(self, factor: int, box: Box) -> tuple[NDArray[np.uint32], int]:
        """The raster (cells x cells) whose cells are at least so many pixels a side, and how many they are. It is right
        in a box of pixels (top, left, bottom, right; the last two exclusive)."""
        level = self._level(1 << (factor - 1).bit_length())
        level.need(box)
        return level.buffer, level.factor

    def update(self, box: Box) -> None:
        """Takes over a box of pixels that changed."""
        for _, level in sorted(self._levels.items()):
            level.update(box)

    def _level(self, factor: int) -> _Level:
        if factor not in self._levels:
            below = self._level(FINE) if factor > FINE else None
            self._levels[factor] = _Level(factor, self._full, self._used, below)
        return self._levels[factor]


class _Level:
    """One fraction. Made from another one, whose cells are a part of its own, where there is one."""

    def __init__(self, factor: int, full: NDArray[np.uint32], used: Occupied, below: _Level | None) -> None:
        self.factor, self._full, self._used, self._below = factor, full, used, below
        rows, cols = (math.ceil(side / factor) for side in full.shape)
        self.buffer: NDArray[np.uint32] = np.zeros((rows, cols), dtype=np.uint32)
        self._made: NDArray[np.bool_] = np.zeros((math.ceil(rows / TILE), math.ceil(cols / TILE)), dtype=bool)

    def need(self, box: Box) -> None:
        """Makes the tiles that a box of pixels touches, where they are not made."""
        for row, col in self._tiles(self._cells(box)):
            if not self._made[row, col]:
                self._made[row, col] = True
                self._make(self._tile(row, col))

    def update(self, box: Box) -> None:
        """Takes over a box of pixels in the tiles that are made."""
        cells = self._cells(box)
        for row, col in self._tiles(cells):
            if self._made[row, col]:
                self._make(_common(cells, self._tile(row, col)))

    def _make(self, cells: Box) -> None:
        top, left, bottom, right = cells
        f = self.factor
        if not self._used.any_in((top * f, left * f, bottom * f, right * f)):
            return  # as at first: what was used once stays so
        source = self._full
        if self._below is not None:
            self._below.need((top * f, left * f, bottom * f, right * f))
            source, f = self._below.buffer, f // self._below.factor
        part = source[top * f : bottom * f, left * f : right * f]
        # Opaque colours are larger numbers than the transparent 0, so the largest is never the gap between labels.
        # Row by row and then column by column, some rows at a time: ten times as fast as one maximum over blocks.
        out = self.buffer[top:bottom, left:right]
        for start in range(0, len(out), ROWS_AT_ONCE):
            rows = part[start * f : (start + ROWS_AT_ONCE) * f]
            out[start : start + ROWS_AT_ONCE] = _largest_of(_largest_of(rows, f).T, f).T if rows.any() else 0

    def _cells(self, box: Box) -> Box:
        top, left, bottom, right = box
        f, (rows, cols) = self.factor, self.buffer.shape
        return max(top // f, 0), max(left // f, 0), min(math.ceil(bottom / f), rows), min(math.ceil(right / f), cols)

    def _tiles(self, cells: Box) -> product[tuple[int, int]]:
        top, left, bottom, right = cells
        return product(range(top // TILE, math.ceil(bottom / TILE)), range(left // TILE, math.ceil(right / TILE)))

    def _tile(self, row: int, col: int) -> Box:
        rows, cols = self.buffer.shape
        return row * TILE, col * TILE, min((row + 1) * TILE, rows), min((col + 1) * TILE, cols)


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _largest_of(pixels: NDArray[np.uint32], factor: int) -> NDArray[np.uint32]:
    """The largest of each so many rows; the last may be fewer."""
    out = pixels[::factor].copy(order="K")
    for offset in range(1, factor):
        rows = pixels[offset::factor]
        np.maximum(out[: len(rows)], rows, out=out[: len(rows)])
    return out
