"""What red, green and blue of a composite are called, and their colours in plots, panels and texts."""

from __future__ import annotations

from PySide6.QtGui import QColor

from hsigui.cube.render import CHANNELS
from hsigui.labels.classes import Color
from hsigui.texts import say

CHANNEL_COLORS: tuple[Color, ...] = ((220, 60, 50), (40, 160, 70), (60, 110, 230))  # seen on light and dark grounds
CHANNEL_TITLES = dict(zip(CHANNELS, (say("Red"), say("Green"), say("Blue")), strict=True))
COMPOSITE_TITLES = {
    "true colour": say("True colour"), "colour infrared": say("Infrared"),
    "short-wave infrared": say("Short-wave infrared"), "agriculture": say("Agriculture"), "geology": say("Geology"),
    "water": say("Water"), "default bands": say("Default bands"),
}  # fmt: skip
COLOR_MAP_TITLES = {
    "grey": say("Grey"), "inverted": say("Grey, inverted"), "viridis": "Viridis", "magma": "Magma",
    "cividis": "Cividis", "diverging": say("Blue to red"),
}  # fmt: skip

READABLE = 4.5  # the contrast of text to its ground that the Web Content Accessibility Guidelines 2.1 ask for
_STEPS = 20


def ink_of(color: QColor, ground: QColor) -> QColor:
    """A colour for text on a ground: itself where it can be read there, else as near to it as can be read."""
    end = 0 if _luminance(ground) > _luminance(QColor(118, 118, 118)) else 255
    made = color
    for step in range(_STEPS + 1):
        share = step / _STEPS
        made = QColor(*(round(part + (end - part) * share) for part in color.getRgb()[:3]))
        low, high = sorted((_luminance(made), _luminance(ground)))
        if (high + 0.05) / (low + 0.05) >= READABLE:
            break
    return made


def _luminance(color: QColor) -> float:
    parts = [value / 255 for value in color.getRgb()[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
