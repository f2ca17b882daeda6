"""The SQLite database below a project file: how it is opened and read, whatever lies beside it and wherever it lies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import Enum
from pathlib import Path
from urllib.parse import quote

from hsigui.storage.can_lock import can_lock
from hsigui.texts import say

WAIT_SECONDS = 5.0  # for another process that is just writing


class Damaged(Exception):  # noqa: N818 - what the file is
    """A file is no whole project file; its text says what is wrong, for those who look closer."""


class Journal(Enum):
    """What is done, when a file is read, with the journal of a killed process that lies beside it."""

    IN_PLACE = 1  # it is played back into the file, as at every opening
    ELSEWHERE = 2  # it is played back into a copy; the file stays as it is
    IGNORED = 3


def snapshot(path: Path, journal: Journal = Journal.IN_PLACE) -> sqlite3.Connection:
    """A copy of a database in memory, of one moment.

    Raises:
        Damaged: it is no database.
        sqlite3.Error, OSError: it cannot be read just now.
    """
    with path.open("rb") as file:  # says better than SQLite does why a file cannot be read
        if not file.read(1):
            raise Damaged(say("it is empty"))
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        with _readable(path, journal) as source:
            source.backup(memory)
    except sqlite3.DatabaseError as error:
        memory.close()
        if isinstance(error, sqlite3.OperationalError) and not is_of_damage(error):
            raise
        raise Damaged(str(error)) from error
    except BaseException:
        memory.close()
        raise
    return memory


@contextmanager
def _readable(path: Path, journal: Journal) -> Iterator[sqlite3.Connection]:
    """A database to be read."""
    if journal is Journal.IN_PLACE and not _can_lock(path.parent):
        # Into such a folder files are only renamed, so an open one does not change. A journal is of a program that
        # wrote there all the same, and may do so still.
        journal = Journal.ELSEWHERE if journal_path(path).exists() else Journal.IGNORED
    if journal is Journal.ELSEWHERE:
        with tempfile.TemporaryDirectory(prefix="hsigui-") as scratch:
            copy = Path(scratch) / "project"
            shutil.copyfile(journal_path(path), journal_path(copy))
            shutil.copyfile(path, copy)
            with closing(connected(copy, "rw", alone=True)) as source:
                yield source
        return
    # Only a file that may be written to can have its journal played back.
    mode = "rw" if journal is Journal.IN_PLACE and os.access(path, os.W_OK) else "ro"
    with closing(connected(path, mode, immutable=journal is Journal.IGNORED)) as source:
        yield source


def _can_lock(folder: Path) -> bool:
    try:
        return can_lock(folder)
    except OSError:  # a folder that may only be read: whether it can lock, SQLite finds out
        return True


def journal_path(path: Path) -> Path:
    """Where SQLite keeps what a transaction writes over, as long as it is under way; after a kill it is there still."""
    return path.with_name(f"{path.name}-journal")


def put_in_place(scratch: Path, path: Path) -> None:
    if not path.exists():  # the journal of a file that is gone would be played back into this one
        journal_path(path).unlink(missing_ok=True)
    scratch.replace(path)


def connected(path: Path, mode: str, *, alone: bool = False, immutable: bool = False) -> sqlite3.Connection:
    """Opens a database.

    Args:
        alone: nobody else knows of it: it is not locked, which its folder may not be able to do.
        immutable: nobody writes to it: nor is it locked, and its journal is not looked at.
    """
    options = f"{'&nolock=1' if alone else ''}{'&immutable=1' if immutable else ''}"
    where = f"file:{quote(str(path.absolute().as_posix()))}?mode={mode}{options}"
    connection = sqlite3.connect(where, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def is_of_damage(error: sqlite3.OperationalError) -> bool:
    """Whether what SQLite could not do tells of the file and not of the disk, its rights or another process."""
    name = getattr(error, "sqlite_errorname", "")
    return name in ("SQLITE_ERROR", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_SCHEMA") or not name
