"""Folders that cannot lock, for tests: there, the system's calls fail as on such a drive, and so does SQLite."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hsigui.storage import database, on_this_machine
from hsigui.storage.can_lock import can_lock
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.named import create_project, open_project
from hsigui.storage.project_content import read_project
from hsigui.storage.projects import Projects
from tests.storage.scenes import block, tracked


def forbid(patch: pytest.MonkeyPatch, folder: Path, local: Path) -> None:
    """Nothing in a folder can be locked from now on, and what stands for its files lies in another one.

    SQLite fails there as soon as it has to lock; that it also writes nothing there is for the tests to see.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("flock", "lockf"):
        patch.setattr(fcntl, name, _refusing(getattr(fcntl, name), folder))
    connect = sqlite3.connect

    def connected(where: str, **more: object) -> sqlite3.Connection:
        locks = "nolock=1" not in where and "immutable=1" not in where
        if locks and f"{folder.as_posix()}/" in where:
            raise sqlite3.OperationalError("database is locked")
        return connect(where, **more)  # type: ignore[call-overload, no-any-return]

    patch.setattr(database.sqlite3, "connect", connected)
    patch.setattr(on_this_machine, "candidates", lambda: iter((folder / "live", local)))
    can_lock.cache_clear()


def _refusing(call: Callable[[int, int], None], folder: Path) -> Callable[[int, int], None]:
    def refusing(descriptor: int, how: int) -> None:
        found = os.fstat(descriptor)
        if any(os.path.samestat(found, path.lstat()) for path in folder.rglob("*")):
            raise OSError(errno.ENOLCK, "No locks available")
        call(descriptor, how)

    return refusing


def labels_at(path: Path) -> list[int]:
    """The classes of the first pixels of the only scene of a project, along its diagonal."""
    (scene,) = read_project(path)
    return values(scene)


def values(scene: KeptScene) -> list[int]:
    """The classes that a scene has, in their order."""
    return [int(number) for number in np.unique(scene.labels) if number]


def work(path: Path, state: Path) -> None:
    """A session that is killed: one label is in the project's place, the next one is not."""
    project = open_project(path).project if path.exists() else create_project(path)
    journal = Journal(Projects(state / "projects", state / "none"))
    journal.use(project)
    scene, _tracker = tracked(journal)
    scene.edit(block(0, 0, 3, 3, 1), "Placed")
    journal.settle()
    project._file.place()  # type: ignore[union-attr, attr-defined]
    scene.edit(block(9, 9, 3, 3, 2), "Not placed")
    journal.settle()


def main() -> None:
    folder, local = Path(sys.argv[1]), Path(sys.argv[2])
    with pytest.MonkeyPatch.context() as patch:
        forbid(patch, folder, local)
        work(folder / "fields.hsigui", local)
        print("written", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
