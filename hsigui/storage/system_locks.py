"""What the system can lock: a file for one process, and whether a folder can lock at all."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hsigui.saving import scratch_mark

_FAR = 1 << 30  # where Windows locks a byte: what stands before it can be read by others


def lock(descriptor: int) -> None:
    """Locks a file for as long as it is open.

    Raises:
        OSError: another has it, in this process or elsewhere, or it cannot be locked.
    """
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        # Not lockf: such a lock ends when any descriptor of the file is closed, and does not keep two windows of one
        # process apart.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_as_sqlite(descriptor: int) -> None:
    """Locks a file as SQLite does, which uses another call than `lock` where the system has two.

    Raises:
        OSError: it cannot be locked.
    """
    if sys.platform == "win32":
        lock(descriptor)
    else:
        import fcntl

        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@functools.cache
def can_lock(folder: Path) -> bool:
    """Whether files of a folder can be locked, which some network drives cannot; tried once for each folder.

    Raises:
        OSError: the folder cannot be written to.
    """
    return all(_locks(folder, call) for call in (lock, lock_as_sqlite))


def _locks(folder: Path, call: Callable[[int], None]) -> bool:
    # Each call on a file of its own, that nobody else knows: two kinds of locks on one file hinder each other on NFS.
    # By its name it is swept like any file that a killed process leaves beside a project.
    probe = folder / f".lock.hsigui-{scratch_mark()}"
    descriptor = os.open(probe, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        call(descriptor)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
        with suppress(OSError):
            probe.unlink()
