"""Scenes that are made of what a product stores: bands of several arrays in one order, pixels by a lookup table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Source
from hsigui.cube.looks import tile_of
from hsigui.cube.nodata import equals_nodata

_PART = 128


@dataclass(frozen=True)
class _InUnits:
    """Stored samples of the same size, in other units as float32."""

    source: Source

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, bands."""
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    @property
    def tile(self) -> tuple[int, int] | None:
        """Rows and columns that are packed together; None where samples are not packed."""
        return tile_of(self.source)


@dataclass(frozen=True)
class Unpacked(_InUnits):
    """A source in the units of its product, float32: stored numbers times a factor plus a summand; 0 stays 0, which
    means no data in the products that are packed so.

    Attributes:
        source: the stored samples.
        factor, summand: make values of stored numbers.
    """

    factor: float
    summand: float

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands float32, in the units of the product."""
        stored = self.source.read(rows, cols, bands)
        values = stored.astype(np.float64) * self.factor + self.summand
        return np.where(stored == 0, 0, values).astype(np.float32)


@dataclass(frozen=True)
class UnpackedByBand(_InUnits):
    """A source in the units of its product, float32: stored numbers times a gain plus an offset, of each band.

    Attributes:
        source: the stored samples.
        gains, offsets: one a band.
        nodata: a stored number that stays as it is; None for none.
    """

    gains: tuple[float, ...]
    offsets: tuple[float, ...]
    nodata: float | None

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands float32, in the units of the product."""
        stored = self.source.read(rows, cols, bands)
        picked = bands if isinstance(bands, slice) else list(bands)
        values = stored.astype(np.float64) * np.array(self.gains)[picked] + np.array(self.offsets)[picked]
        if self.nodata is not None:
            values = np.where(equals_nodata(stored, self.nodata), stored, values)
        return values.astype(np.float32)


@dataclass(frozen=True)
class JoinedBands:
    """The bands of several sources of one size, in any order.

    Attributes:
        sources: of one number of rows and columns.
        order: for each band the number of its source and of its band there.
    """

    sources: tuple[Source, ...]
    order: tuple[tuple[int, int], ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, bands of all."""
        rows, cols, _ = self.sources[0].shape
        return rows, cols, len(self.order)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.result_type(*(source.dtype for source in self.sources))

    @property
    def tile(self) -> tuple[int, int] | None:
        """Rows and columns that are packed together in the first source; None where its samples are not packed."""
        return tile_of(self.sources[0])

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, of the type that holds those of all sources."""
        picked = np.array(self.order, dtype=int)[bands if isinstance(bands, slice) else list(bands)]
        size = [len(range(length)[part]) for length, part in zip(self.shape, (rows, cols), strict=False)]
        target = np.empty((*size, len(picked)), self.dtype)
        for number, source in enumerate(self.sources):
            places = np.flatnonzero(picked[:, 0] == number)
            if places.size:
                target[:, :, places] = source.read(rows, cols, picked[places, 1].tolist())
        return target


@dataclass(frozen=True)
class LookedUp:
    """A source whose pixels are put where a lookup table says.

    Attributes:
        source: the stored samples, along and across the track.
        row, col: rows x cols of the map: which row and column of the source a pixel shows, from 1; 0 for none.
        fill: what a pixel has that shows none.
    """

    source: Source
    row: NDArray[np.integer[Any]]
    col: NDArray[np.integer[Any]]
    fill: float

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows and columns of the map, bands."""
        rows, cols = self.row.shape
        return rows, cols, self.source.shape[2]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of a part of the map, which shows a part of the source: a whole row crosses all of it."""
        return _PART, _PART

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, `fill` where the table names no pixel of the source."""
        row, col = self.row[rows, cols].astype(int) - 1, self.col[rows, cols].astype(int) - 1
        known = (row >= 0) & (col >= 0) & (row < self.source.shape[0]) & (col < self.source.shape[1])
        count = len(range(self.source.shape[2])[bands]) if isinstance(bands, slice) else len(bands)
        target = np.full((*row.shape, count), self.fill, self.dtype)
        at_row, at_col = np.nonzero(known)
        if not at_row.size:
            return target
        by_line = np.argsort(row[known], kind="stable")
        lines, starts = np.unique(row[known][by_line], return_index=True)
        for line, places in zip(lines.tolist(), np.split(by_line, starts[1:]), strict=True):
            stopping.check()
            across = col[at_row[places], at_col[places]]
            first = int(across.min())
            strip = self.source.read(slice(line, line + 1), slice(first, int(across.max()) + 1), bands)[0]
            target[at_row[places], at_col[places]] = strip[across - first]
        return target


def looked_up(
    mask: NDArray[np.bool_], row: NDArray[np.integer[Any]], col: NDArray[np.integer[Any]]
) -> NDArray[np.bool_]:
    """A mask of the source's pixels on those of the map: rows x cols of the lookup table, False where it names none."""
    known = (row > 0) & (col > 0) & (row <= mask.shape[0]) & (col <= mask.shape[1])
    target = np.zeros(row.shape, dtype=bool)
    target[known] = mask[row[known].astype(int) - 1, col[known].astype(int) - 1]
    return target
