"""Tables of figures on the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from hsigui.report.sheets import TEXT, Sheet
from hsigui.texts import say

MOST_ROWS = 60  # of a table; files have all
_WIDEST = 32  # characters of a cell
_MOST_WIDTH = 160  # characters of a line: columns beyond are in files


def printed(sheet: Sheet, most: int = MOST_ROWS) -> str:
    """A table as text: numbers at the right, the first lines of many, then its totals; as many columns as a line has
    room for."""
    totals = len(sheet.rows) - sheet.totals
    kept = [*range(min(totals, most)), *range(totals, len(sheet.rows))]
    heads = [_cut(column.title) for column in sheet.columns]
    cells = [[_cut(sheet.shown(row, place)) for place in range(len(heads))] for row in kept]
    widths = [max(map(_width, (head, *(row[n] for row in cells)))) for n, head in enumerate(heads)]
    shown = _fitting(widths)
    lines = [_line(sheet, line, widths, shown) for line in (heads, *cells)]
    left_out = []
    if totals > most:
        lines.insert(1 + most, "…")
        left_out.append(say("{count:,} more lines", count=totals - most))
    if shown < len(heads):
        left_out.append(say("{count:,} more columns", count=len(heads) - shown))
    if left_out:
        lines.append(say("({left_out} in files)", left_out=", ".join(left_out)))
    return "\n".join(lines)


def _fitting(widths: Sequence[int]) -> int:
    """How many of the columns find room; the first two in any case."""
    total = 0
    for n, width in enumerate(widths):
        total += width + 2
        if total > _MOST_WIDTH and n >= 2:
            return n
    return len(widths)


def _line(sheet: Sheet, cells: Sequence[str], widths: Sequence[int], shown: int) -> str:
    padded = []
    for n, cell in enumerate(cells[:shown]):
        blank = " " * (widths[n] - _width(cell))
        padded.append(cell + blank if sheet.columns[n].kind == TEXT else blank + cell)
    return "  ".join(padded).rstrip()


def _cut(text: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain if _width(plain) <= _WIDEST else plain[: _WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns of a terminal: those of Chinese and Japanese take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
