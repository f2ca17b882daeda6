"""A cube read in the bands of another: each wanted band is the nearest one that the cube has.

The nearest and not an interpolation between two: the noise of a band does not then depend on how it falls between
others, stored numbers and no-data values stay as they are, and a band that is missing is said instead of made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source
from hsigui.errors import HsiError
from hsigui.texts import say

SHARE = 0.5  # of the spacing of the wanted bands: how far off the band that stands in for one may lie


@dataclass(frozen=True)
class PickedBands:
    """A source that hands out some bands of another in any order, one perhaps several times."""

    source: Source
    bands: NDArray[np.intp]

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, _ = self.source.shape
        return rows, cols, len(self.bands)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, the picked bands in their new order."""
        wanted = self.bands[bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)]
        there, places = np.unique(wanted, return_inverse=True)
        window = self.source.read(rows, cols, there.tolist())
        return window if np.array_equal(there, wanted) else np.ascontiguousarray(window[:, :, places])


def matched(cube: Cube, wavelengths: Sequence[float], bands: int, used: NDArray[np.intp]) -> Cube:
    """The cube as a scene of other bands: itself where its bands are those already, else a view of it. `used` is one
    number a wanted band that matters.

    Args:
        cube: the scene to be read.
        wavelengths: centres of the wanted bands in nm; empty when they are not known.
        bands: how many are wanted.
        used: numbers of those that matter; in the view the others are marked bad.

    Returns:
        A cube of `bands` bands. Bands of `cube` that are marked bad stand in for none.

    Raises:
        HsiError: a band that matters has none of the cube within half the median spacing of the wanted bands, the two
            have no wavelength in common, or the numbers of bands differ and the wavelengths of either are not known.
    """
    own = cube.wavelengths
    if own is None or not len(wavelengths):
        if cube.bands != bands:
            lacking = cube.name if own is None else say("the scene of the run")
            raise HsiError(
                say(
                    "{name} has {bands} bands, the run was trained on {bands2}, and {lacking} has no wavelengths "
                    "to match them by.",
                    name=cube.name,
                    bands=cube.bands,
                    bands2=bands,
                    lacking=lacking,
                ),
                say("Add the wavelengths to the header, or choose the run that belongs to this sensor."),
            )
        return cube
    wanted = np.asarray(wavelengths, dtype=np.float64)
    tolerance = SHARE * spacing(wanted if len(wanted) > 1 else own)
    if cube.bands == bands and bool((np.abs(own - wanted)[used] <= tolerance).all()):
        return cube
    good = cube.good_bands
    if not len(good):
        raise HsiError(
            say("Every band of {name} is marked bad.", name=cube.name), say("Mark at least one band as good.")
        )
    require_common(cube, own[good], wanted[used], tolerance)
    apart = np.abs(own[good][None, :] - wanted[:, None])
    nearest, off = good[apart.argmin(axis=1)], apart.min(axis=1)
    missing = used[off[used] > tolerance]
    if len(missing):
        worst = int(missing[off[missing].argmax()])
        more = say(" (and {count} others)", count=len(missing) - 1) if len(missing) > 1 else ""
        raise HsiError(
            say(
                "{name} has no band within {tolerance:.1f} nm of the run's at {wanted:.1f} nm{more}: the "
                "nearest lies {off:.1f} nm off.",
                name=cube.name,
                tolerance=tolerance,
                wanted=wanted[worst],
                more=more,
                off=off[worst],
            ),
            say("Choose a run of the same sensor, or resample the cube to its bands."),
        )
    return _view(cube, nearest, wanted, used, float(off[used].max()))


def require_common(cube: Cube, own: NDArray[np.float64], wanted: NDArray[np.float64], tolerance: float) -> None:
    """Refuses a cube of quite another part of the spectrum, which more often is one whose unit is wrong.

    Args:
        own, wanted: centres in nm, one a band.

    Raises:
        HsiError: all of its centres lie outside the wanted ones.
    """
    low, high = float(own.min()), float(own.max())
    if high < wanted.min() - tolerance or low > wanted.max() + tolerance:
        unit = (
            say("unit “{wavelength_units}”", wavelength_units=cube.info.wavelength_units)
            if cube.info.wavelength_units
            else say("no unit")
        )
        raise HsiError(
            say(
                "{name} has bands from {low:.6g} to {high:.6g} nm, the run was trained on {least_wanted:.6g} to "
                "{most_wanted:.6g} nm: they have none in common.",
                name=cube.name,
                low=low,
                high=high,
                least_wanted=wanted.min(),
                most_wanted=wanted.max(),
            ),
            say(
                "Is the unit of its wavelengths right? The file names {unit}; the header or --units says it.", unit=unit
            ),
        )


def _view(
    cube: Cube, nearest: NDArray[np.intp], wanted: NDArray[np.float64], used: NDArray[np.intp], off: float
) -> Cube:
    bad = np.ones(len(wanted), dtype=bool)
    bad[used] = False
    info = cube.info

    def of_bands(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[n] for n in nearest.tolist()) if len(values) == cube.bands else ()

    note = say("{count} bands are matched with those of the run, at most {off:.1f} nm off.", count=len(used), off=off)
    return cube.over(
        lambda source: PickedBands(source, nearest),
        replace(
            info, wavelengths=tuple(wanted.tolist()), fwhm=of_bands(info.fwhm), band_names=of_bands(info.band_names),
            bad_bands=tuple(bad.tolist()), empty_bands=(), default_bands=(), gains=of_bands(info.gains),
            offsets=of_bands(info.offsets), notes=(*info.notes, note),
        ),
    )  # fmt: skip


def spacing(centres: NDArray[np.float64]) -> float:
    """Median distance between neighbouring bands in the order of their wavelengths (`centres`, one a band)."""
    return float(np.median(np.diff(np.sort(centres)))) if len(centres) > 1 else 0.0
