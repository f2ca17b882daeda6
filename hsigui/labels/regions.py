"""The regions of a label raster: pixels of one class that hang together, by edges or corners.

They are found anew from the raster, so they survive saving and opening. The work grows with the labelled pixels: the
few labels of a large scene are found fast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hsigui.errors import HsiError
from hsigui.labels.strokes import Area
from hsigui.texts import say

MOST_LABELS = 5_000_000
ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Region:
    """One region.

    Attributes:
        number: its class.
        pixels: flat indices (row * columns + column), ascending.
        cols: columns of the raster.
    """

    number: int
    pixels: NDArray[np.int64]
    cols: int

    @property
    def size(self) -> int:
        return len(self.pixels)

    @property
    def first(self) -> tuple[int, int]:
        """Row and column of its uppermost pixel (of several the leftmost)."""
        row, col = divmod(int(self.pixels[0]), self.cols)
        return row, col

    @property
    def box_size(self) -> int:
        """Pixels of its box."""
        cols = self.pixels % self.cols
        height = int(self.pixels[-1]) // self.cols - int(self.pixels[0]) // self.cols + 1
        return height * (int(cols.max()) - int(cols.min()) + 1)

    def area(self) -> Area:
        """Top, left and mask of its box."""
        rows, cols = np.divmod(self.pixels, self.cols)
        top, left = int(rows[0]), int(cols.min())
        mask = np.zeros((int(rows[-1]) - top + 1, int(cols.max()) - left + 1), dtype=bool)
        mask[rows - top, cols - left] = True
        return top, left, mask

    def sample(self, count: int) -> list[tuple[int, int]]:
        """So many of its pixels (row, column) at most, spread evenly."""
        some = self.pixels[np.unique(np.linspace(0, self.size - 1, min(count, self.size)).astype(int))]
        return [(int(p) // self.cols, int(p) % self.cols) for p in some]


def find_regions(array: NDArray[np.uint16], *, check: Callable[[], None] = lambda: None) -> list[Region]:
    """All regions of a raster (rows x cols, 0 for none), by class and then from the top.

    Args:
        check: called between steps; may raise to stop.

    Raises:
        HsiError: there are more than five million labels.
    """
    rows, cols = array.shape
    found: list[NDArray[np.int64]] = []
    for start in range(0, rows, ROWS_AT_ONCE):
        check()
        found.append(np.flatnonzero(array[start : start + ROWS_AT_ONCE]) + start * cols)
        if sum(map(len, found)) > MOST_LABELS:
            raise HsiError(
                say("More than {most_labels:,} labels are too many to be listed.", most_labels=MOST_LABELS),
                say("They can still be painted."),
            )
    places = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    if not len(places):
        return []
    numbers = array.ravel()[places]
    check()
    pieces = _pieces(places, numbers, cols)
    order = np.lexsort((places, pieces))
    borders = np.flatnonzero(np.diff(pieces[order])) + 1
    groups = np.split(order, borders)
    regions = [Region(int(numbers[group[0]]), places[group], cols) for group in groups]
    return sorted(regions, key=lambda region: (region.number, int(region.pixels[0])))


def _pieces(places: NDArray[np.int64], numbers: NDArray[np.uint16], cols: int) -> NDArray[np.int32]:
    """The number of the region of every labelled pixel."""
    firsts, seconds = [], []
    columns = places % cols
    for offset, allowed in (
        (1, columns < cols - 1), (cols, columns >= 0), (cols + 1, columns < cols - 1), (cols - 1, columns > 0),
    ):  # fmt: skip
        mine = np.flatnonzero(allowed)
        other = np.minimum(np.searchsorted(places, places[mine] + offset), len(places) - 1)
        joined = (places[other] == places[mine] + offset) & (numbers[other] == numbers[mine])
        firsts.append(mine[joined])
        seconds.append(other[joined])
    pairs = np.concatenate(firsts), np.concatenate(seconds)
    graph = coo_matrix((np.ones(len(pairs[0]), dtype=bool), pairs), shape=(len(places), len(places)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
