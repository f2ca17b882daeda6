"""How much memory a process may still take, where that is limited; asked before libraries that end the process when
they cannot get it.

Numerical libraries begin threads and take buffers as they are loaded, and where they cannot they call `exit` or raise a
signal, which nothing can catch. So the first import of such a library looks at the room first, and fails with a
MemoryError that can be told. Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MIB = 2**20
# What loading takes of the address space, measured with one thread and rounded up; those that begin threads take more
# for each further one: a stack, a heap and a buffer.
LIBRARIES = {
    "numpy": 160, "scipy.linalg": 160, "sklearn": 112, "torch": 640, "rasterio": 96, "pyogrio": 112, "h5py": 32,
    "skimage": 32,
}  # fmt: skip
THREADED = ("numpy", "scipy.linalg", "torch")
THREAD_MIB = 112
BUFFER_MIB = 48  # for products, of each library and each thread that asks at once
WORK_MIB = 128  # that a job begins with: the heap of its thread, a buffer for products, what it tells


def room() -> int | None:
    """Bytes of address space that this process may still take; None where that is not limited, or not known."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return None
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 - needs no memory to speak of
            return int(limit - int(file.read(64).split()[0]) * resource.getpagesize())
    except (ImportError, OSError, ValueError):  # no such limits, or none that can be looked at
        return None


def resident() -> int | None:
    """Bytes of memory that this process has in use; None where the system does not say."""
    try:
        import resource

        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return int(file.read(64).split()[1]) * resource.getpagesize()
    except (ImportError, OSError, ValueError, IndexError):
        return None


def peak() -> int | None:
    """The most bytes of memory that this process has had in use at once; None where the system does not say."""
    try:
        # Of Linux `getrusage` tells what the process that began this one had, too.
        with open("/proc/self/status", "rb", buffering=0) as file:  # noqa: PTH123 - as above
            line = next(line for line in file.read(8192).splitlines() if line.startswith(b"VmHWM:"))
        return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def require(size: int) -> None:
    """Fails where there is not so much room.

    Raises:
        MemoryError: fewer bytes are left.
    """
    left = room()
    if left is not None and left < size:
        raise MemoryError


def give_back() -> None:
    """Hands memory that was let go of back to the system, where the C library would keep it for what comes next.

    Glibc keeps freed memory in heaps of the threads, and what one of them holds is of no use to another: after half an
    hour of jobs that may be a tenth of all. Takes one to ten milliseconds; with other libraries nothing is done.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    """`malloc_trim(3)`, where the C library has it."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    function: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return function


def hold_buffers() -> None:
    """Has the libraries for products that are loaded take their buffers now, where room is limited and has just been
    looked at: later, without it, they end the process. They keep them. Of numpy and scipy, each of which has its own.

    Raises:
        MemoryError: there is no room for them.
    """
    numpy, blas = sys.modules.get("numpy"), sys.modules.get("scipy.linalg.blas")
    if numpy is None or room() is None:
        return
    require(BUFFER_MIB * (1 if blas is None else 2) * MIB)
    small = numpy.ones((160, 160), dtype="float32")  # smaller ones need no buffer
    small @ small
    if blas is not None:
        blas.sgemm(1.0, small, small)


def needed_by(library: str) -> int:
    """Bytes that loading a library takes, as far as it is known here."""
    if library not in LIBRARIES:
        return 0
    threads = max(0, (os.cpu_count() or 1) - 1) if library in THREADED else 0
    return (LIBRARIES[library] + THREAD_MIB * threads) * MIB


class Guard(MetaPathFinder):
    """Looks at the room before a library is loaded for the first time; finds nothing itself."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None, so that the import goes on.

        Raises:
            MemoryError: there is no room for the library.
        """
        del path, target
        if fullname in LIBRARIES:
            require(needed_by(fullname))
        return None


def guard_imports() -> None:
    """Looks at the room before libraries are loaded, from now on."""
    if not any(isinstance(finder, Guard) for finder in sys.meta_path):
        sys.meta_path.insert(0, Guard())
