"""Tables of figures as files: CSV and JSON, and the others by the rows of `sheet_table`."""

from __future__ import annotations

import json
import math
from pathlib import Path

from hsigui import plugins
from hsigui.errors import HsiError
from hsigui.report.sheet_table import sheet_format_of
from hsigui.report.sheets import Book, Cell, Sheet
from hsigui.report.tables import csv_text
from hsigui.saving import write_text, written_beside
from hsigui.texts import say

RECORD = ".hsigui.json"  # behind the name of a file that cannot say how it was made


def write_csv(path: Path, book: Book, table: str) -> list[Path]:
    """One table, with the decimal point, as UTF-8 with the mark by which Excel knows it; and the record beside it."""
    record = files_written(path)[1]
    text = "\ufeff" + csv_of(book.get(table))
    with written_beside(path, record) as (own, beside):
        own.write_bytes(text.encode("utf-8"))
        beside.write_bytes((json.dumps(_about(book), ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    return [path, record]


def write_json(path: Path, book: Book, table: str) -> list[Path]:
    """All tables, each a list of lines with the columns by name, and how they were made."""
    return write_text(path, json_of(book) + "\n")


def json_of(book: Book) -> str:
    """All tables as the text of a JSON file."""
    tables = {
        sheet.name: [
            {column.key: _plain(cell) for column, cell in zip(sheet.columns, row, strict=True)} for row in sheet.rows
        ]
        for sheet in book.sheets
    }
    return json.dumps({**_about(book), "tables": tables}, ensure_ascii=False, indent=1)


def write_book(path: Path, book: Book, table: str = "") -> list[Path]:
    """Writes tables in the format that the suffix names; earlier files are replaced, whole or not at all.

    Args:
        table: name of the one that is wanted of a format that holds one only; empty for the first.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix or the table is unknown, the format needs zones with a place, or the file cannot be
            written.
    """
    names = [sheet.name for sheet in book.sheets]
    if table and table not in names:
        raise HsiError(
            say("There is no table “{table}”.", table=table), say("Choose one of {names}.", names=", ".join(names))
        )
    return plugins.resolved(sheet_format_of(path).write)(path, book, table or names[0])


def files_written(path: Path) -> tuple[Path, ...]:
    """Every file that `write_book` makes of a name."""
    return (path, path.with_name(path.name + RECORD)) if sheet_format_of(path).name == "csv" else (path,)


def csv_of(sheet: Sheet) -> str:
    """A table as the text of a CSV file; an empty cell is a figure that is not defined."""
    rows = [[_text(cell) for cell in row] for row in sheet.rows]
    return csv_text([[column.key for column in sheet.columns], *rows])


def lines_about(book: Book) -> list[tuple[str, str]]:
    """How tables were made, as pairs of a name and a text."""
    found: list[tuple[str, str]] = []
    for name, value in book.made.items():
        values = value if isinstance(value, list | tuple) else [value]
        found += [(name, str(one)) for one in values]
    return [*found, *(("note", note) for note in book.notes)]


def _about(book: Book) -> dict[str, object]:
    return {**book.made, "notes": list(book.notes)}


def _plain(cell: Cell) -> Cell:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _text(cell: Cell) -> object:
    """A cell of a CSV file: texts as they are, numbers with all digits that mean something."""
    cell = _plain(cell)
    return "" if cell is None else f"{cell:.10g}" if isinstance(cell, float) else cell
