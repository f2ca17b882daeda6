"""The surroundings of the labels of a scene, one below the other as a scene of their own: what a classifier is fitted
on where the features of the whole scene fit nowhere. Loads no torch.

Each window holds the labels of a cell of the scene and a border that is as wide as their features look, so that the
features of a labelled pixel are those of the whole scene, as those of a tile are. A label counts in one window only.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Geo
from hsigui.cube.masked import scene_of, set_aside
from hsigui.jobs import Context
from hsigui.pipeline.tiling.grid import Box

CELLS = (64, 128, 256, 512)  # rows and columns whose labels share a window: those are taken that read the least
SCANNED = 16_000_000  # labels that are looked at at once


@dataclass(frozen=True, eq=False)
class Labelled:
    """The labelled pixels of a scene: row, column and class number, one entry each."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    numbers: NDArray[np.uint16]

    @classmethod
    def of(cls, labels: NDArray[np.integer], ctx: Context) -> Labelled:
        """Those of a raster (rows x cols, 0 for unlabelled), of which only the labels are held."""
        each = max(1, SCANNED // max(1, labels.shape[1]))
        found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]] = []
        for top in range(0, labels.shape[0], each):
            ctx.check()
            part = labels[top : top + each]
            rows, cols = np.nonzero(part)
            found.append((rows + top, cols, part[rows, cols].astype(np.uint16)))
        rows, cols, numbers = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return cls(rows, cols, numbers)


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of a scene, one below the other.

    Attributes:
        boxes: of the scene: top, left, bottom, right, the last two exclusive.
        cells: the part of each whose labels count in it.
        side: of the cells of the scene in which these parts lie.
        shape: rows and columns of all of them.
    """

    boxes: tuple[Box, ...]
    cells: tuple[Box, ...]
    side: int

    @classmethod
    def around(cls, found: Labelled, border: int, shape: tuple[int, int]) -> Windows:
        """Those around labels.

        Args:
            border: pixels around the labels of a window.
            shape: rows and columns of the scene.
        """
        each = (cls._in_cells(found, border, shape, side) for side in CELLS)
        return min(each, key=lambda windows: windows.shape[0] * windows.shape[1])

    @classmethod
    def _in_cells(cls, found: Labelled, border: int, shape: tuple[int, int], side: int) -> Windows:
        of_cell = found.rows // side * -(-shape[1] // side) + found.cols // side
        order = np.argsort(of_cell, kind="stable")
        starts = np.flatnonzero(np.diff(of_cell[order], prepend=-1))
        cells = []
        for these in np.split(order, starts[1:]):
            rows, cols = found.rows[these], found.cols[these]
            cells.append((int(rows.min()), int(cols.min()), int(rows.max()) + 1, int(cols.max()) + 1))
        boxes = [
            (max(0, t - border), max(0, left - border), min(shape[0], b + border), min(shape[1], r + border))
            for t, left, b, r in cells
        ]
        return cls(tuple(boxes), tuple(cells), side)

    @property
    def tops(self) -> tuple[int, ...]:
        """The first row of each."""
        return tuple(itertools.accumulate((b - t for t, _, b, _ in self.boxes), initial=0))[:-1]

    @property
    def shape(self) -> tuple[int, int]:
        rows = sum(bottom - top for top, _, bottom, _ in self.boxes)
        return rows, max(right - left for _, left, _, right in self.boxes)

    def labels(self, found: Labelled) -> NDArray[np.uint16]:
        """The labels in them, rows x cols, each once."""
        array = np.zeros(self.shape, dtype=np.uint16)
        for top, box, (first, left, last, right) in zip(self.tops, self.boxes, self.cells, strict=True):
            here = (found.rows >= first) & (found.rows < last) & (found.cols >= left) & (found.cols < right)
            here &= (found.rows // self.side == first // self.side) & (found.cols // self.side == left // self.side)
            array[found.rows[here] - box[0] + top, found.cols[here] - box[1]] = found.numbers[here]
        return array

    def of(self, cube: Cube) -> Cube:
        """The windows of a scene as one; between the narrower ones and the right border there is no data."""
        whole, out = scene_of(cube), set_aside(cube)
        plain = replace(
            cube.info, geo=Geo(), nodata=None, scale=1.0, offset=0.0, valid_range=None, gains=(), offsets=()
        )  # fmt: skip
        return Cube(_Stacked(whole, out, self), plain, name=cube.name)


@dataclass(frozen=True, eq=False)
class _Stacked:
    """Values of windows of a cube, NaN where it has no data, where `out` (rows x cols) takes pixels out, and beside
    narrower windows."""

    cube: Cube
    out: NDArray[np.bool_] | None
    windows: Windows

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*self.windows.shape, self.cube.bands)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[np.float32]:
        """Rows x cols x bands."""
        wanted_rows, wanted_cols = (
            np.arange(*part.indices(length)) for part, length in zip((rows, cols), self.windows.shape, strict=True)
        )
        count = len(range(self.cube.bands)[bands]) if isinstance(bands, slice) else len(bands)
        values = np.full((len(wanted_rows), len(wanted_cols), count), np.nan, dtype=np.float32)
        for top, box in zip(self.windows.tops, self.windows.boxes, strict=True):
            down = np.flatnonzero((wanted_rows >= top) & (wanted_rows < top + box[2] - box[0]))
            across = np.flatnonzero(wanted_cols < box[3] - box[1])
            if not len(down) or not len(across):
                continue
            from_rows = _slice_of(wanted_rows[down] - top + box[0])
            from_cols = _slice_of(wanted_cols[across] + box[1])
            part = self.cube.read(from_rows, from_cols, bands)
            if self.out is not None:
                part[self.out[from_rows, from_cols]] = np.nan
            values[_slice_of(down), _slice_of(across)] = part
        return values


def _slice_of(numbers: NDArray[np.integer]) -> slice:
    """Rising numbers with even steps, as a slice."""
    step = int(numbers[1] - numbers[0]) if len(numbers) > 1 else 1
    return slice(int(numbers[0]), int(numbers[-1]) + 1, step)
