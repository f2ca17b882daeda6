"""Runs each stage of the program in small address spaces: a sentence with what to do, one end, no hang, no signal.

    python -m tests.faults.out_of_memory --limits 20 [--stages embed map] [--rows 160]

Each trial is a process. It makes ready what its stage needs, then limits its address space (RLIMIT_AS) to what it has
and so much more, and runs the stage as a job. The limits lie between nothing more, where it does not even begin, and
what the stage takes without a limit beside what each job must find to begin. "cold" stages begin with the libraries not
yet loaded. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hsigui import memory
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.jobs import Context, Finished, JobRunner, Outcome

SECONDS = 240.0  # after which a trial counts as hanging
BAD = ("HANG", "SIGNAL", "EXIT", "FAULT", "ENDS", "ADVICE")
Stage = Callable[[Context], Any]
EPOCHS = 3


def write_scene(folder: Path, rows: int) -> None:
    """Writes the scene, its truth and a run of it, with which the stages work."""
    import hsigui
    from hsigui.cube.demo import write_demo
    from hsigui.specs import PretrainSpec

    scene, truth = write_demo(folder, 0, rows, rows)
    cube = hsigui.open(scene)
    spec = PretrainSpec(epochs=EPOCHS, device="cpu")
    hsigui.pretrain(cube, spec=spec, folder=folder / "run")
    split = hsigui.sample(hsigui.read_labels(truth, cube), per_class=10, seed=0)
    hsigui.save(split.train, folder / "train.tif")
    hsigui.save(split.test, folder / "test.tif")


def opening(folder: Path, _warm: bool) -> Stage:
    """Opens the scene and reads all of it once."""
    import hsigui

    return lambda ctx: hsigui.open(folder / "demo-scene.hdr").valid_mask(ctx.check)


def showing(folder: Path, _warm: bool) -> Stage:
    """Renders the scene."""
    import hsigui
    from hsigui.cube.render import first_view, render

    cube = hsigui.open(folder / "demo-scene.hdr")
    return lambda _ctx: render(cube, first_view(cube))


def pretraining(folder: Path, warm: bool) -> Stage:
    """Trains for a few steps as the window does, which then makes the features."""
    import hsigui
    from hsigui.pipeline import live
    from hsigui.specs import PretrainSpec

    cube = hsigui.open(folder / "demo-scene.hdr")
    if warm:
        _load_libraries()
    spec = PretrainSpec(epochs=EPOCHS, device="cpu")
    return lambda ctx: live.pretrain_and_embed(ctx, cube, spec, folder / f"new-run-{os.getpid()}")


def embedding(folder: Path, warm: bool) -> Stage:
    """Makes the features of a kept run anew."""
    import hsigui
    from hsigui.pipeline import live

    cube, run = hsigui.open(folder / "demo-scene.hdr"), folder / f"run-{os.getpid()}"
    run.mkdir()
    for name in ("run.json", "weights.safetensors"):
        (run / name).write_bytes((folder / "run" / name).read_bytes())
    if warm:
        _load_libraries()
    return lambda ctx: live.restore_run(ctx, cube, run)


def fitting(folder: Path, _warm: bool) -> Stage:
    """Fits the classifier to the labels."""
    import hsigui

    _, features, labels = _ready(folder)
    return lambda ctx: hsigui.fit(features, labels, ctx=ctx)


def mapping(folder: Path, _warm: bool) -> Stage:
    """Draws the map."""
    import hsigui

    _, features, labels = _ready(folder)
    classifier = hsigui.fit(features, labels)
    return lambda ctx: hsigui.classify(features, classifier, probabilities=True, ctx=ctx)


def evaluating(folder: Path, _warm: bool) -> Stage:
    """Measures the map and writes the report."""
    import hsigui

    result = _mapped(folder)
    test = hsigui.read_labels(folder / "test.tif")
    return lambda ctx: hsigui.save(hsigui.evaluate(result, test, ctx=ctx), folder / f"report-{os.getpid()}", ctx=ctx)


def exporting(folder: Path, _warm: bool) -> Stage:
    """Writes the map in several formats."""
    import hsigui

    result = _mapped(folder)
    out = folder / f"maps-{os.getpid()}"
    return lambda ctx: [hsigui.save(result, out / f"map{suffix}", ctx=ctx) for suffix in (".tif", ".png", ".gpkg")]


def studying(folder: Path, warm: bool) -> Stage:
    """Compares an encoder with a baseline."""
    import hsigui
    from hsigui.pipeline.study.plan import StudySpec, StudyTruth
    from hsigui.pipeline.study.study import run_study

    cube = hsigui.open(folder / "demo-scene.hdr")
    truth = hsigui.read_labels(folder / "demo-truth.hdr", cube)
    reference = StudyTruth(truth.array, truth.classes, cube.valid_mask())
    spec = StudySpec(("lscosa", "logreg-raw"), labels=(5,), draws=1, device="cpu", epochs=EPOCHS)
    if warm:
        _load_libraries()

    def work(ctx: Context) -> None:
        found = run_study(cube, reference, spec, folder / f"study-{os.getpid()}", ctx, command="")
        if found.failures:  # as the command ends
            raise HsiError(found.failures[0].message, "The same command tries again what failed.")

    return work


STAGES: dict[str, Callable[[Path, bool], Stage]] = {
    "open": opening, "show": showing, "pretrain": pretraining, "embed": embedding, "fit": fitting, "map": mapping,
    "evaluate": evaluating, "export": exporting, "study": studying,
}  # fmt: skip
COLD = ("pretrain", "embed", "study")  # stages that may be the first to load libraries


def _load_libraries() -> None:
    import torch

    import hsigui.pipeline.classify
    import hsigui.pipeline.embed
    import hsigui.pipeline.live
    import hsigui.pipeline.pretrain
    import hsigui.pipeline.probe  # noqa: F401

    (torch.rand(64, 64) @ torch.rand(64, 64)).sum()


def _ready(folder: Path) -> tuple[Any, Any, Any]:
    import hsigui

    cube = hsigui.open(folder / "demo-scene.hdr")
    encoder = hsigui.load_encoder(folder / "run")
    features = hsigui.embed(cube, encoder, folder=folder / "run", device="cpu")
    return cube, features, hsigui.read_labels(folder / "train.tif", cube)


def _mapped(folder: Path) -> Any:
    import hsigui

    _, features, labels = _ready(folder)
    return hsigui.classify(features, hsigui.fit(features, labels))


def run_stage(name: str, folder: Path, extra: int | None, warm: bool) -> dict[str, Any]:
    """Runs a stage in this process.

    Args:
        extra: bytes of address space beyond those in use; None for no limit.

    Returns:
        "taken" (bytes of address space that it took at most), "ends" (how many ends the job had), "outcome" and "said".
    """
    stage = STAGES[name](folder, warm)
    runner, before = JobRunner(), _address_space("VmSize")
    if extra is not None:
        resource.setrlimit(resource.RLIMIT_AS, (before + extra, resource.RLIM_INFINITY))
    job = runner.start(stage, name)
    ends: list[Finished] = []
    while True:
        event = _patiently(lambda: runner.next_event(0.1))
        if isinstance(event, Finished):
            ends.append(event)
        if event is None and ends and job.ended:
            break
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return {
        "taken": _address_space("VmPeak") - before, "ends": len(ends), "outcome": ends[0].outcome.value,
        **_said(ends[0]),
    }  # fmt: skip


def _patiently(ask: Callable[[], Any]) -> Any:
    """The window's reader of events tries again when it has no memory for it either."""
    while True:
        try:
            return ask()
        except MemoryError:
            time.sleep(0.05)


def _said(end: Finished) -> dict[str, Any]:
    """What a user is told, as the window and the commands do."""
    if end.outcome is not Outcome.FAILED or end.error is None:
        return {"said": "", "hint": ""}
    error = end.error
    if not isinstance(error, HsiError) and is_out_of_memory(error):
        error = out_of_memory()
    if isinstance(error, HsiError):
        return {"said": error.message, "hint": error.hint}
    return {"fault": f"{type(error).__name__}: {error}", "trace": end.trace}


def _address_space(what: str) -> int:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(text.split(f"{what}:")[1].split()[0])


def trial(name: str, folder: Path, extra: int | None, warm: bool) -> dict[str, Any]:
    """Runs a stage in a process of its own; "bad" tells what must not be, empty when all is well."""
    words = [sys.executable, "-m", "tests.faults.out_of_memory", "--stage", name, "--folder", str(folder)]
    words += ([] if extra is None else ["--extra", str(extra)]) + (["--warm"] if warm else [])
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"bad": "HANG"}
    if done.returncode < 0:
        return {"bad": f"SIGNAL {signal.Signals(-done.returncode).name}", "trace": done.stderr[-1500:]}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        return {"bad": f"EXIT {done.returncode}", "trace": done.stderr[-1500:]}
    found: dict[str, Any] = json.loads(lines[-1])
    return {**found, "bad": _bad(found)}


def _bad(found: dict[str, Any]) -> str:
    if found["ends"] != 1:
        return f"ENDS {found['ends']}"
    if "fault" in found:
        return f"FAULT {found['fault']}"
    if "MemoryError" in found["said"]:
        return f"FAULT {found['said']}"
    if found["outcome"] != "completed" and not found["hint"]:
        return f"ADVICE none: {found['said']}"
    if "on the CPU" in found["hint"]:
        return f"ADVICE {found['hint']}"
    return ""


def sweep(name: str, folder: Path, limits: int, warm: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """The bytes that each trial had beyond what it began with, and what became of it."""
    whole = trial(name, folder, None, warm)
    assert whole["bad"] == "", whole
    assert whole["outcome"] == "completed", whole
    for extra in spread(whole["taken"], limits):
        yield extra, trial(name, folder, extra, warm)


def spread(taken: int, limits: int) -> list[int]:
    """Bytes of so many limits: none, and from what a job must find to begin up to that and all that its stage takes."""
    least = memory.WORK_MIB * memory.MIB
    return [0, *(least + taken * number // max(1, limits - 2) for number in range(limits - 1))]


def main(argv: list[str] | None = None) -> int:
    """Runs the trials and tells what became of each; ends with 1 where one was bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limits", type=int, default=20)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    parser.add_argument("--rows", type=int, default=160)
    parser.add_argument("--verbose", action="store_true")
    for name in ("--stage", "--folder", "--extra"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--warm", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    if asked.stage:
        extra = None if asked.extra is None else int(asked.extra)
        print(json.dumps(run_stage(asked.stage, Path(asked.folder), extra, asked.warm)), flush=True)
        return 0
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as scratch:
        write_scene(Path(scratch), asked.rows)
        kinds = [(name, True) for name in asked.stages] + [(name, False) for name in asked.stages if name in COLD]
        for name, warm in kinds:
            for extra, found in sweep(name, Path(scratch), asked.limits, warm):
                end = found["bad"] or found["outcome"]
                counts[end.split()[0]] += 1
                title = name if warm else f"{name} (cold)"
                said = found.get("said", "")
                if found["bad"] or asked.verbose:
                    print(f"{title:16} +{extra / 2**20:6.0f} MiB  {end}  {said}", flush=True)
                    print("    " + found.get("trace", "").replace("\n", "\n    "), flush=True)
                else:
                    print(f"{title:16} +{extra / 2**20:6.0f} MiB  {end}  {said}", flush=True)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return int(any(counts[name] for name in BAD))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
