"""Maps resampled to rows that run from west to east, for formats that can say nothing else of where a map lies."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.flips import to_north_up
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.texts import say

_MOST_LARGER = 16  # times as many pixels: a sheared map has a large frame
_AT_ONCE = 4_000_000  # pixels


def north_up(array: NDArray[np.integer], geo: Geo) -> tuple[NDArray[np.integer], Geo]:
    """A map on north-up pixels in the same coordinate system, each of the class of the pixel at its centre.

    A map that is only mirrored is turned, without loss. Pixels outside of the map are 0. No class moves by more than
    half the diagonal of a pixel.

    Args:
        array: class numbers, rows x cols.

    Returns:
        Class numbers, rows x cols of the new pixels, and their place.

    Raises:
        HsiError: the map has no place, or would become so large that it is more frame than map.
    """
    if geo.transform is None:
        raise HsiError(say("The map has no place on the earth: it has no north."), say("Write it without resampling."))
    flip = to_north_up(geo)
    array, geo = flip.array(array), flip.geo(geo, array.shape)
    assert geo.transform is not None
    a, b, _, d, e, _ = geo.transform
    if not b and not d:
        return array, geo
    grid = Grid(array.shape[0], array.shape[1], geo)
    target = _frame(grid, math.hypot(a, d), math.hypot(b, e))
    _require_no_giant(grid, target)
    require_room(say("The resampled map"), target.rows, target.cols, array.dtype.itemsize)
    out = np.zeros(target.shape, dtype=array.dtype)
    step = max(1, _AT_ONCE // target.cols)
    for start in range(0, target.rows, step):
        block = out[start : start + step]
        rows, cols = np.mgrid[start : start + len(block), 0 : target.cols]
        centres = np.stack([cols.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
        found = np.floor(grid.to_pixels(target.to_map(centres))).astype(np.int64)
        inside = ((found >= 0) & (found < (grid.cols, grid.rows))).all(axis=1)
        block.ravel()[inside] = array[found[inside, 1], found[inside, 0]]
    return out, target.geo


def _frame(grid: Grid, width: float, height: float) -> Grid:
    """The north-up pixels that cover a map, of the same width and height."""
    corners = grid.to_map(grid.corners())
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    # A corner that lies on the edge of a pixel but for rounding needs no further pixel.
    cols, rows = (max(1, math.ceil(span - 1e-6)) for span in ((east - west) / width, (north - south) / height))
    return Grid(rows, cols, Geo((width, 0.0, float(west), 0.0, -height, float(north)), grid.geo.crs_wkt))


def _require_no_giant(grid: Grid, target: Grid) -> None:
    if target.rows * target.cols > _MOST_LARGER * grid.rows * grid.cols:
        raise HsiError(
            say(
                "North-up the map would have {rows:,} x {cols:,} pixels, most of them empty.",
                rows=target.rows,
                cols=target.cols,
            ),
            say("Write a GeoTIFF, which can say how it lies."),
        )
