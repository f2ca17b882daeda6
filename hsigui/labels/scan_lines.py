"""Which pixels polygons cover: those whose centre lies inside, as runs along rows, and the exact share of each pixel.

All polygons of a file at once, so that thousands of parcels cost what their borders cost. A pixel whose centre lies on
the border that two polygons share belongs to exactly one of them.

Sources: J. D. Foley et al., Computer Graphics: Principles and Practice, 1990, 3.6 (scan lines and the even-odd rule);
for shares the accumulation of signed areas per cell, as in the outline rasteriser of FreeType (D. Turner).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_LEAST = 1e-9  # shares of a pixel below it are rounding
_STEEP = 1e-3  # pixels that a border moves sideways: below it, its middle says enough


@dataclass(frozen=True, eq=False)
class Runs:
    """Pixels of zones, as pieces of rows, sorted by row and then by zone; no pixel of a zone twice. Arrays are one a
    piece.

    Attributes:
        rows, zones: of each piece; zones count from 0.
        starts, stops: its columns, the last one exclusive.
        shares: of its pixels that the zone covers, 0 to 1; None where a pixel is in a zone or not.
    """

    rows: Ints
    zones: Ints
    starts: Ints
    stops: Ints
    shares: Floats | None = None

    @property
    def pixels(self) -> int:
        """Pixels of all pieces; one in two zones is there twice."""
        return int((self.stops - self.starts).sum())


@dataclass(frozen=True, eq=False)
class Edges:
    """The borders of polygons in pixels, from (x0, y0) to (x1, y1); arrays are one a piece of border. Outlines run one
    way round and holes the other."""

    polygon: Ints
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


def edges_of(polygons: Sequence[Sequence[Points]]) -> Edges:
    """The borders of polygons, each an outline and its holes, n x 2 (x, y); rings that are left open are closed."""
    rings = [(n, _turned(ring, hole=k > 0)) for n, parts in enumerate(polygons) for k, ring in enumerate(parts)]
    if not rings:
        nothing = np.zeros(0)
        return Edges(np.zeros(0, dtype=np.int64), nothing, nothing, nothing, nothing)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for _, ring in rings])
    begins = np.concatenate([ring for _, ring in rings])
    polygon = np.repeat([n for n, _ in rings], [len(ring) for _, ring in rings])
    return Edges(polygon.astype(np.int64), begins[:, 0], begins[:, 1], ends[:, 0], ends[:, 1])


def areas_of(edges: Edges, count: int) -> Floats:
    """Square pixels of each of so many polygons, holes taken off; one a polygon."""
    cross = edges.x0 * edges.y1 - edges.x1 * edges.y0
    return np.asarray(np.abs(np.bincount(edges.polygon, weights=cross, minlength=count)) / 2)


def areas_within(edges: Edges, count: int, size: tuple[int, int]) -> Floats:
    """The same of what lies on a scene of so many rows and columns; one a polygon."""
    x0, y0, x1, y1 = _upwards(edges)
    low, high = np.clip(y0, 0, size[0]), np.clip(y1, 0, size[0])
    slope = (x1 - x0) / np.where(y1 > y0, y1 - y0, 1.0)
    a, b = x0 + (low - y0) * slope, x0 + (high - y0) * slope
    steep = np.abs(b - a) < _STEEP
    mean = np.where(
        steep, np.clip((a + b) / 2, 0, size[1]),
        (_clipped_sum(b, size[1]) - _clipped_sum(a, size[1])) / np.where(steep, 1.0, b - a),
    )  # fmt: skip
    signed = np.where(edges.y1 >= edges.y0, 1.0, -1.0) * (high - low) * mean
    return np.asarray(np.abs(np.bincount(edges.polygon, weights=signed, minlength=count)))


def _clipped_sum(x: Floats, cols: int) -> Floats:
    """The integral of x cut to 0 and the columns, from 0 on."""
    inner = np.clip(x, 0, cols)
    return np.asarray(inner**2 / 2 + cols * np.maximum(x - cols, 0))


def centres_within(edges: Edges, zone: Ints, size: tuple[int, int]) -> Runs:
    """The pixels of a scene whose centre lies in a polygon; where its borders cross, by the even-odd rule.

    Args:
        zone: of each polygon.
        size: rows and columns.
    """
    x0, y0, x1, y1 = _upwards(edges)
    first, last = (np.clip(np.ceil(y - 0.5), 0, size[0]).astype(np.int64) for y in (y0, y1))
    at, row = _spread(first, last)
    x = x0[at] + (row + 0.5 - y0[at]) / (y1[at] - y0[at]) * (x1[at] - x0[at])
    order = np.lexsort((x, row, edges.polygon[at]))
    col = np.clip(np.floor(x[order] + 0.5), 0, size[1]).astype(np.int64)
    starts, stops = col[::2], col[1::2]  # borders are closed: each row meets them an even number of times
    there = stops > starts
    rows, zones = row[order][::2][there], zone[edges.polygon[at][order][::2][there]]
    return _joined(rows, zones, starts[there], stops[there], size)


def _joined(rows: Ints, zones: Ints, starts: Ints, stops: Ints, size: tuple[int, int]) -> Runs:
    """Pieces that overlap in one row of one zone become one, for the polygons of a zone may overlap."""
    order = np.lexsort((starts, zones, rows))
    rows, zones, starts, stops = rows[order], zones[order], starts[order], stops[order]
    of = np.cumsum(_first_of_group(rows, zones)) * (size[1] + 1)
    reach = np.maximum.accumulate(of + stops) if len(of) else of
    new = np.ones(len(of), dtype=bool)
    new[1:] = of[1:] + starts[1:] > reach[:-1]
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(of)) - 1 if len(begin) else begin
    return Runs(rows[begin], zones[begin], starts[begin], (reach - of)[end])


def shares_covered(edges: Edges, zone: Ints, size: tuple[int, int]) -> Runs:
    """The pixels of a scene that polygons touch, with the share of each that they cover, exact to rounding.

    Of polygons of one zone that overlap each other, no pixel counts more than once.

    Args:
        zone: of each polygon.
        size: rows and columns.
    """
    rows, zones, cols, cover, area = _cells(edges, zone, size)
    order = np.lexsort((cols, zones, rows))
    rows, zones, cols = rows[order], zones[order], cols[order]
    first = _first_of_group(rows, zones, cols)
    cell = np.flatnonzero(first)
    if not len(cell):
        none = np.zeros(0, dtype=np.int64)
        return Runs(none, none, none, none, np.zeros(0))
    cover, area = np.add.reduceat(cover[order], cell), np.add.reduceat(area[order], cell)
    rows, zones, cols = rows[cell], zones[cell], cols[cell]
    begins = _first_of_group(rows, zones)
    total = np.cumsum(cover)
    before = (total - cover)[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    at_border = np.abs(total - cover - before + area)
    behind = np.abs(total - before)  # what lies between this cell and the next one of the row
    ends = np.append(np.where(begins[1:], size[1], cols[1:]), size[1])
    found = [
        np.concatenate(pair)
        for pair in ((rows, rows), (zones, zones), (cols, cols + 1), (cols + 1, ends), (at_border, behind))
    ]
    shares = np.minimum(found[4], 1.0)
    kept = (shares > _LEAST) & (found[3] > found[2])
    order = np.lexsort((found[2][kept], found[1][kept], found[0][kept]))
    rows, zones, starts, stops = (part[kept][order] for part in found[:4])
    return Runs(rows, zones, starts, stops, shares[kept][order])


def _cells(edges: Edges, zone: Ints, size: tuple[int, int]) -> tuple[Ints, Ints, Ints, Floats, Floats]:
    """Borders cut at the edges of pixels: row, zone and column of each piece, the height that it covers of its row
    (with a sign) and the area to its right in its pixel. What lies left of the scene covers all of the row."""
    x0, y0, x1, y1 = _upwards(edges)
    sign = np.where(edges.y1 >= edges.y0, 1.0, -1.0)
    first = np.clip(np.floor(y0), 0, size[0]).astype(np.int64)
    last = np.clip(np.ceil(y1), 0, size[0]).astype(np.int64)
    last = np.where(y1 > y0, last, first)  # level pieces cover no height
    at, row = _spread(first, last)
    low, high = np.maximum(y0[at], row), np.minimum(y1[at], row + 1)
    slope = (x1[at] - x0[at]) / (y1[at] - y0[at])
    xa, xb = x0[at] + (low - y0[at]) * slope, x0[at] + (high - y0[at]) * slope
    left, right = np.minimum(xa, xb), np.maximum(xa, xb)
    begin = np.clip(np.floor(left) + 1, 0, size[1] + 1).astype(np.int64)  # the columns' edges between its ends
    end = np.clip(np.ceil(right), 0, size[1] + 1).astype(np.int64)
    piece, step = _spread(np.zeros(len(at), dtype=np.int64), np.maximum(end - begin, 0) + 1)
    count = np.maximum(end - begin, 0)[piece]
    start = np.where(step == 0, left[piece], begin[piece] + step - 1)
    stop = np.where(step == count, right[piece], begin[piece] + step)
    width = (right - left)[piece]
    part = np.where(width > 0, (stop - start) / np.where(width > 0, width, 1.0), 1.0)
    cover = (sign[at] * (high - low))[piece] * part
    middle = (start + stop) / 2
    cols = np.clip(np.floor(middle), 0, size[1]).astype(np.int64)
    area = cover * np.clip(1 - (middle - cols), 0.0, 1.0)
    inside = (cols < size[1]) & (cover != 0)
    zones = zone[edges.polygon[at]][piece]
    return row[piece][inside], zones[inside], cols[inside], cover[inside], area[inside]


def _upwards(edges: Edges) -> tuple[Floats, Floats, Floats, Floats]:
    """Ends of pieces of border with the lesser y first, so that both sides of a shared one see the same numbers."""
    turned = edges.y0 > edges.y1
    pairs = ((edges.x1, edges.x0), (edges.y1, edges.y0), (edges.x0, edges.x1), (edges.y0, edges.y1))
    x0, y0, x1, y1 = (np.where(turned, one, other) for one, other in pairs)
    return x0, y0, x1, y1


def _spread(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """The whole numbers from the first up to the last (exclusive) of each, and of which each is."""
    count = np.maximum(last - first, 0)
    at = np.repeat(np.arange(len(first)), count)
    return at, np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count) + first[at]


def _first_of_group(*keys: Ints) -> NDArray[np.bool_]:
    first = np.ones(len(keys[0]), dtype=bool)
    first[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return first


def _turned(ring: Points, *, hole: bool) -> Points:
    """A ring without its last position where that repeats the first; outlines with a positive area, holes without."""
    if len(ring) > 1 and (ring[0] == ring[-1]).all():
        ring = ring[:-1]
    x, y = (ring - ring[0]).T
    area = float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())
    return ring[::-1] if (area < 0) != hole else ring
