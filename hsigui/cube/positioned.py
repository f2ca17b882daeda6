"""Reading a file at a position, from several threads at once."""

from __future__ import annotations

import os
import threading


def read_at(file: int, target: memoryview, position: int, lock: threading.Lock) -> int:
    """Reads bytes of an open file into a target; returns how many, 0 at the end.

    Args:
        file: its descriptor.
        lock: held where a file has one position only, as on Windows.

    Raises:
        OSError: it cannot be read.
    """
    if hasattr(os, "preadv"):
        return os.preadv(file, [target], position)
    with lock:
        os.lseek(file, position, os.SEEK_SET)
        data = os.read(file, len(target))
    target[: len(data)] = data
    return len(data)
