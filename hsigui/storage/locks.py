"""Who writes to a file: a lock beside it, which the system releases when its process ends, and who that is.

SQLite's own exclusive lock would do for writers; but under it nobody else may even read, and it does not tell who has
it. So the lock lies in a file of its own, with the name of its holder in it, and the database is read beside it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from hsigui.locking import cannot, is_still, lock, release
from hsigui.texts import say

ENDING = ".lock"


@dataclass(frozen=True)
class Holder:
    """The process that writes to a file.

    Attributes:
        since: seconds since the epoch.
    """

    pid: int
    host: str
    since: float

    def __str__(self) -> str:
        if not self.pid:
            return say("another process")
        since = time.strftime("%d %b %Y, %H:%M", time.localtime(self.since))
        return say("process {pid} on {host}, since {since}", pid=self.pid, host=self.host, since=since)


class Lock:
    """The right to write to a file, until it is released or the process ends.

    Attributes:
        safe: whether the folder can lock at all; where it cannot, nobody is kept out.
    """

    def __init__(self, path: Path, descriptor: int, safe: bool) -> None:
        self._path, self._descriptor, self.safe = path, descriptor, safe

    def release(self) -> None:
        """Gives it back; a second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            release(self._path, descriptor)


def lock_path(path: Path) -> Path:
    """The file of the lock of a file."""
    return path.with_name(path.name + ENDING)


def take(path: Path) -> Lock | Holder:
    """The right to write to a file, which need not be there; or who has it.

    Raises:
        OSError: the folder cannot be written to.
    """
    place = lock_path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock(descriptor)
        except OSError as error:
            if cannot(error):
                return _written(Lock(place, descriptor, safe=False), descriptor)
            holder = _read(place)
            os.close(descriptor)
            return holder
        if is_still(place, descriptor):
            return _written(Lock(place, descriptor, safe=True), descriptor)
        os.close(descriptor)  # its last holder took the file away between opening and locking


def holder_of(path: Path) -> Holder | None:
    """The living process that writes to a file; None when there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    if not lock_path(path).exists():
        return None
    found = take(path)
    if isinstance(found, Holder):
        return found
    found.release()
    return None


def _written(lock: Lock, descriptor: int) -> Lock:
    """Notes who has it. A full disk must not keep labels from being written where there is room for them."""
    about = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}).encode()
    with contextlib.suppress(OSError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, about)
    return lock


def _read(place: Path) -> Holder:
    """Who wrote a lock; somebody unknown where it is just being written."""
    for _ in range(20):
        try:
            about = json.loads(place.read_bytes())
            return Holder(int(about["pid"]), str(about["host"]), float(about["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(0.01)
    return Holder(0, "", 0.0)
