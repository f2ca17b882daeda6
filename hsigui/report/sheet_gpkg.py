"""Zones with their figures as a GeoPackage: a layer of polygons, the other tables, and how they were made."""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.formats import wkb
from hsigui.labels.shapes import Shape
from hsigui.report.sheet_files import lines_about
from hsigui.report.sheets import COUNT, TEXT, Book, Column, Sheet
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say

ABOUT, FIELDS = "about", "fields"
_TAKEN = ("fid", "geom", "ogc_fid", "id")  # names of columns that readers use for themselves
_LONGEST = 60  # characters of a field's name


def write_gpkg(path: Path, book: Book, table: str) -> list[Path]:
    """The table of zones as polygons, in the coordinate system of their file; the others as tables.

    Raises:
        HsiError: no zones were given, or the file cannot be written.
    """
    places = book.places
    if places is None:
        raise HsiError(
            say("A GeoPackage holds zones with a line of figures each, and these tables have none."),
            say("Give zones, or write .csv, .xlsx or .json."),
        )
    drawn = book.sheets[places.sheet]
    geometries = np.array([_multi_polygon(shapes) for shapes in places.shapes], dtype=object)
    others = [sheet for sheet in book.sheets if sheet is not drawn]
    pair = (Column("name", say("Name"), TEXT), Column("value", say("Value"), TEXT))
    named = field_names(drawn.columns)
    fields = tuple((name, column.key) for name, column in zip(named, drawn.columns, strict=True))
    others += [
        Sheet(FIELDS, FIELDS, (Column("field", say("Field"), TEXT), Column("is", say("Is"), TEXT)), fields),
        Sheet(ABOUT, ABOUT, pair, tuple(lines_about(book))),
    ]
    with written_beside(path) as (scratch,), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        try:
            _write(scratch, drawn, geometries, places.crs_wkt)
            for sheet in others:
                _write(scratch, sheet, None, None)
        except (RuntimeError, ValueError) as error:
            raise HsiError(
                say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
    return [path]


def _write(path: Path, sheet: Sheet, geometries: NDArray[Any] | None, crs: str | None) -> None:
    from pyogrio.raw import write

    rows = sheet.rows if geometries is None else sheet.rows[: len(geometries)]  # the others are sums, and lie nowhere
    columns = [_values(column, [row[n] for row in rows]) for n, column in enumerate(sheet.columns)]
    options: dict[str, Any] = {"layer": sheet.name, "driver": "GPKG", "geometry_type": None, "append": True}
    if geometries is not None:
        options = {**options, "geometry_type": "MultiPolygon", "append": False, "crs": crs}
        options |= {} if crs else {"layer_options": {"SRID": "-1"}}
    write(
        path, geometries, [values for values, _ in columns], field_names(sheet.columns),
        field_mask=[mask for _, mask in columns], **options,
    )  # fmt: skip


def _values(column: Column, cells: Sequence[Any]) -> tuple[NDArray[Any], NDArray[np.bool_] | None]:
    """The values of a field, one a row, and where there are none."""
    if column.kind == TEXT:
        return np.array([None if cell is None else str(cell) for cell in cells], dtype=object), None
    mask = np.array([cell is None for cell in cells], dtype=bool)
    kind = np.int64 if column.kind == COUNT else np.float64
    return np.array([0 if cell is None else cell for cell in cells], dtype=kind), mask


def field_names(columns: Sequence[Column]) -> list[str]:
    """Names that every program takes: letters, digits and underscores, no two the same but for capitals."""
    found: list[str] = []
    taken = {*_TAKEN}
    for column in columns:
        plain = re.sub(r"\W+", "_", column.key).strip("_")[:_LONGEST] or "field"
        plain = f"f_{plain}" if plain[0].isdecimal() else plain
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.casefold())
        found.append(name)
    return found


def _multi_polygon(shapes: Sequence[Shape]) -> bytes:
    """Well-known binary of the polygons of a zone."""
    return struct.pack("<BII", 1, 6, len(shapes)) + b"".join(wkb.encoded(shape.rings) for shape in shapes)
