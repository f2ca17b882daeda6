"""Spectra of regions."""

from __future__ import annotations

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
