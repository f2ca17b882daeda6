"""What each command does. Every long work runs on a thread, so that Ctrl-C can cancel it cleanly between two steps."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.open import ImportChoice, open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, Finished, JobRunner, Outcome, Progress, Warned, Work
from hsigui.labels.describe import describe_file
from hsigui.labels.files import ClassRaster, read_classes, write_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.matching import match_classes
from hsigui.labels.place import require_same_place
from hsigui.labels.sampling import draw
from hsigui.pipeline import provenance
from hsigui.pipeline.evaluate import evaluate as score
from hsigui.report.maps import RASTERS, export_map, legend_rows, png_bytes, write_confidence
from hsigui.report.metrics import Accuracy, to_json
from hsigui.report.write import write_report
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec


def info(arguments: argparse.Namespace) -> None:
    """Prints what a file holds: a cube, a class raster or a spectral library."""
    about = describe_file(arguments.path, **_reading(arguments))
    if arguments.json:
        print(json.dumps(about, indent=1))
        return
    told_otherwise = ("wavelengths", "class_table", "crs_wkt", "default_bands_zero_based", "notes", "metadata")
    for name, value in about.items():
        if value in (None, "", [], {}) or value is False or name in told_otherwise:
            continue
        print(f"{name.replace('_', ' '):>24}  {_shortened(value)}")
    for row in about.get("class_table", ()):
        print(f"{'class ' + str(row['number']):>24}  {row['name']}, {row['pixels']} pixels")
    for note in about["notes"]:
        print(f"{'note':>24}  {note}")


def _reading(arguments: argparse.Namespace) -> dict[str, Any]:
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


def sample(arguments: argparse.Namespace) -> None:
    """Draws few-shot labels from a ground truth and writes them and the rest."""
    check_outputs([arguments.truth], [(arguments.out, RASTERS), (arguments.rest, RASTERS)])
    truth = read_classes(arguments.truth, variable=arguments.variable)
    split = draw(truth.array, arguments.per_class, arguments.seed)
    write_classes(arguments.out, split.train, truth.classes, truth.geo)
    write_classes(arguments.rest, split.test, truth.classes, truth.geo)
    print(f"{_counted(split.train, 'label')} -> {arguments.out}")
    print(f"{np.count_nonzero(split.test)} pixels for testing -> {arguments.rest}")
    for number in np.unique(truth.array[truth.array > 0]).tolist():
        drawn, left = (int(np.count_nonzero(part == number)) for part in (split.train, split.test))
        if drawn < arguments.per_class:
            name = truth.classes.get(number).name
            _tell(f"{name} has only {drawn + left} pixels: {drawn} are labels and {left} are left for testing")


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel."""
    spec = PretrainSpec(arguments.method, arguments.preset, arguments.seed, arguments.device, arguments.epochs)
    check_folder(arguments.out)
    if (arguments.out / "run.json").exists():
        _tell(f"the run in {arguments.out} will be replaced")
    cube = open_cube(arguments.cube, **_reading(arguments))
    encoder = run_with_progress(
        lambda ctx: _pretrain_and_embed(cube, spec, arguments.out, typed(arguments), ctx), "Loading PyTorch"
    )
    print(f"{encoder.summary} -> {arguments.out}")


def classify(arguments: argparse.Namespace) -> None:
    """Fits the probe to labels, draws the map, and writes it with a record of how it came to be."""
    outputs: list[tuple[Path, tuple[str, ...]]] = [(arguments.out, (*RASTERS, ".png"))]
    if arguments.confidence:
        outputs.append((arguments.confidence, (".tif", ".tiff")))
    check_outputs([arguments.cube, arguments.labels], outputs)
    cube = open_cube(arguments.cube, **_reading(arguments))
    labels = read_classes(arguments.labels, variable=arguments.labels_variable)
    require_same_size(labels.array.shape, (cube.rows, cube.cols), "labels")
    require_same_place(labels.geo, cube.geo, (cube.rows, cube.cols), "labels")
    drawn = MapSpec() if arguments.smooth is None else MapSpec(arguments.smooth)
    result, encoder, seconds = run_with_progress(
        lambda ctx: _map(cube, arguments.run_folder, labels.array, drawn, arguments.device, ctx), "Loading PyTorch"
    )
    export_map(arguments.out, result.classes, labels.classes, cube.geo, title=cube.name)
    if arguments.confidence:
        write_confidence(arguments.confidence, result.confidence, cube.geo)
    kept = arguments.labels, labels.array
    record = provenance.describe_run(
        cube, encoder, ProbeSpec(), drawn, seconds=seconds, labels=kept, command=typed(arguments)
    )
    provenance.save(record, arguments.out, result.classes)
    without = [c.name for c in labels.classes if not (labels.array == c.number).any()]
    if without:
        _tell(f"without labels, so not in the map: {', '.join(without)}")
    print(f"{_counted(result.classes, 'pixel')} -> {arguments.out}")


def evaluate(arguments: argparse.Namespace) -> None:
    """Scores a map on the labelled pixels of a truth that were not trained on."""
    if arguments.report:
        check_folder(arguments.report)
    predicted = read_classes(arguments.map)
    truth = read_classes(arguments.truth, variable=arguments.truth_variable)
    require_same_size(predicted.array.shape, truth.array.shape, "classes of the map")
    require_same_place(truth.geo, predicted.geo, truth.array.shape, "reference pixels")
    record = provenance.load(arguments.map, predicted.array)
    labels, notes = _training_labels(arguments.labels, record)
    # Numbers alone mean nothing between two files: classes of one name are one class.
    matched = match_classes(predicted.array, predicted.classes, truth.classes)
    if matched.renumbered:
        notes += (f"The map's classes were matched to the truth's by name ({len(matched.renumbered)} renumbered).",)
    train = None if labels is None else match_classes(labels.array, labels.classes, matched.classes).array
    measured = score(matched.array, truth.array, matched.classes, train)
    for note in notes:
        _tell(note)
    if arguments.json:
        print(json.dumps({**to_json(measured), "notes": list(notes)}, indent=1))
    else:
        _print_accuracy(measured)
    if arguments.report:
        context = (record or provenance.Provenance()).context(
            f"Accuracy of {arguments.map.name}", legend_rows(matched.array, matched.classes), notes
        )
        context = dataclasses.replace(context, commands=(*context.commands, typed(arguments)))
        picture = png_bytes(matched.array, matched.classes)
        page = write_report(arguments.report, measured, context=context, map_png=picture)[0]
        print(f"Report: {page}", file=sys.stderr if arguments.json else sys.stdout)


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


def _counted(array: NDArray[np.uint16], what: str) -> str:
    """Such as "160 labels of 16 classes"."""
    count, classes = int(np.count_nonzero(array)), len(np.unique(array[array > 0]))
    return f"{count} {what}{'s' * (count != 1)} of {classes} class{'es' * (classes != 1)}"


def _tell(text: str) -> None:
    print(f"hsigui: {text}", file=sys.stderr)


def demo_steps(out: Path, seed: int, device: str) -> list[list[str]]:
    """Writes the demo scene and returns the command lines that do the whole job on it."""
    from hsigui.cube.demo import write_demo

    out.mkdir(parents=True, exist_ok=True)
    cube, truth = write_demo(out, seed=seed)
    labels, test, run, drawn = out / "labels.tif", out / "test.tif", out / "run", out / "map.tif"
    with_seed = ["--seed", str(seed)]
    steps: list[list[str | Path]] = [
        ["sample", truth, "--per-class", "10", *with_seed, "--out", labels, "--rest", test],
        ["pretrain", cube, *with_seed, "--device", device, "--out", run],
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
            elif isinstance(event, Progress):
                name = event.text.split(",")[0]
                if name != phase:
                    phase = name
                    bar.close()
                    total = max(event.total, 1e-9)
                    bar = tqdm(total=total, desc=name, bar_format=form, leave=False, disable=not in_terminal)
                    if not in_terminal:
                        print(f"{name} …", file=sys.stderr, flush=True)
                bar.n = event.done
            bar.refresh()
    finally:
        bar.close()


def _pretrain_and_embed(cube: Cube, spec: PretrainSpec, out: Path, command: str, ctx: Context) -> Any:
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain as learn

    encoder = learn(cube, spec, ctx, out, command=command)
    embed(cube, encoder, ctx, out, device=spec.device)
    return encoder


def _map(
    cube: Cube, run_folder: Path, labels: NDArray[np.uint16], drawn: MapSpec, device: str, ctx: Context
) -> tuple[Any, Any, dict[str, float]]:
    from hsigui.methods import checkpoint
    from hsigui.pipeline.classify import classify as draw_map
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.probe import fit_probe

    encoder = checkpoint.load(run_folder)
    started = time.perf_counter()
    features = embed(cube, encoder, ctx, run_folder, device=device)
    embedded = time.perf_counter()
    result = draw_map(features, fit_probe(features, labels, ProbeSpec(), ctx), drawn, ctx)
    return result, encoder, {"features": embedded - started, "probe and map": time.perf_counter() - embedded}


def _training_labels(
    given: Path | None, record: provenance.Provenance | None
) -> tuple[ClassRaster | None, tuple[str, ...]]:
    """The labels that a map was trained on, from the option or from the map's own record, and what to say of them."""
    if given is not None:
        return read_classes(given), ()
    unknown = "the test may hold pixels that the map was trained on; name them with --labels"
    if record is None or not record.labels:
        return None, (f"It is not known which pixels the map was trained on: {unknown}.",)
    path = Path(record.labels)
    if path.exists():
        labels = read_classes(path)
        if provenance.raster_hash(labels.array) == record.labels_sha256:
            return labels, ()
    return None, (f"The training labels {path.name} have moved or changed: {unknown}.",)


def _print_accuracy(measured: Accuracy) -> None:
    print(f"OA {100 * measured.oa:.2f} %   AA {100 * measured.aa:.2f} %   kappa {measured.kappa:.4f}")
    print(f"on {measured.n_test} test pixels", end="")
    print("" if measured.overlap is None else f"; {measured.overlap} training pixels left out")
    print(f"{'class':>24} {'PA %':>7} {'UA %':>7} {'F1 %':>7} {'test':>7}")
    rows = zip(measured.names, measured.producers, measured.users, measured.f1, measured.support, strict=True)
    for name, recall, precision, f1, count in rows:
        cells = " ".join("    n/a" if np.isnan(v) else f"{100 * v:7.2f}" for v in (recall, precision, f1))
        print(f"{name:>24} {cells} {count:>7}")


def typed(arguments: argparse.Namespace) -> str:
    """The command line that gave these arguments."""
    return shlex.join(["hsigui", *arguments.words])
