"""Work on the processor's cores side by side, for numpy, which lets other threads run meanwhile. Loads no torch."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

VARIABLE = "HSIGUI_CORES"  # of the environment: how many cores a process may count on, where several share them

_T = TypeVar("_T")
_R = TypeVar("_R")


def count() -> int:
    """How many cores this process may use: those that it was given, or that the system lets it have."""
    given = os.environ.get(VARIABLE, "")
    if given.isdigit() and int(given):
        return int(given)
    if sys.platform.startswith("linux"):  # a job of a cluster has few of the cores of its machine
        return len(os.sched_getaffinity(0))
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
