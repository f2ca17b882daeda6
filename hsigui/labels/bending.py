"""Borders that are straight on the pixels of a scene, and bend in another coordinate system.

A border of a thousand pixels has two corners. Brought into degrees they are in their place, and the middle of the line
between them is not: it can lie many pixels off. So borders get further corners first, as many as the bend asks for.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.grid import Grid
from hsigui.labels.shapes import Points, transformed

MOST_OFF = 0.002  # pixels between a border and the line that is drawn for it
_LINES = 5  # along rows, along columns and across, on which the bend is looked at


def straight_for(grid: Grid, target: str, name: str) -> float:
    """For how many pixels a straight border stays straight in another coordinate system; infinite for ever.

    Args:
        target: the system, by its code or in words.
        name: of the file, for what is said.

    Raises:
        HsiError: the scene has no place there.
    """
    size = np.array([grid.cols, grid.rows], dtype=np.float64)
    at = np.linspace(0.0, 1.0, _LINES)
    nodes = np.stack(np.meshgrid(at, at), axis=2).reshape(-1, 2)
    steps = np.array([(1, 0), (0, 1), (1, 1)]) / (_LINES - 1)
    begin, step = (part.reshape(-1, 2) for part in np.broadcast_arrays(nodes[:, None], steps[None]))
    inside = ((begin + step) <= 1 + 1e-9).all(axis=1)
    begin, step = begin[inside] * size, step[inside] * size
    ends = np.concatenate([begin, begin + step / 2, begin + step])
    points = transformed(grid.to_map(ends), str(grid.geo.crs_wkt), target, name)
    first, middle, last = points.reshape(3, -1, 2)
    lengths = np.hypot(*step.T)
    pixel = np.hypot(*(last - first).T) / lengths  # about as long as one is there
    off = np.hypot(*(middle - (first + last) / 2).T) / np.maximum(pixel, np.finfo(float).tiny)
    # The bend grows with the square of the length.
    bend = float((off / lengths**2).max())
    # Never below a pixel: where longitude jumps, or a pole is near, no number of corners would do.
    return max(1.0, math.sqrt(MOST_OFF / bend)) if bend * max(size) ** 2 > MOST_OFF else math.inf


def divided(ring: Points, longest: float) -> Points:
    """A ring with further corners, so that no piece is longer. Neighbours that share a piece get the same corners to
    the last digit, whichever way they go along it.

    Args:
        ring: closed, n x 2, in pixels.
        longest: in pixels; infinite for none.

    Returns:
        n x 2, with more rows.
    """
    if longest == math.inf:
        return ring
    start, end = ring[:-1], ring[1:]
    counts = np.maximum(1, np.ceil(np.hypot(*(end - start).T) / longest)).astype(np.int64)
    if counts.max() == 1:
        return ring
    of = np.repeat(np.arange(len(start)), counts)
    step = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    # Counted from the lesser end, so that the sums are the same from both sides.
    turned = ((start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1])))[of]
    low, high = _sorted(start[of], end[of], turned)
    share = np.where(turned, counts[of] - step, step) / counts[of]
    points = low + share[:, None] * (high - low)
    points[step == 0] = start
    return np.concatenate([points, ring[-1:]])


def _sorted(start: Points, end: Points, turned: NDArray[np.bool_]) -> tuple[Points, Points]:
    return np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
