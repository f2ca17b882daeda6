"""The steps that made a cube, as files carry them: one text."""

from __future__ import annotations

import re
from collections.abc import Sequence

KEY = "hsigui history"  # of ENVI headers
TAG = "HSIGUI_HISTORY"  # of GeoTIFFs, and of arrays in zarr and MATLAB's files
_BETWEEN = " | "
_MOST = 100_000  # characters of a file's text that are believed
# What would end a field of a header, or a step, stands as its number, as in addresses; and so does what begins one.
_NUMBERED: dict[str, str | int | None] = {character: f"%{ord(character):02X}" for character in "%|{}\n\r"}
_TABLE = str.maketrans(_NUMBERED)
_BACK = {str(number): character for character, number in _NUMBERED.items()}


def history_text(steps: Sequence[str]) -> str:
    """The steps as one line without braces."""
    return _BETWEEN.join(step.translate(_TABLE) for step in steps)


def history_of(text: str | None) -> tuple[str, ...]:
    """The steps of such a line; none where there is none."""
    parts = ((text or "")[:_MOST].split(_BETWEEN)) if text else []
    found = (re.sub("|".join(_BACK), lambda number: _BACK[number[0]], part.strip()) for part in parts)
    return tuple(step for step in found if step)
