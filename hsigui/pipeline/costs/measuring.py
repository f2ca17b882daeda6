"""Measures a method on crops of a scene, in processes of their own. Loads no torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import hsigui
from hsigui.cube.cube import Cube
from hsigui.cube.formats.envi import layout_fields, scene_fields, write_pair
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline.costs import speeds
from hsigui.pipeline.costs.course import Course
from hsigui.pipeline.costs.figures import Facts, Figures, Line, Machine, Measured
from hsigui.pipeline.costs.found import FoundScene
from hsigui.specs import PretrainSpec
from hsigui.texts import say

SIDES = (96, 192)  # pixels, of the crops
SHORT_SIDES = (24, 36)  # of those that whole epochs are made on
SHORT_STEPS = (5, 30)  # where steps are counted
TURNS = 20  # in which steps and their preparation are taken apart
LOOK = 0.1  # seconds between two looks at a trial


@dataclass(frozen=True)
class Trial:
    """What is measured.

    Attributes:
        spec: of the training; its course.
        run: folder of a finished run, whose encoder is then used; None to train.
        map_spec: how maps are drawn; a run's own where a value is None.
        classes, labels: how many, and labels of each.
        format: suffix of the maps.
        rounds: how often everything is measured.
        sides: of the crops in pixels.
    """

    spec: PretrainSpec
    course: Course
    run: Path | None = None
    map_spec: Mapping[str, Any] | None = None
    classes: int = 10
    labels: int = 10
    format: str = ".tif"
    rounds: int = 2
    sides: tuple[int, int] = SIDES


Launch = Callable[[Mapping[str, Any], Path, Context], Mapping[str, Any]]


def measure(
    scene: FoundScene, scenes: Sequence[FoundScene], trial: Trial, ctx: Context, *, whole: bool, single: bool,
    read_speed: float | None = None, results: Path | None = None, launch: Launch | None = None,
) -> Measured:  # fmt: skip
    """What a method takes of this machine.

    Args:
        scene: that the crops are cut from.
        scenes: whose files are read to see how fast the disk is.
        whole: measure a process that has the whole processor.
        single: measure one that has a single core.
        read_speed: bytes a second, where it is known already.
        results: folder on the disk that results go to; None for the one for temporary files.
        launch: runs one trial and gives its answer; None for a process of this program.

    Raises:
        HsiError: the scene cannot be read, there is no room for the crops, or the method fails on them.
        Cancelled: through the context.
    """
    run, begun = launch or launched, time.perf_counter()
    busy = _load()
    with tempfile.TemporaryDirectory(prefix="hsigui-plan-", ignore_cleanup_errors=True) as held:
        folder = Path(held)
        ctx.progress(0, 1, say("Cutting crops of {name}", name=scene.path.name))
        crops, short = _crops(open_cube(scene.path, gaps=False), folder, trial)
        files = [file for each in scenes for file in _files(each)]
        speed = read_speed or speeds.reading_speed(files, ctx.check)
        writes = speeds.writing_speed(results or folder, ctx.check)
        asked = {"spec": trial.spec.to_json(), "learns": trial.course.learns, "crops": crops, "short": short,
                 "run": str(folder / "run"), "scratch": str(folder), "classes": trial.classes, "labels": trial.labels,
                 "format": trial.format, "map_spec": dict(trial.map_spec or {}), "rounds": trial.rounds}  # fmt: skip
        if trial.run is not None:
            asked["run"] = str(trial.run)
        kinds = [kind for kind, wanted in (("single", single), ("whole", whole)) if wanted]
        answers = dict[str, tuple[Mapping[str, Any] | None, Mapping[str, Any]]]()
        for number, kind in enumerate(kinds):
            how = {"cores": 1 if kind == "single" else 0, "clock": "processor" if kind == "single" else "wall"}
            ctx.progress(2 * number, 2 * len(kinds), say("Measuring the training"))
            trained = None if trial.run is not None else run({**asked, **how, "work": "training"}, folder, ctx)
            ctx.progress(2 * number + 1, 2 * len(kinds), say("Measuring features and maps"))
            answers[kind] = trained, run({**asked, **how, "work": "mapping"}, folder, ctx)
        figures = {
            kind: tuple(_figures(*answers[kind], number, trial.course) for number in range(trial.rounds))
            for kind in kinds
        }
    trained, mapped = answers[kinds[0]]
    machine = Machine(allowed_cores(), memory(), speed, writes)
    return Measured(
        machine, figures.get("whole", ()), figures.get("single", ()), _facts(trained, mapped),
        time.perf_counter() - begun, busy,
    )  # fmt: skip


def launched(request: Mapping[str, Any], folder: Path, ctx: Context) -> Mapping[str, Any]:
    """Runs one trial in a process of its own, and gives its answer.

    Raises:
        HsiError: it failed; the hint is what it said last.
        Cancelled: through the context; the process is ended.
    """
    asked, answer, said = folder / "request.json", folder / "answer.json", folder / "said.txt"
    asked.write_text(json.dumps(request), encoding="utf-8")
    answer.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [
        str(Path(hsigui.__file__).parents[1]), os.environ.get("PYTHONPATH", "")
    ]))}  # fmt: skip
    if request["cores"]:
        environment["OMP_NUM_THREADS"] = str(request["cores"])
    words = [sys.executable, "-m", "hsigui.pipeline.costs.trial", str(asked), str(answer)]
    with said.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output, stdin=subprocess.DEVNULL, env=environment)
        try:
            while process.poll() is None:
                ctx.check()
                time.sleep(LOOK)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode or not answer.is_file():
        lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise HsiError(
            say("Measuring failed on a crop of the scene."),
            lines[-1] if lines else say("The process ended with the code {code}.", code=process.returncode),
        )
    found = json.loads(answer.read_text(encoding="utf-8"))
    command = _command_start(request["clock"], environment) if request["work"] == "mapping" else 0.0
    return {**found, "command": command}


def allowed_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """Bytes of memory of this machine; 0 where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _load() -> float:
    """How many processes were at work in the last minute; 0 where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return 0.0


def _command_start(clock: str, environment: Mapping[str, str]) -> float:
    """Seconds that the program takes until it knows what it was asked."""
    before, begun = os.times(), time.perf_counter()
    words = [sys.executable, "-m", "hsigui", "classify", "--help"]
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
    after, passed = os.times(), time.perf_counter() - begun
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used if clock == "processor" else passed


def _files(scene: FoundScene) -> list[Path]:
    """The files that hold samples of a scene; of a folder all that it holds."""
    return [
        inside for file in scene.files for inside in (file.rglob("*") if file.is_dir() else [file]) if inside.is_file()
    ]


def _crops(cube: Cube, folder: Path, trial: Trial) -> tuple[list[str], list[tuple[int, str]]]:
    """Files of the crops, and the short trainings: how many epochs or steps, and on which crop."""
    crops = [_crop(cube, side, folder) for side in trial.sides]
    if trial.course.counts_steps:
        return crops, [(steps, crops[-1]) for steps in SHORT_STEPS]
    return crops, [(1, _crop(cube, side, folder)) for side in SHORT_SIDES]


def _crop(cube: Cube, side: int, folder: Path) -> str:
    """A square from the middle of a scene as an ENVI file; a smaller scene is mirrored at its borders."""
    rows, cols = (
        slice(max(0, (size - side) // 2), max(0, (size - side) // 2) + min(side, size))
        for size in (cube.rows, cube.cols)
    )
    values = cube.source.read(rows, cols, slice(None))
    while values.shape[0] < side or values.shape[1] < side:
        more = [(0, max(0, min(have, side - have))) for have in values.shape[:2]]
        values = np.pad(values, [*more, (0, 0)], mode="symmetric")
    order = cube.info.interleave if cube.info.interleave in ("bsq", "bil", "bip") else "bsq"
    fields = {**layout_fields(values, order), **scene_fields(cube.info, values.shape)}
    return str(write_pair(folder / f"crop-{side}.hdr", values, fields, order)[0])


def _figures(trained: Mapping[str, Any] | None, mapped: Mapping[str, Any], number: int, course: Course) -> Figures:
    """The figures of one round."""
    found = mapped["rounds"][number]["crops"]
    small, large = found
    lines: dict[str, Any] = {
        name: _line(found, name) for name in ("embedding", "finding", "probe", "drawing", "writing", "kept")
    }
    learning, command = _learning(trained, number, course), mapped["command"]
    started = 0.0 if trained is None else command + trained["start"] + trained["cold"]
    return Figures(
        start_training=started, start_mapping=command + mapped["start"] + mapped["cold"],
        opening=(small["opening"] + large["opening"]) / 2, loading=(small["loading"] + large["loading"]) / 2,
        **learning, **lines,
    )  # fmt: skip


def _line(crops: Sequence[Mapping[str, Any]], name: str) -> Line:
    """Of the small and the large crop."""
    small, large = crops
    return Line.through((small["pixels"], small[name]), (large["pixels"], large[name]))


def _learning(trained: Mapping[str, Any] | None, number: int, course: Course) -> dict[str, Any]:
    """What a training takes: before its first step, a step, a reading of the monitor, after its last."""
    if trained is None:
        return {"preparing": Line(), "step": 0.0, "later_step": 0.0, "watching": 0.0, "finishing": 0.0}
    found = trained["rounds"][number]
    first, short = found["first"], found["short"]
    if not course.learns:
        return {"preparing": _line(first, "seconds"), "step": 0.0, "later_step": 0.0, "watching": 0.0,
                "finishing": max(0.0, short[0]["seconds"] - first[-1]["seconds"])}  # fmt: skip
    one, other = short
    step, preparing = _taken_apart(first, one, other)
    # What a short training takes beside its steps of the first stage: what comes before, after, and a second stage.
    later = 0 if course.later_steps == 0 else course.later_steps // max(1, course.epochs)
    rest = max(0.0, other["seconds"] - preparing.at(other["pixels"]) - step * (other["steps"] - later))
    watched = found.get("watched")
    watching = 0.0
    if watched is not None and watched["readings"]:
        watching = max(0.0, watched["seconds"] - other["seconds"]) / watched["readings"]
    return {"preparing": preparing, "step": step, "later_step": rest / later if later else 0.0, "watching": watching,
            "finishing": 0.0 if later else rest}  # fmt: skip


def _taken_apart(
    first: Sequence[Mapping[str, Any]], one: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[float, Line]:
    """Seconds of a step, and of what comes before the first.

    Two trainings that were ended after their first steps and two that were not differ in pixels and in steps: each
    pair gives one of the two where the other is known, so that a few turns find both.

    Args:
        first: those that were ended early, on the small and the large crop.
    """
    preparing = Line()
    for _ in range(TURNS):
        more = other["seconds"] - one["seconds"] - preparing.each * (other["pixels"] - one["pixels"])
        step = max(0.0, more) / max(1, other["steps"] - one["steps"])
        preparing = _line([{**each, "seconds": max(0.0, each["seconds"] - each["made"] * step)} for each in first],
                          "seconds")  # fmt: skip
    return step, preparing


def _facts(trained: Mapping[str, Any] | None, mapped: Mapping[str, Any]) -> Facts:
    crops, peaks = mapped["rounds"][0]["crops"], mapped["rounds"][0]["peaks"]
    pixels = [each["pixels"] for each in crops]
    mapping = Line.through((pixels[0], peaks[0]), (pixels[1], peaks[1]))
    training, passes = mapping, 0.0
    if trained is not None:
        of_first = trained["rounds"][0]
        training = Line.through(*zip(pixels, of_first["peaks"], strict=True))
        passes = of_first["first"][-1]["passes"]
    return Facts(
        bands=mapped["bands"], channels=mapped["channels"], width=crops[-1]["width"], passes_training=passes,
        passes_mapping=crops[-1]["passes"], passes_kept=crops[-1]["passes_kept"],
        features_first=mapped["features_first"], features_later=mapped["features_later"], run=mapped["run"],
        map=_line(crops, "map"), memory_training=training, memory_mapping=mapping,
    )  # fmt: skip
