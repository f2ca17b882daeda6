"""What each command does. Every long work runs on a thread, so that Ctrl-C can cancel it cleanly between two steps."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.open import ImportChoice, open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, Finished, JobRunner, Outcome, Partial, Progress, Warned, Work
from hsigui.labels.describe import describe_file
from hsigui.labels.files import Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.report.maps import export_map
from hsigui.specs import PretrainSpec


def info(arguments: argparse.Namespace) -> None:
    """Prints what a file holds: a cube, a class raster or a spectral library."""
    about = describe_file(arguments.path, **reading(arguments))
    if arguments.json:
        print(json.dumps(about, indent=1))
        return
    told_otherwise = ("wavelengths", "class_table", "crs_wkt", "default_bands_zero_based", "notes", "metadata")
    for name, value in about.items():
        if value in (None, "", [], {}) or value is False or name in told_otherwise:
            continue
        if name.endswith("band_list") or name == "default_bands":  # people count bands from 1, as ENVI does; in JSON they count from 0
            name, value = f"{name} (from 1)", [number + 1 for number in value]
        print(f"{name.replace('_', ' '):>24}  {_shortened(value)}")
    for row in about.get("class_table", ()):
        print(f"{'class ' + str(row['number']):>24}  {row['name']}, {row['pixels']} pixels")
    for note in about["notes"]:
        print(f"{'note':>24}  {note}")


def reading(arguments: argparse.Namespace) -> dict[str, Any]:
    """How the options say that an array becomes the scene; only the variable when they say no more."""
    rows, cols = arguments.size or (0, 0)
    given = {
        "axes": arguments.axes,
        "rows": rows or None,
        "cols": cols or None,
        "order": arguments.order,
        "wavelengths": _or_none(arguments.wavelengths),
        "units": arguments.units,
        "bad_bands": _or_none(arguments.bad_bands),
    }
    said = {name: value for name, value in given.items() if value is not None}
    if not said:
        return {"variable": arguments.variable}
    return {"choice": ImportChoice(variable=arguments.variable or "", **said)}


def _or_none(name: str | None) -> str | None:
    """The word "none" is the wish for no such variable, which a choice writes as an empty name."""
    return "" if name == "none" else name


def _shortened(value: Any) -> str:
    """A value for people: of a long list the first entries and their number."""
    if not isinstance(value, list):
        return str(value)
    shown = ", ".join(map(str, value[:10]))
    return shown if len(value) <= 10 else f"{shown}, ... ({len(value)} in all)"


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel."""
    spec = PretrainSpec(
        arguments.method, arguments.preset, arguments.seed, arguments.device, arguments.epochs,
        start=str(arguments.start.resolve()) if arguments.start else "",
        mask_out=str(arguments.mask_out.resolve()) if arguments.mask_out else "",
    )  # fmt: skip
    check_folder(arguments.out)
    if (arguments.out / "run.json").exists() and not (arguments.replace or arguments.resume):
        raise HsiError(
            f"{arguments.out} holds a finished run.", "Name another folder, or give --replace to train anew over it."
        )
    cube = open_cube(arguments.cube, **reading(arguments))
    watched = None
    if arguments.monitor_labels is not None:
        watched = read_classes(arguments.monitor_labels, grid=Grid(cube.rows, cube.cols, cube.geo))
    if watched is not None:
        require_same_size(watched.array.shape, (cube.rows, cube.cols), "labels")
        require_same_place(watched.geo, cube.geo, (cube.rows, cube.cols), "labels")
    given = {"labels": None if watched is None else watched.array, "resume": arguments.resume}
    try:
        encoder = run_with_progress(
            lambda ctx: _pretrain_and_embed(cube, spec, arguments.out, {**given, "command": typed(arguments)}, ctx),
            "Loading PyTorch",
        )
    except KeyboardInterrupt:
        if any(arguments.out.glob("resume.*")):
            tell("the same command with --resume goes on from here")
        raise
    print(f"{encoder.summary} -> {arguments.out}")


def check_outputs(inputs: list[Path], outputs: Sequence[tuple[Path, Sequence[str]]]) -> None:
    """Refuses, before any work is done, outputs that would be in vain.

    Args:
        outputs: each file to be written, with the endings that its name may have.

    Raises:
        HsiError: a name has another ending, an output is an input or another output (the header and the data file of
            ENVI are one), or its folder cannot be written.
    """
    taken: set[Path] = set()
    for path in inputs:
        taken |= _files_of(path)
    for path, endings in outputs:
        if path.suffix.lower() not in endings:
            raise HsiError(f"{path} does not say in which format to write.", f"End it in one of {', '.join(endings)}.")
        if _files_of(path) & taken:
            raise HsiError(
                f"{path} would overwrite a file that this command reads or writes too.", "Choose another name."
            )
        taken |= _files_of(path)
        check_folder(path.parent)


def _files_of(path: Path) -> set[Path]:
    """The files that a name stands for; those of ENVI share a stem."""
    whole = path.expanduser().resolve()
    envi = whole.suffix.lower() in ("", ".hdr", ".img", ".dat", ".bsq", ".bil", ".bip", ".raw", ".bin")
    return {whole, whole.with_suffix("")} if envi else {whole}


def check_folder(folder: Path) -> None:
    """Refuses a folder that cannot be made or written.

    Raises:
        HsiError: a file is in the way, or the rights are missing.
    """
    there = folder.expanduser().resolve()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise HsiError(f"{folder} cannot be written to.", "Choose another folder.")


def counted(array: NDArray[np.uint16], what: str) -> str:
    """Such as "160 labels of 16 classes"."""
    count, classes = int(np.count_nonzero(array)), len(np.unique(array[array > 0]))
    return f"{count} {what}{'s' * (count != 1)} of {classes} class{'es' * (classes != 1)}"


def tell(text: str) -> None:
    print(f"hsigui: {text}", file=sys.stderr)


def demo_steps(out: Path, seed: int, device: str) -> list[list[str]]:
    """Writes the demo scene and returns the command lines that do the whole job on it."""
    from hsigui.cube.demo import write_demo

    out.mkdir(parents=True, exist_ok=True)
    cube, truth = write_demo(out, seed=seed)
    labels, test, run, drawn = out / "labels.tif", out / "test.tif", out / "run", out / "map.tif"
    with_seed = ["--seed", str(seed)]
    again = ["--replace"] if (run / "run.json").exists() else []
    steps: list[list[str | Path]] = [
        ["sample", truth, "--per-class", "10", *with_seed, "--out", labels, "--rest", test],
        ["pretrain", cube, *with_seed, "--device", device, "--out", run, *again],
        ["classify", cube, "--run", run, "--labels", labels, "--device", device, "--out", drawn],
        ["evaluate", drawn, "--truth", test, "--report", out / "report"],
    ]
    return [[str(word) for word in step] for step in steps]


def finish_demo(out: Path) -> None:
    """Exports the map in the other formats and says where everything is."""
    drawn = read_classes(out / "map.tif")
    for name in ("map.hdr", "map.png"):
        export_map(out / name, drawn.array, drawn.classes, drawn.geo, title="hsigui demo scene")
    report = json.loads((out / "report" / "report.json").read_text(encoding="utf-8"))
    print(f"\nOutputs: {out.resolve()}")
    print(f"Report:  {(out / 'report' / 'report.html').resolve()}")
    print(f"OA:      {100 * report['accuracy']['oa']:.1f} %")


def run_with_progress(work: Work, title: str) -> Any:
    """Runs a work on a thread with a progress bar on stderr; Ctrl-C cancels it and is raised again.

    Raises:
        KeyboardInterrupt: after the work has ended.
        Exception: what the work raised.
    """
    runner = JobRunner()
    job = runner.start(work, title)
    try:
        end = _watch(runner, title)
    except KeyboardInterrupt:
        job.cancel()
        job.wait()
        raise
    if end.outcome is Outcome.FAILED and end.error is not None:
        raise end.error
    if end.outcome is Outcome.CANCELLED:
        raise KeyboardInterrupt
    return end.result


def _watch(runner: JobRunner, title: str) -> Finished:
    """Reads events until the job has ended: a bar with the time left for each phase, in a terminal; else one line."""
    from tqdm import tqdm

    form = "{desc}: {percentage:3.0f}% |{bar:30}| {elapsed} so far, {remaining} left"
    in_terminal = sys.stderr.isatty()
    phase, bar = "", tqdm(total=1.0, desc=title, bar_format=form, leave=False, disable=not in_terminal)
    try:
        while True:
            event = runner.next_event(timeout=0.2)
            if isinstance(event, Finished):
                return event
            if isinstance(event, Warned):
                tqdm.write(f"hsigui: {event.message}", file=sys.stderr)
            elif isinstance(event, Partial) and isinstance(event.value, str):
                tqdm.write(event.value, file=sys.stderr)
            elif isinstance(event, Progress):
                name = event.text.split(",")[0]
                if name != phase:
                    phase = name
                    bar.close()
                    total = max(event.total, 1e-9)
                    bar = tqdm(
                        total=total, initial=event.done, desc=name, bar_format=form, leave=False,
                        disable=not in_terminal,
                    )  # fmt: skip
                    if not in_terminal:
                        print(f"{name} …", file=sys.stderr, flush=True)
                bar.n = event.done
                bar.set_description_str(event.text, refresh=False)
            bar.refresh()
    finally:
        bar.close()


def _pretrain_and_embed(cube: Cube, spec: PretrainSpec, out: Path, given: dict[str, Any], ctx: Context) -> Any:
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain as learn

    encoder = learn(cube, spec, ctx, out, **given)
    embed(cube, encoder, ctx, out, device=spec.device)
    return encoder


def typed(arguments: argparse.Namespace) -> str:
    """The command line that gave these arguments."""
    return shlex.join(["hsigui", *arguments.words])
