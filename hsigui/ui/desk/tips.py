"""Tooltips: short enough to be read in passing; what is left of a longer one is told by Shift+F1."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtWidgets import QWidget

from hsigui.texts import say

MOST = 80  # letters of a tooltip
MORE = say(" … (Shift+F1)")
_ENDS = (". ", "; ", ": ", ", ")


@lru_cache(maxsize=1024)
def shortened(text: str) -> str:
    """A text as it is where it is short; else its beginning, up to the end of a part where there is one.

    Only single lines are counted; a text of several lines is shortened line by line.
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def explain(widget: QWidget, text: str) -> None:
    """Gives a widget a tooltip, and the whole text to whoever asks what it is."""
    widget.setToolTip(shortened(text))
    widget.setWhatsThis(text if widget.toolTip() != text else "")


def _line(text: str) -> str:
    if len(text) <= MOST:
        return text
    room = MOST - len(MORE)
    ends = [text.rfind(end, room // 2, room) for end in _ENDS]
    at = next((place for place in ends if place > 0), text.rfind(" ", 0, room))
    return text[: at if at > 0 else room].rstrip(" ,;:.") + MORE
