"""In which windows a cube is read to be written: large enough to be quick, small enough to be held.

Where samples are written in the order in which they lie in the file that they are read from, windows are small: they
stay in the processor's cache on their way, and both files are gone through from their beginning to their end. Where
bands lie apart in both files, that is band by band. Else a window is as large as may be: it is turned in memory, so
that what lies together in either file is read and written together.

A source that is made of another says in `made_of` what its samples are made of, each by itself: "samples" of the other,
or whole "spectra". One that does not say so is read in large windows of all bands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import BLOCK_VALUES, Cube, Source
from hsigui.preparing.ahead import ahead

Window = tuple[slice, slice, slice]
"""Rows, columns and bands."""
CACHED_VALUES = 250_000  # of a small window
_AHEAD_BYTES = 2**23  # of windows that are read and not yet written


def carry(
    cube: Cube, put: Callable[[Window, NDArray[Any]], None], told: Callable[[int, int], None], *, order: str = "",
    rows: int = 1, cols: int = 1,
) -> None:  # fmt: skip
    """Hands the stored samples of a cube, rows x cols x bands, to `put` window by window, with their place; the next
    ones are read meanwhile. Tells how many samples of how many are done once each is put.

    Args:
        order: in which the samples are written, "bsq", "bil" or "bip"; empty for another, such as tiles.
        rows, cols: of the tiles of what is written, see `windows`.

    Raises:
        HsiError: the cube cannot be read; and whatever `put` and `told` raise.
    """
    done, total = 0, cube.rows * cube.cols * cube.bands
    told(done, total)
    places = list(windows(cube, rows, cols, order))
    each = math.prod(part.stop - part.start for part in places[0]) * cube.source.dtype.itemsize
    most = max(2, _AHEAD_BYTES // each)
    with closing(ahead(places, lambda window: cube.source.read(*window), most)) as read:
        for window, block in read:
            put(window, block)
            done += block.size
            told(done, total)


def windows(cube: Cube, rows: int = 1, cols: int = 1, order: str = "") -> Iterator[Window]:
    """Windows that cover a cube, from the upper left on. Each has as many whole tiles as fit.

    Args:
        rows, cols: of the tiles of what is written, which are never parted: a packed one that is written twice takes
            its room twice. Those of what is read are, where one is too large to be held in all bands.
        order: see `carry`.
    """
    alike = bool(order) and order_read(cube.source) == order
    if alike and order == "bsq" and _made_of(cube.source, ("samples",)):
        yield from _by_bands(cube)
        return
    height, width = _size(cube, rows, cols)
    if alike and width == cube.cols and _made_of(cube.source, ("samples", "spectra")):
        height = max(1, CACHED_VALUES // (cube.cols * cube.bands))
    for top in range(0, cube.rows, height):
        for left in range(0, cube.cols, width):
            yield (
                slice(top, min(top + height, cube.rows)), slice(left, min(left + width, cube.cols)),
                slice(0, cube.bands),
            )  # fmt: skip


def order_read(source: Source) -> str:
    """The order of the samples (bsq, bil or bip) in the files that a source is made of; empty where it is not known, or
    not the same in all of them."""
    inner = _inner(source)
    found = {order_read(one) for one in inner} if inner else {str(getattr(source, "order", ""))}
    return found.pop() if len(found) == 1 else ""


def _made_of(source: Source, allowed: tuple[str, ...]) -> bool:
    """Whether all that lies between a source and its files is made sample by sample, or spectrum by spectrum."""
    inner = _inner(source)
    return not inner or (getattr(source, "made_of", "") in allowed and all(_made_of(one, allowed) for one in inner))


def _inner(source: Any) -> list[Source]:
    """The sources that a source is made of; none for one that reads a file."""
    cubes = [*getattr(source, "cubes", ()), *([source.cube] if hasattr(source, "cube") else [])]
    own = getattr(source, "source", None)
    return [cube.source for cube in cubes] + ([] if own is None else [own])


def _by_bands(cube: Cube) -> Iterator[Window]:
    """Some rows of a band, or some bands whole, from the first band on."""
    height = min(cube.rows, max(1, CACHED_VALUES // cube.cols))
    count = max(1, CACHED_VALUES // (cube.rows * cube.cols))
    for first in range(0, cube.bands, count):
        for top in range(0, cube.rows, height):
            yield (
                slice(top, min(top + height, cube.rows)), slice(0, cube.cols),
                slice(first, min(first + count, cube.bands)),
            )  # fmt: skip


def _size(cube: Cube, rows: int, cols: int) -> tuple[int, int]:
    """Rows and columns of windows of all bands that hold no more than they may, if the tiles allow it."""
    most = working_memory.within(BLOCK_VALUES, 0.1, 16)
    tile = _tile_of(cube.source)
    height, width = _rounded(tile[0], rows), _rounded(tile[1], cols)
    if height * width * cube.bands > most:
        width = min(width, _rounded(cube.cols, cols))
        height = max(rows, most // max(1, width * cube.bands) // rows * rows)
    if height * width * cube.bands > most:
        width = max(cols, most // max(1, height * cube.bands) // cols * cols)
    if height * cube.cols * cube.bands <= most:  # whole rows
        return height * max(1, most // max(1, height * cube.cols * cube.bands)), cube.cols
    return height, width * max(1, most // max(1, height * width * cube.bands))


def _rounded(length: int, step: int) -> int:
    """The next whole number of steps."""
    return -(-length // step) * step


def _tile_of(source: Source) -> tuple[int, int]:
    """Rows and columns in which the samples of a source are packed, whatever is made of them; 1 x 1 where they are
    not."""
    layer: Any = source
    while layer is not None:
        if tile := getattr(layer, "tile", None):  # None says that samples are packed in no tiles
            return int(tile[0]), int(tile[1])
        layer = next(iter(_inner(layer)), None)
    return 1, 1
