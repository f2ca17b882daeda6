"""Spectra at the bands of another sensor.

A band whose width is known is the mean of what lies beneath its response, a Gaussian of that full width at half
maximum, where the spectrum is sampled finely enough to tell; else the value at its centre, between the two nearest
samples. Nothing is made up: a band beyond the ends of a spectrum, or in one of its gaps, has no value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsigui.cube.gaps import gaps

_FINE = 2.0  # samples within a width, from which on the width counts
_REACH = 1.5  # widths on either side of the centre, beyond which a Gaussian is below 0.2 % of its peak
_EXPONENT = 4 * np.log(2)  # of a Gaussian by its full width at half maximum


def resampled(
    values: ArrayLike, wavelengths: ArrayLike, centres: ArrayLike, widths: Sequence[float] | NDArray[np.float64] = (),
    own_widths: Sequence[float] | NDArray[np.float64] = (),
) -> NDArray[np.float32]:  # fmt: skip
    """Spectra at other bands: spectra x other bands, float32, NaN where there is no value.

    Args:
        values: spectra x bands; NaN where there is no value.
        wavelengths: of their bands, in nm and in any order.
        centres: of the other bands, in nm.
        widths: of the other bands (full width at half maximum, nm); empty where they are not known.
        own_widths: of the bands that are there, by which the others are the less wide; empty where not known.
    """
    array, x = np.atleast_2d(np.asarray(values, dtype=np.float64)), np.asarray(wavelengths, dtype=np.float64)
    to, wide = np.asarray(centres, dtype=np.float64), np.asarray(widths, dtype=np.float64)
    own = np.asarray(own_widths, dtype=np.float64)
    order = np.argsort(x, kind="stable")
    array, x = array[:, order], x[order]
    own = own[order] if own.size else np.zeros(len(x))
    made = np.full((len(array), len(to)), np.nan, dtype=np.float32)
    known = np.isfinite(array)
    # Spectra that lack the same bands are done together.
    marks, which = np.unique(np.packbits(known, axis=1), axis=0, return_inverse=True)
    for group in range(len(marks)):
        rows = np.flatnonzero(which.ravel() == group)
        has = known[rows[0]]
        if has.any():
            made[rows] = (array[np.ix_(rows, np.flatnonzero(has))] @ weights(x[has], to, wide, own[has]).T).astype(
                np.float32
            )
    return made


def weights(
    x: NDArray[np.float64], centres: NDArray[np.float64], widths: NDArray[np.float64], own: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What each sample counts for each band: bands x samples, a row of sum 1, or of NaN where the band has no value.

    Args:
        x: wavelengths of the samples in nm, rising, each with a value.
        centres, widths: of the bands, in nm; widths may be empty.
        own: widths of the samples in nm, 0 where they are not known.
    """
    made = np.full((len(centres), len(x)), np.nan)
    wide_steps = np.concatenate([[False], gaps(x), [False]])
    steps = np.diff(x)
    joined = np.where(wide_steps[1:-1], 0.0, steps)
    share = (np.concatenate([joined, [0.0]]) + np.concatenate([[0.0], joined])) / 2  # of the axis, for each sample
    for band, centre in enumerate(centres):
        right = int(np.searchsorted(x, centre, side="left"))
        if right == len(x) or (x[right] != centre and (right == 0 or wide_steps[right])):
            continue
        left = right if x[right] == centre else right - 1
        width = _narrowed(widths[band], own[right]) if widths.size else 0.0
        step = float(joined[max(0, right - 1)]) if len(joined) else 0.0
        if width > 0 and 0 < step * _FINE <= width:
            row = np.where(np.abs(x - centre) <= _REACH * width, share, 0.0)
            row = row * np.exp(-_EXPONENT * ((x - centre) / width) ** 2)
            if row.sum() > 0:
                made[band] = row / row.sum()
                continue
        made[band] = 0.0
        part = 0.0 if left == right else (centre - x[left]) / (x[right] - x[left])
        made[band, left] += 1 - part
        made[band, right] += part
    return made


def _narrowed(width: float, own: float) -> float:
    """The width of the response that makes a band of this width from samples that have a width themselves."""
    if not np.isfinite(width) or width <= 0:
        return 0.0
    return float(np.sqrt(max(0.0, width**2 - own**2))) if np.isfinite(own) else float(width)
