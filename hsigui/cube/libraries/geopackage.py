"""Spectral libraries of the EnMAP-Box: a GeoPackage whose features have profiles, as JSON in a column.

Format: OGC GeoPackage 1.3 (12-128r17) for the tables; a profile is an object of “y” (values), “x” and “xUnit”
(wavelengths), “bbl” (0 for a bad band). Profiles of the earliest versions are Python's pickles, which can run code when
they are read, and are refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.curves import Curve, library_of
from hsigui.cube.limits import require_text
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.untrusted import json_of

_MAGIC = b"SQLite format 3\0"
_LOOKED_AT = 20  # features that tell whether a table holds profiles
_LONGEST = 200  # letters of a text that is told of a spectrum
_PICKLE = b"\x80"


def is_profiles(path: Path) -> bool:
    """Whether a GeoPackage has a column of profiles."""
    if path.suffix.lower() != ".gpkg":
        return False
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    try:
        with closing(_opened(path)) as base:
            return any(_profile_columns(base, table) for table in _tables(base))
    except sqlite3.Error:
        return False  # whoever reads it as labels says what is wrong with it


def read_geopackage(path: Path) -> SpectralLibrary:
    """Reads all profiles of all tables of features.

    Raises:
        HsiError: there is none, or they are of a kind that is not read.
    """
    require_text(path.name, path.stat().st_size)
    curves: list[Curve] = []
    with closing(_opened(path)) as base:
        for table in _tables(base):
            columns = _profile_columns(base, table)
            if columns:
                curves += _curves(base, table, columns)
    return library_of(path, curves)


def _opened(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    base.row_factory = sqlite3.Row
    base.text_factory = lambda content: content.decode("utf-8", errors="replace")
    return base


def _tables(base: sqlite3.Connection) -> list[str]:
    rows = base.execute("SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')")
    return [str(row[0]) for row in rows]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _profile_columns(base: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table in which profiles stand."""
    found: list[str] = []
    for row in base.execute(f"SELECT * FROM {_quoted(table)} LIMIT {_LOOKED_AT}"):
        found += [key for key in row.keys() if key not in found and _profile(row[key]) is not None]  # noqa: SIM118
    return found


def _profile(cell: object) -> dict[str, Any] | None:
    """The profile in a cell; None where there is none.

    Raises:
        HsiError: it is a pickle.
    """
    if isinstance(cell, bytes):
        if cell[:1] == _PICKLE and b"yUnit" in cell:
            raise HsiError(
                say("The profiles are Python pickles, as the first versions of the EnMAP-Box wrote them."),
                say("Open the library in a later EnMAP-Box and save it again."),
            )
        if cell[:1] != b"{":
            return None
        cell = cell.decode("utf-8", errors="replace")
    if not isinstance(cell, str) or not cell.lstrip().startswith("{"):
        return None
    try:
        found = json_of(cell)
    except (json.JSONDecodeError, ValueError):
        return None  # a text that begins like JSON
    return found if isinstance(found, dict) and isinstance(found.get("y"), list) and found["y"] else None


def _curves(base: sqlite3.Connection, table: str, columns: Sequence[str]) -> Iterator[Curve]:
    for number, row in enumerate(base.execute(f"SELECT * FROM {_quoted(table)}"), 1):
        about = {
            key: str(row[key])[:_LONGEST]
            for key in row.keys()  # noqa: SIM118
            if key not in columns and not isinstance(row[key], bytes) and row[key] is not None
        }
        title = next((key for key in about if key.casefold() == "name"), "")
        name = about.pop(title, "") if title else ""
        about.pop("fid", None)
        for column in columns:
            profile = _profile(row[column])
            if profile is not None:
                own = f"{name or number} {column}" if len(columns) > 1 else name
                yield _curve(own, profile, about)


def _curve(name: str, profile: dict[str, Any], about: dict[str, str]) -> Curve:
    values = np.array([np.nan if v is None else float(v) for v in profile["y"]], dtype=np.float64)
    bad = profile.get("bbl")
    if isinstance(bad, list) and len(bad) == len(values):
        values[np.array([v is not None and float(v) == 0 for v in bad])] = np.nan
    x = profile.get("x")
    if not isinstance(x, list) or len(x) != len(values) or not all(isinstance(v, int | float) for v in x):
        return Curve(name, None, values, about)
    waves = to_nm(x, str(profile.get("xUnit") or ""))
    return Curve(name, np.array(waves.nm) if waves.nm else None, values, about, notes=waves.notes)
