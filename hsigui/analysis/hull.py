"""The upper convex hull of many spectra at once: what is called their continuum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 4096  # spectra: what is computed of them stays in the cache


def continuum(wavelengths: NDArray[np.float64], spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """The upper convex hull of each spectrum over wavelength, at all its bands; spectra x bands float32.

    Clark & Roush, “Reflectance spectroscopy: quantitative analysis techniques for remote sensing applications”, J.
    Geophys. Res. 89, 1984. Found by gift wrapping (Jarvis, Inf. Process. Lett. 2, 1973) of all spectra together: from a
    corner of the hull the next one is where the slope is steepest.

    Args:
        wavelengths: nm, rising; one a band, two bands at least.
        spectra: spectra x bands, all finite.
    """
    out = np.empty(spectra.shape, dtype=np.float32)
    table = _inverse_distances(wavelengths)
    for start in range(0, len(spectra), AT_ONCE):
        _fill(out[start : start + AT_ONCE], np.ascontiguousarray(spectra[start : start + AT_ONCE]), table, wavelengths)
    return out


def _inverse_distances(wavelengths: NDArray[np.float64]) -> NDArray[np.float32]:
    """1 over the distance from band to later band, bands x bands; 0 for the others."""
    distance = wavelengths[None, :] - wavelengths[:, None]
    later = np.triu(np.ones(distance.shape, dtype=bool), 1)
    return np.divide(1.0, distance, out=np.zeros_like(distance), where=later).astype(np.float32)


def _fill(
    out: NDArray[np.float32], spectra: NDArray[np.float32], inverse: NDArray[np.float32], waves: NDArray[np.float64]
) -> None:  # fmt: skip
    bands = spectra.shape[1]
    at = np.arange(len(spectra))  # spectra whose hull is not yet at its end
    corner = np.zeros(len(spectra), dtype=np.intp)  # of each of these
    # For every band: the corner of the hull before it, and the slope from there on.
    corners = np.zeros(spectra.shape, dtype=np.int16)
    slopes = np.zeros(spectra.shape, dtype=np.float32)
    first = 0  # no corner of any spectrum lies before it
    while len(at):
        rows = spectra[at, first:]
        height = spectra[at, corner]
        rise = (rows - height[:, None]) * inverse[corner, first:]
        # Bands that are not later have slope 0 in the table, and must never win.
        if first < bands - 1:
            rise[np.arange(first, bands)[None, :] <= corner[:, None]] = -np.inf
        following = rise.argmax(axis=1) + first
        corners[at, corner] = corner
        slopes[at, corner] = rise[np.arange(len(at)), following - first]
        going = following < bands - 1
        at, corner = at[going], following[going]
        first = int(corner.min()) if len(corner) else bands
    corners[:, -1] = bands - 1  # the end, exactly
    np.maximum.accumulate(corners, axis=1, out=corners)
    index = corners.astype(np.intp)
    run = (waves[None, :] - waves[index]).astype(np.float32)
    np.multiply(np.take_along_axis(slopes, index, axis=1), run, out=out)
    out += np.take_along_axis(spectra, index, axis=1)
    np.maximum(out, spectra, out=out)  # rounding must leave no band above its hull
