"""The pixels that labels belong to: how many rows and columns, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo


@dataclass(frozen=True)
class Grid:
    """Rows, columns and place of a scene.

    Positions in pixels are x = column and y = row, and (0, 0) is the outer corner of the upper left pixel.
    """

    rows: int
    cols: int
    geo: Geo = field(default_factory=Geo)

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows, self.cols

    def to_map(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map x, y of pixel positions, n x 2; the positions themselves when the scene has no place."""
        if self.geo.transform is None:
            return points
        a, b, c, d, e, f = self.geo.transform
        x, y = points[:, 0], points[:, 1]
        return np.stack([a * x + b * y + c, d * x + e * y + f], axis=1)

    def to_pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixel positions of map x, y, n x 2: the inverse of `to_map`.

        Raises:
            ValueError: the transform cannot be inverted.
        """
        if self.geo.transform is None:
            return points
        a, b, c, d, e, f = self.geo.transform
        determinant = a * e - b * d
        if not determinant:
            raise ValueError(f"a transform without inverse: {self.geo.transform}")
        x, y = points[:, 0] - c, points[:, 1] - f
        return np.stack([(e * x - b * y) / determinant, (a * y - d * x) / determinant], axis=1)

    def corners(self) -> NDArray[np.float64]:
        """Pixel positions of the four corners, then points between them, for scenes that bend in another system. Points
        x 2: x and y."""
        along = np.linspace(0, 1, 9)
        ones, zeros = np.ones_like(along), np.zeros_like(along)
        sides = [np.stack(p, axis=1) for p in ((along, zeros), (along, ones), (zeros, along), (ones, along))]
        unit = np.concatenate([np.array([(0, 0), (0, 1), (1, 0), (1, 1)]), *sides])
        return np.asarray(unit * (self.cols, self.rows))
