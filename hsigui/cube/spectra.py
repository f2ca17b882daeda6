"""Spectra of pixels with those around them, of regions, and along lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say


def mean_spectrum(
    cube: Cube, mask: NDArray[np.bool_], limit: int = 10_000
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of the spectra under a mask, each bands long; NaN where a band has no value.

    Args:
        mask: rows x cols; the pixels to average. Values that are NaN (no-data) are left out band by band.
        limit: of more pixels than this, as many spread evenly over the region are taken.

    Raises:
        HsiError: the mask has another size than the scene, or is empty.
    """
    if mask.shape != (cube.rows, cube.cols):
        size = " x ".join(map(str, mask.shape))
        raise HsiError(
            say("The region is {size} pixels, the scene {rows} x {cols}.", size=size, rows=cube.rows, cols=cube.cols),
            say("Draw it on this scene."),
        )
    rows, cols = np.nonzero(mask)
    if not rows.size:
        raise HsiError(say("The region holds no pixel."), say("Mark at least one pixel."))
    if rows.size > limit:
        picked = np.linspace(0, rows.size - 1, limit).astype(int)
        rows, cols = rows[picked], cols[picked]
    count = np.zeros(cube.bands)
    total = np.zeros(cube.bands)
    squares = np.zeros(cube.bands)
    shift = cube.spectrum(int(rows[0]), int(cols[0])).astype(float)  # keeps the squares small
    shift[~np.isfinite(shift)] = 0
    for row in np.unique(rows):
        wanted = cols[rows == row]
        left, right = int(wanted.min()), int(wanted.max()) + 1
        spectra = cube.read(slice(int(row), int(row) + 1), slice(left, right))[0, wanted - left].astype(float) - shift
        finite = np.isfinite(spectra)
        spectra[~finite] = 0
        count += finite.sum(axis=0)
        total += spectra.sum(axis=0)
        squares += (spectra**2).sum(axis=0)
    known = np.where(count > 0, count, np.nan)
    mean = total / known
    deviation = np.sqrt(np.maximum(squares / known - mean**2, 0))
    return (mean + shift).astype(np.float32), deviation.astype(np.float32)


def window_spectrum(cube: Cube, row: int, col: int, side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of the pixels in a square around one, each bands long; NaN where none has a value.

    Args:
        side: pixels of the square, an odd number; at the edge of the scene it is cut off.
    """
    reach = side // 2
    rows, cols = slice(max(0, row - reach), row + reach + 1), slice(max(0, col - reach), col + reach + 1)
    values = cube.read(rows, cols).reshape(-1, cube.bands).astype(float)
    known = np.isfinite(values)
    count = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    mean = np.where(known, values, 0).sum(axis=0) / count
    squares = np.where(known, (values - np.nan_to_num(mean)) ** 2, 0).sum(axis=0) / count
    return mean.astype(np.float32), np.sqrt(squares).astype(np.float32)


def spectra_along(
    cube: Cube, places: Sequence[tuple[float, float]], most: int = 4000, check: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The spectra along a line of straight parts, a step a pixel: steps x bands, and where each is: steps x 3.

    Args:
        places: corners (row, col); the centre of the upper left pixel is (0.5, 0.5).
        most: steps; a longer line is taken in as many, evenly.
        check: called on the way; may raise to stop.

    Returns:
        Values, NaN outside the scene and where there are none; and of each step its row and column (fractions, as in
        `places`) and the number of the part that it is on, with the fraction of the way there.
    """
    corners = np.asarray(places, dtype=float)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    total = float(lengths.sum())
    ways = np.linspace(0, total, min(most, max(2, int(np.ceil(total)) + 1)))
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    parts = np.interp(ways, ends, np.arange(len(ends))) if total > 0 else np.zeros(len(ways))
    rows, cols = (np.interp(parts, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1))
    values = np.full((len(ways), cube.bands), np.nan, dtype=np.float32)
    for step, (row, col) in enumerate(zip(np.floor(rows).astype(int).tolist(), np.floor(cols).astype(int).tolist(),
                                          strict=True)):  # fmt: skip
        if 0 <= row < cube.rows and 0 <= col < cube.cols:
            values[step] = cube.spectrum(row, col)
        if step % 64 == 0:
            check()
    return values, np.stack([rows, cols, parts], axis=1)
