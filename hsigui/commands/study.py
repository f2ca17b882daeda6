"""What `hsigui study` does: all methods and baselines on the same draws of labels, in one table."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell, tell_of
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_folder
from hsigui.commands.reading import reading
from hsigui.commands.study_table import print_gains, print_tables
from hsigui.commands.without_effect import Need, require_effect
from hsigui.commands.workers import without_what_is_of_this_process, workers_of
from hsigui.cube import outside
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.on_scene import read_reference
from hsigui.labels.raster import ClassRaster
from hsigui.masks.using import MAP, PRETRAIN, without
from hsigui.pipeline import fitting
from hsigui.pipeline.chain import chained
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.study.log import RESULTS
from hsigui.pipeline.study.plan import StudySpec, chosen_methods, study_from
from hsigui.pipeline.study.whole import reference_of, study_of
from hsigui.report.study import Failure, Study
from hsigui.specs import split_of
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.study.shared_out import Opened
    from hsigui.pipeline.study.study import Shared


def study(arguments: argparse.Namespace) -> None:
    """Compares methods and baselines on a scene with ground truth, and writes the table and its report; or does so on
    all scenes of a suite."""
    require_a_use(arguments)
    if arguments.suite is not None:
        if arguments.masks:
            arguments.refuse(say("--mask is of one scene, and a suite has several"))
        if arguments.cube is not None or arguments.truth is not None:
            arguments.refuse(say("CUBE and --truth stand in the suite file"))
        from hsigui.commands.suite import suite

        suite(arguments)
        return
    if arguments.cube is None or arguments.truth is None:
        arguments.refuse(say("CUBE and --truth are required, or --suite"))
    spec = spec_of(arguments)
    require_effect(arguments, _needs(spec))
    check_folder(arguments.out)
    mapped, truth, learned = opened(arguments)
    tell_of(truth)
    command = chained([canonical(arguments)])[0]
    rows = len(spec.candidates())
    executor = workers_of(arguments, rows, lambda: [fitting.of_training(*mapped.shape)] * rows)

    def work(ctx: Context) -> tuple[Study, Path]:
        with executor:
            shared = shared_by(executor, arguments)
            return study_of(mapped, truth, spec, arguments.out, ctx, command, learned, shared)

    try:
        report, page = run_with_progress(work, say("Loading PyTorch"))
    except KeyboardInterrupt:
        if (arguments.out / RESULTS).exists():
            tell(say("the results so far are kept in {out}; the same command goes on from there", out=arguments.out))
        raise
    print_tables(report.rows, report.samplings, report.comparisons)
    print_gains(report.gains)
    print(say("Report: {page}", page=page))
    if report.failures:
        raise _failed(report.failures, page)


def opened(arguments: argparse.Namespace) -> tuple[Cube, ClassRaster, Cube]:
    """The scene as it is mapped, its ground truth, and the scene as pretraining sees it.

    Raises:
        HsiError: a file cannot be read, or does not fit the scene.
    """
    cube = api.open(arguments.cube, **reading(arguments))
    truth = read_reference(
        arguments.truth, cube, arguments.truth_variable, arguments.truth_background, arguments.truth_buffer
    )
    mapped, learned = (without(cube, given_masks(arguments, cube, use), use) for use in (MAP, PRETRAIN))
    return mapped, truth, learned


@dataclass(frozen=True)
class OpenStudied:
    """Opens the scene of a study in a worker, as the options say."""

    options: argparse.Namespace

    def __call__(self, ctx: Context) -> Opened:
        """The scene and what is known of it.

        Raises:
            HsiError: a file cannot be read, or does not fit the scene.
        """
        outside.allow_as_needed(getattr(self.options, "outside_files", False))
        mapped, truth, learned = opened(self.options)
        return mapped, reference_of(mapped, truth, ctx), learned


def shared_by(executor: Executor, arguments: argparse.Namespace) -> Shared | None:
    """The workers of a study; None where this process does it."""
    if isinstance(executor, Serial):
        return None
    from hsigui.pipeline.study.study import Shared  # loads torch

    return Shared(executor, OpenStudied(without_what_is_of_this_process(arguments)))


def _needs(spec: StudySpec) -> list[Need]:
    """What the options need: blocks, or labels that are counted."""
    kinds = {split_of(split).kind for split in spec.splits}
    blocks = say("Blocks and their guard are of the split block, which --split does not name.")
    strokes = say("Strokes have their own number of pixels: --split strokes:2x12.")
    return [
        Need("block", "block" in kinds, blocks), Need("guard", "block" in kinds, blocks),
        Need("labels", kinds != {"strokes"}, strokes),
    ]  # fmt: skip


def spec_of(arguments: argparse.Namespace) -> StudySpec:
    """The study that the options ask for.

    Raises:
        HsiError: a method, preset, split or setting is unknown, or is named twice.
    """
    return study_from({"methods": chosen_methods("all"), **options(arguments)})


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The options that were given, by their names in `StudySpec`.

    Raises:
        HsiError: a method is unknown.
    """
    names = (
        "presets", "labels", "draws", "seed", "device", "epochs", "block", "guard", "monitor", "patience", "precision",
        "untrained", "contexts",
    )  # fmt: skip
    given = {name: getattr(arguments, name) for name in names}
    given["methods"] = None if arguments.methods is None else chosen_methods(arguments.methods)
    given["splits"] = arguments.split
    given["settings"] = None if arguments.settings is None else tuple(arguments.settings)
    return {name: value for name, value in given.items() if value is not None}


def _failed(failures: tuple[Failure, ...], page: Path) -> HsiError:
    """What went wrong, in one line."""
    methods = sorted({f.method for f in failures})
    return HsiError(
        say("{methods} failed: {message}", methods=", ".join(methods), message=failures[0].message),
        say("The other rows are complete ({page}); the same command tries again what failed.", page=page),
    )
