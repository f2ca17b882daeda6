"""Rasters turned about: rows from below upwards, columns from right to left, the place of every sample the same.

A raster whose rows run northwards is common (grids of models, some products of satellites), and many formats cannot
say that it is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hsigui.cube.cube import Geo


@dataclass(frozen=True)
class Flip:
    """Whether the order of the rows is turned round, and that of the columns."""

    rows: bool = False
    cols: bool = False

    def __bool__(self) -> bool:
        return self.rows or self.cols

    def array(self, array: NDArray[Any]) -> NDArray[Any]:
        """An array of rows x cols, or of rows x cols x layers, turned; a view of the same samples."""
        return array[:: -1 if self.rows else 1, :: -1 if self.cols else 1]

    def geo(self, geo: Geo, shape: tuple[int, ...]) -> Geo:
        """The place of the turned raster.

        Args:
            shape: rows and columns.
        """
        if not self or geo.transform is None:
            return geo
        a, b, c, d, e, f = geo.transform
        if self.rows:
            b, c, e, f = -b, c + b * shape[0], -e, f + e * shape[0]
        if self.cols:
            a, c, d, f = -a, c + a * shape[1], -d, f + d * shape[1]
        return Geo((a, b, c, d, e, f), geo.crs_wkt)


def to_north_up(geo: Geo) -> Flip:
    """How a raster is turned so that it is not mirrored, and its first row the northern one as near as that goes."""
    if geo.transform is None:
        return Flip()
    a, b, _, d, e, _ = geo.transform
    mirrored = bool(a * e - b * d > 0)
    # Along columns x runs east and y, with rows counted downwards, south: the turn of the first axis from east.
    turned = abs(math.atan2(d, a)) > math.radians(135)
    return Flip(rows=mirrored != turned, cols=turned)


def flips() -> Iterator[Flip]:
    """Every way to turn a raster but leaving it as it is."""
    yield from (Flip(rows=True), Flip(cols=True), Flip(rows=True, cols=True))
