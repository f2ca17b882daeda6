"""Work that processes and machines share in a folder: who has claimed a piece of it, and who takes over from the dead.

Locks of the operating system do not hold between machines on every shared disk. So a claim is a file that only one can
make, and that its owner touches every few seconds. Who finds it looks whether it goes on being touched, by a clock of
his own, since those of two machines need not agree; where it does not, or its owner is of this machine and no more, he
takes it over. An owner that only slept may go on: its work is then done twice, which no one may rely on not to happen.
It finds out with its next touch, and `Claim.lost` tells it.

Processes of two containers on one machine may have the same number, or not see each other: those of another space of
process numbers are looked at like those of another machine.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hsigui.saving import is_alive
from hsigui.texts import say

BEAT = 5.0  # seconds between two touches
PATIENCE = 60.0  # seconds without a touch after which an owner is taken for dead


@dataclass(frozen=True)
class Owner:
    """Who has claimed something.

    Attributes:
        pid: 0 where that is just being written, or cannot be read.
        token: no other claim has it.
        since: seconds since the epoch, by the owner's clock; 0 where an earlier version did not say it.
        space: of process numbers, in which the pid is one; empty where the system or an earlier version does not tell.
    """

    host: str = ""
    pid: int = 0
    token: str = ""
    since: float = field(default=0.0, compare=False)
    space: str = field(default="", compare=False)

    @property
    def is_of_here(self) -> bool:
        """Whether its process can be looked for on this machine."""
        return bool(self.pid) and self.host == socket.gethostname() and self.space in ("", _space())

    def __str__(self) -> str:
        if not self.pid:
            return say("another process")
        return say("process {pid} on {host}", pid=self.pid, host=self.host)


@dataclass
class Claim:
    """The right to do a piece of work, until it is released or the process ends."""

    place: Path
    owner: Owner
    beat: float
    _ended: threading.Event = field(default_factory=threading.Event)
    _lost: threading.Event = field(default_factory=threading.Event)

    @property
    def lost(self) -> bool:
        """Whether another has taken it over, as from one who slept; known with the next touch."""
        return self._lost.is_set()

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._touch, name="claim", daemon=True)
        self._thread.start()

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Gives it back, unless somebody has taken it over meanwhile; a second time does nothing."""
        self._ended.set()
        self._thread.join()
        if _read(self.place) == self.owner:
            with contextlib.suppress(OSError):  # gone, or its folder is
                self.place.unlink()

    def _touch(self) -> None:
        while not self._ended.wait(self.beat):
            there = _read(self.place)
            if there.pid and there != self.owner:  # touching it would keep the claim of another alive
                self._lost.set()
                return
            with contextlib.suppress(OSError):  # a disk that is away for a moment: the next touch may reach it
                os.utime(self.place)


class Claims:
    """Makes claims, and remembers how long those of others have not been touched.

    Args:
        beat, patience: seconds, see `BEAT` and `PATIENCE`; all who share a folder must agree in them.
        clock: seconds that only ever grow.
    """

    def __init__(
        self, beat: float = BEAT, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._beat, self._patience, self._clock = beat, patience, clock
        self._seen: dict[Path, tuple[tuple[int, str], float]] = {}  # state of a claim, and since when it is so

    def take(self, place: Path) -> Claim | Owner:
        """The right to do what a file stands for; or who has it.

        Raises:
            OSError: the folder is not there, or cannot be written to.
        """
        owner = Owner(socket.gethostname(), os.getpid(), uuid.uuid4().hex, time.time(), _space())
        for _ in range(2):
            try:
                descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                there = _read(place)
                if not self._is_dead(place, there) or not _taken_away(place, there):
                    return there
                continue
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(asdict(owner), file)
            except OSError:  # as on a full disk: a claim that names nobody would keep others waiting
                place.unlink(missing_ok=True)
                raise
            self._seen.pop(place, None)
            return Claim(place, owner, self._beat)
        return _read(place)

    def _is_dead(self, place: Path, owner: Owner) -> bool:
        if owner.is_of_here and not is_alive(owner.pid):
            return True
        try:
            state = place.stat().st_mtime_ns, owner.token
        except OSError:  # just released: the next look claims it
            return False
        now = self._clock()
        if place not in self._seen or self._seen[place][0] != state:
            self._seen[place] = state, now
        return now - self._seen[place][1] > self._patience


def _taken_away(place: Path, owner: Owner) -> bool:
    """Takes away the claim of an owner who is dead; only one who tries succeeds."""
    aside = place.with_name(f".{place.name}-{uuid.uuid4().hex}")
    try:
        place.rename(aside)
    except OSError:  # somebody else was quicker
        return False
    ours = _read(aside) == owner
    if not ours:  # somebody took it over between look and rename: it is given back, where no other is there yet
        with contextlib.suppress(OSError):
            os.link(aside, place)
    with contextlib.suppress(OSError):
        aside.unlink()
    return ours


def _read(place: Path) -> Owner:
    try:
        about = json.loads(place.read_bytes())
        since, space = float(about.get("since", 0.0)), str(about.get("space", ""))
        return Owner(str(about["host"]), int(about["pid"]), str(about["token"]), since, space)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Owner()


def owner_of(place: Path) -> Owner | None:
    """Who has claimed something, without a look at whether he still lives; None where nobody has."""
    return _read(place) if place.exists() else None


@functools.cache
def _space() -> str:
    """What tells the process numbers of this container from those of others; empty where the system has no such."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
