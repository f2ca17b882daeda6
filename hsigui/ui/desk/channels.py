"""What red, green and blue of a composite are called, and their colours in plots and panels."""

from __future__ import annotations

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
