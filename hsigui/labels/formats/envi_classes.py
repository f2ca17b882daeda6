"""Class rasters as ENVI Classification: names and colours stand in the header, the first of each for "unclassified".

A list of a header cannot hold commas or braces. Names with some are written there with blanks instead, and as they are
in a field of ours, which other programs pass over.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.flips import to_north_up
from hsigui.cube.formats.envi import (
    Header,
    find_header,
    find_pair,
    geo_fields,
    is_class_map,
    layout_fields,
    map_data,
    read_header,
    write_pair,
)
from hsigui.cube.formats.envi_geo import geo_of
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassTable, Color
from hsigui.labels.grid import Grid
from hsigui.labels.raster import MOST_LOOKED_AT, StoredRaster, smallest_type
from hsigui.texts import say

# Stands for a number without a class, because the lists of a header cannot leave one out.
_UNUSED = "unused"
_NAMES = "hsigui class names"  # number and name, for names that a list cannot hold; commas and braces as %2C, ...


def read_envi(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads an ENVI class map (or any ENVI file of one band of class numbers).

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the pair is incomplete or too short, or has several bands.
    """
    header = read_header(find_header(path))
    if header.is_library:
        raise HsiError(
            say(
                "{name} is a spectral library of {rows} spectra, not a label raster.",
                name=header.path.name,
                rows=header.rows,
            ),
            say("Choose an ENVI Classification file."),
        )
    if header.bands != 1:
        raise HsiError(
            say(
                "{name} is no label raster: {bands} bands, not one of class numbers.",
                name=header.path.name,
                bands=header.bands,
            ),
            say("Choose an ENVI Classification file."),
        )
    _, data = find_pair(path)
    names = {n: name for n, name in enumerate(_names(header)) if name and name != _UNUSED}
    return StoredRaster(
        map_data(header, data)[:, :, 0], header.path.name, names, _lookup(header), geo_of(header)[0], _nodata(header)
    )


def holds_classes(path: Path) -> bool | None:
    """Whether a file holds classes by its header: None where one band of whole numbers may be.

    Raises:
        HsiError: the header cannot be read.
    """
    header = read_header(find_header(path))
    if header.bands != 1 or header.dtype.kind not in "iu":
        return False
    if is_class_map(header):
        return True
    return None if header.rows * header.cols <= MOST_LOOKED_AT else False


def files_written(path: Path) -> tuple[Path, ...]:
    """Header and data file that are written when either is named, the one that was named among them."""
    if path.suffix.lower() == ".hdr":
        return path, path.with_suffix(".img")
    return path.with_suffix(".hdr"), path


def write_envi(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo, description: str = "class map"
) -> list[Path]:
    """Writes an ENVI Classification with class names, class lookup, map info and coordinate system string. `array`
    holds class numbers, rows x cols, 0 for unlabelled.

    Returns:
        Header and data path.

    Raises:
        HsiError: a header cannot say where the raster lies, or the files cannot be written. A raster whose rows run
            northwards is written from its northern row on.
    """
    flip = to_north_up(geo)
    numbers, geo = flip.array(smallest_type(array, classes)), flip.geo(geo, array.shape)
    table = classes.merged_with(np.unique(numbers).tolist())
    return list(write_pair(path, numbers[:, :, None], header_fields(numbers[:, :, None], table, geo, description)))


def header_fields(
    numbers: NDArray[np.integer], classes: ClassTable, geo: Geo, description: str = "class map"
) -> dict[str, object]:  # fmt: skip
    """The header of an ENVI Classification.

    Args:
        numbers: rows x cols x 1; of its shape and type, its values are not looked at.
        classes: every class that occurs.
        geo: of a raster that begins in the north.

    Raises:
        HsiError: a header cannot say where it lies.
    """
    count = max([0, *classes.numbers]) + 1
    known = {c.number: c for c in classes}
    names = ["Unclassified", *(known[n].name if n in known else _UNUSED for n in range(1, count))]
    colors: list[Color] = [(0, 0, 0), *(known[n].color if n in known else (0, 0, 0) for n in range(1, count))]
    fields = {
        "description": description,
        **layout_fields(numbers, "bsq", "ENVI Classification"),
        **geo_fields(geo, numbers.shape[:2]),
        "classes": count,
        "class names": names,
        "class lookup": [value for color in colors for value in color],
        "data ignore value": 0,
        "band names": ["classes"],
    }
    odd = [f"{n} {_quoted(name)}" for n, name in enumerate(names) if name != _plain(name)]
    if odd:
        fields[_NAMES] = odd
    return fields


def _names(header: Header) -> list[str]:
    """The names by number; those of our own field where they are those of the list but for commas and braces."""
    names = list(header.items("class names")[: MAX_CLASS + 1])
    for entry in header.items(_NAMES):
        number, _, name = entry.partition(" ")
        name = unquote(name)
        if number.isdecimal() and int(number) < len(names) and _plain(name) == names[int(number)]:
            names[int(number)] = name
    return names


def _plain(name: str) -> str:
    """What a list of a header makes of a name."""
    return " ".join(re.sub(r"[,{}\s]+", " ", name).split())


def _quoted(name: str) -> str:
    """A name without what would tear a list apart."""
    return "".join(c if c not in ",{}%" and c.isprintable() else quote(c) for c in name)


def _lookup(header: Header) -> dict[int, Color]:
    """Colours by number; those that are no three numbers of 0..255 are left to the default palette."""
    try:
        values = [int(v) for v in header.numbers("class lookup")]
    except (ValueError, OverflowError):
        return {}
    triples = zip(values[0::3], values[1::3], values[2::3], strict=False)
    return {n: rgb for n, rgb in enumerate(triples) if all(0 <= v <= 255 for v in rgb)}


def _nodata(header: Header) -> float | None:
    try:
        return float(header.fields["data ignore value"])
    except (KeyError, ValueError):
        return None
