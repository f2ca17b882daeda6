"""What `hsigui study` does: all methods and baselines on the same draws of labels, in one table."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsigui import api
from hsigui.commands.console import run_with_progress, tell, typed
from hsigui.commands.outputs import check_folder
from hsigui.commands.reading import reading
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import ClassRaster, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.methods import registry
from hsigui.pipeline import provenance
from hsigui.pipeline.study.log import RESULTS
from hsigui.pipeline.study.plan import StudySpec, StudyTruth, chosen_methods
from hsigui.report.study import Failure, Study
from hsigui.report.study_files import write_study
from hsigui.report.write import ReportContext
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from hsigui.pipeline.study.study import StudyFindings


def study(arguments: argparse.Namespace) -> None:
    """Compares methods and baselines on a scene with ground truth, and writes the table and its report."""
    spec = spec_of(arguments)
    check_folder(arguments.out)
    cube = api.open(arguments.cube, **reading(arguments))
    truth = read_classes(arguments.truth, variable=arguments.truth_variable)
    require_same_size(truth.array.shape, (cube.rows, cube.cols), say("reference pixels"))
    require_same_place(truth.geo, cube.geo, (cube.rows, cube.cols), say("reference pixels"))
    try:
        found = run_with_progress(
            lambda ctx: _run(cube, truth, spec, arguments.out, typed(arguments), ctx), say("Loading PyTorch")
        )
    except KeyboardInterrupt:
        if (arguments.out / RESULTS).exists():
            tell(say("the results so far are kept in {out}; the same command goes on from there", out=arguments.out))
        raise
    report = Study(
        found.rows, found.samplings, context(cube, spec, found, typed(arguments)), spec.draw_seeds, found.threads,
        found.failures,
    )  # fmt: skip
    page = write_study(arguments.out, report, truth.classes)[0]
    _print_table(report)
    print(say("Report: {page}", page=page))
    if found.failures:
        raise _failed(found.failures, page)


def spec_of(arguments: argparse.Namespace) -> StudySpec:
    """The study that the options ask for.

    Raises:
        HsiError: a method, preset, split or setting is unknown, or is named twice.
    """
    return StudySpec(
        methods=chosen_methods(arguments.methods),
        presets=arguments.presets,
        labels=arguments.labels,
        draws=arguments.draws,
        splits=arguments.split,
        seed=arguments.seed,
        device=arguments.device,
        epochs=arguments.epochs,
        block=arguments.block,
        guard=arguments.guard,
        monitor=arguments.monitor,
        patience=arguments.patience,
        precision=arguments.precision,
        settings=tuple(arguments.settings),
    )


def _run(cube: Cube, truth: ClassRaster, spec: StudySpec, out: Path, command: str, ctx: Context) -> StudyFindings:
    from hsigui.pipeline.study.study import run_study

    reference = StudyTruth(truth.array.astype(np.uint16), truth.classes, cube.valid_mask(ctx.check))
    return run_study(cube, reference, spec, out, ctx, command=command)


def context(cube: Cube, spec: StudySpec, found: StudyFindings, command: str = "") -> ReportContext:
    """The report's text about a study."""
    block = {"side (pixels)": spec.block, "guard (pixels)": spec.guard} if "block" in spec.splits else {}
    notes = (
        say(
            "Blocks: training pixels are drawn from some squares of {block} x {block} pixels; test pixels are "
            "outside of them, with at least {guard} unused pixels between. No encoder here sees that far from a "
            "pixel.{beyond}",
            block=spec.block,
            guard=spec.guard,
            beyond=_beyond(spec),
        ),
    )
    return ReportContext(
        title=say("Methods compared on {name}", name=cube.name),
        cube_name=cube.name,
        rows=cube.rows,
        cols=cube.cols,
        bands=cube.bands,
        settings={
            "Study": {
                "methods": ", ".join(spec.methods),
                "presets": ", ".join(spec.presets),
                "epochs or steps": spec.epochs,
                "labels a class": ", ".join(map(str, spec.labels)),
                "draws": spec.draws,
                "split": ", ".join(spec.splits),
                **({"set": ", ".join(spec.settings)} if spec.settings else {}),
            },
            **({"Blocks": block} if block else {}),
            "Classifier": {name: _recipe(name) for name in spec.methods},
        },
        seeds={"pretraining": spec.seed},
        versions=provenance.versions(),
        device=found.device,
        seconds={name: round(value, 3) for name, value in found.seconds.items()},
        commands=(command,) if command else (),
        transductive=any(c.family == "method" for c in spec.candidates()),
        notes=notes if block else (),
    )


def _beyond(spec: StudySpec) -> str:
    """What still crosses the guard, in a sentence; empty where nothing does."""
    recipes = [registry.method(name).recipe for name in spec.methods]
    reaches = [provenance.edge_reach(recipe, recipe.map) for recipe in recipes]
    widest = max((reach for reach in reaches if reach is not None), default=None)
    if widest is None:
        return ""
    return say(
        " Averages of features and probabilities that stop at edges do: they fade over {widest:g} pixels (standard "
        "deviation) inside a field, and carry what they see there, never labels, across the guard.",
        widest=widest,
    )


def _recipe(method: str) -> str:
    """The recipe of a method in a few words."""
    recipe = registry.method(method).recipe
    about, features = dataclasses.asdict(recipe.map), recipe.features
    blocks = ["encoder"] * features.encoder + ["bands"] * features.raw
    blocks += [
        say("{components} components, smoothed {sigma:g}", components=features.components, sigma=sigma)
        for sigma in features.smoothed
    ]
    blocks += [say("means of {count} superpixels", count=count) for count in features.superpixels]
    blocks += [
        say("{components} components, edge-aware {tolerance:g}", components=features.components, tolerance=tolerance)
        for tolerance in features.edge_aware
    ]
    kind = {"logistic": say("logistic regression"), "svm": "SVM", "forest": say("random forest"),
            "ridge": say("ridge regression")}[
        recipe.probe.classifier
    ]
    drawn = ", ".join(f"{name} {value}" for name, value in about.items() if value)
    return say("{kind} on {blocks}", kind=kind, blocks=" + ".join(blocks)) + (
        say("; map: {drawn}", drawn=drawn) if drawn else ""
    )


def _print_table(report: Study) -> None:
    width = max(len(row.title) for row in report.rows)
    for sampling in report.samplings:
        print(
            say(
                "\n{labels} a class, {split} split, {draws}",
                labels=say_number("{count} label", "{count} labels", sampling.labels),
                split=sampling.split,
                draws=say_number("{count} draw", "{count} draws", sampling.draws),
            )
        )
        print(
            say(
                "{words:{width}}  {oa:>12}  {aa:>12}  {kappa:>15}  {pretrain_s:>10}  {map_s:>7}",
                words="",
                width=width,
                oa=say("OA %"),
                aa=say("AA %"),
                kappa=say("kappa"),
                pretrain_s=say("pretrain s"),
                map_s=say("map s"),
            )
        )
        for row in report.rows:
            if (row.split, row.labels) != (sampling.split, sampling.labels):
                continue
            oa, aa = (_cell(m, s, 100, 1) for m, s in ((row.oa_mean, row.oa_sd), (row.aa_mean, row.aa_sd)))
            kappa = _cell(row.kappa_mean, row.kappa_sd, 1, 3)
            pretrained, mapped = (_seconds(v) for v in (row.pretrain_s, row.map_s))
            print(f"{row.title:{width}}  {oa:>12}  {aa:>12}  {kappa:>15}  {pretrained:>10}  {mapped:>7}")
    print()


def _seconds(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _cell(mean: float | None, sd: float | None, scale: int, digits: int) -> str:
    if mean is None:
        return "n/a"
    spread = "" if sd is None else f" ± {scale * sd:.{digits}f}"
    return f"{scale * mean:.{digits}f}{spread}"


def _failed(failures: tuple[Failure, ...], page: Path) -> HsiError:
    """What went wrong, in one line."""
    methods = sorted({f.method for f in failures})
    return HsiError(
        say("{methods} failed: {message}", methods=", ".join(methods), message=failures[0].message),
        say("The other rows are complete ({page}); the same command tries again what failed.", page=page),
    )
