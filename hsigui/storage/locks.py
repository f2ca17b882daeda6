"""Who writes to a file: a lock beside it, which the system releases when its process ends, and who that is.

SQLite's own exclusive lock would do for writers; but under it nobody else may even read, and it does not tell who has
it. So the lock lies in a file of its own, with the name of its holder in it, and the database is read beside it.

Where a folder cannot lock, the file in it is written on this machine (see `placed`), and the lock lies there: it keeps
the windows of this machine apart. For other machines there is a note in the folder, of which nobody knows whether the
one who wrote it is still there.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from hsigui.dates import moment_in_words
from hsigui.locking import cannot, is_still, lock, release
from hsigui.storage.can_lock import can_lock
from hsigui.storage.on_this_machine import stand_in
from hsigui.texts import say

ENDING = ".lock"


@dataclass(frozen=True)
class Holder:
    """The process that writes to a file.

    Attributes:
        since: seconds since the epoch.
        certain: whether it is alive; where not, it is of another machine and the folder cannot lock.
    """

    pid: int
    host: str
    since: float
    certain: bool = True

    def __str__(self) -> str:
        if not self.pid:
            return say("another process")
        since = moment_in_words(self.since)
        if self.certain:
            return say("process {pid} on {host}, since {since}", pid=self.pid, host=self.host, since=since)
        return say(
            "process {pid} on {host}, since {since} (whether it still runs cannot be known from here)",
            pid=self.pid, host=self.host, since=since,
        )  # fmt: skip


class Lock:
    """The right to write to a file, until it is released or the process ends.

    Args:
        place: the file that is locked.
        note: where other machines are told, in a folder that cannot lock.

    Attributes:
        live: the file of this machine that is to be written to, where the folder of the other one cannot lock: there,
            other machines are not kept out.
        told: what became of what a killed process had written on this machine, in sentences.
    """

    def __init__(self, place: Path, descriptor: int, live: Path | None = None, note: Path | None = None) -> None:
        self._place, self._descriptor = place, descriptor
        self.live, self._note = live, note
        self.told: tuple[str, ...] = ()

    @property
    def safe(self) -> bool:
        """Whether the folder can keep other machines out."""
        return self.live is None

    def release(self) -> None:
        """Gives it back; a second time does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        if self._note is not None and _other(self._note) is None:  # another machine may have written its own there
            _removed(self._note)
        release(self._place, descriptor)


def lock_path(path: Path) -> Path:
    """The file of the lock of a file."""
    return path.with_name(path.name + ENDING)


def take(path: Path, *, over_note: bool = False) -> Lock | Holder:
    """The right to write to a file, which need not be there; or who has it.

    Args:
        over_note: also where another machine says that it has it, in a folder that cannot lock.

    Raises:
        OSError: the folder cannot be written to, or it cannot lock and no folder of this machine can.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if can_lock(path.parent):
        return _taken(lock_path(path))
    live, note = stand_in(path), lock_path(path)
    taken = _taken(lock_path(live))
    if isinstance(taken, Holder):
        return taken
    other = _other(note)
    if other is not None and not over_note:
        taken.release()
        return other
    with contextlib.suppress(OSError):  # as on a full disk: it only tells others
        note.write_bytes(_about_us())
    taken.live, taken._note = live, note
    return taken


def holder_of(path: Path) -> Holder | None:
    """The living process that writes to a file, or the one of another machine that may; None when there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    place = lock_path(path)
    if not place.exists():
        return None
    if not can_lock(path.parent):
        other, place = _other(place), lock_path(stand_in(path))
        if other is not None or not place.exists():
            return other
    found = _taken(place)
    if isinstance(found, Holder):
        return found
    found.release()
    return None


def _taken(place: Path) -> Lock | Holder:
    while True:
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if cannot(error):
                raise
            return _read(place)
        if is_still(place, descriptor):
            return _written(Lock(place, descriptor), descriptor)
        os.close(descriptor)  # its last holder took the file away between opening and locking


def _about_us() -> bytes:
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}).encode()


def _written(taken: Lock, descriptor: int) -> Lock:
    """Notes who has it. A full disk must not keep labels from being written where there is room for them."""
    with contextlib.suppress(OSError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, _about_us())
    return taken


def _read(place: Path) -> Holder:
    """Who wrote a lock; somebody unknown where it is just being written."""
    for _ in range(20):
        try:
            about = json.loads(place.read_bytes())
            return Holder(int(about["pid"]), str(about["host"]), float(about["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            time.sleep(0.01)
    return Holder(0, "", 0.0)


def _other(note: Path) -> Holder | None:
    """The process of another machine that a note is of. One of this machine that lives has the lock on it, too."""
    if not note.exists():
        return None
    found = _read(note)
    if not found.pid or found.host == socket.gethostname():
        return None
    return Holder(found.pid, found.host, found.since, certain=False)


def _removed(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
