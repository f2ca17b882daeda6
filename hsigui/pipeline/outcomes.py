"""What became of each of many cubes: one file a cube, so that processes and machines can share a folder, and a table
that is made from them.

The table is a CSV file, one line a cube: `cube`, `outcome` ("made", "unchanged" or "failed"), `map`, `rows`, `cols`,
`bands`, `pixels` (with a class), `classes` (on the map), `seconds`, `message` (why it failed, or what was assumed) and
`key`, which changes with the cube's files and everything that the map depends on. Beside TABLE.csv lies the folder
TABLE-cubes with a JSON file for each line: that is the record, and the table only a view of it. Loads no torch.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from pathlib import Path

from hsigui import untrusted
from hsigui.claims import Claim, Claims, Owner
from hsigui.errors import HsiError
from hsigui.labels.formats import cells
from hsigui.saving import what_to_do, write_bytes, written_beside, written_together
from hsigui.texts import say

MADE, UNCHANGED, FAILED = "made", "unchanged", "failed"
_ENDING, _CLAIM = ".json", ".claim"


@dataclass(frozen=True)
class CubeOutcome:
    """What became of a cube; see the module's text."""

    cube: str
    outcome: str
    map: str
    rows: int = 0
    cols: int = 0
    bands: int = 0
    pixels: int = 0
    classes: int = 0
    seconds: float = 0.0
    message: str = ""
    key: str = ""


class Outcomes:
    """The outcomes that stand in a folder; of other processes and of earlier calls, too.

    Args:
        table: CSV file that is made from them. Where it is of an earlier version, which had nothing but the table, its
            lines are taken up.

    Raises:
        HsiError: the folder cannot be made or written to.
    """

    def __init__(self, table: Path, claims: Claims | None = None) -> None:
        self.table, self._claims = table, claims or Claims()
        self.folder = self.folder_of(table)
        written_together(table)
        if self.folder.is_dir():
            return
        earlier = read_table(table)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refused(error) from error
        for line in earlier:
            self._write(line)

    @staticmethod
    def folder_of(table: Path) -> Path:
        """Where the outcomes lie of which a table is made."""
        return table.with_name(f"{table.stem}-cubes")

    def of(self, map_path: Path) -> CubeOutcome | None:
        """What became of the cube whose map goes to a path; None where that is not known."""
        return _read(self._file(map_path))

    def all(self) -> tuple[CubeOutcome, ...]:
        """All of them, by the names of their maps."""
        return tuple(line for _, line in self.by_file())

    def by_file(self) -> list[tuple[Path, CubeOutcome]]:
        """All of them with their files."""
        files = sorted(path for path in self.folder.iterdir() if path.suffix == _ENDING)
        return [(path, line) for path in files if (line := _read(path)) is not None]

    def claim(self, map_path: Path) -> Claim | Owner:
        """The right to make a map; or who is at it.

        Raises:
            HsiError: the folder cannot be written to.
        """
        try:
            return self._claims.take(self._file(map_path).with_suffix(_CLAIM))
        except OSError as error:
            raise self._refused(error) from error

    def note(self, line: CubeOutcome, map_path: Path) -> None:
        """Writes an outcome, in place of the one that there was of that map; the table is not written yet.

        Raises:
            HsiError: the folder cannot be written to.
        """
        self._write(line, map_path)
        with contextlib.suppress(OSError):
            self._without_map(line).unlink(missing_ok=True)

    def write_table(self) -> None:
        """Makes the table from the outcomes.

        Without a lock, which not every shared disk has: who has written looks whether another outcome has come since
        it read them, and then writes again; so whoever is last has seen all.

        Raises:
            HsiError: it cannot be written.
        """
        while True:
            seen = self._state()
            write_table(self.table, self.all())
            if self._state() == seen:
                return

    def _state(self) -> frozenset[tuple[str, int, int]]:
        found = set()
        for entry in os.scandir(self.folder):
            if entry.name.endswith(_ENDING):
                try:
                    about = entry.stat()
                except OSError:  # replaced between the two looks: then the state is another one next time
                    continue
                found.add((entry.name, about.st_mtime_ns, about.st_ino))
        return frozenset(found)

    def _file(self, map_path: Path) -> Path:
        """Maps of one name in several folders are told apart by where they lie from here."""
        where = os.path.relpath(map_path.resolve().parent, self.table.resolve().parent)
        apart = "" if where == os.curdir else f"-{zlib.crc32(os.fsencode(where)):08x}"
        return self.folder / f"{map_path.name}{apart}{_ENDING}"

    def _write(self, line: CubeOutcome, map_path: Path | None = None) -> None:
        map_path = map_path or (Path(line.map) if line.map else None)
        path = self._without_map(line) if map_path is None else self._file(map_path)
        try:
            write_bytes(path, json.dumps(asdict(line), indent=1).encode())
        except OSError as error:
            raise self._refused(error) from error

    def _without_map(self, line: CubeOutcome) -> Path:
        """Of a cube that failed in an earlier version, which did not say where its map was to go."""
        return self.folder / f"{Path(line.cube).name}-{zlib.crc32(os.fsencode(line.cube)):08x}{_ENDING}"

    def _refused(self, error: OSError) -> HsiError:
        return HsiError(
            say("{folder} cannot be used: {strerror}.", folder=self.folder, strerror=error.strerror or error),
            what_to_do(self.folder, error),
        )


def _read(path: Path) -> CubeOutcome | None:
    """An outcome; None where there is none, or another version wrote it: then its map is made again."""
    kinds = {f.name: {"int": int, "float": float}.get(str(f.type), str) for f in fields(CubeOutcome)}
    try:
        values = untrusted.json_of(path.read_text(encoding="utf-8"))
        return CubeOutcome(**{name: kind(values[name]) for name, kind in kinds.items()})
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def read_table(path: Path) -> tuple[CubeOutcome, ...]:
    """The lines of a table; none where there is no such table or it is not one of ours."""
    kinds = {f.name: {"int": int, "float": float}.get(str(f.type), str) for f in fields(CubeOutcome)}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                CubeOutcome(**{name: kind(cells.as_it_was(row[name])) for name, kind in kinds.items()})
                for row in csv.DictReader(file)
            )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError, csv.Error):
        return ()  # then everything is made again, which is never wrong


def write_table(path: Path, outcomes: Iterable[CubeOutcome]) -> None:
    """Writes the outcomes as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(f.name for f in fields(CubeOutcome))
    writer.writerows(cells.row(astuple(line)) for line in outcomes)
    with written_beside(path) as (scratch,):
        scratch.write_text(text.getvalue(), encoding="utf-8")
