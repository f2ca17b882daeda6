"""The places in which HDF5 keeps texts of any length, looked through before the library reads them: it goes round for
ever where a free part of one says that it is 0 bytes long, and cannot be stopped then.

Source: The HDF Group, "HDF5 File Format Specification Version 3.0", III.E "Disk Format: Level 1E - Global Heap".
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.texts import say

_SIGN = b"GCOL\x01\0\0\0"
_HEAD = 16  # bytes of a heap's head, and of that of each object in it
_MOST_LOOKED_THROUGH = 2**28


def require_sound_heaps(path: Path) -> None:
    """Refuses a file one of whose heaps never ends. Larger files than 256 MiB are not looked through.

    Raises:
        HsiError: there is one.
    """
    size = path.stat().st_size
    if not 0 < size <= _MOST_LOOKED_THROUGH:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(_SIGN)
        while at >= 0:
            stopping.check()
            if _never_ends(content, at, size):
                raise HsiError(
                    say("{name} is damaged where it keeps its texts.", name=path.name), say("Is the file complete?")
                )
            at = content.find(_SIGN, at + 1)


def _never_ends(content: mmap.mmap, start: int, size: int) -> bool:
    if start + _HEAD > size:
        return False
    (length,) = struct.unpack_from("<Q", content, start + 8)
    end, at = start + length, start + _HEAD
    while at + _HEAD <= min(end, size):
        stopping.check()
        index, _, _, held = struct.unpack_from("<HHIQ", content, at)
        if not index and not held:
            return True
        at += _HEAD + (held + 7) // 8 * 8 if index else held
    return False
