"""Whether a narrow absorption of air wanders across the columns of a scene: the smile of a pushbroom spectrometer.

It is told, and not mended. What it is: Dadon, Ben-Dor & Karnieli 2010, IEEE Transactions on Geoscience and Remote
Sensing 48:2603-2612. It is measured here by the band of oxygen at 760 nm: the logarithm of the mean spectrum of each
column is that of a smooth surface and of the band, moved by some nanometres, which least squares find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.atmosphere import OXYGEN_NM
from hsigui.cube.cube import SMALL_BLOCK_VALUES, Cube
from hsigui.texts import say

_LEAST_BANDS, _LEAST_COLS, _LEAST_PIXELS = 9, 30, 10
_WIDEST = 7.0  # nm between bands: the band of oxygen is no wider
_ABSENT = 0.05  # of the light: what takes less is no band
_OFF = 6.0  # nm by which the whole may be off its place
_INSIDE = 12.0  # nm to either side of its centre, beyond which there is nothing but surface
_CLEAR = 5.0  # standard errors by which the bend must be more than chance
_SAMPLES, _HEIGHT = 16, 8  # pieces of the scene that are looked at, and rows of each at most


@dataclass(frozen=True)
class Smile:
    """How far the band of oxygen wanders.

    Attributes:
        shift: nm, from the column where it is least to that where it is most, by a parabola through all columns.
        error: standard error of that.
        step: nm between bands there.
    """

    shift: float
    error: float
    step: float

    @property
    def told(self) -> str:
        """In words."""
        return say(
            "Smile: the band of oxygen at 760 nm wanders by {shift:.2f} nm (± {error:.2f}) across the columns, where "
            "bands are {step:.1f} nm apart. It is left as it is.", shift=self.shift, error=self.error, step=self.step,
        )  # fmt: skip


def smile_of(cube: Cube, check: Callable[[], None] = lambda: None) -> Smile | None:
    """The smile that samples of a scene show; None where there is none, or nothing to tell it by: no wavelengths, too
    few good bands or columns around 760 nm, or no band of oxygen, as in reflectance.

    Args:
        check: called before each read; may raise to stop.
    """
    bands = _bands(cube)
    if cube.wavelengths is None or bands is None or cube.cols < _LEAST_COLS:
        return None
    x = cube.wavelengths[bands]
    logs = _logs(cube, bands, check)
    known = np.isfinite(logs).all(axis=1)
    if known.sum() < _LEAST_COLS:
        return None
    shifts = _shifts(x, logs[known])
    if shifts is None:
        return None
    across = np.linspace(-1, 1, cube.cols)[known]
    return _bend(across, shifts, float(np.median(np.diff(x))))


def _bands(cube: Cube) -> NDArray[np.intp] | None:
    """Numbers of the good bands around 760 nm, by rising wavelength; None where they are too few or too wide apart."""
    if cube.wavelengths is None:
        return None
    low, _, high = OXYGEN_NM
    good = cube.good_bands
    waves = cube.wavelengths[good]
    inside = (waves >= low) & (waves <= high)
    bands = good[inside][np.argsort(waves[inside], kind="stable")]
    steps = np.diff(cube.wavelengths[bands])
    if len(bands) < _LEAST_BANDS or steps.max() > _WIDEST or steps.min() <= 0:
        return None
    return bands


def _logs(cube: Cube, bands: NDArray[np.intp], check: Callable[[], None]) -> NDArray[np.float64]:
    """Logarithms of the mean spectra of columns, cols x bands; NaN where there are too few pixels."""
    total, count = np.zeros((cube.cols, len(bands))), np.zeros(cube.cols, np.int64)
    height = min(_HEIGHT, max(1, SMALL_BLOCK_VALUES // (cube.cols * len(bands))))
    tops = np.unique(np.linspace(0, max(0, cube.rows - height), _SAMPLES).astype(int)).tolist()
    for top in tops:
        check()
        values = cube.read(slice(top, top + height), slice(None), bands.tolist())
        usable = np.asarray((np.isfinite(values) & (values > 0)).all(axis=2))
        total += np.where(usable[:, :, None], values, 0).sum(axis=0, dtype=np.float64)
        count += usable.sum(axis=0)
    enough = count >= min(_LEAST_PIXELS, cube.rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(enough[:, None], np.log(total / count[:, None]), np.nan))


def _shifts(x: NDArray[np.float64], logs: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """By how many nm the band of oxygen lies off its mean place in each column; None where there is no such band.

    Args:
        x: nm, one a band.
        logs: cols x bands.
    """
    from scipy.interpolate import CubicSpline  # here, as it takes long

    centre = OXYGEN_NM[1]
    away = (x - centre) / _INSIDE
    surface = np.stack([np.ones(len(x)), away, away**2], axis=1)
    beside = np.abs(away) > 1
    if beside.sum() < 4:
        return None
    mean = logs.mean(axis=0)
    band = mean - surface @ np.linalg.lstsq(surface[beside], mean[beside], rcond=None)[0]
    deepest = int(band.argmin())
    if band[deepest] > np.log(1 - _ABSENT) or abs(x[deepest] - centre) > _OFF:
        return None
    design = np.column_stack([surface, band, -CubicSpline(x, band)(x, 1)])
    found = np.linalg.lstsq(design, logs.T, rcond=None)[0]
    return np.asarray(found[4] / found[3])


def _bend(across: NDArray[np.float64], shifts: NDArray[np.float64], step: float) -> Smile | None:
    """The range of a parabola through shifts; None where chance alone, or a scene that changes from one side to the
    other, would do as much: groups of neighbouring columns count as one.

    Args:
        across: places of columns, from -1 to 1; one a column.
        shifts: nm, one a column.
    """
    design = np.stack([np.ones(len(across)), across, across**2], axis=1)
    found, *_ = np.linalg.lstsq(design, shifts, rcond=None)
    rest = shifts - design @ found
    groups = np.array([part.mean() for part in np.array_split(rest, 10)])
    free = len(shifts) - 3
    error = 3 * float(max(rest.std() / np.sqrt(free), groups.std() / np.sqrt(7)))  # of a mean; three times at the ends
    fitted = design @ found
    shift = float(np.ptp(fitted))
    return Smile(shift, error, step) if shift > _CLEAR * error and shift > step / 50 else None
