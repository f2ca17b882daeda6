"""The tiles that a scene is cut into, and the windows that are read for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Box = tuple[int, int, int, int]  # top, left, bottom, right; the last two exclusive


@dataclass(frozen=True)
class Tile:
    """A part of a scene.

    Attributes:
        number: from 0, row by row.
        box: its pixels: top, left, bottom, right, the last two exclusive.
        window: the same with the border that its map depends on, as far as the scene goes.
    """

    number: int
    box: Box
    window: Box

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.box[2] - self.box[0], self.box[3] - self.box[1]

    @property
    def inside(self) -> tuple[slice, slice]:
        """Where it lies in its window: rows and columns."""
        top, left = self.box[0] - self.window[0], self.box[1] - self.window[1]
        return slice(top, top + self.shape[0]), slice(left, left + self.shape[1])


@dataclass(frozen=True)
class Grid:
    """A scene cut into squares.

    Attributes:
        rows, cols: of the scene.
        side: of a tile in pixels; those at the right and lower border may be smaller.
        border: pixels around a tile that its map depends on.
    """

    rows: int
    cols: int
    side: int
    border: int

    @property
    def across(self) -> int:
        """Tiles side by side."""
        return -(-self.cols // self.side)

    @property
    def down(self) -> int:
        """Tiles one below the other."""
        return -(-self.rows // self.side)

    def __len__(self) -> int:
        return self.across * self.down

    def __iter__(self) -> Iterator[Tile]:
        return (self.tile(number) for number in range(len(self)))

    def tile(self, number: int) -> Tile:
        """The tile of a number."""
        row, col = divmod(number, self.across)
        top, left = row * self.side, col * self.side
        bottom, right = min(self.rows, top + self.side), min(self.cols, left + self.side)
        first = max(0, top - self.border), max(0, left - self.border)
        last = min(self.rows, bottom + self.border), min(self.cols, right + self.border)
        return Tile(number, (top, left, bottom, right), (*first, *last))

    def row(self, number: int) -> Iterator[Tile]:
        """The tiles of a row of them, from the left."""
        return (self.tile(number * self.across + col) for col in range(self.across))
