"""A project file: a SQLite database with scenes, their classes, labels and history. One process writes to it."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hsigui.cube.cube import Geo
from hsigui.document.scene_state import SceneState
from hsigui.errors import HsiError
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.saving import scratch_mark
from hsigui.storage.database import Damaged, Journal, connected, is_of_damage, put_in_place, snapshot
from hsigui.storage.kept_scene import Change, Condition, KeptScene, SceneFacts, Surroundings
from hsigui.storage.label_rows import (
    edit_from_row,
    filled_layer,
    read_steps,
    table_from_json,
    table_to_json,
    write_labels,
)
from hsigui.storage.scene_import import SceneImport
from hsigui.storage.schema import (
    APPLICATION,
    ENTRIES,
    LAYOUT_PART,
    MIGRATIONS,
    PARTS,
    SCENES,
    TABLES,
    VERSIONS,
    Key,
    Rows,
    Table,
    checksum,
)
from hsigui.storage.state_json import Name, entries_of, state_from
from hsigui.texts import say

SUFFIX = ".hsigui"
WINDOW = 0  # in place of a scene's number, for what is of the window


class ProjectFile:
    """A project file that is written to. Its calls may come from any one thread at a time.

    Args:
        path: made when it is not there, with its folder.
        database: the file that is written to, where that is another one than `path` and stands for it.

    Raises:
        Damaged: the file is there, and not whole.
        HsiError: a later version of the program wrote it.
        sqlite3.Error, OSError: it cannot be made or written to.
    """

    def __init__(self, path: Path, database: Path | None = None) -> None:
        self.path = path
        self.database = database or path
        self._written: tuple[int, SceneState] | None = None  # what was written last, and of which scene
        if not self.database.exists():
            _make(self.database)
        self._connection = connected(self.database, "rw")
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA fullfsync = ON")  # where a flush is not yet on the disk: macOS
            self._rows = Rows(self._connection)
            check(self._rows)
            if _behind(self._rows):
                with self._rows.transaction():
                    migrate(self._rows)
        except BaseException:
            self._connection.close()
            raise

    def scenes(self) -> dict[str, int]:
        """The numbers of the scenes by their identities."""
        return {facts.identity: number for number, facts in _facts(self._connection).items()}

    def write(self, facts: SceneFacts, change: Change | None, around: Surroundings | None = None) -> None:
        """Writes a change of a scene, whole or not at all; it is on the disk afterwards.

        Args:
            change: of its labels; None where they are as before.
            around: what is beside them; likewise.

        Raises:
            sqlite3.Error: it cannot be written, as on a full disk; the file is as it was before.
        """
        with self._rows.transaction():
            known = self.scenes()
            number = known.get(facts.identity) or max(known.values(), default=0) + 1
            self._rows.put(SCENES, (number,), (facts.identity, _facts_to_json(facts, self.path.parent)))
            if change is None and facts.identity not in known:
                change = Change(Condition(saved_at=time.time()), whole=True)
            if change is not None:
                self._write_labels(number, change)
            if around is not None:
                self._write_around(number, around)
        if around is not None:
            self._written = number, around.state

    def _write_labels(self, number: int, change: Change) -> None:
        if change.classes is not None:
            self._rows.put(ENTRIES, (number, "classes", "table"), (table_to_json(change.classes),))
        write_labels(self._rows, number, change)
        self._rows.put(ENTRIES, (number, "state", "condition"), (json.dumps(asdict(change.condition)),))

    def _write_around(self, number: int, around: Surroundings) -> None:
        before = self._written[1] if self._written is not None and self._written[0] == number else None
        entries = entries_of(around.state, self.path.parent, before)
        if around.imported is not None:
            entries["import", "file"] = around.imported.to_json()
        for (part, name), value in entries.items():
            if value is None:
                self._rows.drop(ENTRIES, (number, part, name))
            else:
                self._rows.put(ENTRIES, (number, part, name), (value,))
        if around.window:
            window = json.dumps({**around.window, "shown": number}, sort_keys=True)
            self._rows.put(ENTRIES, (WINDOW, "window", "state"), (window,))

    def copy_to(self, path: Path) -> None:
        """Writes a copy of the whole file, by the backup API, beside its place and then into it.

        Raises:
            Damaged: what was copied is not whole.
            sqlite3.Error, OSError: the copy cannot be written.
        """
        copy_database(self._connection, path)

    def close(self) -> None:
        """Lets go of the file; a second time does nothing."""
        self._connection.close()


@dataclass(frozen=True)
class ProjectContent:
    """What a project file has.

    Attributes:
        scenes: in their order.
        window: how the window stood, as values of JSON; empty where nothing is known.
        shown: the identity of the scene that was shown; likewise.
    """

    scenes: list[KeptScene]
    window: dict[str, Any]
    shown: str = ""


def read_project(path: Path, journal: Journal = Journal.IN_PLACE) -> list[KeptScene]:
    """All scenes of a project file, in their order; see `read_content`."""
    return read_content(path, journal).scenes


def read_content(path: Path, journal: Journal = Journal.IN_PLACE, folder: Path | None = None) -> ProjectContent:
    """All of a project file; another process may be writing to it meanwhile.

    Args:
        folder: where it belongs, of which paths are seen; None for where it lies.

    Raises:
        Damaged: it is not whole, or no project file.
        HsiError: a later version of the program wrote it.
        sqlite3.Error, OSError: it cannot be read just now.
    """
    with closing(snapshot(path, journal)) as memory:
        rows = Rows(memory)
        check(rows)
        if _behind(rows):
            with rows.transaction():
                migrate(rows)
        try:
            facts = _facts(memory)
            window = _read_window(memory)
            shown = facts.get(window.pop("shown", WINDOW))
            scenes = [_read_scene(memory, number, each, folder or path.parent) for number, each in facts.items()]
            return ProjectContent(scenes, window, "" if shown is None else shown.identity)
        except sqlite3.Error:
            raise
        except Exception as error:
            raise Damaged(f"{type(error).__name__}: {error}") from error


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


def _make(path: Path) -> None:
    """Makes an empty project file. Not in its place: there, an empty file is a damaged one."""
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
    for name, version in _behind(rows):
        for step in range(version, VERSIONS[name]):
            if step or (name, step) in MIGRATIONS:
                MIGRATIONS[name, step](rows)
            rows.put(PARTS, (name,), (step + 1,))


def _behind(rows: Rows) -> list[tuple[str, int]]:
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


def _facts(connection: sqlite3.Connection) -> dict[int, SceneFacts]:
    rows = connection.execute("SELECT scene, identity, about FROM scenes ORDER BY scene")
    return {number: _facts_from_json(identity, about) for number, identity, about in rows}


def _facts_to_json(facts: SceneFacts, folder: Path) -> str:
    """With the path from the project's folder, too: both may be moved together."""
    try:
        relative = os.path.relpath(facts.path, folder) if facts.path else ""
    except ValueError:  # on another drive
        relative = ""
    about = {name: value for name, value in asdict(facts).items() if name != "identity"}
    return json.dumps({**about, "relative": Path(relative).as_posix() if relative else ""})


def _facts_from_json(identity: str, text: str) -> SceneFacts:
    about: dict[str, Any] = json.loads(text)
    geo = about["geo"]
    transform = geo["transform"]
    a, b, c, d, e, f = transform or (0.0,) * 6
    place = Geo(None if transform is None else (a, b, c, d, e, f), geo["crs_wkt"], tuple(geo["map_info"]))
    rows, cols, bands = (int(about[name]) for name in ("rows", "cols", "bands"))
    if min(rows, cols, bands) < 0:
        raise ValueError(f"a scene of {rows} x {cols} x {bands}")
    return SceneFacts(
        identity, rows, cols, bands, about["name"], about["variable"], about["path"], place, about.get("relative", "")
    )


def _read_window(connection: sqlite3.Connection) -> dict[str, Any]:
    row = connection.execute(
        "SELECT value FROM entries WHERE scene = ? AND part = 'window' AND name = 'state'", (WINDOW,)
    ).fetchone()
    found = {} if row is None else json.loads(row[0])
    return found if isinstance(found, dict) else {}


def _import(entries: Mapping[Name, Any]) -> SceneImport:
    text = entries.get(("import", "file"))
    try:
        return SceneImport() if text is None else SceneImport.from_json(text)
    except (HsiError, ValueError, TypeError, KeyError):  # by another version: the user is asked how to read the file
        return SceneImport()


def _read_scene(connection: sqlite3.Connection, number: int, facts: SceneFacts, folder: Path) -> KeptScene:
    execute = connection.execute
    entries = {
        (part, name): value
        for part, name, value in execute("SELECT part, name, value FROM entries WHERE scene = ?", (number,))
    }
    labels, validation = (
        filled_layer(
            facts.shape,
            execute("SELECT row, col, content FROM tiles WHERE scene = ? AND layer = ?", (number, layer)),
        )
        for layer in (TRAINING, VALIDATION)
    )
    edits = execute(
        'SELECT step, layer, "top", "left", "bottom", "right", mask, value, classes FROM edits '
        "WHERE scene = ? ORDER BY step, place",
        (number,),
    )
    steps, place, forgotten = read_steps(
        execute("SELECT step, text, done FROM steps WHERE scene = ? ORDER BY step", (number,)),
        ((step, edit_from_row(values)) for step, *values in edits),
    )
    condition = Condition.from_json(json.loads(entries["state", "condition"]))
    classes = table_from_json(entries.get(("classes", "table"), "[]"))
    return KeptScene(
        facts, labels, validation, classes, replace(condition, forgotten=forgotten), steps, place,
        state_from(entries, facts.shape, folder), _import(entries),
    )  # fmt: skip
