"""Wavelengths in whatever unit a file has them, to nanometres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.texts import say

_TO_NM = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometre": 1.0,
    "um": 1e3,
    "µm": 1e3,
    "μm": 1e3,
    "micron": 1e3,
    "micrometer": 1e3,
    "micrometre": 1e3,
    "mm": 1e6,
    "millimeter": 1e6,
    "millimetre": 1e6,
    "cm": 1e7,
    "centimeter": 1e7,
    "centimetre": 1e7,
    "m": 1e9,
    "meter": 1e9,
    "metre": 1e9,
    "angstrom": 0.1,
    "å": 0.1,
}
# nm = factor / value
_INVERSE = {
    "wavenumber": 1e7,
    "cm-1": 1e7,
    "1/cm": 1e7,
    "inversecentimeter": 1e7,
    "inversecentimetre": 1e7,
    "reciprocalcentimeter": 1e7,
    "reciprocalcentimetre": 1e7,
    "thz": 299_792.458,
    "terahertz": 299_792.458,
    "ghz": 299_792_458.0,
    "gigahertz": 299_792_458.0,
    "mhz": 299_792_458e3,
    "megahertz": 299_792_458e3,
    "hz": 299_792_458e9,
    "hertz": 299_792_458e9,
}
_BEYOND = say("The wavelengths are too large to be true: they are ignored.")
_UNSAID = {"", "unknown", "none", "n/a", "undefined"}


@dataclass(frozen=True)
class Wavelengths:
    """Band centres and widths in nm (empty where unknown), with what had to be assumed.

    `guessed` tells that no unit was given, or none that is known, and the size of the numbers decided.
    """

    nm: tuple[float, ...] = ()
    fwhm: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    guessed: bool = False


def is_wavelength_unit(unit: str) -> bool:
    """Whether a unit is one that hardly anything but light is measured in: nanometres, micrometres, angstroms."""
    return 0 < _TO_NM.get(_unit_word(unit), 0.0) <= 1e3


def to_nm(values: Sequence[float], unit: str = "", fwhm: Sequence[float] = ()) -> Wavelengths:
    """Band centres in any unit as nanometres.

    A unit that is missing or unknown is guessed by size: no sensor of this kind has bands below 100 nm or beyond
    100 micrometres, so numbers below 100 are micrometres. The same tells when a file names the wrong one of the two.
    """
    word = _unit_word(unit)
    array = np.asarray(values, dtype=float)
    if not array.size:
        return Wavelengths()
    if not np.isfinite(array).all() or (array <= 0).any():
        return Wavelengths(notes=(say("The wavelengths are not all positive numbers: they are ignored."),))
    if word == "index":
        return Wavelengths(notes=(say("The header counts bands instead of giving wavelengths (unit “Index”)."),))
    widths = np.asarray(fwhm, dtype=float)
    if word in _INVERSE:
        return _from_inverse(array, widths, _INVERSE[word])
    guess, guess_name = (1e3, say("micrometres")) if array.max() < 100 else (1.0, say("nanometres"))
    notes: tuple[str, ...] = ()
    factor, guessed = _TO_NM.get(word), False
    if factor is None:
        said = (
            say("names no wavelength unit")
            if word in _UNSAID
            else say("has the unknown wavelength unit “{unit}”", unit=unit.strip())
        )
        notes = (
            say(
                "The file {said}: {guess_name} assumed from the size of the numbers.", said=said, guess_name=guess_name
            ),
        )
        factor, guessed = guess, True
    elif factor in (1.0, 1e3) and factor != guess:
        notes = (
            say(
                "The wavelengths are called {unit} but can only be {guess_name}: read as such.",
                unit=unit.strip(),
                guess_name=guess_name,
            ),
        )
        factor = guess
    # Micrometres such as 0.46 become 460.0 and not 460.00000000000006.
    with np.errstate(all="ignore"):
        own, told = _width_factor(widths, array, factor)
        nm, narrow = np.round(array * factor, 9), np.round(widths * own, 9)
    notes += told
    if not np.isfinite(nm).all():
        return Wavelengths(notes=(_BEYOND,))
    return Wavelengths(tuple(nm.tolist()), _finite(narrow), notes, guessed)


def _width_factor(
    widths: NDArray[np.float64], centres: NDArray[np.float64], factor: float
) -> tuple[float, tuple[str, ...]]:
    """What makes nm of band widths: files exist that give them in nm beside centres in micrometres, or the reverse.

    No band is half as wide as its centre is long, and none of a sensor whose bands stand apart by more than a
    nanometre is narrower than a tenth of one.
    """
    if not widths.size or factor not in (1.0, 1e3):
        return factor, ()
    width = float(np.median(widths))
    spacing = float(np.median(np.abs(np.diff(centres)))) if centres.size > 1 else 0.0
    if factor == 1e3 and width > 0.5 * float(np.median(centres)):
        return 1.0, (say("The band widths can only be nanometres, unlike the wavelengths: read as such."),)
    if factor == 1.0 and 0 < width < 0.1 and spacing > 1:
        return 1e3, (say("The band widths can only be micrometres, unlike the wavelengths: read as such."),)
    return factor, ()


def _from_inverse(values: NDArray[np.float64], widths: NDArray[np.float64], factor: float) -> Wavelengths:
    """Wavenumbers or frequencies, where nm = factor / value."""
    with np.errstate(all="ignore"):
        nm = factor / values
        narrow = widths * nm / values if widths.size else widths  # d(1/v) = dv / v²
    return Wavelengths(tuple(nm.tolist()), _finite(narrow)) if np.isfinite(nm).all() else Wavelengths(notes=(_BEYOND,))


def _unit_word(unit: str) -> str:
    """The word for a unit as the tables above have it: “Wavenumber (cm-1)”, “Nanometers.” and “µM” are all met."""
    text = unit.casefold().translate(str.maketrans("⁻−¹", "--1", "^ _"))
    outside, _, inside = text.strip("[](){}.").partition("(")
    for part in (text, outside, inside):
        word = part.strip("[](){}.")
        for known in (word, word.removesuffix("s")):
            if known in _TO_NM or known in _INVERSE:
                return known
    return text


def _finite(widths: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(widths.tolist()) if np.isfinite(widths).all() else ()
