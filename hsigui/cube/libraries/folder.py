"""A folder of files of one spectrum each, as one library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hsigui import untrusted
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries import ecostress, tables, usgs
from hsigui.cube.libraries.curves import Curve, library_of
from hsigui.cube.libraries.table import FORMATS, Told
from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_FILES = 20_000
_LISTED = 3  # files that could not be read, by name
_CURVES: dict[str, Callable[[Path], list[Curve]]] = {
    "usgs": lambda path: [] if usgs.is_list(path) else [usgs.curve_of(path)],
    "ecostress": lambda path: [ecostress.curve_of(path)],
    "table": tables.curves_of,
}


def read_folder(path: Path, told: Told) -> SpectralLibrary:
    """Reads every spectrum in a folder and in those below it; what is no spectrum is passed over, and said.

    Raises:
        HsiError: there is no spectrum in it, or far too many files.
    """
    files = []
    for file in sorted(path.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            files.append(file)
        if len(files) > _MOST_FILES:
            raise HsiError(
                say("{name} holds more than {most:,} files.", name=path.name, most=_MOST_FILES),
                say("Choose a folder inside it."),
            )
    curves: list[Curve] = []
    passed: list[str] = []
    for number, file in enumerate(files):
        told(number, len(files))
        found = _curves_of(file)
        if found is None:
            passed.append(file.name)
        else:
            curves += [_with_file(curve, file) for curve in found]
    if not curves:
        raise HsiError(
            say("{name} holds no file with a spectrum.", name=path.name),
            say("A library that is one file is chosen by that file."),
        )
    return library_of(path, curves, [_passed_over(passed)] if passed else [])


def _curves_of(file: Path) -> list[Curve] | None:
    """The spectra of a file; None where it holds none."""
    try:
        # Only these: to look for ENVI's header beside each file would read the folder as often as it has files.
        with untrusted.reading(file.name):
            row = next((row for row in FORMATS if row.name in _CURVES and row.fits(file)), None)
        if row is None:
            return None
        with untrusted.reading(file.name):
            return _CURVES[row.name](file)
    except HsiError:
        return None  # one damaged file of thousands: it is told by its name


def _with_file(curve: Curve, file: Path) -> Curve:
    return Curve(curve.name, curve.x, curve.values, {**curve.about, say("File"): file.name}, curve.widths, curve.notes)


def _passed_over(names: list[str]) -> str:
    shown = ", ".join(names[:_LISTED]) + (say(" and others") if len(names) > _LISTED else "")
    return say("{count} files without a spectrum were passed over: {names}.", count=len(names), names=shown)
