"""Kills processes that label, at random moments, and looks what is left of the labels.

    python tests/faults/kill_labels.py --kills 100 [--json] [--seed 0] [--modes brisk,slow,held,save,export,train]

Each process opens the real window (offscreen) on what the one before left, takes up what is offered, and labels until
it is killed by SIGKILL (see `labelling_process.py`). Then the files are looked at as the next window will:

- `lost`: kills after which a stroke was missing that had ended more than a second before, or a piece of a stroke that
  was drawn more than two seconds before; `oldest_missing_s` tells how old the oldest change was that was missing.
- `corrupt`: files that are damaged: projects, and labels and maps that were being saved.
- `offered`: kills after which exactly what was left is offered (nothing, where all was saved), is a state that was on
  the screen, can be taken back step by step to an empty scene, and done again.
- `taken_up`: processes that began on what the one before left, with as many steps, of those that had something to take
  up.
- `not_begun`: processes that did not come to label within four minutes, as on a machine with too much to do; nothing
  was killed then.
- `left_over`: scratch files of killed saves that are still there after the next save.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.demo import write_demo
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.history import History
from hsigui.labels.label_map import VALIDATION, LabelMap
from hsigui.saving import is_left_over
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.projects import Projects

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from labelling_process import MODES, digest  # noqa: E402

STEP_SECONDS, PIECE_SECONDS = 1.0, 2.0
BEGIN_SECONDS = 240.0  # for a process to open its window and the scene
CHAIN = 6  # processes that take up from each other, before a new user begins
USUAL = ("brisk", "held", "slow", "brisk", "save", "brisk", "held", "export", "brisk", "train")


class NotBegun(Exception):  # noqa: N818 - what became of the process
    """A process did not come to label."""


@dataclass
class Kill:
    """What was found after one.

    Attributes:
        missing_s: how long before the kill the oldest change was made that is missing; 0 for none.
        wrong: what is not as it should be, in words.
    """

    mode: str
    lost: bool = False
    missing_s: float = 0.0
    corrupt: int = 0
    offered: bool = True
    wrong: list[str] = field(default_factory=list)


@dataclass
class User:
    """A home with a scene, and what the next window has to find in it."""

    folder: Path
    scene: Path
    left: KeptScene | None = None

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def projects(self) -> Projects:
        return Projects(self.folder / "state" / "projects", self.folder / "state" / "recovery")


def kill_one(user: User, mode: str, seed: int, rng: random.Random) -> tuple[Kill, bool | None]:
    """Runs a process until it is killed. Returns what was found, and whether it took up what was there (None where
    there was nothing)."""
    log = user.folder / f"log-{seed}.jsonl"
    user.out.mkdir(exist_ok=True)
    environment = os.environ | {
        "HSIGUI_STATE_DIR": str(user.folder / "state"), "HSIGUI_CONFIG_DIR": str(user.folder / "config"),
        "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    command = [sys.executable, str(HERE / "labelling_process.py"), mode, str(user.scene), str(log), str(user.out)]
    with (user.folder / "stderr.txt").open("wb") as errors:
        process = subprocess.Popen([*command, "--seed", str(seed)], env=environment, stderr=errors)
    lines = _wait_for(log, "working", process, user.folder / "stderr.txt")
    time.sleep(rng.uniform(0.1, 6.0 if mode in ("held", "slow", "train") else 4.0))
    killed_at = time.monotonic()
    process.kill()
    process.wait()
    taken = next(line for line in lines if line["what"] == "taken up")
    took_up = None if user.left is None else _took_up(taken, user.left)
    return _look(user, mode, _read(log), killed_at), took_up


def _took_up(taken: dict[str, Any], left: KeptScene) -> bool:
    wanted = (1, [], digest(left.labels, left.validation), len(left.steps), left.place)
    return (taken["offers"], taken["others"], taken["state"], taken["steps"], taken["place"]) == wanted


def _look(user: User, mode: str, lines: list[dict[str, Any]], killed_at: float) -> Kill:
    kill = Kill(mode)
    states = [line for line in lines if line["what"] in ("taken up", "working", "piece", "step")]
    seen = {line["state"]: place for place, line in enumerate(states)}  # the last time of each
    found = user.projects().look(SceneFacts.of(open_cube(user.scene)))
    kill.corrupt += len(found.told)
    kill.wrong += found.told
    user.left = found.left[0].scene if found.left else None
    have = [-1]
    if user.left is not None:
        have.append(_place_of(user.left, seen, kill))
    have.append(_saved(user, seen, kill))
    if user.left is None:  # as right as any offer, as long as there was no label
        have.append(seen.get(_of_no_labels(user.scene), -1))
    if max(have) < 0:
        kill.offered = False
        kill.wrong.append("nothing was left")
    if len(found.left) > 1 or found.in_use:
        kill.offered = False
        kill.wrong.append(f"{len(found.left)} offers, {len(found.in_use)} in use")
    needed = max((place for place, line in enumerate(states) if _due(line, killed_at)), default=-1)
    latest = max(have)
    kill.lost = latest < needed and (latest < 0 or states[latest]["state"] != states[needed]["state"])
    missing = [line for line in states[latest + 1 :] if latest < 0 or line["state"] != states[latest]["state"]]
    kill.missing_s = max(0.0, killed_at - missing[0]["t"]) if missing else 0.0
    return kill


def _due(line: dict[str, Any], killed_at: float) -> bool:
    return bool(line["t"] <= killed_at - (PIECE_SECONDS if line["what"] == "piece" else STEP_SECONDS))


def _place_of(left: KeptScene, seen: dict[str, int], kill: Kill) -> int:
    """Which of the states that were on the screen was left; -1 for none of them."""
    state = digest(left.labels, left.validation)
    if state not in seen:
        kill.offered = False
        kill.wrong.append("what is offered was never on the screen")
    elif not _history_is_whole(left):
        kill.offered = False
        kill.wrong.append("the history does not fit the labels")
    return seen.get(state, -1)


def _history_is_whole(left: KeptScene) -> bool:
    labels = LabelMap.from_array(left.labels, left.classes)
    labels.apply(labels.replacing(left.validation, layer=VALIDATION))
    history = History(labels)
    history.put(left.steps, left.place, left.condition.forgotten)
    history.go_to(0)
    empty = not labels.array.any() and not labels.validation.any()
    history.go_to(left.place)
    same = np.array_equal(labels.array, left.labels) and np.array_equal(labels.validation, left.validation)
    return same and (empty or left.condition.forgotten > 0)


def _saved(user: User, seen: dict[str, int], kill: Kill) -> int:
    """Which state the saved labels have; those and the maps must be whole. -1 where nothing was saved."""
    place = -1
    try:
        path = user.out / "labels.tif"
        if path.exists():
            labels, beside = read_classes(path).array, path.with_name("labels-validation.tif")
            states = [digest(labels, np.zeros_like(labels))]
            if beside.exists():
                states.append(digest(labels, read_classes(beside).array))
            place = max(seen.get(state, -1) for state in states)
        for path in (user.out / "maps").glob("*.tif"):
            read_classes(path)
        for path in (user.out / "maps").rglob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))
    except (HsiError, OSError, ValueError) as error:
        kill.corrupt += 1
        kill.wrong.append(f"{path.name}: {error}")
    return place


def _of_no_labels(scene: Path) -> str:
    cube = open_cube(scene)
    nothing = np.zeros((cube.rows, cube.cols), np.uint16)
    return digest(nothing, nothing)


def left_over(user: User) -> int:
    """How many scratch files are there of processes that are no more, once labels were saved again."""
    path = user.out / "labels.tif"
    if path.exists():
        saved = read_classes(path)
        write_classes(path, saved.array, saved.classes)
    user.projects().look(SceneFacts.of(open_cube(user.scene)))
    files = [*user.out.glob(".*"), *(user.folder / "state").rglob(".*")]
    return sum(is_left_over(file) for file in files if file.is_file())


def _wait_for(log: Path, what: str, process: subprocess.Popen[bytes], errors: Path) -> list[dict[str, Any]]:
    ends = time.monotonic() + BEGIN_SECONDS
    while time.monotonic() < ends:
        lines = _read(log)
        if any(line["what"] == what for line in lines):
            return lines
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise NotBegun(errors.read_text(errors="replace")[-500:])


def _read(log: Path) -> list[dict[str, Any]]:
    if not log.exists():
        return []
    whole, _, _ = log.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def run(kills: int, modes: tuple[str, ...], seed: int, folder: Path) -> dict[str, Any]:
    """Kills so many processes, the modes in turn; returns the figures."""
    rng = random.Random(seed)
    found: list[Kill] = []
    took: list[bool] = []
    not_begun: list[str] = []
    left, user = 0, None
    for number in range(kills):
        if number % CHAIN == 0:
            left += left_over(user) if user else 0
            home = folder / f"user-{number}"
            user = User(home, write_demo(home / "scene", seed=number)[0])
        assert user is not None
        mode = modes[number % len(modes)]
        try:
            kill, took_up = kill_one(user, mode, seed * 100_000 + number, rng)
        except NotBegun as why:
            not_begun.append(f"{mode}: {why}")
            continue
        print(number, kill, "taken up" if took_up else took_up, file=sys.stderr, flush=True)
        found.append(kill)
        took += [] if took_up is None else [took_up]
    left += left_over(user) if user else 0
    return _figures(found, took, left) | {"not_begun": len(not_begun), "why": not_begun}


def _figures(found: list[Kill], took: list[bool], left: int) -> dict[str, Any]:
    ages = {mode: [k.missing_s for k in found if k.mode == mode] for mode in MODES}
    return {
        "kills": len(found),
        "by_mode": dict(Counter(kill.mode for kill in found)),
        "lost": sum(kill.lost for kill in found),
        "corrupt": sum(kill.corrupt for kill in found),
        "offered": sum(kill.offered for kill in found),
        "taken_up": f"{sum(took)} of {len(took)}",
        "not_taken_up": len(took) - sum(took),
        "oldest_missing_s": {mode: round(max(times), 3) for mode, times in ages.items() if times},
        "median_missing_s": {mode: round(float(np.median(times)), 3) for mode, times in ages.items() if times},
        "left_over": left,
        "wrong": [f"{kill.mode}: {text}" for kill in found for text in kill.wrong],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--modes", default=",".join(USUAL), help="in turn, by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = run(arguments.kills, tuple(arguments.modes.split(",")), arguments.seed, Path(scratch))
    if arguments.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:>18}  {value}")
    sys.exit(bool(found["lost"] or found["corrupt"] or found["offered"] < found["kills"] or found["not_taken_up"]))


if __name__ == "__main__":
    main()
