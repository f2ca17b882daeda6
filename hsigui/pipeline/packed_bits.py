"""Marked pixels as text, for records: bits from the upper left pixel on, deflated, base64."""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
from numpy.typing import NDArray


def packed(marked: NDArray[np.bool_]) -> str:
    """Marked pixels (rows x cols) as text; empty for none."""
    if not marked.any():
        return ""
    return base64.b64encode(zlib.compress(np.packbits(marked).tobytes(), 6)).decode("ascii")


def unpacked(text: str, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Marked pixels of such a text, rows x cols; None where it is of another size, or none of ours."""
    count = int(np.prod(shape))
    if not text:
        return np.zeros(shape, dtype=bool)
    size = -(-count // 8)
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(text), size + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    if len(content) != size:
        return None
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=count)
    return np.asarray(bits.reshape(shape) == 1)
