"""Points and lines that label all pixels within a distance, as field notes mean them.

The distance is in pixels, or in metres where the scene's coordinate system is one of lengths; pixels that are not
square make it an ellipse. A pixel counts when its centre is within, and always when the point or line itself is in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.crs import crs_of
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.texts import say

_WRITTEN = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(px|m)?\s*")
_MOST_PIXELS = 1000.0

Points = NDArray[np.float64]  # n x 2: x, y


@dataclass(frozen=True)
class Buffer:
    """How far from points and lines pixels are labelled: a number of pixels, or of metres."""

    size: float
    metres: bool = False

    def in_pixels(self, grid: Grid, file_name: str) -> tuple[float, float]:
        """Along columns and rows of a scene.

        Raises:
            HsiError: it is in metres, and the scene's pixels are not; or it is more than anybody means.
        """
        found = (self.size, self.size)
        if self.metres:
            across, down = _pixel_size(grid, file_name)
            found = (self.size / across, self.size / down)
        if not max(found) <= _MOST_PIXELS:
            raise HsiError(
                say("{size:g} pixels around points and lines are more than {most:g}.", size=max(found),
                    most=_MOST_PIXELS),
                say("Give a shorter distance."),
            )  # fmt: skip
        return found


def buffer_of(text: str | float | None) -> Buffer | None:
    """A distance as the user writes it: “3” or “3px” for pixels, “10m” for metres. None for none.

    Raises:
        HsiError: it is no such distance.
    """
    if text is None or text == "":
        return None
    said = _WRITTEN.fullmatch(str(text))
    if said is None or not float(said.group(1)):
        raise HsiError(
            say("“{text}” is no distance around points and lines.", text=str(text)[:80]),
            say("Give pixels, as 3, or metres, as 10m."),
        )
    return Buffer(float(said.group(1)), said.group(2) == "m")


def has_metres(grid: Grid) -> bool:
    """Whether the pixels of a scene have a size in metres."""
    try:
        return min(_pixel_size(grid, "")) > 0
    except HsiError:
        return False


def widened(
    points: Points, radius: tuple[float, float], size: tuple[int, int]
) -> Iterator[tuple[slice, slice, Points]]:
    """The parts of a scene near a line, or a point where there is one only: rows, columns, and which pixels of that
    part are within (rows x cols of the part).

    Args:
        points: n x 2, column and row of each, in pixels.
        radius: along columns and rows.
        size: rows and columns of the scene.
    """
    across, down = radius
    for start, end in zip(points, points[1:] if len(points) > 1 else points, strict=False):
        stopping.check()
        low, high = np.minimum(start, end), np.maximum(start, end)
        left, right = _span(low[0] - across, high[0] + across, size[1])
        top, bottom = _span(low[1] - down, high[1] + down, size[0])
        if left >= right or top >= bottom:
            continue
        x = (np.arange(left, right) + 0.5 - start[0]) / across
        y = (np.arange(top, bottom)[:, None] + 0.5 - start[1]) / down
        dx, dy = (end - start) / radius
        length = dx * dx + dy * dy
        along = np.clip((x * dx + y * dy) / length, 0, 1) if length else np.zeros((bottom - top, right - left))
        yield slice(top, bottom), slice(left, right), (x - along * dx) ** 2 + (y - along * dy) ** 2 <= 1 + 1e-9


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    return max(0, math.floor(max(low, -1.0))), min(size, math.ceil(min(high, size + 1.0)))


def _pixel_size(grid: Grid, file_name: str) -> tuple[float, float]:
    """Metres across and down a pixel."""
    from rasterio.errors import CRSError

    unit = 0.0
    if grid.geo.transform is not None and grid.geo.crs_wkt:
        try:
            crs = crs_of(grid.geo.crs_wkt)
            unit = float(crs.linear_units_factor[1]) if crs.is_projected else 0.0
        except CRSError:
            unit = 0.0
    if not unit or grid.geo.transform is None:
        raise HsiError(
            say("How many metres the pixels of the scene of {file_name} are is not known.", file_name=file_name),
            say("Give the distance around points and lines in pixels."),
        )
    a, b, _, d, e, _ = grid.geo.transform
    return unit * math.hypot(a, d), unit * math.hypot(b, e)
