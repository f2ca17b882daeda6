"""Tables of spectra as text: a column of wavelengths and a column a spectrum, or a row a spectrum below a row of
wavelengths. Separated by commas, semicolons, tabs or blanks; a decimal comma is understood where these leave it free.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.curves import Curve, library_of
from hsigui.cube.libraries.text_files import is_missing, is_number, lines_of, number_of, text_of
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

_LEAST = 3  # bands; fewer numbers in a row or column are no spectrum
_LONGEST = 30  # letters of a cell in a sentence
_DELETED = -1e30  # what is smaller stands for no value, as the USGS has it
_UNIT = re.compile(r"(nano|micro)met\w*|microns?|(?<![a-z])(nm|um|µm|μm)(?![a-z])|cm-1|cm\^-1|1/cm|wavenumber", re.I)
_WAVE = re.compile(r"wave|wvl|lambda|^w?nm$|^um$|^µm$|^μm$|^x$", re.I)
_BAND = re.compile(r"bands?|#|no\.?|index|channel", re.I)
_TITLE = re.compile(r"(x|w|wl|b|band|nm|r|refl|reflectance|lambda|wave|wavelength)?[\s_.-]*"
                    r"(\d+(?:\.\d+)?)\s*(nm|um|µm|μm)?", re.I)  # fmt: skip
_OF_PIXELS = ({"row", "col"}, {"x", "y"}, {"class_id"})  # titles of tables that list pixels
_QUOTED = re.compile(r"'[=+\-@]")  # how a cell begins that a spreadsheet must not compute; `writing` makes such ones
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


def read_table(path: Path) -> SpectralLibrary:
    """Reads the spectra of a table.

    Raises:
        HsiError: it holds no numbers that could be spectra.
    """
    return library_of(path, curves_of(path))


def curves_of(path: Path) -> list[Curve]:
    """The spectra of a table, in its order."""
    rows = _rows(text_of(path))
    start = next((n for n, row in enumerate(rows) if _is_of_numbers(row) or _is_header(row, rows[n + 1 : n + 2])), None)
    if start is None:
        raise _no_table(path)
    is_header = _is_header(rows[start], rows[start + 1 : start + 2])
    titles = _wavelengths_in(rows[start], rows[start + 1][0]) if is_header else None
    if titles is not None:
        return _by_rows(rows[start], titles, rows[start + 1 :], path)
    header = _header(rows[:start], len(rows[start]))
    below = rows[start:]
    if not header and len(rows[start]) >= _LEAST and len(below) <= _LEAST and len(below[0]) > len(below):
        return _by_rows([], list(range(len(below[0]))), below, path)
    return _by_columns(header, below, path)


def _no_table(path: Path) -> HsiError:
    return HsiError(
        say("{name} is no table of spectra.", name=path.name),
        say("It needs a column of wavelengths and a column for each spectrum, or a row for each below wavelengths."),
    )


# Rows and cells


def _rows(text: str) -> list[list[str]]:
    """The cells of all lines that are neither empty nor comments."""
    lines = [line for line in lines_of(text) if line.strip() and not line.lstrip().startswith("#")]
    sample = lines[len(lines) // 2 :][:20]
    separator = next((mark for mark in ("\t", ";", ",") if sample and all(mark in line for line in sample)), None)
    if separator is None:
        return [line.split() for line in lines]
    rows = [[_plain(cell) for cell in row] for row in csv.reader(lines, delimiter=separator)]
    usual = max((len(row) for row in rows), key=[len(row) for row in rows].count, default=0)
    while usual > 1 and not any(row[-1] for row in rows if len(row) == usual):  # a separator at the end of each line
        rows = [row[:-1] if len(row) == usual else row for row in rows]
        usual -= 1
    if separator != "," and any(_DECIMAL_COMMA.fullmatch(cell) for row in rows for cell in row):
        rows = [[cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in row] for row in rows]
    return rows


def _plain(cell: str) -> str:
    """A cell without blanks around it, and without the mark that keeps spreadsheets from computing it."""
    word = cell.strip()
    return word[1:] if _QUOTED.match(word) else word


def _is_of_numbers(row: Sequence[str]) -> bool:
    """Whether at least half of the cells of a row are numbers, and no title of wavelengths stands before them: spectra
    may be called by numbers."""
    if not is_number(row[0]) and _WAVE.search(row[0]):
        return False
    numbers = sum(is_number(cell) for cell in row)
    return numbers > 0 and 2 * numbers >= len(row)


def _is_header(row: Sequence[str], following: Sequence[Sequence[str]]) -> bool:
    """Whether a row holds the wavelengths of spectra in rows: beside words, and above a row of as many cells."""
    # An empty cell is a word only where names stand below it: elsewhere it is a spectrum that lacks a value.
    words = any(cell and _TITLE.fullmatch(cell) is None for cell in row) or not row[0]
    fitting = [other for other in following if len(other) == len(row)]
    return words and bool(fitting) and _wavelengths_in(row, fitting[0][0]) is not None


def _header(above: Sequence[Sequence[str]], columns: int) -> list[str]:
    """The titles of the columns: the last row above the numbers, where it has as many cells; with the units that may
    stand in a row of their own."""
    fitting = [list(row) for row in above if len(row) == columns]
    if len(fitting) > 1 and len(set(fitting[-1][1:])) == 1 and _UNIT.fullmatch(fitting[-1][0].strip("[]() ")):
        units = (unit.strip("[]() ") for unit in fitting[-1])
        return [f"{title} ({unit})" if unit.strip("-") else title
                for title, unit in zip(fitting[-2], units, strict=True)]  # fmt: skip
    return fitting[-1] if fitting else []


def _wavelengths_in(header: Sequence[str], below: str) -> list[int] | None:
    """The places of the titles that are wavelengths or numbers of bands, where these are the columns of a table of
    spectra in rows; None where they are not.

    Args:
        below: what stands below the first title: “wavelength” may be said of the titles beside it, above names.
    """
    if header and _WAVE.search(header[0]) and not _TITLE.fullmatch(header[0]) and (not below or is_number(below)):
        return None
    found = [n for n, cell in enumerate(header) if (title := _TITLE.fullmatch(cell.strip())) and _is_band(title)]
    numbers = [float(_TITLE.fullmatch(header[n].strip())[2]) for n in found]  # type: ignore[index]
    steps = np.diff(numbers)
    return found if len(found) >= _LEAST and ((steps > 0).all() or (steps < 0).all()) else None


def _is_band(title: re.Match[str]) -> bool:
    return float(title[2]) > 0 or bool(title[1])


# Spectra in rows


def _by_rows(header: Sequence[str], places: Sequence[int], rows: Sequence[Sequence[str]], path: Path) -> list[Curve]:
    waves, notes = _waves_of_titles(header, places)
    others = [n for n in range(len(header)) if n not in set(places)]
    by_name = next((n for n in others if header[n].casefold() in ("name", "spectrum", "label", "class", "id")), None)
    by_name = others[0] if by_name is None and others else by_name
    curves = []
    for row in rows:
        if len(row) <= max(places):
            continue
        values, odd = _values([row[n] for n in places])
        about = {header[n] or f"{n + 1}": row[n] for n in others if n != by_name and n < len(row)}
        name = row[by_name] if by_name is not None else ""
        curves.append(Curve(name, waves, values, about, notes=(*notes, *_odd(odd, name))))
    if all(np.isnan(curve.values).all() for curve in curves):
        raise _no_table(path)
    return curves


def _waves_of_titles(
    header: Sequence[str], places: Sequence[int]
) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    titles = [_TITLE.fullmatch(header[n].strip()) for n in places if n < len(header)]
    numbers = [float(title[2]) for title in titles if title]
    if not numbers or numbers in (list(map(float, range(1, len(numbers) + 1))), list(map(float, range(len(numbers))))):
        return None, ()
    said = _UNIT.search(header[0]) if _WAVE.search(header[0]) else None
    unit = next((title[3] for title in titles if title and title[3]), said[0] if said else "")
    waves = to_nm(numbers, unit)
    return (np.array(waves.nm) if waves.nm else None), waves.notes


# Spectra in columns


def _by_columns(header: Sequence[str], rows: Sequence[Sequence[str]], path: Path) -> list[Curve]:
    width = len(rows[0])
    if any(pair <= {title.casefold() for title in header} for pair in _OF_PIXELS):
        raise _no_table(path)
    body = [row for row in rows if len(row) == width]
    titles = list(header) or [""] * width
    numeric = [n for n in range(width) if _is_spectrum([row[n] for row in body])]
    if not numeric or len(body) < _LEAST:
        raise _no_table(path)
    columns = [_values([row[n] for row in body]) for n in numeric]
    table = np.array([values for values, _ in columns]).T
    axis = _axis(table, [titles[n] for n in numeric])
    waves: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    known = np.ones(len(table), dtype=bool)
    if axis is not None:
        known = np.isfinite(table[:, axis])
        unit = _UNIT.search(titles[numeric[axis]])
        told = to_nm(table[known, axis].tolist(), unit[0] if unit else "")
        waves, notes = (np.array(told.nm) if told.nm else None), told.notes
    curves = []
    for place, column in enumerate(numeric):
        if place == axis or (len(numeric) > 1 and _counts(titles[column], table[:, place], axis)):
            continue
        name = titles[column] or (path.stem if len(numeric) <= 2 else "")
        values, said = table[known, place], (*notes, *_odd(columns[place][1], name))
        if "%" in titles[column]:
            values, said = values / 100.0, (*said, say("Per cent were divided by 100."))
        curves.append(Curve(name, waves, values, notes=said))
    if not curves:
        raise _no_table(path)
    return curves


def _axis(table: NDArray[np.float64], titles: Sequence[str]) -> int | None:
    """The column of wavelengths: one that is called so, else the first where it rises or falls throughout."""
    for place, title in enumerate(titles):
        if _WAVE.search(title) or _UNIT.search(title):
            return place
    if table.shape[1] < 2:
        return None
    steps = np.diff(table[:, 0])
    rising = bool(
        np.isfinite(table[:, 0]).all() and ((steps > 0).all() or (steps < 0).all()) and (table[:, 0] > 0).all()
    )
    return 0 if rising and not _BAND.fullmatch(titles[0]) else None


def _counts(title: str, values: NDArray[np.float64], axis: int | None) -> bool:
    """Whether a column counts the lines: by its title, or without one beside a column of wavelengths."""
    if _BAND.fullmatch(title):
        return True
    nameless = not title or title.casefold().startswith("unnamed")
    return nameless and axis is not None and bool((np.diff(values) == 1).all() and values[0] in (0, 1))


def _is_spectrum(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers: as many at least as words, which are for what is missing then."""
    numbers = sum(is_number(cell) for cell in cells)
    return numbers > 0 and 2 * numbers >= sum(not is_missing(cell) for cell in cells)


def _values(cells: Sequence[str]) -> tuple[NDArray[np.float64], list[str]]:
    """The numbers in some cells, NaN where there is none; and the words among them that are not known to say so."""
    values, odd = np.full(len(cells), np.nan), []
    for place, cell in enumerate(cells):
        try:
            values[place] = number_of(cell)
        except ValueError:
            odd.append(cell)
    values[(values < _DELETED) | ~np.isfinite(values)] = np.nan
    return values, odd


def _odd(words: Sequence[str], name: str) -> tuple[str, ...]:
    if not words:
        return ()
    return (say("“{name}” has {count} cells that are no numbers, such as “{word}”: they count as missing.",
                name=name, count=len(words), word=words[0][:_LONGEST]),)  # fmt: skip
