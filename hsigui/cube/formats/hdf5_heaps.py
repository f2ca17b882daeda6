"""The places in which HDF5 keeps texts of any length, looked through before the library reads them: it goes round for
ever where a free part of one says that it is 0 bytes long, and cannot be stopped then.

Source: The HDF Group, "HDF5 File Format Specification Version 3.0", III.E "Disk Format: Level 1E - Global Heap".
"""

from __future__ import annotations

import functools
import struct
from pathlib import Path

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.texts import say

_SIGN = b"GCOL\x01\0\0\0"
_HEAD = 16  # bytes of a heap's head, and of that of each object in it
_END_LOOKED_THROUGH = 2**24  # bytes at either end of a file, where names and attributes are written


def require_sound_heaps(path: Path) -> None:
    """Refuses a file one of whose heaps never ends. Of one of more than 32 MiB both ends are looked through, 16 MiB
    each: between them lie the samples, which are not worth reading twice.

    Raises:
        HsiError: there is one.
    """
    about = path.stat()
    if about.st_size and not _is_sound(path, about.st_size, about.st_mtime_ns):
        raise HsiError(say("{name} is damaged where it keeps its texts.", name=path.name), say("Is the file complete?"))


@functools.lru_cache(maxsize=64)
def _is_sound(path: Path, size: int, _changed: int) -> bool:
    """Of a file of this size, changed then: those that are opened again and again are looked through once."""
    begins = {0, max(0, size - _END_LOOKED_THROUGH)}
    with path.open("rb") as file:
        for begin in sorted(begins):
            file.seek(begin)
            # Read rather than mapped: a file that shrinks meanwhile ends the program otherwise.
            part = file.read(_END_LOOKED_THROUGH)
            at = part.find(_SIGN)
            while at >= 0:
                stopping.check()
                if _never_ends(part, at):
                    return False
                at = part.find(_SIGN, at + 1)
    return True


def _never_ends(part: bytes, start: int) -> bool:
    """Whether the heap that begins there has a free part of 0 bytes, as far as the part of the file goes."""
    if start + _HEAD > len(part):
        return False
    (length,) = struct.unpack_from("<Q", part, start + 8)
    end, at = min(start + length, len(part)), start + _HEAD
    while at + _HEAD <= end:
        stopping.check()
        index, _, _, held = struct.unpack_from("<HHIQ", part, at)
        if not index and not held:
            return True
        at += _HEAD + (held + 7) // 8 * 8 if index else held
    return False
