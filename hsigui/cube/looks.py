"""Which windows of a scene are looked at where all of it would be too much: a few that are spread over the scene, each
of samples that are stored together. A row of a scene in packed tiles would need all the tiles that it runs through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hsigui.cube.cube import Source

_AT_ONCE = 4_000_000  # samples of a window
_ROWS = 3  # that are read together where rows lie apart from each other: a drive seeks as often for one
_PLACES = 4  # at least, as far as the scene is stored in so many pieces
Window = tuple[slice, slice]  # rows and columns


def looks(source: Source, bands: int, most: int) -> list[Window]:
    """Windows that cover a scene, or are spread over it where that would be more samples than `most`.

    Args:
        bands: how many of them are read of each window.
        most: samples of all windows together, about.
    """
    rows, cols, _ = source.shape
    tall, wide = _piece(source)
    if rows * cols * bands <= most:
        step = max(1, _AT_ONCE // max(1, cols * bands))
        step = max(1, step // tall) * tall  # a tile is unpacked once
        return [(slice(top, min(rows, top + step)), slice(0, cols)) for top in range(0, rows, step)]
    down, across = -(-rows // tall), -(-cols // wide)
    lines = min(tall, max(1, most // (_PLACES * wide * bands)))
    count = min(down * across, max(_PLACES, most // (lines * wide * bands)))
    found = []
    for number in ((np.arange(count) + 0.5) * (down * across / count)).astype(int).tolist():
        top, left = number // across * tall, number % across * wide
        found.append((slice(top, min(rows, top + lines)), slice(left, min(cols, left + wide))))
    return found


def tile_of(source: Source) -> tuple[int, int] | None:
    """Rows and columns of the tiles that the samples of a source are packed in; None where they are not, or it does
    not say so."""
    found: tuple[int, int] | None = getattr(source, "tile", None)
    return found


def _piece(source: Source) -> tuple[int, int]:
    """Rows and columns that are stored together, at most those of the scene."""
    rows, cols, _ = source.shape
    tall, wide = tile_of(source) or (1, cols)
    return min(rows, max(tall, _ROWS) if wide >= cols else tall), min(cols, wide)
