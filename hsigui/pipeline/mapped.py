"""Arrays in a file that is mapped into memory, features while they are made among them: pages that were worked on are
let go of.

A map of a file counts as the memory of the process as far as it was touched, up to the whole file. Features are made by
tiles and then smoothed some columns at a time, which touches all of it: of ContrastDM, with 640 features a pixel, that
were 5 GB of a scene of 2000 x 2000. What is let go of stays in the file, written or on its way there.
"""

from __future__ import annotations

import math
import mmap
import os
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.errors import HsiError
from hsigui.sizes import size_text
from hsigui.texts import say

KEPT_BYTES = 512 * 2**20  # of a map that may stay in memory while it is worked on


def kept_bytes() -> int:
    """Bytes of a map that may stay in memory: the usual number, fewer under a limit of memory."""
    return working_memory.within(KEPT_BYTES, 0.15, 1)


def scratch(shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """Zeros, of any shape; under a limit of memory in which they would take too much, in a file of the system's folder
    for such that goes with the array.

    Raises:
        HsiError: the file cannot be made.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if working_memory.limit() is None or size <= kept_bytes():
        return np.zeros(shape, dtype=dtype)
    try:
        with tempfile.TemporaryFile(prefix="hsigui-") as file:
            file.truncate(size)
            if hasattr(os, "posix_fallocate"):  # a map that runs out of disk kills the process
                os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, dtype=dtype, mode="r+", shape=shape)
    except OSError as error:
        raise HsiError(
            say(
                "{size} cannot be held beside a memory limit, and not in {folder} either: {reason}.",
                size=size_text(size),
                folder=tempfile.gettempdir(),
                reason=error.strerror or error,
            ),
            say("Make room there, name another folder in the variable TMPDIR, or give a larger limit."),
        ) from error


def is_kept(array: NDArray[Any]) -> bool:
    """Whether an array, of any shape, stays in memory as it is: it is in no file, or small."""
    return _map_of(array) is None or array.nbytes <= kept_bytes()


def let_go(array: NDArray[Any]) -> None:
    """Lets go of the pages of an array (of any shape) in a mapped file; does nothing with one that stays in memory, nor
    on systems that know no such wish."""
    mapped = _map_of(array)
    if mapped is not None and not is_kept(array) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def columns_of(array: NDArray[np.float16], columns: slice, check: Callable[[], None]) -> NDArray[np.float16]:
    """Some columns of features (rows x cols x features): those themselves, of an array that stays in memory; else a
    copy. Not to be written to."""
    if is_kept(array):
        return array[..., columns]
    found = np.empty((*array.shape[:2], columns.stop - columns.start), dtype=array.dtype)
    for rows in _blocks(array):
        check()
        found[rows] = array[rows, :, columns]
        let_go(array)
    return found


def put_columns(array: NDArray[np.float16], columns: slice, values: NDArray[Any], check: Callable[[], None]) -> None:
    """Writes some columns of features (rows x cols x features): rows x cols x columns."""
    if is_kept(array):
        array[..., columns] = values
        return
    for rows in _blocks(array):
        check()
        array[rows, :, columns] = values[rows]
        let_go(array)


def _blocks(array: NDArray[Any]) -> list[slice]:
    """Rows that take an eighth of what may stay in memory: several threads are at work at once."""
    each = max(1, kept_bytes() // 8 // max(1, array.nbytes // len(array)))
    return [slice(top, top + each) for top in range(0, len(array), each)]


def _map_of(array: NDArray[Any]) -> mmap.mmap | None:
    """The map that an array lies in; None for one in memory."""
    found = getattr(array, "_mmap", None)
    return found if isinstance(found, mmap.mmap) else None
