"""The formats of tables of figures, a row each. Loads nothing heavy: commands list them in their help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.cube.formats.rows import require_well_formed, suffixes_of
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.report.sheets import Book

    Write = Callable[[Path, Book, str], list[Path]]


@dataclass(frozen=True)
class BookFormat:
    """A format of tables.

    Attributes:
        name: short, of its own.
        title: for dialogs.
        suffixes: by which it is chosen.
        write: all files written of a path, tables and the name of the one that is wanted, where the file holds only
            one; may be given as “module:name”.
        placed: whether it holds the polygons of zones, and so needs some.
        about: for the help page: what is written.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: str | Write
    placed: bool = False
    about: str = ""

    def __post_init__(self) -> None:
        require_well_formed(self)


FORMATS = (
    BookFormat(
        "csv", "CSV", (".csv",), "hsigui.report.sheet_files:write_csv",
        about=say("one table, with the decimal point, in UTF-8 that Excel knows as such; the record beside it"),
    ),
    BookFormat(
        "excel", "Excel", (".xlsx",), "hsigui.report.sheet_xlsx:write_xlsx",
        about=say("a sheet for each table, and one that says how they were made"),
    ),
    BookFormat(
        "gpkg", "GeoPackage", (".gpkg",), "hsigui.report.sheet_gpkg:write_gpkg", placed=True,
        about=say("the zones as polygons in their own coordinate system, their figures as fields; the other tables; "
                  "`fields`, which column is which field; `about`, how they were made"),
    ),
    BookFormat(
        "json", "JSON", (".json",), "hsigui.report.sheet_files:write_json",
        about=say("all tables and how they were made"),
    ),
)  # fmt: skip


def sheet_suffixes() -> tuple[str, ...]:
    """Of names under which tables are written, the usual one first."""
    return suffixes_of(FORMATS)


def sheet_format_of(path: Path) -> BookFormat:
    """The row that the suffix of a file chooses.

    Raises:
        HsiError: there is none.
    """
    found = next((row for row in FORMATS if path.suffix.lower() in row.suffixes), None)
    if found is None:
        raise HsiError(
            say("Tables cannot be written as “{suffix}”.", suffix=path.suffix or path.name),
            say("End the name in one of {suffixes}.", suffixes=", ".join(sheet_suffixes())),
        )
    return found


def help_table() -> Iterator[str]:
    """The lines of the help page's table of formats, in Markdown."""
    yield say("| ending | what is written |")
    yield "|---|---|"
    for row in FORMATS:
        yield f"| {', '.join(f'`{suffix}`' for suffix in row.suffixes)} | {row.about} |"
