"""What stands in a project file: its tables, the versions of its parts, and how an older part becomes a newer one.

Every row has a checksum over all its values, and every table a seal: how many rows it has, and the sum of their
checksums. So a changed bit, a lost row and a row of another moment are all found; SQLite by itself finds only what
breaks its trees.

Parts have versions of their own. Small things are rows of `entries` under the name of their part, as JSON; a part that
this program does not know stays as it is. Runs stand there by path and SHA-256, maps by what they were made from and
their SHA-256, views, ground truth and kept spectra by value. What is of the window and no scene has the number 0.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

APPLICATION = 0x48534749  # "HSGI": who looks at the first bytes of the file knows whose it is
LAYOUT_PART = "layout"  # the part that stands for the tables themselves; `parts` and `seals` stay as they are for good

Key = tuple[object, ...]


@dataclass(frozen=True)
class Table:
    """A table: the columns that name a row, and those that it holds beside its checksum."""

    name: str
    keys: tuple[str, ...]
    values: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.values, "checksum")


PARTS = Table("parts", ("name",), ("version",))
SCENES = Table("scenes", ("scene",), ("identity", "about"))
ENTRIES = Table("entries", ("scene", "part", "name"), ("value",))
TILES = Table("tiles", ("scene", "layer", "row", "col"), ("content",))
STEPS = Table("steps", ("scene", "step"), ("text", "done"))
EDITS = Table(
    "edits", ("scene", "step", "place"), ("layer", "top", "left", "bottom", "right", "mask", "value", "classes")
)
TABLES = (PARTS, SCENES, ENTRIES, TILES, STEPS, EDITS)

# The version of each part that this program writes.
VERSIONS: Mapping[str, int] = {
    LAYOUT_PART: 1, "scene": 1, "classes": 1, "labels": 1, "history": 1, "state": 1,
    "view": 1, "spectra": 1, "truth": 1, "runs": 1, "map": 1, "import": 1, "window": 1,
    "layers": 1, "results": 1, "masks": 1, "finishing": 1,
}  # fmt: skip

# How a part of a version becomes one of the next, by its name and the version that it is of: is handed the file, and
# changes its rows by `put` and `drop`.
Migration = Callable[["Rows"], None]
# A part that the file has not yet is of version 0, and begins without rows.
MIGRATIONS: dict[tuple[str, int], Migration] = {}


def checksum(values: Iterable[object]) -> int:
    """CRC-32 over values as SQLite keeps them: None, int, float, str, bytes. Of one kind as of another value."""
    found = 0
    for value in values:
        if isinstance(value, bytes):
            kind, content = b"b", value
        else:
            kind, content = type(value).__name__[:1].encode(), repr(value).encode("utf-8", "surrogatepass")
        found = zlib.crc32(content, zlib.crc32(kind + len(content).to_bytes(8, "little"), found))
    return found


class Rows:
    """The rows of an open database, changed only here, so that checksums and seals stay true.

    Attributes:
        checksums: of every row by its key, for each table.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.checksums: dict[str, dict[Key, int]] = {table.name: {} for table in TABLES}
        self._totals = dict.fromkeys(self.checksums, 0)
        self._before: list[tuple[str, Key, int | None]] = []  # what the transaction changed so far

    def create(self) -> None:
        """Makes the tables of a new file."""
        connection = self.connection
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSIONS[LAYOUT_PART]}")
        for table in TABLES:
            columns, keys = (", ".join(f'"{name}"' for name in names) for names in (table.columns, table.keys))
            connection.execute(f"CREATE TABLE {table.name} ({columns}, PRIMARY KEY ({keys}))")
        connection.execute("CREATE TABLE seals (name PRIMARY KEY, rows, total)")
        for name, version in VERSIONS.items():
            self.put(PARTS, (name,), (version,))
        self.seal()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside of it are made together and flushed to the disk, or none is.

        Raises:
            sqlite3.Error: the file cannot be written to; it is as it was before.
        """
        self._before.clear()
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.seal()
            self.connection.execute("COMMIT")
        except BaseException:
            for name, key, found in reversed(self._before):
                self._note(name, key, found)
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        finally:
            self._before.clear()

    def known(self, table: Table, key: Key, found: int) -> None:
        """Notes a row that the file has."""
        self._note(table.name, key, found)

    def put(self, table: Table, key: Key, values: tuple[object, ...]) -> None:
        """Writes a row, unless it is there just so."""
        found = checksum((*key, *values))
        if self.checksums[table.name].get(key) == found:
            return
        names = ", ".join(f'"{name}"' for name in table.columns)
        places = ", ".join("?" * len(table.columns))
        self.connection.execute(
            f"INSERT OR REPLACE INTO {table.name} ({names}) VALUES ({places})", (*key, *values, found)
        )
        self._change(table.name, key, found)

    def drop(self, table: Table, key: Key) -> None:
        """Removes a row; does nothing when it is not there."""
        if key in self.checksums[table.name]:
            where = " AND ".join(f'"{name}" = ?' for name in table.keys)
            self.connection.execute(f"DELETE FROM {table.name} WHERE {where}", key)
            self._change(table.name, key, None)

    def drop_all(self, table: Table, *begin: object) -> None:
        """Removes every row whose key begins so."""
        for key in self.keys(table, *begin):
            self.drop(table, key)

    def keys(self, table: Table, *begin: object) -> list[Key]:
        """The keys of a table's rows that begin so."""
        return [key for key in self.checksums[table.name] if key[: len(begin)] == begin]

    def seal(self) -> None:
        """Notes how many rows each table has, and what their checksums add up to."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO seals (name, rows, total) VALUES (?, ?, ?)",
            [(name, rows, total) for name, (rows, total) in self.seals().items()],
        )

    def seals(self) -> dict[str, tuple[int, int]]:
        """What the seal of each table has to say."""
        return {name: (len(rows), self._totals[name]) for name, rows in self.checksums.items()}

    def _change(self, name: str, key: Key, found: int | None) -> None:
        self._before.append((name, key, self.checksums[name].get(key)))
        self._note(name, key, found)

    def _note(self, name: str, key: Key, found: int | None) -> None:
        self._totals[name] += (found or 0) - self.checksums[name].pop(key, 0)
        if found is not None:
            self.checksums[name][key] = found
