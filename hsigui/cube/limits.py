"""What a file announces, held against what this machine holds: a few bytes can announce a scene of any size."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import lru_cache
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.settings import SettingsStore
from hsigui.sizes import size_text
from hsigui.texts import say

PIXEL_BYTES = 5  # of any scene that is open: two layers of labels, and whether the pixel is valid
_UNKNOWN_MEMORY = 16 * 2**30
_BLOCK_SHARE = 4
_TEXT_GROWTH = 20  # of a list of short numbers or elements, as Python holds them
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


def memory_limit() -> int:
    """Bytes that a file may ask for: those of the machine, or fewer where the user set so (settings; for one call of a
    command the variable HSIGUI_MEMORY_GIB)."""
    wanted = os.environ.get("HSIGUI_MEMORY_GIB", "")
    try:
        chosen = float(wanted) if wanted else _of_settings(*state_of_settings())
    except ValueError:
        raise HsiError(
            say("HSIGUI_MEMORY_GIB is “{wanted}”, which is no number.", wanted=wanted), say("Give it in GiB, as 8.")
        ) from None
    return min(machine_memory(), int(chosen * 2**30)) if 0 < chosen < 2**20 else machine_memory()


def require_memory(name: str, size: int) -> None:
    """Refuses what would take more memory than there is, before it is made.

    Args:
        name: of the file, and of the part of it that is meant.
        size: bytes that it announces.

    Raises:
        HsiError: they are too many.
    """
    if size > memory_limit():
        raise HsiError(
            say(
                "{name} announces {size}, more than the {limit} of memory that there are for it.",
                name=name,
                size=size_text(size, binary=True),
                limit=size_text(memory_limit(), binary=True),
            ),
            say("Cut out the part that you need. If it should be small, the file is damaged."),
        )


def require_block(name: str, size: int) -> None:
    """Refuses files whose samples lie in pieces that can be unpacked only as a whole and take too much of the memory.

    Args:
        size: bytes of one piece, unpacked.

    Raises:
        HsiError: they are too many.
    """
    if size > memory_limit() // _BLOCK_SHARE:
        raise HsiError(
            say(
                "{name} is stored in pieces of {size}, each of which must be unpacked as a whole.",
                name=name,
                size=size_text(size, binary=True),
            ),
            say("Save it in smaller tiles. If it should be small, the file is damaged."),
        )


def require_text(name: str, size: int) -> None:
    """Refuses texts (JSON, XML, tables) that would take too much memory once they are understood.

    Args:
        size: bytes of the file.

    Raises:
        HsiError: they are too many.
    """
    if size * _TEXT_GROWTH > memory_limit():
        raise HsiError(
            say("{name} is a text of {size}, too much for this machine.", name=name, size=size_text(size, binary=True)),
            say("Save it as a raster or as a GeoPackage, or cut out the part that you need."),
        )


def require_room(name: str, rows: int, cols: int, pixel_bytes: int = PIXEL_BYTES) -> None:
    """Refuses rasters of more pixels than this machine can hold, before anything is made for them.

    Args:
        pixel_bytes: bytes that each pixel takes, whatever is read lazily.

    Raises:
        HsiError: they are too many.
    """
    if rows * cols * pixel_bytes > memory_limit():
        raise HsiError(
            say(
                "{name} announces {rows} x {cols} pixels: more than this machine can hold "
                "({machine_memory} of memory).",
                name=name,
                rows=rows,
                cols=cols,
                machine_memory=size_text(memory_limit(), binary=True),
            ),
            say("Cut out the part that you need. If it should be small, the file is damaged."),
        )


def require_rows_that_fit(name: str, cols: int, bands: int, sample_bytes: int) -> None:
    """Refuses rasters of which a single row of all bands takes too much of the memory.

    Raises:
        HsiError: it does.
    """
    size = cols * bands * sample_bytes
    if size > memory_limit() // _ROW_SHARE:
        raise HsiError(
            say(
                "{name} announces rows of {cols} pixels in {bands} bands: each would take {size}.",
                name=name,
                cols=cols,
                bands=bands,
                size=size_text(size, binary=True),
            ),
            say("Cut out the part that you need. If it should be small, the file is damaged."),
        )


def state_of_settings() -> tuple[str, int]:
    """The folder of the settings and when they were last written; of none the folder is empty."""
    path = SettingsStore().path
    try:
        return str(path.parent), path.stat().st_mtime_ns
    except OSError:
        return "", 0


@lru_cache(maxsize=1)
def _of_settings(folder: str, _changed: int) -> float:
    return SettingsStore(Path(folder)).load(keep_broken=False).memory_gib if folder else 0.0


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
