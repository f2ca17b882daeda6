"""Wavelengths in whatever unit a file has them, to nanometres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
_INVERSE = {"wavenumber": 1e7, "cm-1": 1e7, "1/cm": 1e7, "ghz": 299_792_458.0, "mhz": 299_792_458e3}
_UNSAID = {"", "unknown", "none", "n/a", "undefined"}


@dataclass(frozen=True)
class Wavelengths:
    """Band centres and widths in nm (empty where unknown), with what had to be assumed."""

    nm: tuple[float, ...] = ()
    fwhm: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def to_nm(values: Sequence[float], unit: str = "", fwhm: Sequence[float] = ()) -> Wavelengths:
    """Band centres in any unit as nanometres.

    A unit that is missing or unknown is guessed by size: no sensor of this kind has bands below 100 nm or beyond
    100 micrometres, so numbers below 100 are micrometres. The same tells when a file names the wrong one of the two.
    """
    word = unit.strip().casefold().rstrip(".")
    word = word.removesuffix("s") if word.removesuffix("s") in _TO_NM | _INVERSE else word
    array = np.asarray(values, dtype=float)
    if not array.size:
        return Wavelengths()
    if not np.isfinite(array).all() or (array <= 0).any():
        return Wavelengths(notes=("The wavelengths are not all positive numbers: they are ignored.",))
    if word == "index":
        return Wavelengths(notes=("The header counts bands instead of giving wavelengths (unit “Index”).",))
    if word in _INVERSE:
        dropped = ("Band widths are not converted from frequencies: they are ignored.",) if len(fwhm) else ()
        return Wavelengths(tuple((_INVERSE[word] / array).tolist()), notes=dropped)
    guess, guess_name = (1e3, "micrometres") if array.max() < 100 else (1.0, "nanometres")
    notes: tuple[str, ...] = ()
    factor = _TO_NM.get(word)
    if factor is None:
        said = "names no wavelength unit" if word in _UNSAID else f"has the unknown wavelength unit “{unit.strip()}”"
        notes = (f"The file {said}: {guess_name} assumed from the size of the numbers.",)
        factor = guess
    elif factor in (1.0, 1e3) and factor != guess:
        notes = (f"The wavelengths are called {unit.strip()} but can only be {guess_name}: read as such.",)
        factor = guess
    # Micrometres such as 0.46 become 460.0 and not 460.00000000000006.
    nm = tuple(np.round(array * factor, 9).tolist())
    return Wavelengths(nm, tuple(np.round(np.asarray(fwhm, dtype=float) * factor, 9).tolist()), notes)
