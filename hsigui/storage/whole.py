"""Whether a database is a whole project file of a version that this program knows; how one is made and copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.saving import scratch_mark
from hsigui.storage.database import Damaged, connected, is_of_damage, put_in_place
from hsigui.storage.schema import (
    APPLICATION,
    LAYOUT_PART,
    MIGRATIONS,
    PARTS,
    TABLES,
    VERSIONS,
    Key,
    Rows,
    Table,
    checksum,
)
from hsigui.texts import say


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copies a database to a file: beside its place first, and into it when it is whole.

    Raises:
        Damaged: what was copied is not whole.
        sqlite3.Error, OSError: the copy cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}-{scratch_mark()}")
    try:
        scratch.unlink(missing_ok=True)
        with closing(connected(scratch, "rwc", alone=True)) as target:
            target.execute("PRAGMA synchronous = FULL")
            source.backup(target)
            check(Rows(target))
        put_in_place(scratch, path)
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def make_database(path: Path) -> None:
    """Makes an empty project file. Not in its place: there, an empty file is a damaged one.

    Raises:
        sqlite3.Error, OSError: it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}-{scratch_mark()}")
    try:
        with closing(connected(scratch, "rwc", alone=True)) as connection:
            rows = Rows(connection)
            with rows.transaction():
                rows.create()
        put_in_place(scratch, path)
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def migrate(rows: Rows) -> None:
    """Brings the parts of an earlier version to this one, each from version to version; within a transaction."""
    for name, version in behind(rows):
        for step in range(version, VERSIONS[name]):
            if step or (name, step) in MIGRATIONS:
                MIGRATIONS[name, step](rows)
            rows.put(PARTS, (name,), (step + 1,))


def behind(rows: Rows) -> list[tuple[str, int]]:
    """The parts of an earlier version; one that the file has not yet is of version 0."""
    found = dict(rows.connection.execute("SELECT name, version FROM parts").fetchall())
    return [(name, found.get(name, 0)) for name, version in VERSIONS.items() if found.get(name, 0) < version]


def check(rows: Rows) -> None:
    """Whether all rows are as they were written; notes their checksums.

    Raises:
        Damaged: they are not.
        HsiError: a later version of the program wrote it.
        sqlite3.OperationalError: it cannot be read just now.
    """
    try:
        _check_all(rows)
    except (HsiError, Damaged):
        raise
    except sqlite3.OperationalError as error:
        if not is_of_damage(error):
            raise
        raise Damaged(str(error)) from error
    except Exception as error:  # untrusted bytes: whatever they raise, they are no project file
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _check_all(rows: Rows) -> None:
    execute = rows.connection.execute
    if execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise Damaged(say("it is no project file of hsigui"))
    told = [str(row[0]) for row in execute("PRAGMA integrity_check(3)").fetchall()]
    if told != ["ok"]:
        raise Damaged("; ".join(told))
    _check_table(rows, PARTS)
    versions = dict(execute("SELECT name, version FROM parts").fetchall())
    if execute("PRAGMA user_version").fetchone()[0] != versions.get(LAYOUT_PART):
        raise Damaged(say("it names two versions of itself"))
    if any(found > VERSIONS.get(name, found) for name, found in versions.items()):
        raise HsiError(say("The project was written by a later version of hsigui."), say("Open it with that version."))
    for table in TABLES:
        if table is not PARTS:
            _check_table(rows, table)
    sealed = {name: (count, total) for name, count, total in execute("SELECT name, rows, total FROM seals")}
    if sealed != rows.seals():
        raise Damaged(say("rows are missing or from another moment"))


def _check_table(rows: Rows, table: Table) -> None:
    for key, values, found in _rows_of(rows.connection, table):
        if checksum((*key, *values)) != found:
            raise Damaged(say("a row of {table} is not as it was written", table=table.name))
        rows.known(table, key, found)


def _rows_of(connection: sqlite3.Connection, table: Table) -> Iterator[tuple[Key, tuple[object, ...], int]]:
    names = ", ".join(f'"{name}"' for name in table.columns)
    count = len(table.keys)
    for row in connection.execute(f"SELECT {names} FROM {table.name}"):
        yield row[:count], row[count:-1], row[-1]
