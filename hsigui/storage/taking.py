"""The right to write to a project file, also where its folder cannot lock, and what a killed process left then.

What was written on this machine and is not in its place is brought there before anything else is done with a project.
Where another machine wrote there meanwhile, the older of the two becomes a copy.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.storage import copies, locks
from hsigui.storage.database import Damaged
from hsigui.storage.locks import Holder, Lock
from hsigui.storage.on_this_machine import left_of
from hsigui.storage.placed import PlacedFile, content_of, copy_into_place, drop, noted
from hsigui.storage.project_content import read_content
from hsigui.storage.project_file import ProjectFile
from hsigui.texts import say


def take(path: Path, *, over_note: bool = False) -> Lock | Holder:
    """As `locks.take`; what a killed process left on this machine is in its place then. `Lock.told` says what came of
    that, where there is something to say.

    Raises:
        OSError: as `locks.take`.
        HsiError: what was left cannot be brought into place; it stays where it is.
    """
    lock = locks.take(path, over_note=over_note)
    left = left_of(path) if isinstance(lock, Lock) else None
    if isinstance(lock, Holder) or left is None:
        return lock
    try:
        if lock.live is not None or locks.holder_of(left) is None:
            lock.told = _brought_back(left, path)
    except BaseException as error:
        lock.release()
        if isinstance(error, sqlite3.Error | OSError | Damaged):
            raise HsiError(
                say("What was drawn last is in {left} and cannot be copied to {path}: {error}.",
                    left=left, path=path, error=getattr(error, "strerror", None) or error),
                say("It is copied when the project is opened and that folder can be written to."),
            ) from error  # fmt: skip
        raise
    return lock


def project_file(path: Path, lock: Lock) -> ProjectFile:
    """A project file to write to, where its lock allows it to be written.

    Raises: as `ProjectFile`.
    """
    return ProjectFile(path) if lock.live is None else PlacedFile(path, lock.live)


def told_of_folder(path: Path, lock: Lock) -> str:
    """What is to be known of a project whose folder cannot lock; empty where it can."""
    if lock.live is None:
        return ""
    return say(
        "The folder {folder} cannot lock files: what you draw is written on this machine, in {live}, and copied there "
        "every few seconds.",
        folder=path.parent,
        live=lock.live.parent,
    )


def _brought_back(live: Path, path: Path) -> tuple[str, ...]:
    """Brings what a killed process left on this machine into its place, and drops it here."""
    place, known = noted(live, path)
    try:
        mine = content_of(live)
    except Damaged as damage:
        return (copies.told_set_aside(live, damage),)
    told: tuple[str, ...] = ()
    try:
        theirs = content_of(place) if place.exists() else ""
    except Damaged as damage:
        theirs, told = "", (copies.told_set_aside(place, damage),)
    if not theirs or theirs in known:
        if theirs != mine:
            copy_into_place(live, place)
    elif mine not in (theirs, *known[-1:]):
        told = (_joined(live, place),)
    drop(live)
    return told


def _joined(live: Path, place: Path) -> str:
    """Of two that both have something of their own, the newer one is in the place then, and the other among its
    copies."""
    other = copies.new_copy_path(place)
    newer_here = read_content(live).written_at >= read_content(place).written_at
    copy_into_place(place if newer_here else live, other)
    if newer_here:
        copy_into_place(live, place)
    return say(
        "Another machine has written to {path} while this one did. The newer of the two is there now; the other is "
        "{other}.",
        path=place,
        other=other,
    )
