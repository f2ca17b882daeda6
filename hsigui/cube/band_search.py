"""Bands by what people call them: a number, a wavelength, a part of the spectrum, a name.

Wavelengths are understood in nanometres and micrometres, with and without the unit: no sensor of this kind has bands
below 100 nm or beyond 100 micrometres.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube

# From and to in nm. Edges as Landsat's and Sentinel-2's users draw them; a word may stand for several.
REGIONS: dict[str, tuple[float, float]] = {
    "uv": (100, 400), "ultraviolet": (100, 400),
    "vis": (400, 700), "visible": (400, 700),
    "blue": (450, 520), "green": (520, 600), "red": (630, 690), "red edge": (690, 760), "rededge": (690, 760),
    "nir": (760, 1000), "near infrared": (760, 1000), "vnir": (400, 1000),
    "swir": (1000, 2600), "short-wave infrared": (1000, 2600), "swir1": (1500, 1800), "swir2": (2050, 2400),
    "mwir": (2600, 8000), "lwir": (8000, 15000), "tir": (8000, 15000),
}  # fmt: skip
_NEAR_NM = 10.0  # a wavelength finds the bands so near to it, and the nearest one in any case
_NUMBER = r"(\d+(?:[.,]\d*)?|[.,]\d+)"
_UNIT = r"\s*(nm|nanomet\w*|um|µm|μm|micro\w*)?"
_ONE = re.compile(rf"\s*{_NUMBER}{_UNIT}\s*", re.IGNORECASE)
_RANGE = re.compile(rf"\s*{_NUMBER}{_UNIT}\s*(?:-|–|to)\s*{_NUMBER}{_UNIT}\s*", re.IGNORECASE)


def find_bands(cube: Cube, text: str) -> NDArray[np.intp]:
    """The bands that a text may mean, one a found band, rising: all for an empty one, none where nothing fits.

    Args:
        text: "12" (a number, from 1), "670", "0.67", "670 nm", "600-700", "swir", "bad", or a part of a name.
    """
    words = text.strip().casefold()
    everything = np.arange(cube.bands)
    if not words:
        return everything
    found = np.zeros(cube.bands, dtype=bool)
    centers, bad = cube.wavelengths, cube.is_bad
    if words in ("bad", "good"):
        found |= bad == (words == "bad")
    if centers is not None and words in REGIONS:
        low, high = REGIONS[words]
        found |= (centers >= low) & (centers <= high)
    between = _RANGE.fullmatch(words)
    if between is not None:
        found |= _in_range(between, centers, cube.bands)
    one = _ONE.fullmatch(words)
    if one is not None:
        found |= _at(one, centers, cube.bands)
    names = cube.info.band_names
    if names:
        found |= np.array([words in name.casefold() for name in names])
    return np.flatnonzero(found)


def band_of(text: str, bands: int, centers: NDArray[np.float64] | None) -> int | None:
    """The one band (from 0) that was typed: a whole number that is no higher than there are bands is the number of a
    band, from 1; every other number is a wavelength and means the nearest band. None for what is neither.

    Args:
        bands: how many there are.
        centers: in nm, one a band, where they are known.
    """
    typed = _ONE.fullmatch(text)
    if typed is None:
        return None
    number = _number_of_band(typed, bands)
    if number is not None:
        return number
    if centers is None:
        return None
    return int(np.abs(centers - _nm(*typed.groups())).argmin())


def _at(typed: re.Match[str], centers: NDArray[np.float64] | None, bands: int) -> NDArray[np.bool_]:
    found = np.zeros(bands, dtype=bool)
    number = _number_of_band(typed, bands)
    if number is not None:
        found[number] = True
    if centers is not None:
        away = np.abs(centers - _nm(*typed.groups()))
        if number is None or away.min() <= _NEAR_NM:
            found |= (away <= _NEAR_NM) | (away == away.min())
    return found


def _in_range(typed: re.Match[str], centers: NDArray[np.float64] | None, bands: int) -> NDArray[np.bool_]:
    first, unit, last, last_unit = typed.groups()
    if not (unit or last_unit) and all(part.isdigit() and 1 <= int(part) <= bands for part in (first, last)):
        numbers = np.arange(1, bands + 1)
        return np.asarray((numbers >= int(first)) & (numbers <= int(last)))
    if centers is None:
        return np.zeros(bands, dtype=bool)
    low, high = sorted((_nm(first, unit or last_unit), _nm(last, last_unit or unit)))
    return np.asarray((centers >= low) & (centers <= high))


def _number_of_band(typed: re.Match[str], bands: int) -> int | None:
    number, unit = typed.groups()
    return int(number) - 1 if not unit and number.isdigit() and 1 <= int(number) <= bands else None


def _nm(number: str, unit: str | None) -> float:
    value = float(number.replace(",", "."))
    if unit:
        return value if unit.casefold().startswith("n") else 1e3 * value
    return value if value >= 100 else 1e3 * value
