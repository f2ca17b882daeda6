"""The steps that made a cube, as files carry them: one text."""

from __future__ import annotations

from collections.abc import Sequence

KEY = "hsigui history"  # of ENVI headers
TAG = "HSIGUI_HISTORY"  # of GeoTIFFs
_BETWEEN = " | "
_MOST = 10_000  # characters of a file's text that are believed


def history_text(steps: Sequence[str]) -> str:
    """The steps as one line without braces, which would end a field of a header."""
    plain = str.maketrans({"|": "/", "{": "(", "}": ")", "\n": " ", "\r": " "})
    return _BETWEEN.join(step.translate(plain) for step in steps)


def history_of(text: str | None) -> tuple[str, ...]:
    """The steps of such a line; none where there is none."""
    return tuple(part.strip() for part in (text or "")[:_MOST].split(_BETWEEN) if part.strip())
