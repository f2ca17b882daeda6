"""PNG files that are written strip by strip: a picture of any size in little memory, and no other thread has to wait.

Source: Portable Network Graphics (PNG) Specification (Second Edition), ISO/IEC 15948:2003.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_UP = 2  # the filter: differences to the row above, which are 0 for most rows of a magnified scene
_LEVEL = 6
_PER_METRE = 1 / 0.0254


def write_png(
    file: BinaryIO, width: int, height: int, strips: Iterable[NDArray[np.uint8]], *, alpha: bool, dpi: float, title: str
) -> None:
    """Writes a picture of 8 bits a channel.

    Args:
        strips: rows x width x 4 each, from above; together `height` rows.
        alpha: whether transparency is written, too.
        dpi: pixels an inch.
        title: what the file is called inside; empty for nothing.
    """
    file.write(SIGNATURE)
    _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0))
    per_metre = round(dpi * _PER_METRE)
    _chunk(file, b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    if title:
        _chunk(file, b"iTXt", b"Title\0\0\0\0\0" + title.encode("utf-8"))
    packer = zlib.compressobj(_LEVEL)
    above = np.zeros((1, width, 4 if alpha else 3), dtype=np.uint8)
    for strip in strips:
        rows = strip if alpha else strip[:, :, :3]
        filtered = (rows - np.concatenate([above, rows[:-1]])).reshape(len(rows), -1)
        above = rows[-1:].copy()
        packed = packer.compress(np.insert(filtered, 0, _UP, axis=1).tobytes())
        if packed:
            _chunk(file, b"IDAT", packed)
    _chunk(file, b"IDAT", packer.flush())
    _chunk(file, b"IEND", b"")


def _chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    file.write(struct.pack(">I", len(content)))
    file.write(kind + content)
    file.write(struct.pack(">I", zlib.crc32(kind + content)))
