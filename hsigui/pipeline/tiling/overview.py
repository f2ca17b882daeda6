"""A small picture of a map that is made by tiles: every so many-th pixel of it, filled in as tiles are finished. Loads
no torch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.pipeline.tiling.grid import Box, Tile

MOST = 2_000  # rows and columns


@dataclass(frozen=True, eq=False)
class OverviewPart:
    """What a tile is in the small picture.

    Attributes:
        top, left: where it begins there.
        classes: class numbers, rows x cols, 0 for none.
    """

    top: int
    left: int
    classes: NDArray[np.uint16]


class Overview:
    """The small picture of a whole map; pixels of tiles that are missing have no class.

    Args:
        rows, cols: of the scene.
        most: rows or columns of the picture, whichever are more.

    Attributes:
        step: it holds every so many-th row and column of the map.
        classes: class numbers, rows x cols, 0 for none.
    """

    def __init__(self, rows: int, cols: int, most: int = MOST) -> None:
        self.step = max(1, math.ceil(max(rows, cols) / most))
        self.classes = np.zeros((math.ceil(rows / self.step), math.ceil(cols / self.step)), dtype=np.uint16)

    def part_of(self, tile: Tile, classes: NDArray[np.integer]) -> OverviewPart:
        """What a finished tile is in it; `classes` is rows x cols of the tile."""
        top, left = (math.ceil(first / self.step) for first in tile.box[:2])
        down, across = top * self.step - tile.box[0], left * self.step - tile.box[1]
        return OverviewPart(top, left, classes[down :: self.step, across :: self.step].astype(np.uint16))

    def put(self, part: OverviewPart) -> None:
        """Fills a part in."""
        rows, cols = part.classes.shape
        self.classes[part.top : part.top + rows, part.left : part.left + cols] = part.classes

    def at(self, box: Box, step: int) -> NDArray[np.uint16]:
        """Every so many-th pixel of a box of the scene, each by the nearest of the picture that is not below or to the
        right of it: rows x cols."""
        rows, cols = (np.arange(box[n], box[n + 2], step) // self.step for n in (0, 1))
        return self.classes[np.ix_(rows, cols)]
