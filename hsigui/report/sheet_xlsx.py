"""Tables as a workbook of Excel (Office Open XML): one sheet a table, and one that says how they were made."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
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
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for n, column in enumerate(sheet.columns):
        page.column_dimensions[get_column_letter(n + 1)].width = _width(sheet, n, column)
    page.append(_Line(page, sheet.columns, strong=True).of([column.key for column in sheet.columns]))
    plain, strong = _Line(page, sheet.columns), _Line(page, sheet.columns, strong=True)
    totals = len(sheet.rows) - sheet.totals
    for n, row in enumerate(sheet.rows):
        page.append((strong if n >= totals else plain).of(row))


class _Line:
    """The cells of a line, made once: such a sheet writes a line before it is given the next one."""

    def __init__(self, page: WriteOnlyWorksheet, columns: Sequence[Column], *, strong: bool = False) -> None:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Font

        self._numbers, self._texts = [], []
        for column in columns:
            number, text = WriteOnlyCell(page), WriteOnlyCell(page)
            number.number_format, text.quotePrefix = _format(column), True
            if strong:
                number.font = text.font = Font(bold=True)
            self._numbers.append(number)
            self._texts.append(text)

    def of(self, values: Sequence[Cell]) -> Iterator[Any]:
        """The cells of some values; nothing where a value is not defined."""
        for value, number, text in zip(values, self._numbers, self._texts, strict=True):
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                yield None
            elif isinstance(value, str):
                text.value = _UNWRITABLE.sub(" ", value)[:_LONGEST]
                text.data_type = "s"  # also where it begins like a formula
                yield text
            else:
                number.value = value
                yield number


def _format(column: Column) -> str:
    if column.kind == SHARE:
        return "0.00%"
    if column.kind == COUNT:
        return "#,##0"
    return "General" if column.places is None else "#,##0" + ("." + "0" * column.places if column.places else "")


def _width(sheet: Sheet, n: int, column: Column) -> float:
    """So wide that its first lines find room."""
    longest = max([len(column.key), *(len(shown(row[n], column)) for row in sheet.rows[:_LOOKED_AT])])
    return float(min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1]))
