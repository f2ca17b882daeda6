"""Spectra of the ECOSTRESS and ASTER libraries: lines of “Title: text”, then two columns.

Format: the text files of https://speclib.jpl.nasa.gov (ECOSTRESS spectral library 1.0, S. K. Meerdink et al., Remote
Sensing of Environment 230, 2019; ASTER spectral library 2.0, A. M. Baldridge et al., ibid. 113, 2009). “X Units” and
“Y Units” say what the columns are; wavelengths fall as often as they rise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.curves import Curve, library_of
from hsigui.cube.libraries.text_files import head_of, is_number, lines_of, number_of, text_of
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

_X, _Y = "x units", "y units"
_SHAPE = {"first column", "second column", "first x value", "last x value", "number of x values", _X, _Y}
_PERCENT = 100.0


def is_ecostress(path: Path) -> bool:
    """Whether a file begins as those of the library do."""
    if path.suffix.lower() != ".txt":
        return False
    head = head_of(path).casefold()
    return head.lstrip().startswith("name:") and "\nx units:" in head.replace("\r", "\n")


def read_ecostress(path: Path) -> SpectralLibrary:
    """Reads a spectrum, as a library of one.

    Raises:
        HsiError: it has no values, or its wavelengths are none.
    """
    return library_of(path, [curve_of(path)])


def curve_of(path: Path) -> Curve:
    """Reads a spectrum: wavelengths in nm, and values of 0 to 1 where the file has per cent."""
    about, x, y = _parts(lines_of(text_of(path)))
    if not len(x):
        raise HsiError(say("{name} holds no values.", name=path.name), say("Is the file complete?"))
    lower = {key.casefold(): text for key, text in about.items()}
    known = np.isfinite(x)
    waves = to_nm(x[known].tolist(), _unit(lower.get(_X, "")))
    if not waves.nm:
        raise HsiError(
            say("The first column of {name} cannot be wavelengths. {notes}",
                name=path.name, notes=" ".join(waves.notes)),
            say("Is the file complete?"),
        )  # fmt: skip
    values, notes = y[known], list(waves.notes)
    if "percent" in lower.get(_Y, "").casefold() or "%" in lower.get(_Y, ""):
        values = values / _PERCENT
        notes.append(say("Per cent were divided by 100."))
    kept = {
        key: text
        for key, text in about.items()
        if key.casefold() not in _SHAPE and text.casefold() not in ("", "n/a", "none")
    }
    return Curve(kept.pop("Name", "") or path.name, np.array(waves.nm), values, kept, notes=tuple(notes))


def _unit(text: str) -> str:
    """The unit in “Wavelength (micrometers)” or “Wavenumber (cm-1)”."""
    found = re.search(r"\(([^)]*)\)", text)
    return found[1] if found else text


def _parts(lines: Sequence[str]) -> tuple[dict[str, str], NDArray[np.float64], NDArray[np.float64]]:
    """What is said above the columns, by titles, and the two columns. One a line."""
    about: dict[str, str] = {}
    title, units = "", False
    for number, line in enumerate(lines):
        if units and _pair(line) is not None:
            return about, *_columns(lines[number:])
        if found := re.match(r"\s*([A-Z][^:]{0,40}):(.*)", line):
            title = found[1].strip()
            about[title] = found[2].strip()
            units = units or title.casefold() == _X
        elif line.strip() and title:  # a description goes on
            about[title] = f"{about[title]} {line.strip()}"
    return about, np.zeros(0), np.zeros(0)


def _pair(line: str) -> tuple[float, float] | None:
    cells = line.split()[:2]
    return (number_of(cells[0]), number_of(cells[1])) if len(cells) == 2 and all(map(is_number, cells)) else None


def _columns(lines: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two columns of numbers; lines that are none are passed over. One a line."""
    filled = [line for line in lines if line.strip()]
    try:
        if any(len(line.split()) != 2 for line in filled):
            raise ValueError
        table = np.array(" ".join(filled).split(), dtype=np.float64).reshape(-1, 2)
    except ValueError:  # further columns, or words among the numbers
        table = np.array([pair for line in lines if (pair := _pair(line)) is not None])
    return table[:, 0], table[:, 1]
