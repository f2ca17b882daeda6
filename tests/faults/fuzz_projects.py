"""Damages project files and their copies at random, and looks what is offered then.

    python tests/faults/fuzz_projects.py --cases 5000 [--journals] [--json] [--seed 0]

A scene has a project of three states: the file, and two older copies. In each case one or more of the three are damaged
(bits flipped, runs of zeros, cut off, a block of one in another's place, a block overwritten, made empty), and the
folder is looked at as the window does at opening.

With `--journals`, a process was killed within a transaction and left its journal (see `killed_transactions.py`).

- `right`: cases in which the newest whole one is offered, bit for bit: labels, validation labels, classes, history. A
  file that was damaged where it holds nothing may be offered, too, if it gives back just what was written.
- `raised`: cases in which anything was raised.
- `wrong`: cases in which something else was offered than was ever written, or an older state than there is.
- `untold`: cases in which the file was passed over and not a word said.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.render import ViewState
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import VALIDATION, Edit
from hsigui.storage.copies import copies, new_copy_path
from hsigui.storage.kept_scene import Change, KeptScene, SceneFacts
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.projects import Projects
from hsigui.storage.tracker import Tracker

ROWS, COLS = 300, 260


class Collected:
    """Stands in for a journal: keeps what it is handed."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def put(self, _scene: int, _plain: Cube, change: Change) -> None:
        self.changes.append(change)


@dataclass
class Made:
    """A folder with a project, and what each of its files holds, newest first."""

    folder: Path
    facts: SceneFacts
    files: list[Path]
    states: list[KeptScene]


def make(folder: Path, seed: int) -> tuple[Made, list[Change]]:
    """A project of three states, and what would make the next one of it."""
    rng = np.random.default_rng(seed)
    cube = Cube(ArraySource(rng.integers(0, 99, (ROWS, COLS, 2), dtype=np.int16)), name="fuzzed")
    scene, journal = Scene(cube, ViewState(0, 0, 0)), Collected()
    tracker = Tracker(scene, journal)  # type: ignore[arg-type]
    facts = SceneFacts.of(cube)
    path = folder / f"{facts.identity}.hsigui"
    scene.set_classes(ClassTable.for_numbers(range(1, 9)), "Classes")
    with closing(ProjectFile(path)) as file:
        for state in range(3):
            _draw(scene, rng)
            tracker.hand_over()
            for change in journal.changes:
                file.write(facts, change)
            journal.changes.clear()
            if state < 2:
                file.copy_to(new_copy_path(path, 1e9 + state))
    _draw(scene, rng)
    tracker.hand_over()
    files = [path, *copies(path)]
    return Made(folder, facts, files, [read_project(file)[0] for file in files]), journal.changes


def _draw(scene: Scene, rng: np.random.Generator) -> None:
    """Some edits at random, the last one taken back."""
    for _ in range(25):
        top, left = int(rng.integers(0, ROWS - 40)), int(rng.integers(0, COLS - 40))
        mask = rng.random((int(rng.integers(1, 40)), int(rng.integers(1, 40)))) < 0.6
        layer = VALIDATION if rng.random() < 0.2 else 0
        scene.edit(Edit(top, left, mask, int(rng.integers(1, 9)), None, layer), "An edit")
    scene.undo()


def damaged(content: bytes, others: list[bytes], rng: random.Random) -> tuple[bytes, str]:
    """The content with something wrong, and what that is."""
    kind = rng.choice(("bits", "bits", "zeros", "zeros", "cut", "cut", "block", "noise", "empty", "page"))
    found = bytearray(content)
    place = rng.randrange(len(found))
    match kind:
        case "bits":
            for _ in range(rng.choice((1, 1, 2, 8, 50))):
                found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
        case "zeros":
            length = min(rng.choice((1, 16, 512, 4096, 20_000)), len(found) - place)
            found[place : place + length] = bytes(length)
        case "cut":
            del found[place:]
        case "block":  # a block of an older state, as after a disk that lied about its flush
            other, start = rng.choice(others), place // 4096 * 4096
            length = min(rng.choice((512, 4096, 16_384)), len(found) - start, len(other) - start)
            found[start : start + max(0, length)] = other[start : start + max(0, length)]
        case "noise":
            length = min(rng.choice((4, 64, 4096)), len(found) - place)
            found[place : place + length] = rng.randbytes(length)
        case "empty":
            found.clear()
        case "page":  # moved within the file
            pages = len(found) // 4096
            one, two = rng.randrange(pages) * 4096, rng.randrange(pages) * 4096
            found[one : one + 4096] = content[two : two + 4096]
    return bytes(found), kind


def same(one: KeptScene, other: KeptScene) -> bool:
    """Whether two states are the same in all that counts."""
    return (
        np.array_equal(one.labels, other.labels)
        and np.array_equal(one.validation, other.validation)
        and one.classes == other.classes
        and one.steps == other.steps
        and (one.place, one.facts, one.condition.forgotten) == (other.place, other.facts, other.condition.forgotten)
    )


def one_case(made: Made, contents: list[bytes], rng: random.Random, scratch: Path) -> tuple[str, str]:
    """Damages some files in a scratch folder and looks. Returns how that went, and what was done."""
    shutil.rmtree(scratch, ignore_errors=True)
    whole, done = [], []
    for number, (file, content) in enumerate(zip(made.files, contents, strict=True)):
        target = scratch / file.relative_to(made.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if rng.random() < (0.9, 0.4, 0.2)[number]:
            others = [other for other in contents if other is not content]
            content, kind = damaged(content, others, rng)
            done.append(f"{number} {kind}")
        whole.append(content == contents[number])
        target.write_bytes(content)
    try:
        found = Projects(scratch, scratch / "none").look(made.facts)
        again = Projects(scratch, scratch / "none").look(made.facts)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is being looked for
        return f"raised {type(error).__name__}: {error}", ", ".join(done)
    return _judged(made, whole, found.left, again.left, found.told), ", ".join(done)


def _judged(made: Made, whole: list[bool], left: list[Any], again: list[Any], told: list[str]) -> str:
    newest = whole.index(True) if any(whole) else None
    if not left:
        return "right" if newest is None and told else "wrong: nothing is offered"
    place = next((n for n, state in enumerate(made.states) if same(left[0].scene, state)), None)
    if place is None:
        return "wrong: what is offered was never written"
    if len(left) > 1 or (newest is not None and place > newest):
        return "wrong: something older is offered"
    if len(again) != 1 or not same(again[0].scene, left[0].scene):
        return "wrong: the next window is offered something else"
    return "right" if place == 0 or told else "untold"


def run(cases: int, seed: int, folder: Path) -> dict[str, Any]:
    """So many cases; returns the figures."""
    rng = random.Random(seed)
    made, _next = make(folder / "made", seed)
    contents = [file.read_bytes() for file in made.files]
    assert not any(same(one, other) for one in made.states for other in made.states if one is not other)
    found: Counter[str] = Counter()
    examples: list[str] = []
    for _ in range(cases):
        how, done = one_case(made, contents, rng, folder / "case")
        found[how.partition(" ")[0].rstrip(":")] += 1
        if how != "right":
            examples.append(f"{how} ({done})")
    return figures(cases, found, examples)


def figures(cases: int, found: Counter[str], examples: list[str]) -> dict[str, Any]:
    """What is printed."""
    return {
        "cases": cases,
        **{name: found[name] for name in ("right", "raised", "wrong", "untold")},
        "examples": examples[:10],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--journals", action="store_true", help="beside the file lies the journal of a killed process")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    from tests.faults.killed_transactions import run as run_with_journals

    chosen = run_with_journals if arguments.journals else run
    with tempfile.TemporaryDirectory() as scratch:
        found = chosen(arguments.cases, arguments.seed, Path(scratch))
    if arguments.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:>10}  {value}")
    sys.exit(found["right"] != found["cases"])


if __name__ == "__main__":
    main()
