"""Spectra of the USGS library splib07, as text: one number a line below a line with record and name.

Format: R. F. Kokaly et al., “USGS Spectral Library Version 7”, Data Series 1035, 2017 (https://doi.org/10.3133/ds1035),
its ASCII files. The wavelengths stand in files of their own beside or above, one a spectrometer, in micrometres; a
deleted channel is -1.23e34.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.curves import Curve, library_of
from hsigui.cube.libraries.text_files import head_of, lines_of, text_of
from hsigui.errors import HsiError
from hsigui.texts import say

DELETED = -1e30  # what is smaller is -1.23e34
_HEAD = re.compile(r"\s*(s\w*07\w*)\s+Record=(\d+):\s*(.*)", re.IGNORECASE)
_LAST_WORDS = re.compile(r"^(.*?)\s+(\w+)\s+(AREF|RREF|RTGC|TRAN)\s*$")
_MEASURED = {"AREF": say("absolute reflectance"), "RREF": say("relative reflectance"),
             "RTGC": say("radiance to ground-calibrated reflectance"), "TRAN": say("transmittance")}  # fmt: skip
_BESIDE = ("wavelength", "bandpass", "errorbar", "wavenumber")
_FLOORS = 3  # folders above in which wavelengths are looked for


def is_usgs(path: Path) -> bool:
    """Whether a file is a spectrum of the library, or one of the lists that belong to it."""
    return path.suffix.lower() == ".txt" and _HEAD.match(head_of(path)) is not None


def is_list(path: Path) -> bool:
    """Whether a file of the library lists wavelengths, widths or errors, and is no spectrum."""
    first = lines_of(head_of(path))[0].casefold()
    return any(word in path.name.casefold() or word in first for word in _BESIDE)


def read_usgs(path: Path) -> SpectralLibrary:
    """Reads a spectrum, as a library of one.

    Raises:
        HsiError: it is one of the lists beside the spectra, or the wavelengths of its spectrometer are not found.
    """
    return library_of(path, [curve_of(path)])


def curve_of(path: Path) -> Curve:
    """Reads a spectrum; its wavelengths in nm are those of the file that is for as many channels."""
    if is_list(path):
        raise HsiError(
            say("{name} lists wavelengths or widths of the USGS library, and is no spectrum.", name=path.name),
            say("Choose a spectrum, or the folder that they are in."),
        )
    title, values = _column(path)
    values[(values < DELETED) | ~np.isfinite(values)] = np.nan
    if not values.size:
        raise HsiError(say("{name} holds no values.", name=path.name), say("Is the file complete?"))
    found = _HEAD.match(title)
    record, text = (found[2], found[3].strip()) if found else ("", path.stem)
    about = {say("Record"): record}
    if parts := _LAST_WORDS.match(text):
        text = parts[1]
        about[say("Spectrometer")] = parts[2]
        about[say("Measurement")] = _MEASURED[parts[3]]
    if path.parent.name.casefold().startswith("chapter"):
        about[say("Chapter")] = path.parent.name.partition("_")[2] or path.parent.name
    waves = _axis(path, len(values), "wavelengths")
    if waves is None:
        raise HsiError(
            say("The wavelengths of {name} are not found: no file beside or above it lists {count} of them.",
                name=path.name, count=len(values)),
            say("Put the “…Wavelengths…” files of the library into its folder."),
        )  # fmt: skip
    widths = _axis(path, len(values), "bandpass")
    return Curve(text, waves, values, about, () if widths is None else tuple(widths.tolist()))


def _axis(path: Path, count: int, word: str) -> NDArray[np.float64] | None:
    """The list of so many wavelengths, or widths, for the spectrometer of a file: in nm, one a channel."""
    folders = [path.parent, *list(path.parents)[1 : _FLOORS + 1]]
    for folder in folders:
        found = _lists_in(folder, word, folder.stat().st_mtime_ns)
        fitting = [(name, values) for name, values in found if len(values) == count]
        tagged = [values for name, values in fitting if _same(name, path.name)]
        if fitting:
            return tagged[0] if tagged else fitting[0][1]
    return None


def _same(list_name: str, name: str) -> bool:
    """Whether the names of a list and a spectrum speak of the same spectrometer."""
    tags = re.findall(r"(ASD|BECK|NIC4|AVIRIS)", list_name, re.IGNORECASE)
    return any(tag.casefold() in name.casefold() for tag in tags)


@lru_cache(maxsize=16)
def _lists_in(folder: Path, word: str, _changed: int) -> tuple[tuple[str, NDArray[np.float64]], ...]:
    """The lists of a folder whose name has a word; kept until the folder changes, for each of its spectra asks.
    One a channel."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        if word in path.name.casefold() and is_usgs(path):
            values = _column(path)[1] * 1000.0
            if np.isfinite(values).all() and (values > 0).all():
                found.append((path.name, np.round(values, 6)))
    return tuple(found)


def _column(path: Path) -> tuple[str, NDArray[np.float64]]:
    """The first line of a file, and the numbers below it, one a line."""
    first, _, rest = text_of(path).partition("\n")
    return first, np.array(rest.split(), dtype=np.float64)
