"""Whether a folder can lock at all, by what the program locks with and by what SQLite does."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hsigui.locking import lock
from hsigui.saving import scratch_mark


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
