"""Lines of round map coordinates, or of round longitudes and latitudes, over a scene: straight or bent as they run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.ground import Ground
from hsigui.cube.systems import LONLAT, MAP, latitude, longitude, number

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
_DEGREES = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0, 90.0)  # above one, steps of their own
_SAMPLES = 9  # along each side of what is seen
_POINTS = 49  # of a line that may bend
_MOST = 60  # lines each way


@dataclass(frozen=True, eq=False)
class GridLine:
    """One line.

    Attributes:
        text: its coordinate, written.
        upright: whether it is of one x or longitude, else of one y or latitude.
        rows, cols: positions in pixels along it, n each; NaN where it has none.
    """

    text: str
    upright: bool
    rows: Floats
    cols: Floats


def round_length(most: float) -> float:
    """The greatest 1, 2 or 5 times a power of ten that is no larger."""
    power = 10.0 ** math.floor(math.log10(most) + 1e-12)
    return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most * (1 + 1e-9))


def grid_lines(ground: Ground, kind: str, box: Box, apart: float) -> list[GridLine]:
    """The lines that cross a part of a scene.

    Args:
        kind: `MAP` for map coordinates, `LONLAT` for longitude and latitude.
        box: top, left, bottom and right of the part, in pixels.
        apart: pixels from one line to the next, at least.
    """
    if kind == LONLAT and not ground.on_earth:
        return []
    rows, cols = np.meshgrid(
        np.linspace(box[0], box[2], _SAMPLES), np.linspace(box[1], box[3], _SAMPLES), indexing="ij"
    )
    x, y = ground.to_map(rows, cols) if kind == MAP else ground.to_lonlat(rows, cols)
    if not np.isfinite(x).any():
        return []
    degrees = kind == LONLAT
    (left, right), (low, high) = _range(ground, box, x, y) if degrees else (_span(x), _span(y))
    steps = _steps(x, y, rows, cols, apart, degrees)
    found = []
    for upright, step, first, last in ((True, steps[0], left, right), (False, steps[1], low, high)):
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        for value in _multiples(step, first, last):
            if degrees and upright and value >= first + 360:
                continue
            along = np.linspace(*((low, high) if upright else (left, right)), _POINTS if degrees else 2)
            same = np.full_like(along, value)
            ends = (same, along) if upright else (along, same)
            placed = ground.from_lonlat(*ends) if degrees else ground.to_pixels(*ends)
            found.append(GridLine(_text(value, digits, upright, degrees), upright, *placed))
    return found


def _text(value: float, digits: int, upright: bool, degrees: bool) -> str:
    if not degrees:
        return number(value, digits)
    return longitude(value, digits) if upright else latitude(value, digits)


def _span(values: Floats) -> tuple[float, float]:
    return float(np.nanmin(values)), float(np.nanmax(values))


def _range(ground: Ground, box: Box, x: Floats, y: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """The longitudes and the latitudes of a part of a scene: of one that crosses the 180th meridian without a gap, of
    one with a pole all that there are. `x` and `y` are degrees at its samples."""
    middle = float(x[np.isfinite(x)].ravel()[np.isfinite(x).sum() // 2])
    whole = np.isfinite(x).all()
    x[...] = (
        np.unwrap(np.unwrap(x, axis=1, period=360), axis=0, period=360)
        if whole
        else (middle + (x - middle + 180) % 360 - 180)
    )
    (left, right), (low, high) = _span(x), _span(y)
    spare = 0.1 * (high - low)
    low, high = max(low - spare, -90.0), min(high + spare, 90.0)
    for pole in (-90.0, 90.0):
        row, col = (float(value) for value in ground.from_lonlat(middle, pole))
        # Where a pole is a line, as on plates carrées, all longitudes meet nowhere.
        if not ground.geographic and box[0] <= row <= box[2] and box[1] <= col <= box[3]:
            left, right = -180.0, 180.0
            low, high = min(low, pole), max(high, pole)
    return (left, right), (low, high)


def _steps(x: Floats, y: Floats, rows: Floats, cols: Floats, apart: float, degrees: bool) -> tuple[float, float]:
    """Round steps of both coordinates (samples down x across), so that lines lie so many pixels apart in the middle."""
    steps = []
    down, across = rows[1, 0] - rows[0, 0] or 1.0, cols[0, 1] - cols[0, 0] or 1.0
    for values in (x, y):
        slope = np.hypot(
            *np.broadcast_arrays(np.diff(values, axis=0)[:, :-1] / down, np.diff(values, axis=1)[:-1] / across)
        )
        steps.append(_round_step(float(np.nanmedian(slope)) * apart if np.isfinite(slope).any() else 1.0, degrees))
    if not degrees:  # fields as wide as high
        return max(steps), max(steps)
    return steps[0], steps[1]


def _round_step(least: float, degrees: bool) -> float:
    if degrees and least > 1:
        return next((step for step in _DEGREES if step >= least), _DEGREES[-1])
    step = round_length(max(least, 1e-12))
    while step < least * (1 - 1e-9):  # the next round one
        step = round_length(step * 2.5)
    return step


def _multiples(step: float, first: float, last: float) -> list[float]:
    """The multiples of a step from one value to another, or of a coarser one where they were too many."""
    while (last - first) / step > _MOST:
        step *= 2
    return [number * step for number in range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)]
