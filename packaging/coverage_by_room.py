"""Tells what `coverage json` counted by rooms of the program, against what is aimed at:

    python packaging/coverage_by_room.py LINES.json [--files N]

Lines are those that Python can run; branches are not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

WINDOW = "ui"
AIMS = {"outside ui": 0.92, WINDOW: 0.80}


@dataclass(frozen=True)
class Lines:
    """How many lines there are, and how many of them ran."""

    all: int = 0
    run: int = 0

    def __add__(self, other: Lines) -> Lines:
        return Lines(self.all + other.all, self.run + other.run)

    @property
    def share(self) -> float:
        """The share that ran; 1 where there is none."""
        return self.run / self.all if self.all else 1.0

    @property
    def missed(self) -> int:
        return self.all - self.run


def by_file(told: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> dict[str, Lines]:
    """Lines of each file of the program, by its path below `hsigui`."""
    found = {}
    for name, file in told["files"].items():
        parts = PurePath(name).parts
        if "hsigui" in parts:
            summary = file["summary"]
            path = "/".join(parts[len(parts) - parts[::-1].index("hsigui") :])
            found[path] = Lines(summary["num_statements"], summary["covered_lines"])
    return found


def by_room(files: Mapping[str, Lines]) -> dict[str, Lines]:
    """Lines of each room; modules that are rooms by themselves are one."""
    rooms: dict[str, Lines] = defaultdict(Lines)
    for name, lines in files.items():
        room, inside, _ = name.partition("/")
        rooms[room if inside else "modules by themselves"] += lines
    return dict(sorted(rooms.items(), key=lambda each: each[1].share))


def in_words(files: Mapping[str, Lines], most: int) -> Iterator[str]:
    """A line for each room, the two sums with what is aimed at, and the files with the most lines that no test ran."""
    rooms = by_room(files)
    for room, lines in rooms.items():
        yield f"{room:24} {lines.share:7.1%} of {lines.all:,}"
    for name, aim in AIMS.items():
        lines = sum((each for room, each in rooms.items() if (room == WINDOW) == (name == WINDOW)), Lines())
        yield f"{name:24} {lines.share:7.1%} of {lines.all:,}; aimed at: {aim:.0%}"
    for name, lines in sorted(files.items(), key=lambda each: -each[1].missed)[:most]:
        yield f"  {name}: {lines.missed} of {lines.all} not run"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--files", type=int, default=20, help="how many files to name")
    given = parser.parse_args()
    files = by_file(json.loads(given.lines.read_text(encoding="utf-8")))
    print("\n".join(in_words(files, given.files)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
