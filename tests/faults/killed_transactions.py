"""Projects as a process leaves them that is killed within a transaction, with whatever may become of its journal.

Run by `fuzz_projects.py --journals`, and judged as there. The journal holds the pages that the transaction writes over;
SQLite writes them back when the file is opened next, whatever they are. So a journal that does not belong to a file
destroys it, however whole the file is.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from hsigui.storage.copies import copies
from hsigui.storage.database import journal_path
from hsigui.storage.kept_scene import Change, KeptScene
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.projects import Projects
from tests.faults.fuzz_projects import Made, damaged, figures, make, same

KINDS = ("whole", "cut", "bits", "header", "empty", "noise", "foreign", "late", "earlier", "damaged", "copy")


@dataclass(frozen=True)
class Kill:
    """A file, half written, and its journal at one moment of a transaction."""

    file: bytes
    journal: bytes


@dataclass
class Killed:
    """A project, the moments of a transaction on it, and what it would have made.

    Attributes:
        states: what the transaction makes, what the file holds, and what its copies do, newest first.
        contents: likewise.
        earlier: the journals of the transaction before.
        foreign: those of another project.
    """

    made: Made
    kills: list[Kill]
    states: list[KeptScene]
    contents: list[bytes]
    earlier: list[bytes]
    foreign: list[bytes]


def prepare(folder: Path, seed: int) -> Killed:
    """A project of three states, killed when it was about to have a fourth one."""
    made, changes = make(folder / "made", seed)
    other, others = make(folder / "other", seed + 1)
    path, after = made.files[0], folder / "after" / made.files[0].name
    kills = _moments(path, after, made, changes)
    earlier = _moments(made.files[1], folder / "before" / path.name, made, changes)
    foreign = _moments(other.files[0], folder / "foreign" / path.name, other, others)
    states = [read_project(after)[0], *made.states]
    contents = [after.read_bytes(), *(file.read_bytes() for file in made.files)]
    return Killed(made, kills, states, contents, [k.journal for k in earlier], [k.journal for k in foreign])


def _moments(path: Path, work: Path, made: Made, changes: list[Change]) -> list[Kill]:
    """Writes changes, as one, into a copy of a project. Returns what was on the disk meanwhile."""
    work.parent.mkdir(parents=True)
    shutil.copyfile(path, work)
    found: list[Kill] = []

    def look(_statement: str) -> None:
        if journal_path(work).exists():
            kill = Kill(work.read_bytes(), journal_path(work).read_bytes())
            if kill not in found[-1:]:
                found.append(kill)

    with closing(ProjectFile(work)) as file:
        file._connection.execute("PRAGMA cache_size = 3")  # pages: so that the file is written to before the end
        file._connection.set_trace_callback(look)
        file.write(made.facts, reduce(Change.followed_by, changes))
    assert any(kill.file != path.read_bytes() for kill in found), "the file is half written"
    return found


def one_case(killed: Killed, rng: random.Random, scratch: Path) -> tuple[str, str]:
    """Lays out what a killed process left, and looks. Returns how that went, and what was done."""
    shutil.rmtree(scratch, ignore_errors=True)
    kind, kill = rng.choice(KINDS), rng.choice(killed.kills)
    file, journal = _laid_out(kind, kill, killed, rng)
    path = scratch / killed.made.files[0].name
    for target, content in zip([path, *(scratch / f.relative_to(killed.made.folder) for f in killed.made.files[1:])],
                               [file, *killed.contents[2:]], strict=True):  # fmt: skip
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    journal_path(copies(path)[0] if kind == "copy" else path).write_bytes(journal)
    try:
        found = Projects(scratch, scratch / "none").look(killed.made.facts)
        again = Projects(scratch, scratch / "none").look(killed.made.facts)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is being looked for
        return f"raised {type(error).__name__}: {error}", kind
    newest = 1 if kind == "whole" else killed.contents.index(file) if file in killed.contents else 2
    return _judged(killed, newest, found.left, again.left, found.told), kind


def _laid_out(kind: str, kill: Kill, killed: Killed, rng: random.Random) -> tuple[bytes, bytes]:
    """The file and the journal."""
    journal, present = bytearray(kill.journal), rng.choice((kill.file, killed.contents[1]))
    match kind:
        case "cut":
            del journal[rng.randrange(len(journal)) :]
        case "bits":
            for _ in range(rng.choice((1, 2, 8, 50))):
                journal[rng.randrange(len(journal))] ^= 1 << rng.randrange(8)
        case "header":
            length = rng.choice((8, 28, 512))
            journal[:length] = bytes(length)
        case "empty":
            journal.clear()
        case "noise":
            journal[:] = rng.randbytes(len(journal))
        case "foreign":
            return present, rng.choice(killed.foreign)
        case "late":  # the whole transaction is written, and the journal is still there
            return killed.contents[0], kill.journal
        case "earlier":
            return killed.contents[1], rng.choice(killed.earlier)
        case "damaged":
            return damaged(kill.file, killed.contents, rng)[0], kill.journal
        case "copy":
            return damaged(killed.contents[1], killed.contents, rng)[0], rng.choice((kill.journal, *killed.foreign))
    return kill.file, bytes(journal)


def _judged(killed: Killed, newest: int, left: list[Any], again: list[Any], told: list[str]) -> str:
    if not left:
        return "wrong: nothing is offered"
    place = next((n for n, state in enumerate(killed.states) if same(left[0].scene, state)), None)
    if place is None:
        return "wrong: what is offered was never written"
    if len(left) > 1 or place > newest:
        return f"wrong: {place} is offered instead of {newest}"
    if len(again) != 1 or not same(again[0].scene, left[0].scene):
        return "wrong: the next window is offered something else"
    return "right" if place <= 1 or told else "untold"


def run(cases: int, seed: int, folder: Path) -> dict[str, Any]:
    """So many cases; returns the figures."""
    rng = random.Random(seed)
    killed = prepare(folder, seed)
    found: Counter[str] = Counter()
    examples: list[str] = []
    for _ in range(cases):
        how, done = one_case(killed, rng, folder / "case")
        found[how.partition(" ")[0].rstrip(":")] += 1
        if how != "right":
            examples.append(f"{how} ({done})")
    return figures(cases, found, examples)
