"""Spectra as a table: a line a band, a column a curve."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.formats import cells

Curve = tuple[str, NDArray[np.float32]]  # its name, and a value for each band


def spectra_csv(curves: Sequence[Curve], bands: int, wavelengths: Sequence[float] | NDArray[np.float64] | None) -> str:
    """Curves as CSV: a line a band with its number from 1, its wavelength in nm and the value of each curve, empty for
    NaN.

    Args:
        curves: their values have one entry for each band.
        bands: how many there are.
        wavelengths: band centres in nm, one for each band; None where they are not known, and then without a column.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    axis = [] if wavelengths is None else ["wavelength_nm"]
    writer.writerow(["band", *axis, *(cells.escaped(name) for name, _ in curves)])
    for band in range(bands):
        place = [] if wavelengths is None else [f"{wavelengths[band]:g}"]
        values = ("" if np.isnan(found[band]) else f"{found[band]:.6g}" for _, found in curves)
        writer.writerow([band + 1, *place, *values])
    return out.getvalue()
