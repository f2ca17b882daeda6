"""How many cubes the memory of this machine bears at once, judged by their headers. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.limits import memory_limit

# What a process takes for one map, measured (tests/benchmarks/many_cubes.py --memory): with PyTorch and the other
# libraries loaded, and more for each pixel and for each value of the cube.
PROCESS_BYTES = 600 * 2**20
PIXEL_BYTES, VALUE_BYTES = 3000, 4
TRAINING_BYTES = 600 * 2**20  # beside that, of networks and their steps

# Where Linux keeps the limits of control groups (version 2), and says of which one this process is.
GROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Fitting:
    """How many cubes fit at once.

    Attributes:
        count: at least one: that it does not fit is told by who makes its map.
        need: bytes that the largest takes.
        free: bytes that are free.
    """

    count: int
    need: int
    free: int


def of_map(rows: int, cols: int, bands: int) -> int:
    """Bytes that the map of a cube takes."""
    return PROCESS_BYTES + rows * cols * (PIXEL_BYTES + bands * VALUE_BYTES)


def of_training(rows: int, cols: int, bands: int) -> int:
    """Bytes that pretraining on a scene takes, its features and maps included."""
    return of_map(rows, cols, bands) + TRAINING_BYTES


def fitting(needs: Sequence[int], wanted: int) -> Fitting:
    """How many of some cubes, at most so many as are wanted, fit at once however they meet.

    Args:
        needs: bytes of each.
    """
    free, largest = free_memory(), sorted(needs, reverse=True)
    count = min(wanted, max(1, len(largest)))
    while count > 1 and sum(largest[:count]) > free:
        count -= 1
    return Fitting(count, max(largest, default=0), free)


def free_memory() -> int:
    """Bytes that further processes may take: what the machine has free, or the container that this one is in, or fewer
    where the user has set a limit."""
    known = [value for value in (_available(), _of_container()) if value is not None]
    return min([memory_limit(), *known])


def _available() -> int | None:
    """What Linux says may be had without swapping; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None


def _of_container(groups: Path = GROUPS, own: Path = OWN_GROUPS) -> int | None:
    """What the control group of this process leaves, as those of a cluster's jobs and of containers do; None where it
    sets no limit."""
    try:
        names = [line.partition("::")[2] for line in own.read_text(encoding="utf-8").splitlines() if "::" in line]
    except OSError:
        return None
    left = []
    for name in names:
        folder = groups / name.strip("/")
        for each in (folder, *(parent for parent in folder.parents if parent.is_relative_to(groups))):
            try:
                limit, used = int((each / "memory.max").read_text()), int((each / "memory.current").read_text())
            except (OSError, ValueError):  # none of ours, or "max"
                continue
            left.append(max(0, limit - used + _given_back(each)))
    return min(left, default=None)


def _given_back(group: Path) -> int:
    """Bytes of files that the system holds for the group and gives up where memory is asked for."""
    try:
        lines = (group / "memory.stat").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
    except (OSError, StopIteration, ValueError, IndexError):
        return 0
