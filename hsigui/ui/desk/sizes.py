"""Sizes of files in few digits."""

from __future__ import annotations

from hsigui.texts import number_text

_UNITS = ("kB", "MB", "GB", "TB")


def size_text(count: float, unit: str = "B") -> str:
    """A number of bytes in the largest unit that it fills, such as "1.23 GB".

    Args:
        unit: what bytes themselves are called.
    """
    larger = iter(_UNITS)
    while count >= 999.5 and (name := next(larger, None)) is not None:
        count, unit = count / 1000, name
    return f"{number_text(count, '.3g')} {unit}"
