"""Lists with one entry a band beside an array: which of a file's arrays are its wavelengths, widths and bad bands."""

from __future__ import annotations

import math
import re

import numpy as np

from hsigui.cube.formats.array_file import ArrayFile, BandLists
from hsigui.cube.formats.arrays import ArrayInfo, depth_of, listed
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.wavelengths import Wavelengths, is_wavelength_unit, to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

WAVELENGTH_NAMES = {
    "wl", "wls", "wvl", "wave", "waves", "wavelength", "wavelengths", "lambda", "lambdas", "band_centers",
    "bandcenters", "centers", "center_wavelengths", "center_wavelength", "wavelength_nm", "wavelengths_nm",
    "wavelength_um", "band_centres", "centres", "central_wavelength", "central_wavelengths",
    "wavelength_3d", "wavenumber", "wavenumbers", "lambda_nm", "lambda_um", "centre_wavelength", "centre_wavelengths",
    "band_wavelength", "band_wavelengths",
}  # fmt: skip
WIDTH_NAMES = {"fwhm", "fwhms", "bandwidth", "bandwidths", "band_width"}
_GOOD_NAMES = {"bbl", "good_wavelengths", "good_bands", "goodbands"}


def vector_length(array: ArrayInfo) -> int:
    """Entries of a one-dimensional array (MATLAB: 1 x n or n x 1), 0 for any other."""
    return max(array.shape) if array.shape and sum(n != 1 for n in array.shape) == 1 else 0


def array_named(file: ArrayFile, name: str) -> ArrayInfo:
    """An array by its name; the only one of a file where the name is empty.

    Raises:
        HsiError: there is none of that name.
    """
    if not name and len(file.arrays) == 1:
        return file.arrays[0]
    found = next((a for a in file.arrays if a.name == name), None)
    if found is None:
        raise HsiError(
            say("{name} holds no numeric array “{name2}”.", name=file.path.name, name2=name),
            say("Its arrays: {listed}.", listed=listed(file.arrays)),
        )
    return found


def last_name(name: str) -> str:
    """What a nested name ends in, in small letters: "wl" of "/scene/WL" and of "scene.WL"."""
    return name.replace("/", ".").rsplit(".", 1)[-1].casefold()


def _around(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[0]


def _find(file: ArrayFile, names: set[str], length: int, near: str) -> ArrayInfo | None:
    """A list with one of these names and this length, or one number for one band: beside the scene first, then the
    least nested."""
    fitting = [
        a for a in file.arrays if last_name(a.name) in names and (vector_length(a) or math.prod(a.shape)) == length > 0
    ]
    return min(fitting, key=lambda a: (_around(a.name) != _around(near), depth_of(a.name)), default=None)


def _by_unit(file: ArrayFile, bands: int) -> ArrayInfo | None:
    """The only list of that length whose unit is one of wavelengths, whatever it is called but by a word for widths."""
    lists = [
        a for a in file.arrays if bands > 1 and vector_length(a) == bands and a.dtype.startswith(("f", "int", "u"))
    ]
    named = [
        a
        for a in lists
        if not re.search("width|fwhm|err|unc", last_name(a.name)) and is_wavelength_unit(file.unit(a.name))
    ]
    return named[0] if len(named) == 1 else None


def wavelengths_beside(
    file: ArrayFile, choice: ImportChoice, bands: int, own: BandLists | None
) -> tuple[Wavelengths, str, str]:
    """Band centres, the name of the variable they come from, and the file's word for their unit.

    Args:
        own: the lists that the file says belong to the array; they are taken where the choice names no others.

    Raises:
        HsiError: the variable that is chosen is no list of so many, or cannot be read.
    """
    if choice.wavelengths == "":
        return Wavelengths(), "", ""
    if choice.wavelengths is None and own is not None:
        return to_nm(own.centers, choice.units or own.units, own.fwhm), "", own.units
    if choice.wavelengths is None:
        found = _find(file, WAVELENGTH_NAMES, bands, choice.variable) or _by_unit(file, bands)
    else:
        found = _list_named(file, choice.wavelengths, bands)
    if found is None:
        return Wavelengths(), "", ""
    widths = _find(file, WIDTH_NAMES, bands, found.name)
    fwhm = [] if widths is None else numbers_of(file, widths)
    unit = file.unit(found.name)
    return to_nm(numbers_of(file, found), choice.units or unit, fwhm), found.name, unit


def numbers_of(file: ArrayFile, array: ArrayInfo) -> list[float]:
    """All numbers of an array, one after the other; of complex ones their size.

    Raises:
        HsiError: it cannot be read.
    """
    values = file.load(array.name).ravel()
    return [float(v) for v in (np.abs(values) if np.iscomplexobj(values) else values)]


def bad_bands_beside(
    file: ArrayFile, choice: ImportChoice, bands: int, own: BandLists | None
) -> tuple[tuple[bool, ...], str]:
    """Which bands are bad, one a band (none where nothing says so), and the name of the variable that says it.

    Args:
        own: the lists that the file says belong to the array; they are taken where the choice names no others.

    Raises:
        HsiError: the variable that is chosen is no list of 1 and 0, one a band, or cannot be read.
    """
    if choice.bad_bands == "":
        return (), ""
    if choice.bad_bands is None:
        if own is not None:
            return own.bad, ""
        found = _find(file, _GOOD_NAMES, bands, choice.variable)
    else:
        found = _list_named(file, choice.bad_bands, bands)
    if found is None:
        return (), ""
    good = np.array(numbers_of(file, found))
    if not np.isin(good, (0, 1)).all() or not good.any():
        if choice.bad_bands is not None:
            raise HsiError(
                say("{found} is no list of 1 (good) and 0 (bad).", found=found), say("Choose another variable.")
            )
        return (), ""
    return tuple((good == 0).tolist()), found.name


def _list_named(file: ArrayFile, name: str, bands: int) -> ArrayInfo:
    array = array_named(file, name)
    if math.prod(array.shape) != bands:
        raise HsiError(
            say("{array} has not one entry for each of the {bands} bands.", array=array, bands=bands),
            say("Choose another variable."),
        )
    return array
