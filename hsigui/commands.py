"""What each command does. Every long work runs on a thread, so that Ctrl-C can cancel it cleanly between two steps."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.open import ImportChoice, open_cube
from hsigui.jobs import Context, Finished, JobRunner, Outcome, Progress, Warned, Work
from hsigui.labels.classes import ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.files import read_classes, write_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.sampling import draw
from hsigui.pipeline import provenance
from hsigui.pipeline.evaluate import evaluate as score
from hsigui.report.maps import export_map, legend_rows, png_bytes, write_confidence
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
    truth = read_classes(arguments.truth, variable=arguments.variable)
    split = draw(truth.array, arguments.per_class, arguments.seed)
    write_classes(arguments.out, split.train, truth.classes, truth.geo)
    write_classes(arguments.rest, split.test, truth.classes, truth.geo)
    print(f"{np.count_nonzero(split.train)} labels of {len(truth.classes)} classes -> {arguments.out}")
    print(f"{np.count_nonzero(split.test)} pixels for testing -> {arguments.rest}")


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel."""
    cube = open_cube(arguments.cube, **_reading(arguments))
    spec = PretrainSpec(arguments.method, arguments.preset, arguments.seed, arguments.device, arguments.epochs)
    encoder = run_with_progress(lambda ctx: _pretrain_and_embed(cube, spec, arguments.out, ctx), "Loading PyTorch")
    print(f"{encoder.summary} -> {arguments.out}")


def classify(arguments: argparse.Namespace) -> None:
    """Fits the probe to labels, draws the map, and writes it with a record of how it came to be."""
    cube = open_cube(arguments.cube, **_reading(arguments))
    labels = read_classes(arguments.labels)
    require_same_size(labels.array.shape, (cube.rows, cube.cols), "labels")
    drawn = MapSpec() if arguments.smooth is None else MapSpec(arguments.smooth)
    result, encoder, seconds = run_with_progress(
        lambda ctx: _map(cube, arguments.run_folder, labels.array, drawn, arguments.device, ctx), "Loading PyTorch"
    )
    written = export_map(arguments.out, result.classes, labels.classes, cube.geo, title=cube.name)
    if arguments.confidence:
        written += write_confidence(arguments.confidence, result.confidence, cube.geo)
    record = provenance.describe_run(
        cube, encoder, ProbeSpec(), drawn, seconds=seconds, labels=arguments.labels, command=_typed()
    )
    written.append(provenance.save(record, arguments.out))
    print(f"{np.count_nonzero(result.classes)} pixels of {len(labels.classes)} classes -> {arguments.out}")


def evaluate(arguments: argparse.Namespace) -> None:
    """Scores a map on the labelled pixels of a truth that were not trained on."""
    predicted = read_classes(arguments.map)
    truth = read_classes(arguments.truth)
    record = provenance.load(arguments.map)
    labels, notes = _training_labels(arguments.labels, record)
    measured = score(predicted.array, truth.array, truth.classes, labels)
    if arguments.json:
        print(json.dumps(to_json(measured), indent=1))
    else:
        _print_accuracy(measured)
    if arguments.report:
        commands = (*(record.commands if record else ()), _typed())
        context = (record or provenance.Provenance()).context(
            f"Accuracy of {arguments.map.name}", legend_rows(predicted.array, predicted.classes), notes
        )
        page = _write_report(arguments.report, measured, context, predicted.array, predicted.classes, commands)
        print(f"Report: {page}", file=sys.stderr if arguments.json else sys.stdout)


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


def _pretrain_and_embed(cube: Cube, spec: PretrainSpec, out: Path, ctx: Context) -> Any:
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain as learn

    encoder = learn(cube, spec, ctx, out, command=_typed())
    embed(cube, encoder, ctx, out)
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
) -> tuple[NDArray[np.uint16] | None, tuple[str, ...]]:
    """The labels that a map was trained on, from the option or from the map's own record, and what to say of them."""
    if given is not None:
        return read_classes(given).array, ()
    if record is None or not record.labels:
        return None, ("It is not known which pixels the map was trained on: the test may hold some of them.",)
    path = Path(record.labels)
    if not path.exists() or provenance.file_hash(path) != record.labels_sha256:
        return None, (f"The training labels {path.name} have moved or changed: the test may hold some of them.",)
    return read_classes(path).array, ()


def _write_report(
    folder: Path,
    measured: Accuracy,
    context: Any,
    array: NDArray[np.uint16],
    classes: ClassTable,
    commands: tuple[str, ...],
) -> Path:
    import dataclasses

    context = dataclasses.replace(context, commands=commands)
    return write_report(folder, measured, context=context, map_png=png_bytes(array, classes))[0]


def _print_accuracy(measured: Accuracy) -> None:
    print(f"OA {100 * measured.oa:.2f} %   AA {100 * measured.aa:.2f} %   kappa {measured.kappa:.4f}")
    print(f"on {measured.n_test} test pixels", end="")
    print("" if measured.overlap is None else f"; {measured.overlap} training pixels left out")
    print(f"{'class':>24} {'PA %':>7} {'UA %':>7} {'F1 %':>7} {'test':>7}")
    rows = zip(measured.names, measured.producers, measured.users, measured.f1, measured.support, strict=True)
    for name, recall, precision, f1, count in rows:
        cells = " ".join("    n/a" if np.isnan(v) else f"{100 * v:7.2f}" for v in (recall, precision, f1))
        print(f"{name:>24} {cells} {count:>7}")


def _typed() -> str:
    """The command line as it was typed."""
    return shlex.join(["hsigui", *sys.argv[1:]])
