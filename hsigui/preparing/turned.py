"""Samples of a window in the order in which a file has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

AXES = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
"""For each interleave, which of rows, columns and bands are the outer, the middle and the inner axis of the file."""
_CACHED_BYTES = 2**18  # of what is turned at once: it stays in the processor's cache until all of it is in place


def in_order(block: NDArray[Any], interleave: str, dtype: np.dtype[Any] | None = None) -> NDArray[Any]:
    """The samples of a window (rows x cols x bands, however they lie in memory) as they lie in a file: axes as `AXES`
    has them, one sample behind the other in memory, in some type. The window itself where it lies so already."""
    turned = block.transpose(AXES[interleave])
    dtype = block.dtype if dtype is None else dtype
    if turned.dtype == dtype and turned.flags.c_contiguous:
        return turned
    found = np.empty(turned.shape, dtype)
    inner = int(np.argmin([abs(stride) for stride in turned.strides]))  # the axis along which samples lie in memory
    if inner == 2:
        found[...] = turned
        return found
    # Else each sample would be fetched by itself, and with it what lies around it, which is wanted much later.
    held = max(1, _CACHED_BYTES // (turned.shape[inner] * turned.itemsize))
    across = min(turned.shape[2], max(8, held))
    lines = max(1, held // across)
    other = 1 - inner
    for line in range(0, turned.shape[other], lines):
        for first in range(0, turned.shape[2], across):
            place = [slice(None), slice(None), slice(first, first + across)]
            place[other] = slice(line, line + lines)
            found[tuple(place)] = turned[tuple(place)]
    return found
