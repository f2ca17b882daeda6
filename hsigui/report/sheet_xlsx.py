"""Tables as a workbook of Excel (Office Open XML): one sheet a table, and one that says how they were made."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui.errors import HsiError
from hsigui.report.sheet_files import lines_about
from hsigui.report.sheets import COUNT, SHARE, TEXT, Book, Cell, Column, Sheet, shown
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_048_576, 16_384, 32_767  # of a sheet, and of a text
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDTHS, _LOOKED_AT = (6, 40), 200  # characters of a column, and lines that are looked at for it
ABOUT = "about"


def write_xlsx(path: Path, book: Book, table: str) -> list[Path]:
    """All tables; texts are texts, whatever they begin with, and no cell is a formula.

    Raises:
        HsiError: a table is larger than a sheet can be, or the file cannot be written.
    """
    from openpyxl import Workbook

    for sheet in book.sheets:
        if len(sheet.rows) >= _MOST_ROWS or len(sheet.columns) > _MOST_COLUMNS:
            raise HsiError(
                say("The table “{name}” has {rows:,} lines and {columns:,} columns, more than a sheet of Excel holds.",
                    name=sheet.name, rows=len(sheet.rows), columns=len(sheet.columns)),
                say("Write it as .csv or .json."),
            )  # fmt: skip
    content = Workbook(write_only=True)
    for sheet in book.sheets:
        _fill(content.create_sheet(sheet.name), sheet)
    columns = (Column("name", say("Name"), TEXT), Column("value", say("Value"), TEXT))
    _fill(content.create_sheet(ABOUT), Sheet(ABOUT, ABOUT, columns, tuple(lines_about(book))))
    with written_beside(path) as (scratch,):
        try:
            content.save(scratch)
        except OSError:
            raise
        except Exception as error:
            raise HsiError(
                say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
    return [path]


def _fill(page: WriteOnlyWorksheet, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for n, column in enumerate(sheet.columns):
        page.column_dimensions[get_column_letter(n + 1)].width = _width(sheet, n, column)
    bold, formats = Font(bold=True), [_format(column) for column in sheet.columns]
    totals = len(sheet.rows) - sheet.totals

    def cells(values: Iterable[Cell], strong: bool, forms: Iterable[str]) -> Iterator[Any]:
        for value, form in zip(values, forms, strict=True):
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                yield None
                continue
            cell = WriteOnlyCell(page, _UNWRITABLE.sub(" ", value)[:_LONGEST] if isinstance(value, str) else value)
            if isinstance(value, str):
                cell.data_type = "s"  # also where it begins like a formula
                cell.quotePrefix = True
            else:
                cell.number_format = form
            if strong:
                cell.font = bold
            yield cell

    page.append(cells([column.key for column in sheet.columns], True, formats))
    for n, row in enumerate(sheet.rows):
        page.append(cells(row, n >= totals, formats))


def _format(column: Column) -> str:
    if column.kind == SHARE:
        return "0.00%"
    return "#,##0" if column.kind == COUNT else "#,##0" + ("." + "0" * column.places if column.places else "")


def _width(sheet: Sheet, n: int, column: Column) -> float:
    """So wide that its first lines find room."""
    longest = max([len(column.key), *(len(shown(row[n], column)) for row in sheet.rows[:_LOOKED_AT])])
    return float(min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
