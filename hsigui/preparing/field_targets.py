"""Targets of known reflectance in a scene, as they are typed or stand in a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.scaling import level, scaling
from hsigui.cube.libraries.table import read_library
from hsigui.cube.libraries.text_files import lines_of, text_of
from hsigui.errors import HsiError
from hsigui.preparing.area import Area, area_of, polygons_of, window_of
from hsigui.texts import say
from hsigui.untrusted import reading

_COLUMNS = ("rows", "cols", "polygons", "reflectance", "spectrum")


@dataclass(frozen=True)
class FieldTarget:
    """A target of known reflectance.

    Attributes:
        area: where it lies in the scene.
        reflectance: of it: one number for all bands, from 0 to 1, or the file of its spectrum: a spectral library or a
            table with wavelengths.
        spectrum: which of the file's spectra, by its name; empty where there is one.
    """

    area: Area
    reflectance: float | Path
    spectrum: str = ""

    @property
    def told(self) -> str:
        known = repr(self.reflectance) if isinstance(self.reflectance, float) else str(self.reflectance)
        return f"{self.area.told}={known}" + (f"#{self.spectrum}" if self.spectrum else "")

    def on(self, cube: Cube) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Its reflectance at the bands of a scene, one a band, and what was assumed.

        Raises:
            HsiError: its spectrum cannot be read, or does not reach the scene's bands.
        """
        if isinstance(self.reflectance, (int, float)):
            if not 0 <= self.reflectance <= 2:
                raise HsiError(
                    say("{value:g} is no reflectance.", value=self.reflectance),
                    say("Give it as a fraction or in per cent, such as 0.05 or 5%."),
                )
            return np.full(cube.bands, float(self.reflectance)), ()
        library = read_library(self.reflectance)
        by = scaling(level(library.values), 1.0)
        said = () if by.factor == 1 else (say("{name}: {note}.", name=library.path.name, note=by.note),)
        values = library.taken([self._place(library)]).resampled_to(cube).values[0]
        return values.astype(np.float64) * by.factor, said

    def _place(self, library: SpectralLibrary) -> int:
        if not self.spectrum and len(library) == 1:
            return 0
        named = [n for n, name in enumerate(library.names) if name.casefold() == self.spectrum.casefold()]
        if len(named) != 1:
            what = say("{name} has {count} spectra.", name=library.path.name, count=len(library))
            if self.spectrum:
                what = say("{name} has no one spectrum “{spectrum}”.", name=library.path.name, spectrum=self.spectrum)
            raise HsiError(
                what, say("Name one of them behind a #, such as {name}#{first}. There are {names}.",
                          name=library.path.name, first=library.names[0], names=", ".join(library.names[:20])),
            )  # fmt: skip
        return named[0]


def targets_of(text: str) -> tuple[FieldTarget, ...]:
    """The targets of a text, "10:20,30:40=0.05;panels.gpkg,name=grey=grey.csv", or of a table: a CSV file with the
    columns `rows` and `cols` or `polygons`, `reflectance`, and `spectrum` where a file holds several; names of files
    are taken from the table's folder.

    Raises:
        HsiError: it is neither.
    """
    path = Path(text.strip()).expanduser()
    if path.suffix.lower() == ".csv" and "=" not in text:
        return _targets_in(path)
    return tuple(_target(part) for part in text.split(";") if part.strip())


def _target(text: str) -> FieldTarget:
    area, mark, known = text.rpartition("=")
    if not mark or not area.strip() or not known.strip():
        raise HsiError(
            say("“{text}” is no target.", text=text),
            say("Write area=reflectance, such as 10:20,30:40=0.05 or 10:20,30:40=grey.csv, or name a table (.csv)."),
        )
    return FieldTarget(area_of(area), *_known(known.strip(), Path()))


def _known(text: str, folder: Path) -> tuple[float | Path, str]:
    """A reflectance, as a fraction or in per cent, or a file and the name of its spectrum."""
    try:
        return (float(text[:-1]) / 100 if text.endswith("%") else float(text)), ""
    except ValueError:
        name, _, spectrum = text.partition("#")
        return folder / Path(name.strip()).expanduser(), spectrum.strip()


def _targets_in(path: Path) -> tuple[FieldTarget, ...]:
    if not path.is_file():
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    with reading(path.name):
        text = text_of(path)
        lines = lines_of(text)
        mark = next((mark for mark in (";", "\t") if mark in lines[0]), ",")
        rows = list(csv.DictReader(lines, delimiter=mark))
    targets = []
    for line, row in enumerate(rows, 2):
        cells = {str(key).strip().casefold(): str(value or "").strip() for key, value in row.items() if key}
        if any(cells.values()):
            targets.append(_target_in(cells, path, line))
    if not targets:
        raise HsiError(
            say("{name} holds no target.", name=path.name),
            say("It needs the columns {columns}.", columns=", ".join(_COLUMNS)),
        )
    return tuple(targets)


def _target_in(cells: dict[str, str], path: Path, line: int) -> FieldTarget:
    rows, cols, polygons, known, spectrum = (cells.get(name, "") for name in _COLUMNS)
    if not known or bool(polygons) == bool(rows and cols):
        raise HsiError(
            say("{name}, line {line}, is no target.", name=path.name, line=line),
            say("It needs rows and cols (10:20 and 30:40), or polygons (fields.gpkg,name=grey), and reflectance: a "
                "number from 0 to 1 or a file."),
        )  # fmt: skip
    area: Area
    if polygons:
        found = polygons_of(polygons, path.parent)
        area = replace(found, path=path.parent / found.path)
    else:
        area = window_of(f"{rows},{cols}")
    reflectance, named = _known(known, path.parent)
    return FieldTarget(area, reflectance, spectrum or named)
