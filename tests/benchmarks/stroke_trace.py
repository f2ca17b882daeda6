"""Which of the program's Python code one piece of a stroke runs through: calls and files.

    python tests/benchmarks/stroke_trace.py --json [--scene demo]

Prints one JSON object. A piece is one mouse move with the brush down in the real window, to the end of the repaint that
shows it, over pixels that have no label, with nothing else at work. `calls` are the calls of Python functions of the
program on the thread of the window (comprehensions and lambdas are calls, too; Python 3.12 and later count fewer),
`files` how many of its files they lie in, `by_file` how many in each; of the pieces that were traced the one with the
median number of calls. `calls_before_repaint` and `files_before_repaint` leave out the repaint, `calls_of_libraries`
are those of other packages.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tree import Brush, open_scene, window_in
from window import scene_file

import hsigui

STEP = (15, 4)  # of the mouse, in pixels of the view: some two pixels of the scene
PIECES = 3
PACKAGE = str(Path(hsigui.__file__).parent)


class Trace:
    """Counts calls by file while it is on."""

    def __init__(self) -> None:
        self.files: Counter[str] = Counter()

    def __enter__(self) -> Trace:
        sys.setprofile(self._seen)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            self.files[frame.f_code.co_filename] += 1

    def ours(self) -> dict[str, int]:
        """Calls in each file of the program, most first."""
        return {
            Path(name).relative_to(PACKAGE).as_posix(): count
            for name, count in self.files.most_common()
            if name.startswith(PACKAGE)
        }

    def of_libraries(self) -> int:
        here = str(Path(__file__).parent)
        return sum(n for name, n in self.files.items() if not name.startswith((PACKAGE, here)))


@dataclass(frozen=True)
class Piece:
    """Calls by file of one piece: until its repaint, in all, and how many are those of libraries."""

    before: dict[str, int]
    all: dict[str, int]
    libraries: int

    @property
    def calls(self) -> int:
        return sum(self.all.values())


def traced(brush: Brush) -> Piece:
    with Trace() as moved:
        brush.move(STEP)
    with Trace() as painted:
        QApplication.processEvents()
    before = moved.ours()
    moved.files.update(painted.files)
    return Piece(before, moved.ours(), moved.of_libraries())


def measure(window: Any, strokes: int) -> dict[str, Any]:
    brush = Brush(window)
    brush.pieces(1)
    found = []
    for number in range(strokes):
        QTest.qWait(1500)
        brush.press(QPoint(250, 150 + 60 * number))
        QTest.qWait(300)
        brush.piece(STEP)
        for _ in range(PIECES):
            QTest.qWait(300)
            found.append(traced(brush))
        brush.release()
    piece = sorted(found, key=lambda piece: piece.calls)[len(found) // 2]
    return {
        "calls": piece.calls,
        "files": len(piece.all),
        "calls_before_repaint": sum(piece.before.values()),
        "files_before_repaint": len(piece.before),
        "calls_of_libraries": piece.libraries,
        "pieces": len(found),
        "least_and_most_calls": [end(each.calls for each in found) for end in (min, max)],
        "by_file": piece.all,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scene", default="demo", choices=("indian_pines", "demo"))
    parser.add_argument("--strokes", type=int, default=5, help="of 3 pieces each")
    given = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        window = window_in(Path(scratch))
        open_scene(window, scene_file(given.scene))
        report = {"python": platform.python_version(), "scene": given.scene, **measure(window, given.strokes)}
        window.close()
    print(json.dumps(report))
    del app


if __name__ == "__main__":
    main()
