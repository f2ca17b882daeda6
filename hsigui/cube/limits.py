"""What a file announces, held against what this machine holds: a few bytes can announce a scene of any size."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import lru_cache

from hsigui.errors import HsiError
from hsigui.texts import say

PIXEL_BYTES = 5  # of any scene that is open: two layers of labels, and whether the pixel is valid
_UNKNOWN_MEMORY = 16 * 2**30
_ROW_SHARE = 16  # the part of the memory that one row of all bands may take: scenes are read by rows


@lru_cache(maxsize=1)
def machine_memory() -> int:
    """Bytes of memory of this machine; those of a usual one where it does not say."""
    if sys.platform == "win32":
        return _windows_memory() or _UNKNOWN_MEMORY
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):  # a name that this system does not know
        return _UNKNOWN_MEMORY


def require_room(name: str, rows: int, cols: int, pixel_bytes: int = PIXEL_BYTES) -> None:
    """Refuses rasters of more pixels than this machine can hold, before anything is made for them.

    Args:
        pixel_bytes: bytes that each pixel takes, whatever is read lazily.

    Raises:
        HsiError: they are too many.
    """
    if rows * cols * pixel_bytes > machine_memory():
        raise HsiError(
            say(
                "{name} announces {rows} x {cols} pixels: more than this machine can hold "
                "({machine_memory:.0f} GiB of memory).",
                name=name,
                rows=rows,
                cols=cols,
                machine_memory=machine_memory() / 2**30,
            ),
            say("Cut out the part that you need. If it should be small, the file is damaged."),
        )


def require_rows_that_fit(name: str, cols: int, bands: int, sample_bytes: int) -> None:
    """Refuses rasters of which a single row of all bands takes too much of the memory.

    Raises:
        HsiError: it does.
    """
    size = cols * bands * sample_bytes
    if size > machine_memory() // _ROW_SHARE:
        raise HsiError(
            say(
                "{name} announces rows of {cols} pixels in {bands} bands: each would take {size:.1f} GiB.",
                name=name,
                cols=cols,
                bands=bands,
                size=size / 2**30,
            ),
            say("Cut out the part that you need. If it should be small, the file is damaged."),
        )


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *((name, ctypes.c_ulonglong) for name in ("total", "free", "page", "page_free", "virtual", "virtual_free")),
        ("extended", ctypes.c_ulonglong),
    )


def _windows_memory() -> int:
    if sys.platform != "win32":
        return 0
    status = _MemoryStatus()
    status.length = ctypes.sizeof(status)
    return int(status.total) if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else 0
