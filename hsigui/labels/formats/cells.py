"""Texts in tables that spreadsheets open: one that begins like a formula would be run there.

Such a text gets an apostrophe in front, which spreadsheets take for “this is text”; reading takes it away again.
Numbers stay numbers.

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# One that begins with apostrophes before it gets another one, so that what is read is what was written.
_FORMULA = re.compile(r"'*[=+\-@\t\r](?!\d*\.?\d+(?:[eE][+-]?\d+)?$)")


def escaped(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_it_was(cell: str) -> str:
    """The text of a cell that `escaped` made; other cells as they are."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def row(values: Iterable[object]) -> list[object]:
    """The cells of a row: its texts escaped, its numbers as they are."""
    return [escaped(value) if isinstance(value, str) else value for value in values]
