"""Arrays as a project file has them: little-endian uint16, deflated. One value for all pixels takes a few bytes."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray


def packed(array: NDArray[np.uint16]) -> bytes:
    """An array of any shape, little-endian and deflated."""
    return zlib.compress(np.ascontiguousarray(array, dtype="<u2").data, 1)


def unpacked(content: bytes, shape: tuple[int, int]) -> NDArray[np.uint16]:
    """The array, rows x cols.

    Raises:
        ValueError: it holds another number of pixels.
        zlib.error: it is no deflated content.
    """
    return np.frombuffer(inflated(content, shape[0] * shape[1] * 2), dtype="<u2").reshape(shape).astype(np.uint16)


def inflated(content: bytes, size: int) -> bytes:
    """So many bytes.

    Raises:
        ValueError: it holds another number of them.
        zlib.error: it is no deflated content.
    """
    found = zlib.decompressobj().decompress(content, size + 1)  # no more, whatever a file claims to hold
    if len(found) != size:
        raise ValueError(f"{len(found)} bytes in place of {size}")
    return found
