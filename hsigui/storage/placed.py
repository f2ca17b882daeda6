"""Project files in folders that cannot lock, as some network drives: written on this machine, and copied into place.

SQLite is safe only where files can be locked. So the database that is written to lies in a folder of this machine that
can, found again by the path of the project, and whole copies of it are renamed into the project's place.

Another machine may write to the same project and nothing can keep it from that; but what it wrote is seen before it is
written over, and stays: what is drawn here is copied to a file of its own from then on.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.saving import write_bytes
from hsigui.storage.database import Damaged, journal_path, snapshot
from hsigui.storage.kept_scene import Change, SceneFacts, Surroundings
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.schema import Rows
from hsigui.storage.whole import check, copy_database
from hsigui.texts import say

Stat = tuple[int, int, int] | None


class PlacedFile(ProjectFile):
    """A project file that is written on this machine, and copied to where it belongs by `place`.

    Args:
        path: where it belongs; what is there is taken up.
        live: where it is written to, on this machine; it is not there.

    Attributes:
        unplaced: whether something was written that is not copied yet.

    Raises: as `ProjectFile`.
    """

    def __init__(self, path: Path, live: Path) -> None:
        self._place = path
        self._known: tuple[str, ...] = ()
        self._seen: Stat = None
        drop(live)  # a note of an earlier one
        if path.exists():
            with closing(snapshot(path)) as memory:
                copy_database(memory, live)
            self._known, self._seen = (content_of(live),), _stat(path)
        super().__init__(path, live)
        self.unplaced = not path.exists()
        if self.unplaced:
            self.place()
        else:
            self._note()

    def write(self, facts: SceneFacts, change: Change | None, around: Surroundings | None = None) -> None:
        """As `ProjectFile.write`; on the disk of this machine afterwards."""
        super().write(facts, change, around)
        self.unplaced = True

    def place(self) -> str:
        """Copies all that was written to where it belongs. Returns what is to be told of it, in a sentence.

        Raises:
            Damaged, OSError, sqlite3.Error: it cannot be copied now; all is still on this machine.
        """
        told = self._moved_out_of_the_way() if self._is_of_another() else ""
        mark = _mark(self._rows)
        # Both, until it is there for sure: a kill between must not make ours look like another machine's.
        self._known = (*self._known[-1:], mark)
        self._note()
        _put(self._connection, self._place)
        self._known, self._seen, self.unplaced = (mark,), _stat(self._place), False
        self._note()
        return told

    def close(self) -> None:
        """Lets go of the file. What is on this machine goes, unless it is not in its place yet."""
        super().close()
        if not self.unplaced:
            drop(self.database)

    def _is_of_another(self) -> bool:
        """Whether what is in its place is neither what was found there nor what was put there."""
        now = _stat(self._place)
        if now is None or now == self._seen:
            return False
        try:
            return content_of(self._place) not in self._known
        except (Damaged, HsiError):
            return True

    def _moved_out_of_the_way(self) -> str:
        names = (self.path.with_name(f"{self.path.stem}.{n}{self.path.suffix}") for n in range(2, 1000))
        before, self._place = self._place, next(name for name in names if not name.exists())
        self._known, self._seen = (), None
        return say(
            "Another machine has written to {path} meanwhile; it stays so. What is drawn here is in {own} from now on.",
            path=before,
            own=self._place,
        )

    def _note(self) -> None:
        about = {"format": 1, "place": str(self._place.absolute()), "known": self._known}
        write_bytes(_note_path(self.database), json.dumps(about).encode())


def content_of(path: Path) -> str:
    """What stands for all that a project file holds, however it lies in the file.

    Raises:
        Damaged, HsiError, sqlite3.Error, OSError: as `read_project`.
    """
    with closing(snapshot(path)) as memory:
        rows = Rows(memory)
        check(rows)
        return _mark(rows)


def _mark(rows: Rows) -> str:
    return json.dumps(rows.seals())


def copy_into_place(source: Path, target: Path) -> None:
    """Copies a project file to where it belongs, or beside that.

    Raises:
        Damaged, OSError, sqlite3.Error: it cannot be read or written.
    """
    with closing(snapshot(source)) as memory:
        _put(memory, target)


def _put(source: sqlite3.Connection, target: Path) -> None:
    copy_database(source, target)
    # In a folder that cannot lock, a journal is of a program that is gone; what it was for has just been replaced.
    with suppress(FileNotFoundError):
        journal_path(target).unlink()


def noted(live: Path, path: Path) -> tuple[Path, tuple[str, ...]]:
    """Where something of this machine belongs, and what was known to be there."""
    try:
        about = untrusted.json_of(_note_path(live).read_text(encoding="utf-8"))
        return Path(str(about["place"])), tuple(str(mark) for mark in about["known"])
    except (OSError, ValueError, KeyError, TypeError):  # not written yet: there is but what was just copied from there
        return path, ()


def _note_path(live: Path) -> Path:
    return live.with_name(f"{live.name}.json")


def drop(live: Path) -> None:
    """Removes what stood on this machine for a file that is in its place; what cannot be removed is looked at again."""
    for path in (live, _note_path(live), journal_path(live)):
        with suppress(OSError):
            path.unlink()


def _stat(path: Path) -> Stat:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
