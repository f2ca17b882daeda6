"""Wavelengths of a library that were taken for another unit than they are in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.texts import say

WAYS = {
    "": say("As the file was read"),
    "um": say("Micrometres that were taken for nanometres"),
    "nm": say("Nanometres that were taken for micrometres"),
    "cm-1": say("Wavenumbers (cm⁻¹) that were taken for nanometres"),
}
_FACTORS = {"": 1.0, "um": 1e3, "nm": 1e-3}
_CM = 1e7  # nm of a centimetre


def reread(library: SpectralLibrary, way: str) -> SpectralLibrary:
    """The library with its wavelengths taken for another unit, and a note of it.

    Args:
        library: as it was read.
        way: one of `WAYS`.

    Raises:
        HsiError: there is no such way, or the library has no wavelengths.
    """
    if way not in WAYS:
        raise HsiError(say("“{way}” is no unit here.", way=way), say("Take one of {ways}.", ways=", ".join(WAYS)))
    if not way:
        return library
    if library.wavelengths is None:
        raise HsiError(
            say("{name} has no wavelengths.", name=library.path.name),
            say("A table needs a column of them, an ENVI library a list in its header."),
        )
    waves, widths = library.wavelengths, np.array(library.fwhm)
    if way in _FACTORS:
        nm, narrow = waves * _FACTORS[way], widths * _FACTORS[way]
    else:
        nm, narrow = _CM / waves, (_CM * widths / waves**2 if widths.size else widths)
    note = say("Wavelengths by the user's choice: {way}.", way=WAYS[way])
    return replace(library, wavelengths=nm, fwhm=tuple(narrow.tolist()), notes=(*library.notes, note))
