"""A project file: a SQLite database with scenes, their classes, labels and history. One process writes to it."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from hsigui.document.scene_state import SceneState
from hsigui.storage.database import connected
from hsigui.storage.kept_scene import Change, Condition, SceneFacts, Surroundings
from hsigui.storage.label_rows import table_to_json, write_labels
from hsigui.storage.project_content import WINDOW, facts_in, facts_to_json
from hsigui.storage.results_json import names_of
from hsigui.storage.schema import ENTRIES, SCENES, Rows
from hsigui.storage.state_json import entries_of
from hsigui.storage.whole import behind, check, copy_database, make_database, migrate

SUFFIX = ".hsigui"


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
        self._written: tuple[int, SceneState] | None = None  # what was written last, and of which scene
        self.database = database or path
        if not self.database.exists():
            make_database(self.database)
        self._connection = connected(self.database, "rw")
        try:
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA fullfsync = ON")  # where a flush is not yet on the disk: macOS
            self._rows = Rows(self._connection)
            check(self._rows)
            if behind(self._rows):
                with self._rows.transaction():
                    migrate(self._rows)
        except BaseException:
            self._connection.close()
            raise

    def scenes(self) -> dict[str, int]:
        """The numbers of the scenes by their identities."""
        return {facts.identity: number for number, facts in facts_in(self._connection).items()}

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
            self._rows.put(SCENES, (number,), (facts.identity, facts_to_json(facts, self.path.parent)))
            if change is None and facts.identity not in known:
                change = Change(Condition(saved_at=time.time()), whole=True)
            if change is not None:
                self._write_labels(number, change)
            else:
                self._note_time(number)
            if around is not None:
                self._write_around(number, around)
        if around is not None:
            self._written = number, around.state

    def _write_labels(self, number: int, change: Change) -> None:
        if change.classes is not None:
            self._rows.put(ENTRIES, (number, "classes", "table"), (table_to_json(change.classes),))
        write_labels(self._rows, number, change)
        self._rows.put(ENTRIES, (number, "state", "condition"), (json.dumps(asdict(change.condition)),))

    def _note_time(self, number: int) -> None:
        """Something was written, if not to the labels."""
        where = (number, "state", "condition")
        (text,) = self._connection.execute(
            "SELECT value FROM entries WHERE scene = ? AND part = ? AND name = ?", where
        ).fetchone()
        self._rows.put(ENTRIES, where, (json.dumps({**json.loads(text), "saved_at": time.time()}),))

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
        if "results" not in around.state.lost:
            named = names_of(around.state.results)
            for key in self._rows.keys(ENTRIES, number, "results"):
                if key[2] not in named:  # of a map that was deleted
                    self._rows.drop(ENTRIES, key)
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
