"""How a scene is turned on the screen, so that the north of its map is up: a rotation, a mirror, or both."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hsigui.cube.cube import Geo

_SAME = 1e-9  # what only rounding makes


@dataclass(frozen=True)
class Turn:
    """Where one pixel along the columns and one along the rows leads on the screen (x to the right, y downwards), at a
    scale of 1; the two span an area of 1.

    Attributes:
        col_x, col_y: of the next column.
        row_x, row_y: of the next row.
    """

    col_x: float = 1.0
    col_y: float = 0.0
    row_x: float = 0.0
    row_y: float = 1.0

    @property
    def upright(self) -> bool:
        """Whether nothing is turned: rows run downwards, columns to the right, and both are as long."""
        return self.col_x == 1.0 and self.row_y == 1.0 and self.col_y == 0.0 and self.row_x == 0.0

    @property
    def along_axes(self) -> bool:
        """Whether rows and columns run along the edges of the screen, each pixel as wide as high."""
        return {abs(v) for v in (self.col_x, self.col_y, self.row_x, self.row_y)} == {0.0, 1.0}

    def on(self, row: float, col: float) -> tuple[float, float]:
        """x and y on the screen of a place of the scene."""
        return self.col_x * col + self.row_x * row, self.col_y * col + self.row_y * row

    def back(self, x: float, y: float) -> tuple[float, float]:
        """Row and column of x and y on the screen."""
        determinant = self.col_x * self.row_y - self.row_x * self.col_y
        return (
            (self.col_x * y - self.col_y * x) / determinant,
            (self.row_y * x - self.row_x * y) / determinant,
        )

    def size(self, rows: float, cols: float) -> tuple[float, float]:
        """Width and height of the upright box around so many rows and columns."""
        across = abs(self.col_x) * cols + abs(self.row_x) * rows
        return across, abs(self.col_y) * cols + abs(self.row_y) * rows


UPRIGHT = Turn()


def north_up(geo: Geo) -> Turn:
    """What turns a scene so that y of its map grows upwards; `UPRIGHT` where it does, or where no map is known.

    A scene along the axes is at most mirrored or turned by right angles: its pixels stay square on the screen. In one
    that lies askew they get the shape that they have on the map, or north would not be up.
    """
    if geo.transform is None or geo.north_up or not all(map(math.isfinite, geo.transform)):
        return UPRIGHT
    a, b, _, d, e, _ = geo.transform
    largest = max(map(abs, (a, b, d, e)))
    a, b, d, e = (0.0 if abs(value) <= _SAME * largest else value for value in (a, b, d, e))
    area = math.sqrt(abs(a * e - b * d))
    if not area:
        return UPRIGHT
    if not (b or d) or not (a or e):
        return Turn(_sign(a), _sign(-d), _sign(b), _sign(-e))
    turned = (a / area, -d / area, b / area, -e / area)
    return Turn(*(value if value else 0.0 for value in turned))


def _sign(value: float) -> float:
    return math.copysign(1.0, value) if value else 0.0
