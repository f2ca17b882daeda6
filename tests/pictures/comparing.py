"""Whether two pictures of a window show the same.

Machines differ in what nobody sees: how the edges of letters are smoothed, where a line falls between two pixels. So
pictures are not compared pixel by pixel but in cells of 4 x 4 logical pixels, each as the mean colour of what is in it
and, a little, beside it; and what differs is a slip only where it is a spot of some size, or where there is much of it.
All is written in one font that lies beside (`studio.one_font`), because with other widths of letters whole panels stand
elsewhere. Fine screens have pictures of their own: stripes, borders and rounded sizes are others there, and are meant
to be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QImage
from scipy import ndimage

CELL = 4  # logical pixels a side
APART = 9.0  # of 255, by which the mean colour of a cell may differ in any of red, green and blue
SPOT = 14  # cells that hang together and differ: about 15 x 15 logical pixels
SHARE = 0.004  # of all cells that may differ
STEPS = 6  # of colours in a kept picture: less than would be seen as another, for a half of the bytes

Cells = NDArray[np.uint8]


@dataclass(frozen=True)
class Difference:
    """What differs.

    Attributes:
        apart: rows x cols, which cells do.
        largest: cells of the largest spot.
        at: its top, left, bottom and right in logical pixels.
    """

    apart: NDArray[np.bool_]
    largest: int
    at: tuple[int, int, int, int]

    @property
    def is_slip(self) -> bool:
        return self.largest > SPOT or float(self.apart.mean()) > SHARE

    def __str__(self) -> str:
        top, left, bottom, right = self.at
        return (
            f"{100 * self.apart.mean():.2f} % of it, the largest spot {self.largest} cells, "
            f"in rows {top} to {bottom} and columns {left} to {right}"
        )


def reduced(image: QImage) -> Cells:
    """A picture as the mean colours of its cells: rows x cols x 3 uint8."""
    side = round(CELL * image.devicePixelRatio())
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows, cols = image.height(), image.width()
    lines = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(rows, image.bytesPerLine())
    pixels = lines[:, : 3 * cols].reshape(rows, cols, 3)
    pixels = pixels[: rows // side * side, : cols // side * side]
    blocks = pixels.reshape(rows // side, side, cols // side, side, 3)
    return np.rint(blocks.mean(axis=(1, 3), dtype=np.float64)).astype(np.uint8)


def difference(one: Cells, other: Cells) -> Difference:
    """What differs between two reduced pictures, rows x cols x 3 each.

    Raises:
        ValueError: they have different sizes.
    """
    if one.shape != other.shape:
        sizes = (f"{CELL * cells.shape[1]} x {CELL * cells.shape[0]}" for cells in (one, other))
        raise ValueError(f"the sizes are {' and '.join(sizes)} logical pixels")
    blurred = (ndimage.uniform_filter(cells.astype(np.float64), (3, 3, 0), mode="nearest") for cells in (one, other))
    first, second = blurred
    apart = np.asarray(np.abs(first - second).max(axis=2) > APART)
    spots, count = ndimage.label(apart, np.ones((3, 3)))
    if not count:
        return Difference(apart, 0, (0, 0, 0, 0))
    sizes = np.bincount(spots.ravel())[1:]
    rows, cols = ndimage.find_objects(spots)[int(sizes.argmax())]
    at = CELL * rows.start, CELL * cols.start, CELL * rows.stop, CELL * cols.stop
    return Difference(apart, int(sizes.max()), at)


def write(cells: Cells, path: Path) -> None:
    """Writes a reduced picture (rows x cols x 3), as small as can be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.minimum(cells // STEPS * STEPS + STEPS // 2, 255).astype(np.uint8)).save(path, optimize=True)


def read(path: Path) -> Cells:
    """A picture that `write` wrote, rows x cols x 3."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def beside(kept: Cells, found: Cells, apart: NDArray[np.bool_]) -> Image.Image:
    """The kept picture, what was found, and where they differ in red, one beside the other; each rows x cols."""
    marked = (found * 0.35).astype(np.uint8)
    marked[apart] = (255, 40, 40)
    gap = np.full((len(kept), 4, 3), 255, dtype=np.uint8)
    return Image.fromarray(np.concatenate([kept, gap, found, gap, marked], axis=1))
