"""Damages files of a run at random and opens it: what is used must be what was written, else it is told or refused.

    python -m tests.faults.damaged_runs --count 500

Each trial copies a small run folder (weights, settings, card, features of all levels, superpixels, kept classifier,
accuracy, an unfinished training), damages one file, opens the run and draws its maps. A process of their own runs some
trials, so that its death by a signal is seen. Ends with 1 where numbers were used that are not those of the whole run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.methods import checkpoint, loop, model_card, resume
from hsigui.pipeline import kept_probe
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_mixture
from hsigui.specs import CONTEXTS, MapSpec, PretrainSpec
from tests.pipeline.conftest import fields, make_cube

SPEC = PretrainSpec(epochs=2, device="cpu", threads=1)
FIGURES = {"oa": 0.875, "aa": 0.5, "kappa": 0.25, "n_test": 77}
KINDS = ("flipped", "overwritten", "zeroed", "cut", "deleted", "swapped")
BYTES = 64
PER_PROCESS = 25
BAD = ("SILENT", "SIGNAL", "FAULT")


class Told(SilentContext):
    """Remembers what the user is told."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


class _Cut(SilentContext):
    """Cancels a training after its second step."""

    def metric(self, name: str, value: float, step: int) -> None:
        if name == "loss" and step >= 2:
            raise Cancelled


@dataclass(frozen=True)
class Opened:
    """What a run gives: arrays by name, its card, and the outcome of what was refused."""

    arrays: dict[str, np.ndarray]
    refused: tuple[str, ...]
    told: tuple[str, ...]


def labels() -> np.ndarray:
    """Some labelled pixels of each class, rows x cols."""
    found = fields()
    found[np.random.default_rng(0).random(found.shape) > 0.05] = 0
    return found


def make_run(folder: Path) -> None:
    """Writes a run with everything that a run folder may hold."""
    cube, ctx = make_cube(), SilentContext()
    unfinished = folder.with_name("unfinished")
    with contextlib.suppress(Cancelled), _every_step():
        pretrain(cube, SPEC, _Cut(), unfinished)
    encoder = pretrain(cube, SPEC, ctx, folder)
    shutil.copy(unfinished / resume.FILE, folder / resume.FILE)
    shutil.rmtree(unfinished)
    features = embed(cube, encoder, ctx, folder)
    fitted = fit_mixture(features, labels(), None, None, ctx, draw=True)
    table = ClassTable(tuple(ClassInfo(number, f"class {number}", (number, 50, 99)) for number in range(1, 5)))
    kept = kept_probe.of_scene(cube, encoder, features, fitted.probe, MapSpec(), labels(), table, "labels.tif", ctx)
    kept_probe.keep_with_accuracy(kept, folder, FIGURES, "test")


@contextlib.contextmanager
def _every_step() -> Iterator[None]:
    """Trainings that keep a state after each step."""
    before = loop.READ_SECONDS, loop.KEEP_SECONDS, loop.KEEP_SHARE
    loop.READ_SECONDS = loop.KEEP_SECONDS = loop.KEEP_SHARE = 0.0
    try:
        yield
    finally:
        loop.READ_SECONDS, loop.KEEP_SECONDS, loop.KEEP_SHARE = before


def open_run(folder: Path, cube: Cube) -> Opened:
    """Opens a run, draws the map of some labels and of the kept classifier, goes on with the unfinished training and
    writes the card."""
    arrays: dict[str, np.ndarray] = {}
    refused: list[str] = []
    ctx = Told()
    with _noted(refused):
        encoder = checkpoint.load(folder)
        arrays |= {f"weights {name}": value.numpy() for name, value in encoder.network.state_dict().items()}
        arrays["losses"] = np.array(encoder.losses)
        arrays["told"] = np.array(json.dumps([encoder.spec.to_json(), encoder.recipe.to_json()], default=str))
        features = embed(cube, encoder, ctx, folder)
        assert features.levels is not None
        for name in CONTEXTS:
            arrays[f"features {name}"] = np.asarray(features.levels.of(name, ctx).array)
        arrays["superpixels"] = features.levels.superpixels(ctx)
        fitted = fit_mixture(features, labels(), None, None, ctx, draw=True)
        arrays["map"] = classify(features, fitted.probe, None, ctx, drawn=fitted.drawn).classes
        with _noted(refused):
            kept = kept_probe.load(folder)
            drawn = classify(kept.fitted_to(features), kept.probe, kept.map_spec, ctx)
            arrays["kept map"], arrays["kept confidence"] = drawn.classes, drawn.confidence
    with _noted(refused):
        begun = resume.read(folder)
        arrays |= {f"resume {name}": value.numpy() for name, value in begun.now.tensors.items()}
        arrays["resume about"] = np.array(json.dumps([begun.about, begun.course.losses], default=str))
    with _noted(refused):
        arrays["card"] = np.array(model_card.write_card(folder).read_text(encoding="utf-8"))
    return Opened(arrays, tuple(refused), tuple(ctx.warnings))


@contextlib.contextmanager
def _noted(refused: list[str]) -> Iterator[None]:
    try:
        yield
    except HsiError as error:
        refused.append(error.message)


def damage(folder: Path, rng: np.random.Generator) -> str:
    """Damages one file of a folder; returns which, and how."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    path, kind = files[int(rng.integers(len(files)))], KINDS[int(rng.integers(len(KINDS)))]
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    start = int(rng.integers(max(1, len(content) - BYTES)))
    match kind:
        case "flipped":
            for place in rng.integers(0, len(content), BYTES):
                content[place] ^= 1 << int(rng.integers(8))
        case "overwritten":
            content[start : start + BYTES] = rng.integers(0, 256, len(content[start : start + BYTES]))
        case "zeroed":
            content[start : start + int(rng.integers(1, 4096))] = 0
        case "cut":
            content = content[: int(rng.integers(len(content)))]
    path.write_bytes(content.tobytes())
    if kind == "deleted":
        path.unlink()
    elif kind == "swapped":
        other = files[int(rng.integers(len(files)))]
        held = folder / "held"
        path.rename(held)
        if other != path:
            other.rename(path)
        held.rename(other)
        return f"{path.name} swapped with {other.name}"
    return f"{path.name} {kind}"


def outcome(found: Opened, whole: Opened) -> str:
    """What became of a damage: numbers that are not those of the whole run are "SILENT", whatever was told beside."""
    for name, value in found.arrays.items():
        if not np.array_equal(value, whole.arrays[name], equal_nan=value.dtype.kind == "f") and name != "card":
            return f"SILENT: {name}"
    if found.refused:
        return "refused"
    card = str(found.arrays["card"])
    if card != str(whole.arrays["card"]):
        lines = set(str(whole.arrays["card"]).splitlines())
        # What is gone is not in the card; what is in it is as it was, or says that it is not there.
        if any("%" in line and line not in lines for line in card.splitlines()):
            return "SILENT: card"
    return "told and made again" if found.told else "equal numbers"


def trials(run: Path, seeds: range) -> Iterator[tuple[int, str, str]]:
    """The number, the damage and the outcome of each trial."""
    cube = make_cube()
    with tempfile.TemporaryDirectory() as scratch:
        whole = open_run(Path(shutil.copytree(run, Path(scratch) / "whole")), cube)
        assert not whole.refused
        for seed in seeds:
            folder = Path(shutil.copytree(run, Path(scratch) / str(seed)))
            what = damage(folder, np.random.default_rng(seed))
            print(f"trying {seed} {what}", flush=True)
            try:
                yield seed, what, outcome(open_run(folder, cube), whole)
            except Exception as error:  # noqa: BLE001 - any exception but HsiError is what is looked for
                yield seed, what, f"FAULT: {type(error).__name__}: {error}"
            shutil.rmtree(folder)


def main(argv: list[str] | None = None) -> int:
    """Runs the trials, tells of each that was bad, and counts the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="number of the first trial")
    parser.add_argument("--run", type=Path, help="used by the processes that this one starts")
    asked = parser.parse_args(argv)
    seeds = range(asked.first, asked.first + asked.count)
    if asked.run is not None:
        for seed, what, end in trials(asked.run, seeds):
            print(json.dumps([seed, what, end]), flush=True)
        return 0
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch) / "run"
        make_run(run)
        for what, end in _in_processes(run, seeds):
            counts[end.partition(":")[0]] += 1
            if end.startswith(BAD):
                print(f"{end}  ({what})", flush=True)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return int(any(counts[name] for name in BAD))


def _in_processes(run: Path, seeds: range) -> Iterator[tuple[str, str]]:
    at = seeds.start
    while at < seeds.stop:
        count = min(PER_PROCESS, seeds.stop - at)
        words = [sys.executable, "-m", "tests.faults.damaged_runs", "--run", run, "--first", at, "--count", count]
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
        last = ""
        for line in done.stdout.splitlines():
            if line.startswith("["):
                at = json.loads(line)[0] + 1
                yield tuple(json.loads(line)[1:])
            else:
                last = line
        if done.returncode < 0:
            yield last, f"SIGNAL: {signal.Signals(-done.returncode).name}"
            at += 1
        elif done.returncode:
            raise SystemExit(done.stderr)


if __name__ == "__main__":
    sys.exit(main())
