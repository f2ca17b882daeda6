"""Text files of spectra: their begin, all of their text, and the numbers in their lines."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from hsigui.cube.limits import require_text

HEAD = 16_384  # bytes that tell what a file is: descriptions can be long
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?|[-+]?(?:nan|inf|na)", re.IGNORECASE)
_BLANK = {
    "",
    "na",
    "n/a",
    "#n/a",
    "#na",
    "#nv",
    "null",
    "none",
    "nil",
    "-",
    "--",
    ".",
    "?",
    "nodata",
    "no data",
    "missing",
}


def head_of(path: Path) -> str:
    """The begin of a file as text; bytes that are none become other letters."""
    with path.open("rb") as file:
        return _decoded(file.read(HEAD))


def text_of(path: Path) -> str:
    """A whole file as text.

    Raises:
        HsiError: it is too large for a text.
        OSError: it cannot be read.
        ValueError: it is none.
    """
    require_text(path.name, path.stat().st_size)
    content = path.read_bytes()
    if b"\0" in content[:HEAD] and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("it is no text")
    return _decoded(content)


def lines_of(text: str) -> list[str]:
    """The lines of a text; control characters end none, as `splitlines` has it."""
    return re.split(r"\r\n|\n|\r", text)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, or a word for none."""
    return bool(_NUMBER.fullmatch(cell.strip()))


def is_missing(cell: str) -> bool:
    """Whether a cell is empty or says that there is no value."""
    return cell.strip().casefold() in _BLANK


def number_of(cell: str) -> float:
    """The number in a cell; NaN where it is empty or says that there is none.

    Raises:
        ValueError: it is something else.
    """
    word = cell.strip()
    if is_missing(word):
        return float("nan")
    return float(word.replace("D", "e").replace("d", "e") if word[:1] not in "nN" else word)


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
