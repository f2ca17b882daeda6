"""The bands of a sensor by what each of them sees: a centre and a width, or a measured response."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.gaps import gaps
from hsigui.cube.libraries import tables
from hsigui.cube.libraries.text_files import text_of
from hsigui.cube.resampling import resampled
from hsigui.cube.sensor_tables import Sensor
from hsigui.cube.sensors import parse_wavelengths
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.untrusted import reading

_LEAST_WIDTH = 0.05  # of the widest band's: no sensor has bands of widths so different
_LEAST_SEEN = 0.9  # of a response must lie where a spectrum has values, or the band has none


@dataclass(frozen=True, eq=False)
class Responses:
    """The bands of a sensor.

    Attributes:
        name: of the sensor, as it is told.
        centres: nm, rising; one a band.
        widths: full width at half maximum in nm, one a band; empty where they are not known.
        x: wavelengths in nm, rising, at which responses were measured; empty where they are not known.
        measured: bands x wavelengths; 0 where a band sees nothing.
    """

    name: str
    centres: NDArray[np.float64]
    widths: tuple[float, ...] = ()
    x: NDArray[np.float64] | None = None
    measured: NDArray[np.float64] | None = None

    @classmethod
    def of_sensor(cls, sensor: Sensor) -> Responses:
        """The bands of a sensor of the table; their widths are taken to be as wide as they stand apart."""
        centres = np.sort(np.asarray(sensor.centers, dtype=np.float64))
        apart = np.gradient(centres) if len(centres) > 1 else np.zeros(1)
        return cls(sensor.name, centres, tuple(np.minimum(apart, 2 * np.median(apart)).tolist()))

    def of(self, values: NDArray[np.floating], wavelengths: NDArray[np.float64]) -> NDArray[np.float64]:
        """Spectra (spectra x bands) as the sensor sees them: spectra x its bands, NaN where it sees none of them.

        Args:
            wavelengths: of the spectra in nm, one a band.
        """
        if self.x is None or self.measured is None:
            return resampled(values, wavelengths, self.centres, self.widths).astype(np.float64)
        order = np.argsort(wavelengths, kind="stable")
        x, array = wavelengths[order], np.asarray(values, dtype=np.float64)[:, order]
        made = np.full((len(array), len(self.centres)), np.nan)
        for number, row in enumerate(array):
            known = np.isfinite(row)
            if known.sum() > 1:
                made[number] = self._seen(x[known], row[known])
        return made

    def _seen(self, x: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.float64]:
        """One spectrum, all known: interpolated to where the responses were measured, and their mean there."""
        assert self.x is not None
        assert self.measured is not None
        at = np.clip(np.searchsorted(x, self.x, side="left"), 1, len(x) - 1)
        inside = (self.x >= x[0]) & (self.x <= x[-1]) & ~(gaps(x)[at - 1] & ~np.isin(self.x, x))
        fine = np.interp(self.x, x, row)
        weights = self.measured * (np.gradient(self.x) if len(self.x) > 1 else 1.0)
        seen, whole = weights[:, inside].sum(axis=1), weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(seen >= _LEAST_SEEN * whole, weights[:, inside] @ fine[inside] / seen, np.nan)


def read_responses(path: Path) -> Responses:
    """Reads the bands of a sensor: a table of wavelengths with a column of responses a band, or a list of centres with
    or without widths, a line a band.

    Raises:
        HsiError: it is neither.
    """
    with reading(path.name):
        curves = tables.curves_of(path)
        x = curves[0].x
        if x is None:
            waves = parse_wavelengths(text_of(path))
            return _listed(path.stem, np.array(waves.nm), np.array(waves.fwhm))
        if len(curves) == 1 and _is_width(curves[0].values):
            widths = curves[0].values
            return _listed(path.stem, x, widths * 1000 if widths.max() < 1 else widths)
        order = np.argsort(x, kind="stable")
        measured = np.nan_to_num(np.array([curve.values[order] for curve in curves]), nan=0.0)
        measured[measured < 0] = 0.0
        used = measured.sum(axis=1) > 0
        if not used.any():
            raise HsiError(say("{name} holds no response.", name=path.name), say("All of its numbers are 0."))
        measured = measured[used]
        centres = (measured @ x[order]) / measured.sum(axis=1)
        rising = np.argsort(centres, kind="stable")
        return Responses(path.stem, centres[rising], (), x[order], measured[rising])


def _is_width(values: NDArray[np.float64]) -> bool:
    """Whether a single column beside wavelengths is of widths: a response falls off to both ends."""
    return bool(np.isfinite(values).all() and values.min() > _LEAST_WIDTH * values.max())


def _listed(name: str, centres: NDArray[np.float64], widths: NDArray[np.float64]) -> Responses:
    order = np.argsort(centres, kind="stable")
    return Responses(name, centres[order], tuple(widths[order].tolist()) if widths.size else ())
