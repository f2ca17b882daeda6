"""Work on the processor's cores side by side, for numpy, which lets other threads run meanwhile. Loads no torch."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def count() -> int:
    """How many cores there are."""
    return os.cpu_count() or 1


def each(work: Callable[[_T], _R], over: Sequence[_T]) -> list[_R]:
    """The work on every one of some things, side by side, in their order. What one raises is raised."""
    if len(over) < 2:
        return [work(one) for one in over]
    with ThreadPoolExecutor(min(len(over), count())) as pool:
        return list(pool.map(work, over))


def pieces(rows: int, least: int = 64) -> list[slice]:
    """The rows of a raster in as many parts as there are cores, or fewer of no less than so many rows."""
    parts = max(1, min(count(), rows // least))
    ends = [rows * number // parts for number in range(parts + 1)]
    return [slice(one, other) for one, other in itertools.pairwise(ends)]
