"""What a brush or a polygon covers: masks in a bounding box, clipped to the scene.

The work and the memory grow with the box, never with the scene.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

# Upper left pixel of the box, and which of its pixels are covered (height x width).
Area = tuple[int, int, NDArray[np.bool_]]


def disc(size: int) -> NDArray[np.bool_]:
    """The pixels under a round brush, size x size: those whose centre is at most size / 2 from the brush's centre.

    Size 1 is one pixel. An odd brush is centred on its pixel, an even one on that pixel's lower right corner.

    Raises:
        ValueError: the size is below 1.
    """
    if size < 1:
        raise ValueError(f"a brush of {size} pixels")
    distance = (np.arange(size) - (size - 1) / 2) ** 2
    return np.asarray(distance[:, None] + distance <= (size / 2) ** 2)


def square(size: int) -> NDArray[np.bool_]:
    """The pixels under a square brush, size x size, all of them.

    Raises:
        ValueError: the size is below 1.
    """
    if size < 1:
        raise ValueError(f"a brush of {size} pixels")
    return np.ones((size, size), dtype=bool)


BRUSHES: Mapping[str, Callable[[int], NDArray[np.bool_]]] = {"round": disc, "square": square}


def stroke(
    shape: tuple[int, int], points: Sequence[tuple[float, float]], size: int, brush_shape: str = "round"
) -> Area | None:
    """What a brush covers when it is drawn along a line through the points.

    Between two points the brush visits every pixel of the straight line, so a fast mouse leaves no gap.

    Args:
        shape: rows and columns of the scene.
        points: pixels (row, column); they may lie outside the scene. Fractions are cut: 2.9 lies in pixel 2.
        size: diameter or side of the brush in pixels.
        brush_shape: "round" or "square".

    Returns:
        Top, left and mask of the covered box; None when nothing inside the scene is covered.

    Raises:
        ValueError: the size is below 1.
    """
    brush = BRUSHES[brush_shape](size)
    corners = _line(points) - (size - 1) // 2  # upper left pixel of the brush at every step
    corners = corners[((corners + size > 0) & (corners < shape)).all(axis=1)]
    if not len(corners):
        return None
    top, left = corners.min(axis=0)
    bottom, right = corners.max(axis=0) + size
    mask = np.zeros((bottom - top, right - left), dtype=bool)
    if size == 1:
        mask[corners[:, 0] - top, corners[:, 1] - left] = True
    else:
        for row, col in (corners - (top, left)).tolist():
            mask[row : row + size, col : col + size] |= brush
    return _clipped(shape, int(top), int(left), mask)


def pixels_between(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """The pixels (row, column) of the straight line from one to another, the first left out, in no order."""
    return [(row, col) for row, col in _line([start, end]).tolist() if (row, col) != start]


def polygon(shape: tuple[int, int], points: Sequence[tuple[float, float]]) -> Area | None:
    """The pixels whose centre lies inside a polygon (even-odd rule where it crosses itself).

    Two polygons that share an edge never share a pixel, and leave none out between them.

    Args:
        shape: rows and columns of the scene.
        points: vertices (row, column), in the order of the outline, closed by itself; the outer corner of the upper
            left pixel is (0, 0), its centre (0.5, 0.5).

    Returns:
        Top, left and mask of the covered box; None when no pixel centre of the scene is inside, as for a polygon of
        fewer than three vertices.
    """
    if len(points) < 3:
        return None
    ring = np.asarray(points, dtype=float)
    top, left = np.clip(np.floor(ring.min(axis=0)), 0, shape).astype(int).tolist()
    bottom, right = np.clip(np.ceil(ring.max(axis=0)), 0, shape).astype(int).tolist()
    if top >= bottom or left >= right:
        return None
    # Every edge marks, in each row, the first pixel centre at its right; an odd number of marks so far means inside.
    marks = np.zeros((bottom - top, right - left), dtype=bool)
    for start, end in zip(ring - (top, left), np.roll(ring, -1, axis=0) - (top, left), strict=True):
        rows, cols = _crossings(start, end, marks.shape[0])
        kept = cols < marks.shape[1]
        marks[rows[kept], np.maximum(cols[kept], 0)] ^= True
    mask = np.logical_xor.accumulate(marks, axis=1)
    return trimmed(top, left, mask)


def _crossings(
    start: NDArray[np.float64], end: NDArray[np.float64], rows: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows whose centre line an edge crosses, and the first column whose centre lies at its right or on it."""
    upper, lower = (start, end) if start[0] <= end[0] else (end, start)
    first, last = np.clip(np.ceil([upper[0] - 0.5, lower[0] - 0.5]), 0, rows).astype(int)
    crossed = np.arange(first, last)
    if not len(crossed):
        return crossed, crossed
    at = upper[1] + (crossed + 0.5 - upper[0]) * (lower[1] - upper[1]) / (lower[0] - upper[0])
    return crossed, np.ceil(at - 0.5).astype(np.intp)


def _line(points: Iterable[tuple[float, float]]) -> NDArray[np.intp]:
    """Every pixel of the straight lines that join the points, once each: steps x 2."""
    pixels = np.floor(np.array(list(points), dtype=float).reshape(-1, 2)).astype(np.intp)
    pieces = [pixels[:1]]
    for start, end in itertools.pairwise(pixels):
        steps = int(np.abs(end - start).max())
        along = np.arange(1, steps + 1)[:, None] / max(1, steps)
        pieces.append(np.floor(start + along * (end - start) + 0.5).astype(np.intp))
    return np.unique(np.concatenate(pieces), axis=0)


def _clipped(shape: tuple[int, int], top: int, left: int, mask: NDArray[np.bool_]) -> Area | None:
    """The part of a mask that lies inside the scene."""
    inside = mask[max(0, -top) : max(0, shape[0] - top), max(0, -left) : max(0, shape[1] - left)]
    return trimmed(max(0, top), max(0, left), inside)


def parts_of(area: Area, pixels: int) -> Iterator[Area]:
    """An area as several, one below the other, whose boxes have about so many pixels."""
    top, left, mask = area
    rows = max(1, pixels // mask.shape[1])
    for start in range(0, len(mask), rows):
        yield top + start, left, mask[start : start + rows]


def trimmed(top: int, left: int, mask: NDArray[np.bool_]) -> Area | None:
    """A mask cut to its covered pixels, so that no more is stored and redrawn than has changed; None without any. The
    mask is rows x cols, its first pixel at `top`, `left`."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    cut = mask[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    return top + int(rows[0]), left + int(cols[0]), np.ascontiguousarray(cut)
