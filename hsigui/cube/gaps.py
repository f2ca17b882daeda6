"""Where neighbouring samples of a spectrum are too far apart to be joined by a line, or to be interpolated between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDE = 3.0  # usual steps: no line crosses a wider one
LEAST_BANDS = 16  # of fewer bands, as of multispectral sensors, every step is wide
_BESIDE = 5  # steps on either side that say what is usual there


def gaps(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which steps between neighbours are gaps, one a step.

    A step is one that is more than three times as wide as the middle one of the five steps before it, and of the five
    behind it. Both count, for many spectrometers change their step where one detector follows another.

    Args:
        x: wavelengths in any unit, or numbers of bands; rising.
    """
    steps = np.diff(x)
    if len(x) < LEAST_BANDS:
        return np.zeros(len(steps), dtype=bool)
    padded = np.pad(steps, _BESIDE, mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, _BESIDE), axis=1)
    before, behind = usual[: len(steps)].copy(), usual[_BESIDE + 1 :].copy()
    before[0] = behind[-1] = 0.0  # on that side there is none
    limit = np.maximum(before, behind)
    return np.asarray((limit > 0) & (steps > WIDE * limit))


def pieces(x: NDArray[np.float64]) -> NDArray[np.intp]:
    """The number of the piece that each band belongs to, from 0; a line joins the bands of one piece. One a band.

    Args:
        x: wavelengths in any unit, or numbers of bands; rising.
    """
    return np.concatenate([[0], np.cumsum(gaps(x))]).astype(np.intp)[: len(x)]
