"""In which windows a cube is read to be written: large enough to be quick, small enough to be held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from hsigui.cube.cube import BLOCK_VALUES, Cube


def windows(cube: Cube, rows: int = 1, cols: int = 1) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of windows that cover a cube, from the upper left on. Each has as many whole tiles as fit.

    Args:
        rows, cols: of the tiles of what is written, which are never parted: a packed one that is written twice takes
            its room twice. Those of what is read are, where one is too large to be held in all bands.
    """
    tile = _tile_of(cube)
    height, width = _rounded(tile[0], rows), _rounded(tile[1], cols)
    if height * width * cube.bands > BLOCK_VALUES:
        width = min(width, _rounded(cube.cols, cols))
        height = max(rows, BLOCK_VALUES // max(1, width * cube.bands) // rows * rows)
    if height * width * cube.bands > BLOCK_VALUES:
        width = max(cols, BLOCK_VALUES // max(1, height * cube.bands) // cols * cols)
    if height * cube.cols * cube.bands <= BLOCK_VALUES:  # whole rows
        width = cube.cols
        height *= max(1, BLOCK_VALUES // max(1, height * cube.cols * cube.bands))
    else:
        width *= max(1, BLOCK_VALUES // max(1, height * width * cube.bands))
    for top in range(0, cube.rows, height):
        for left in range(0, cube.cols, width):
            yield slice(top, min(top + height, cube.rows)), slice(left, min(left + width, cube.cols))


def samples(
    cube: Cube, told: Callable[[int, int], None], rows: int = 1, cols: int = 1
) -> Iterator[tuple[slice, slice, NDArray[Any]]]:
    """The stored samples of such windows, rows x cols x bands, with their place; tells how many pixels of how many are
    done once each is taken."""
    done, total = 0, cube.rows * cube.cols
    told(done, total)
    for high, wide in windows(cube, rows, cols):
        block = cube.source.read(high, wide, slice(None))
        yield high, wide, block
        done += block.shape[0] * block.shape[1]
        told(done, total)


def _rounded(length: int, step: int) -> int:
    """The next whole number of steps."""
    return -(-length // step) * step


def _tile_of(cube: Cube) -> tuple[int, int]:
    """Rows and columns in which the samples of a cube are packed, whatever is made of them; 1 x 1 where they are
    not."""
    layer: Any = cube.source
    while layer is not None:
        if tile := getattr(layer, "tile", None):  # None says that samples are packed in no tiles
            return int(tile[0]), int(tile[1])
        inner = getattr(layer, "cube", None) or next(iter(getattr(layer, "cubes", ())), None)
        layer = getattr(layer, "source", None) if inner is None else inner.source
    return 1, 1
