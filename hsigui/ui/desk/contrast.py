"""How much colours stand out from each other, by the Web Content Accessibility Guidelines 2.1 (W3C, 2018)."""

from __future__ import annotations

from PySide6.QtGui import QColor

READABLE = 4.5  # of text to its ground, as the guidelines ask for
EQUAL = (1.05 * 0.05) ** 0.5 - 0.05  # the luminance from which black and white stand out equally, 4.58 to 1
_STEPS = 20


def luminance(color: QColor) -> float:
    """The relative luminance, 0 for black to 1 for white."""
    parts = [value / 255 for value in (color.red(), color.green(), color.blue())]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """The ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever is read better on a colour."""
    return QColor(0, 0, 0) if luminance(ground) > EQUAL else QColor(255, 255, 255)


def ink_of(color: QColor, ground: QColor) -> QColor:
    """A colour for text on a ground: itself where it can be read there, else as near to it as can be read."""
    end, made = ink_on(ground).red(), color
    for step in range(_STEPS + 1):
        share = step / _STEPS
        parts = (round(part + (end - part) * share) for part in (color.red(), color.green(), color.blue()))
        made = QColor(*parts)
        if contrast(made, ground) >= READABLE:
            break
    return made
