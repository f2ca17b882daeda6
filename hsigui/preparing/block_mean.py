"""Coarser pixels: the mean over squares of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Geo
from hsigui.errors import HsiError
from hsigui.preparing.made import info_of_values
from hsigui.texts import say


@dataclass(frozen=True)
class BlockMean:
    """Squares of pixels as one: the mean of those that have data, no data where none has. What is left at the last rows
    and columns of a scene that is no multiple of a square is cut off.

    Attributes:
        factor: side of a square in pixels, 2 or more.
    """

    factor: int

    @property
    def told(self) -> str:
        return f"--block-mean {self.factor}"

    def on(self, cube: Cube) -> Cube:
        """The coarser cube; its samples are values, float32.

        Raises:
            HsiError: the factor is below 2, or a square is larger than the scene.
        """
        if not 2 <= self.factor <= min(cube.rows, cube.cols):
            raise HsiError(
                say("Squares of {factor} pixels do not fit a scene of {rows} x {cols}.", factor=self.factor,
                    rows=cube.rows, cols=cube.cols),
                say("Choose a whole number from 2 up to the smaller side of the scene."),
            )  # fmt: skip
        info = replace(info_of_values(cube.info), geo=_coarser(cube.geo, self.factor))
        return cube.over(lambda _: BlockMeanSource(cube, self.factor), info)


@dataclass(frozen=True)
class BlockMeanSource:
    """Means over squares of pixels of a cube."""

    cube: Cube
    factor: int

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cube.rows // self.factor, self.cube.cols // self.factor, self.cube.bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Means of a window, rows x cols x bands; NaN where no pixel of a square has data."""
        down, across = range(self.shape[0])[rows], range(self.shape[1])[cols]
        lines = [self._line(row, across, bands) for row in down]
        if lines:
            return np.stack(lines)
        return np.empty((0, len(across), len(range(self.shape[2])[bands]) if isinstance(bands, slice) else len(bands)),
                        self.dtype)  # fmt: skip

    def _line(self, row: int, across: range, bands: slice | Sequence[int]) -> NDArray[np.float32]:
        """One row of means, cols x bands: no more is held than the pixels of its squares."""
        side = self.factor
        first, last = (min(across), max(across) + 1) if across else (0, 0)
        block = self.cube.read(slice(row * side, (row + 1) * side), slice(first * side, last * side), bands)
        squares = block.reshape(side, last - first, side, block.shape[2])
        known = np.isfinite(squares)
        count = known.sum(axis=(0, 2))
        total = np.where(known, squares, 0).sum(axis=(0, 2), dtype=np.float64)
        means = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
        return means[np.array(across, dtype=np.intp) - first]


def _coarser(geo: Geo, factor: int) -> Geo:
    if geo.transform is None:
        return Geo(None, geo.crs_wkt)
    a, b, c, d, e, f = geo.transform
    return Geo((a * factor, b * factor, c, d * factor, e * factor, f), geo.crs_wkt)
