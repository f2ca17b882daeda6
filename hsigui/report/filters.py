"""Filters that make class maps easier to read: each gives a new array, and pixels without a class stay so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.texts import say

ClassArray = NDArray[np.uint16]
LARGEST_WINDOW = 99
_AT_ONCE = 150_000  # pixels


def filtered(
    array: NDArray[np.integer], *, majority: int = 0, sieve: int = 0, connectivity: int = 4,
    check: Callable[[], None] = lambda: None,
) -> ClassArray:  # fmt: skip
    """A copy of the map after the majority filter, then the sieve; each is left out when its size is 0.

    Args:
        array: class numbers, rows x cols; 0 = no class.
        majority: side of the window in pixels, odd.
        sieve: smallest group of pixels that is kept.
        connectivity: 4 when groups hang together along rows and columns only, 8 when diagonally too.

    Raises:
        HsiError: a size or the connectivity is none.
    """
    found = np.array(array, dtype=np.uint16)
    if majority:
        found = majority_filtered(found, majority, check)
    if sieve:
        check()
        found = sieved(found, sieve, connectivity)
    return found


def majority_filtered(array: NDArray[np.integer], side: int, check: Callable[[], None] = lambda: None) -> ClassArray:
    """Each pixel takes the class that most pixels of the window around it have.

    Pixels without a class neither count nor change. Of classes with as many pixels the pixel's own wins, then the one
    of the lowest number.

    Args:
        array: class numbers, rows x cols; 0 = no class.
        side: of the window in pixels: 3, 5, 7, ...
        check: called between two classes; may raise to stop.

    Raises:
        HsiError: the side is even or below 3 or above 99.
    """
    if side % 2 == 0 or not 3 <= side <= LARGEST_WINDOW:
        raise HsiError(
            say("A majority filter cannot have a window of {side} pixels.", side=side),
            say("Choose 3, 5, 7, ... up to 99."),
        )
    given = np.array(array, dtype=np.uint16)
    reach = side // 2
    around = np.pad(given, reach)
    strip = max(_AT_ONCE // around.shape[1], side)
    for top in range(0, given.shape[0], strip):  # strips stay in the processor's cache, and few have all classes
        given[top : top + strip] = _most_in_window(around[top : top + strip + 2 * reach], side, check)
    return given


def _most_in_window(around: ClassArray, side: int, check: Callable[[], None]) -> ClassArray:
    """The class of most pixels of the window around each pixel but those of the margin, which is half a window wide:
    rows x cols in, side - 1 less of both out."""
    reach = side // 2
    rows, cols = (size - 2 * reach for size in around.shape)
    inner = slice(reach, reach + rows), slice(reach, reach + cols)
    # Twice the pixels, and one more for the pixel's own class: so it wins where two are as many.
    kind = np.dtype(np.uint8 if 2 * side * side + 1 <= 255 else np.uint16)
    best, most = np.zeros((rows, cols), dtype=np.uint16), np.zeros((rows, cols), dtype=kind)
    for number in np.flatnonzero(np.bincount(around.ravel())).tolist():
        if not number:
            continue
        check()
        own = around == number
        counts = _window_sum(_window_sum(own.astype(kind), side).T, side).T
        counts += counts
        counts += own[inner]
        np.copyto(best, np.uint16(number), where=counts > most)
        np.maximum(most, counts, out=most)
    best[around[inner] == 0] = 0
    return best


def _window_sum(values: NDArray[np.unsignedinteger], side: int) -> NDArray[np.unsignedinteger]:
    """Sums of each `side` rows that follow each other, rows x cols; put together of sums of 1, 2, 4, ... rows, so that
    a large window takes few passes."""
    rows = len(values) - side + 1
    block, length, start = values, 1, 0
    found = np.zeros_like(values[:rows])
    while length <= side:
        if side & length:
            found += block[start : start + rows]
            start += length
        if 2 * length <= side:
            block = block[:-length] + block[length:]
        length *= 2
    return found


def sieved(array: NDArray[np.integer], smallest: int, connectivity: int = 4) -> ClassArray:
    """Groups of fewer pixels of one class than `smallest` take the class of their largest neighbouring group.

    GDAL's sieve (gdal_sieve.py, `rasterio.features.sieve`): a small group whose neighbours are all small may stay.
    Pixels without a class neither change nor spread.

    Args:
        array: class numbers, rows x cols; 0 = no class.
        smallest: pixels of the smallest group that is kept, 1 or more.
        connectivity: 4 or 8.

    Raises:
        HsiError: `smallest` or `connectivity` is none of these.
    """
    if smallest < 1:
        raise HsiError(say("A sieve of {smallest} pixels is none.", smallest=smallest), say("Choose 2 or more."))
    if connectivity not in (4, 8):
        raise HsiError(
            say("Pixels cannot hang together in {connectivity} directions.", connectivity=connectivity),
            say("Choose 4 or 8."),
        )
    from rasterio.features import sieve  # slow to import

    given = np.array(array, dtype=np.uint16)
    if smallest == 1 or smallest >= given.size or not given.any():  # where all groups are small, none grows
        return given
    found = np.asarray(sieve(given, smallest, mask=given > 0, connectivity=connectivity), dtype=np.uint16)
    found[given == 0] = 0
    return found


def without_small_groups(array: NDArray[np.integer], smallest: int) -> ClassArray:
    """The map down to a smallest mapping unit: smaller groups join their largest neighbour or, where pixels without a
    class are all around them, go. Rows x cols, in and out."""
    from rasterio.features import sieve

    found = sieved(array, smallest)
    if not found.any() or smallest <= 1:
        return found
    # What the sieve left small is told apart by a second one that may flow into the pixels without a class.
    alone = np.asarray(sieve((found > 0).astype(np.uint8), smallest, connectivity=4)) == 0
    found[alone] = 0
    return found
