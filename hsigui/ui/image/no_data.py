"""Pixels without data in pictures: a checkerboard, as image editors show what is not there, and never black."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOTHING = 0xFF000000  # the colour of pixels without data as Qt's 32-bit number; no measurement is drawn so black
DARK, LIGHT = 0xFF666666, 0xFF999999
SIDE = 8.0  # logical pixels of a field


def has_gaps(pixels: NDArray[np.uint32]) -> bool:
    """Whether some pixels of a picture (rows x cols) have no data."""
    return bool((pixels == NOTHING).any())


def checkered(pixels: NDArray[np.uint32], left: int, top: int, side: int) -> NDArray[np.uint32]:
    """A picture with fields of a checkerboard where it has no data. Rows x cols, in and out.

    Args:
        left, top: where its first pixel is on the board, so that parts that are painted one by one fit together.
        side: of a field, in pixels.
    """
    rows, cols = pixels.shape
    down, across = (np.arange(top, top + rows) // side) & 1, (np.arange(left, left + cols) // side) & 1
    board = np.where(down[:, None] ^ across, np.uint32(DARK), np.uint32(LIGHT))
    return np.where(pixels == NOTHING, board, pixels)
