"""Lengths and areas in words: on the ground where it is known where a scene lies, else in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hsigui.cube.ground import Ground
from hsigui.texts import number_text, say

Place = tuple[float, float]  # row and column


@dataclass(frozen=True)
class Measured:
    """What a line of places measures.

    Attributes:
        lines: what is said beside it, a line each.
        about: on what it was measured.
    """

    lines: list[str]
    about: str

    @property
    def told(self) -> str:
        """All of it, in one line."""
        return say("{values} · {about} · Ctrl+C copies", values=" · ".join(self.lines), about=self.about)

    @property
    def copied(self) -> str:
        """All of it, a line each."""
        return "\n".join((*self.lines, self.about))


def measured(ground: Ground | None, places: Sequence[Place]) -> Measured:
    """The length of a line of two places (row, col) or more, of its last part, and the area that it encloses.

    Geodesics on the ellipsoid of the scene's coordinate system where that is known; units of its map else, and pixels
    where it has none. A last place on the one before it, where the mouse still is, is no part.
    """
    if len(places) > 2 and places[-1] == places[-2]:
        places = places[:-1]
    rows, cols = np.array(places, dtype=np.float64).T
    if ground is not None and ground.length(rows, cols) is not None:
        about = say("geodesic on {ellipsoid} ({name})", ellipsoid=ground.ellipsoid, name=ground.named)
        return Measured(_on_ellipsoid(ground, rows, cols), about)
    if ground is not None:
        x, y = ground.to_map(rows, cols)
        unit = ground.unit or say("map units")
        return Measured(_on_plane(x, y, unit), say("in the plane of the map"))
    return Measured(_on_plane(cols, rows, say("px")), say("pixels: the scene says of no place on the earth"))


def _on_ellipsoid(ground: Ground, rows: np.ndarray, cols: np.ndarray) -> list[str]:
    said = [say("Length {length}", length=metres(ground.length(rows, cols) or 0.0))]
    if len(rows) > 2:
        last = metres(ground.length(rows[-2:], cols[-2:]) or 0.0)
        area = square_metres(ground.area(rows, cols) or 0.0)
        said += [say("Last part {length}", length=last), say("Area {area}", area=area)]
    return said


def _on_plane(x: np.ndarray, y: np.ndarray, unit: str) -> list[str]:
    parts = np.hypot(np.diff(x), np.diff(y))
    said = [say("Length {length} {unit}", length=_few(float(parts.sum())), unit=unit)]
    if len(x) > 2:
        area = abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2
        said.append(say("Last part {length} {unit}", length=_few(float(parts[-1])), unit=unit))
        said.append(say("Area {area} {unit}²", area=_few(area), unit=unit))
    return said


def metres(value: float) -> str:
    """A length in metres, written in metres or kilometres."""
    if value >= 1000:
        return say("{value} km", value=_four(value / 1000))
    return say("{value} m", value=_four(value))


def square_metres(value: float) -> str:
    """An area in square metres, written in these, hectares or square kilometres; in hectares beside large ones."""
    if value >= 1e6:
        return say("{value} km² ({hectares:,.0f} ha)", value=_four(value / 1e6), hectares=value / 1e4)
    if value >= 1e4:
        return say("{value} ha", value=_four(value / 1e4))
    return say("{value} m²", value=_four(value))


def _few(value: float) -> str:
    """Rounded to four digits, or to a whole number where that has more."""
    return number_text(value, ".4g" if value < 1000 else ",.0f")


def _four(value: float) -> str:
    """With four digits at least, and never more than needed for them."""
    digits = 3 - math.floor(math.log10(value)) if value > 0 else 0
    return number_text(value, f",.{min(max(digits, 0), 4)}f")
