"""Locks of the operating system, which end with the process that holds them: for a moment between look and rename, and
for as long as a file is open (`storage.locks`)."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

PATIENCE = 5.0  # seconds; who holds a lock of a moment for longer was stopped in the middle of it
_POLL = 0.01
_FAR = 1 << 30  # where Windows locks a byte: what stands before it can be read by others
_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_CANNOT = {
    errno.ENOLCK,
    errno.ENOSYS,
    getattr(errno, "ENOTSUP", errno.ENOSYS),
    getattr(errno, "EOPNOTSUPP", errno.ENOSYS),
}


@contextlib.contextmanager
def alone(places: Iterable[Path]) -> Iterator[bool]:
    """Within the block nobody else is who has asked for one of the same places, in this process or another.

    Where a folder cannot lock, and where another does not let go, the block is entered all the same: it is no worse
    then than without.

    Args:
        places: the files of the locks, made for the time of the block; their folders must be there.

    Yields:
        whether all are held.
    """
    held: list[tuple[Path, int]] = []
    end = time.monotonic() + PATIENCE
    try:
        held_all = True
        for place in sorted(set(places)):  # in one order, or two could wait for each other
            descriptor = _waited_for(place, end)
            if descriptor is None:
                held_all = False
            else:
                held.append((place, descriptor))
        yield held_all
    finally:
        for place, descriptor in reversed(held):
            release(place, descriptor)


def lock(descriptor: int) -> None:
    """Locks an open file, or raises OSError when another has it, in this process or elsewhere."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        # Not lockf: such a lock ends when any descriptor of the file is closed, and does not keep two windows of one
        # process apart.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def cannot(error: OSError) -> bool:
    """Whether an error of `lock` means that the folder cannot lock at all, rather than that another has it."""
    return error.errno in _CANNOT


def is_still(place: Path, descriptor: int) -> bool:
    """Whether an open file is the one that stands at its place now."""
    try:
        return os.path.samestat(place.stat(), os.fstat(descriptor))
    except OSError:
        return False


def release(place: Path, descriptor: int) -> None:
    """Removes the file of a lock, and lets go of it."""
    # While it is still held, so that nobody can have taken the same file; Windows removes no open one.
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            place.unlink()
    os.close(descriptor)
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            place.unlink()


def _waited_for(place: Path, end: float) -> int | None:
    """The locked file; None where it cannot be locked, or was not to be had by the end."""
    while True:
        try:
            descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            return None
        try:
            lock(descriptor)
        except OSError as error:
            if error.errno not in _TAKEN:
                release(place, descriptor)
                return None
            os.close(descriptor)
            if time.monotonic() > end:
                return None
            time.sleep(_POLL)
            continue
        if is_still(place, descriptor):
            return descriptor
        os.close(descriptor)  # its last holder took the file away between opening and locking
