"""Tables of figures as values, for files (`sheet_table`), the terminal and the window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hsigui.labels.shapes import Shape
from hsigui.texts import number_text

Cell = str | int | float | None
TEXT, COUNT, FIGURE, SHARE = "text", "count", "figure", "share"


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: its name in files, which others read by it.
        title: its heading for people.
        kind: "text", "count" (a whole number), "figure" or "share" (of 1).
        places: digits behind the point that are shown of a figure, None for as many as tell something; files hold all
            that are known.
    """

    key: str
    title: str
    kind: str = FIGURE
    places: int | None = 4


@dataclass(frozen=True)
class Sheet:
    """A table: cells are texts, numbers, or None for what is not defined.

    Attributes:
        name: short, for files.
        title: for people.
        columns, rows: as many cells in each row as there are columns.
        totals: how many of the last rows are sums.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: int = 0

    def shown(self, row: int, column: int) -> str:
        """A cell as people read it; empty for what is not defined."""
        return shown(self.rows[row][column], self.columns[column])


@dataclass(frozen=True, eq=False)
class Places:
    """The polygons of the first rows of a table.

    Attributes:
        shapes: of each row.
        crs_wkt: that they are in; None for pixels.
        sheet: which table has their figures, by its place in the book.
    """

    shapes: Sequence[tuple[Shape, ...]]
    crs_wkt: str | None
    sheet: int = 0


@dataclass(frozen=True, eq=False)
class Book:
    """Some tables with how they were made.

    Attributes:
        sheets: the one that matters most first.
        made: how, name -> value or list of values.
        notes: what a reader should know, a sentence each.
        places: where the rows of a table lie; None where they lie nowhere.
    """

    sheets: tuple[Sheet, ...]
    made: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    places: Places | None = None

    def get(self, name: str) -> Sheet:
        """A table by its name.

        Raises:
            KeyError: there is none.
        """
        return {sheet.name: sheet for sheet in self.sheets}[name]


def known(value: float | None) -> float | None:
    """A figure as a cell: None for NaN."""
    return None if value is None or math.isnan(value) else float(value)


def shown(cell: Cell, column: Column) -> str:
    """A cell as people read it; empty for what is not defined."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if column.kind == SHARE:
        return number_text(100 * cell, ".2f") + " %"
    if column.kind == COUNT:
        return number_text(cell, ",.0f")
    return number_text(cell, ".5g" if column.places is None else f",.{column.places}f")


def cut(sheet: Sheet, columns: Sequence[int]) -> Sheet:
    """The same with some of the columns, by their places."""
    rows = tuple(tuple(row[place] for place in columns) for row in sheet.rows)
    return Sheet(sheet.name, sheet.title, tuple(sheet.columns[place] for place in columns), rows, sheet.totals)
