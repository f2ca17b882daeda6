"""Statistics of the columns or rows of a scene, band by band, and the level of each among those beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.preparing.passes import Told, blocks_of

LEAST = 10  # pixels of a line that have data: fewer say nothing of its detector


@dataclass(frozen=True, eq=False)
class Moments:
    """Of each line of each band, over its pixels that have data; lines x bands all.

    Attributes:
        count: how many these are.
        mean: NaN where there is none.
        spread: standard deviation.
        dead: whether there are enough pixels, all of them with the same number, in a band that is not the same number
            everywhere.
    """

    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    dead: NDArray[np.bool_]


def moments_of(cube: Cube, axis: int, told: Told) -> Moments:
    """The moments of the columns (axis 1) or rows (axis 0) of a scene; one pass, in the room of a block and of some
    numbers for each line and band."""
    size = (cube.shape[axis], cube.bands)
    count = np.zeros(size, np.int64)
    first, total, squares = np.zeros(size), np.zeros(size), np.zeros(size)
    for rows, block in blocks_of(cube, told):
        for row, line in enumerate(block, rows.start):
            if axis == 1:
                _add(line[None], slice(None), count, first, total, squares)
            else:
                _add(line[:, None], slice(row, row + 1), count, first, total, squares)
    known = np.maximum(count, 1)
    mean = np.where(count > 0, first + total / known, np.nan)
    spread = np.sqrt(np.maximum(squares - total**2 / known, 0) / np.maximum(count - 1, 1))
    same = (count >= LEAST) & (squares == 0)
    return Moments(count, mean, spread, same & ~same.all(axis=0))


def _add(
    pixels: NDArray[np.float32], at: slice, count: NDArray[np.int64], first: NDArray[np.float64],
    total: NDArray[np.float64], squares: NDArray[np.float64],
) -> None:  # fmt: skip
    """Adds pixels x lines x bands to the sums of some lines (lines x bands each), which are taken from the first value
    of each, so that no digits are lost where values are large against their spread."""
    known = np.isfinite(pixels)
    values = pixels.astype(np.float64)
    place = known.argmax(axis=0)[None]
    new = (count[at] == 0) & known.any(axis=0)
    first[at] = np.where(new, np.take_along_axis(values, place, axis=0)[0], first[at])
    away = np.where(known, values - first[at], 0.0)
    count[at] += known.sum(axis=0)
    total[at] += away.sum(axis=0)
    squares[at] += (away**2).sum(axis=0)


def level(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """What each number should be by those around it and itself: on the straight line of least squares through a window,
    which is cut at the ends; lines x bands. NaN counts as nothing, and gets a level, too, where the window has one.

    Args:
        values: lines x bands.
        window: lines, an odd number.
    """
    count = len(values)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    sums = np.zeros((5, *values.shape))  # of 1, x, x², y and xy, with x from the line in the middle
    for step in range(-min(window // 2, count - 1), min(window // 2, count - 1) + 1):
        low, high = max(0, -step), min(count, count - step)
        there, y = known[low + step : high + step], filled[low + step : high + step]
        for number, term in enumerate((there, step * there, step**2 * there, y, step * y)):
            sums[number, low:high] += term
    n, x, xx, y, xy = sums
    width = n * xx - x**2
    with np.errstate(divide="ignore", invalid="ignore"):
        fitted = np.where(width > 0, (xx * y - x * xy) / width, y / n)
    return np.asarray(np.where(n > 0, fitted, np.nan))
