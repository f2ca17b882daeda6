"""Which band of a scene is meant by a wavelength, a number or a range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.nodata import band_name
from hsigui.errors import HsiError
from hsigui.texts import say


def wavelengths_of(cube: Cube) -> NDArray[np.float64]:
    """The centres of all bands in nm, one a band.

    Raises:
        HsiError: they are not known.
    """
    waves = cube.wavelengths
    if waves is None:
        raise HsiError(
            say("The wavelengths of {name} are not known.", name=cube.name),
            say("Choose its sensor under Edit > Bands, or name bands by their numbers."),
        )
    return waves


def band_at(cube: Cube, nm: float, tolerance: float) -> int:
    """The number of the band whose centre is nearest to a wavelength.

    Args:
        tolerance: nm that it may be away; half the band's width where that is more.

    Raises:
        HsiError: wavelengths are not known, none is near enough, or the nearest band is marked bad.
    """
    waves = wavelengths_of(cube)
    away = np.abs(waves - nm)
    # Of two that are equally near (detectors overlap) a good one.
    band = int(np.lexsort((cube.is_bad, away))[0])
    near = tolerance if not cube.info.fwhm else max(tolerance, cube.info.fwhm[band] / 2)
    if away[band] > near:
        raise HsiError(
            say("{name} has no band at {nm:g} nm: the nearest is {band}.",
                name=cube.name, nm=nm, band=band_name(band, cube.info)),
            say("Its bands go from {first:.0f} to {last:.0f} nm; a larger tolerance takes bands that lie further away.",
                first=waves.min(), last=waves.max()),
        )  # fmt: skip
    require_good(cube, band)
    return band


def require_good(cube: Cube, band: int) -> None:
    """Refuses a band, by its number from 0, that is marked bad.

    Raises:
        HsiError: it is; the hint names the nearest good one.
    """
    good = cube.good_bands
    if band in good:
        return
    hint = say("Mark it as good, or choose another wavelength.")
    if len(good):
        other = int(good[np.abs(good - band).argmin()])
        hint = say("The nearest good band is {band}.", band=band_name(other, cube.info))
    called = band_name(band, cube.info)
    raise HsiError(say("The {band} of {name} is marked bad.", band=called, name=cube.name), hint)


def bands_between(cube: Cube, low: float, high: float) -> list[int]:
    """The numbers of the good bands whose centres lie in a range of nm, both ends included; rising.

    Raises:
        HsiError: wavelengths are not known, or there is none.
    """
    waves, good = wavelengths_of(cube), cube.good_bands
    found = good[(waves[good] >= low) & (waves[good] <= high)]
    if not len(found):
        raise HsiError(
            say("{name} has no good band from {low:g} to {high:g} nm.", name=cube.name, low=low, high=high),
            say("Its bands go from {first:.0f} to {last:.0f} nm.", first=waves.min(), last=waves.max()),
        )
    return found.tolist()
