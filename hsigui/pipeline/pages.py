"""Memory of arrays that are mapped from a file: pages that were read count as the process's until they are let go."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST = 256_000_000  # bytes; smaller arrays stay, as they are soon read again


def let_go(array: NDArray[Any]) -> None:
    """Lets the pages of a large mapped array go; the system keeps them as long as it has room, and reads them again
    where they are asked for. An array of any shape; one that is not mapped stays as it is."""
    mapped: object = array
    while isinstance(mapped, np.ndarray):
        mapped = mapped.base
    if isinstance(mapped, mmap.mmap) and array.nbytes >= LEAST and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)
