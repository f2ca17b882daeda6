"""What became of many cubes, from the folders of one or several array jobs: a line a cube, the latest.

The files of outcomes are the record, and not the tables that are made from them; of an earlier version, which had none,
the table. Where a map lies is told by its folder, so that folders can have been moved since, as from a cluster.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.pipeline.outcomes import FAILED, CubeOutcome, Outcomes, read_table
from hsigui.texts import say, say_number

TABLE = "outcomes.csv"


@dataclass(frozen=True)
class Line:
    """What became of a cube.

    Attributes:
        outcome: as it was noted.
        map: where its map lies now, whether it is there or not; None where it is not known, as of one that failed.
        at: when it was noted, in nanoseconds since the epoch.
        table: of which table it is.
    """

    outcome: CubeOutcome
    map: Path | None
    at: int
    table: Path

    @property
    def cube(self) -> Path:
        """The cube, by its whole path."""
        return Path(self.outcome.cube).expanduser().resolve()

    @property
    def is_there(self) -> bool:
        """Whether there is a map of it."""
        return self.outcome.outcome != FAILED and self.map is not None and self.map.is_file()


@dataclass(frozen=True)
class Joined:
    """The lines of several folders.

    Attributes:
        lines: one a cube, by their names.
        missing: what is to be said of cubes without a map, a sentence each.
        notes: what else, such as cubes that several folders have.
    """

    lines: tuple[Line, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def maps(self) -> tuple[Path, ...]:
        """Those that are there."""
        return tuple(line.map for line in self.lines if line.is_there and line.map is not None)


def table_in(place: Path) -> Path | None:
    """The table of outcomes that a folder, or the name of a table, stands for; None where there is none."""
    table = place if place.suffix.lower() == ".csv" else place / TABLE
    return table if table.is_file() or Outcomes.folder_of(table).is_dir() else None


def joined(tables: Sequence[Path], expected: Iterable[Path] = ()) -> Joined:
    """The latest line of each cube in some tables.

    Args:
        tables: the tables of outcomes; their folders of outcomes are read.
        expected: cubes of which there are to be lines.

    Raises:
        HsiError: a folder cannot be read.
    """
    latest: dict[Path, Line] = {}
    twice: dict[Path, int] = {}
    for line in (line for table in tables for line in _lines_of(table)):
        before = latest.get(line.cube)
        if before is not None:
            twice[line.cube] = twice.get(line.cube, 1) + 1
        if before is None or line.at >= before.at:
            latest[line.cube] = line
    notes = [
        say("{name} was classified {count} times: the latest counts, of {table}.", name=cube.name, count=count,
            table=latest[cube].table)
        for cube, count in twice.items()
    ]  # fmt: skip
    lines = tuple(latest[cube] for cube in sorted(latest))
    missing = [said for line in lines if (said := _missing(line))]
    for cube in expected:
        if cube.expanduser().resolve() not in latest:
            missing.append(say("{name}: nothing is known of it, no job has had it in work.", name=cube.name))
    notes += [said for table in tables for said in _in_work(table)]
    return Joined(lines, tuple(missing), tuple(notes))


def written_lines(found: Joined) -> tuple[CubeOutcome, ...]:
    """The lines as they stand in the joined table: maps by their whole paths."""
    return tuple(
        line.outcome if line.map is None else dataclasses.replace(line.outcome, map=str(line.map.resolve()))
        for line in found.lines
    )


def _lines_of(table: Path) -> list[Line]:
    try:
        if not Outcomes.folder_of(table).is_dir():
            at = table.stat().st_mtime_ns
            return [Line(line, _map_of(line, table), at, table) for line in read_table(table)]
        return [
            Line(line, _map_of(line, table, file), file.stat().st_mtime_ns, table)
            for file, line in Outcomes(table).by_file()
        ]
    except OSError as error:
        raise HsiError(
            say("{table} cannot be read: {reason}.", table=table, reason=error.strerror or error),
            say("Check the name of the folder, and the rights there."),
        ) from error


def _map_of(line: CubeOutcome, table: Path, file: Path | None = None) -> Path | None:
    """Where a map lies: beside its table, where it was made there, whatever the path of that folder was then."""
    if not line.map:
        return None
    named = Path(line.map).expanduser()
    beside = table.parent / named.name
    if beside.is_file() and (file is None or file.name == f"{named.name}.json"):
        return beside
    return named if named.is_file() or not beside.is_file() else beside


def _missing(line: Line) -> str:
    name = line.cube.name
    if line.outcome.outcome == FAILED:
        return say("{name}: failed. {message}", name=name, message=line.outcome.message)
    if not line.is_there:
        return say("{name}: its map {map} is not there.", name=name, map=line.map or line.outcome.map)
    return ""


def _in_work(table: Path) -> list[str]:
    """Says of cubes that processes have in work, or left when they were killed."""
    claims = sorted(Outcomes.folder_of(table).glob("*.claim"))
    if not claims:
        return []
    return [
        say_number(
            "{folder}: {count} cube is still in work, or was when its process was killed ({first}).",
            "{folder}: {count} cubes are still in work, or were when their processes were killed ({first}, ...).",
            len(claims), folder=table.parent, first=claims[0].stem,
        )
    ]  # fmt: skip
