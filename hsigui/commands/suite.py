"""What `hsigui study --suite` does: one study on all scenes of a file, and one table over them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell
from hsigui.commands.outputs import check_folder
from hsigui.commands.study import options
from hsigui.commands.study_table import print_gains, print_tables
from hsigui.commands.workers import workers_of
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline import fitting, provenance
from hsigui.pipeline.chain import chained
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.study.log import RESULTS
from hsigui.pipeline.study.plan import StudySpec
from hsigui.pipeline.study.suite_file import SuitePlan, read_suite
from hsigui.report.suite import SceneFindings, Suite, compare_scenes
from hsigui.report.suite_files import write_suite
from hsigui.texts import say, say_number


def suite(arguments: argparse.Namespace) -> None:
    """Runs the study of each scene, and writes one table over all of them.

    Raises:
        HsiError: the suite file is wrong; or, when all that can be is done, a scene or a method failed.
    """
    plan = read_suite(arguments.suite)
    specs = plan.specs(options(arguments))
    check_folder(arguments.out)
    command = chained([canonical(arguments)])[0]
    rows = max(len(spec.candidates()) for spec in specs)
    executor = workers_of(arguments, rows, lambda: [_need(plan)] * rows)

    def work(ctx: Context) -> tuple[SceneFindings, ...]:
        from hsigui.pipeline.study.suite import run_suite

        with executor:
            shared = None if isinstance(executor, Serial) else executor
            return run_suite(plan, specs, arguments.out, ctx, command=command, executor=shared)

    try:
        scenes = run_with_progress(work, say("Loading PyTorch"))
    except KeyboardInterrupt:
        if any((arguments.out / scene.name / RESULTS).exists() for scene in plan.scenes):
            tell(say("the results so far are kept in {out}; the same command goes on from there", out=arguments.out))
        raise
    comparisons, gains = compare_scenes(scenes)
    found = Suite(
        _title(plan), scenes, comparisons, gains, _settings(plan, specs), provenance.versions(), (command,),
        datetime.now().astimezone().isoformat(timespec="seconds"),
    )  # fmt: skip
    page = write_suite(arguments.out, found)[0]
    for scene in scenes:
        print(f"\n{scene.name}" + (f": {scene.failed}" if scene.failed else ""))
        if scene.study is not None:
            print_tables(scene.rows, scene.samplings, comparisons, scene.name)
    print_gains(gains)
    print(say("Report: {page}", page=page))
    if found.incomplete:
        raise HsiError(
            say(
                "{failed} of {count} scenes are not complete: {names}.",
                failed=len(found.incomplete),
                count=len(scenes),
                names=", ".join(found.incomplete),
            ),
            say("The others are; the same command tries again what failed ({page} says why).", page=page),
        )


def _need(plan: SuitePlan) -> int:
    """Bytes that a worker takes on the largest scene."""
    needs = [fitting.PROCESS_BYTES]
    for scene in plan.scenes:
        if scene.cube is not None:
            with suppress(HsiError, OSError):  # which the study of that scene tells
                cube = open_cube(scene.cube, variable=scene.variable, choice=scene.choice, gaps=False)
                needs.append(fitting.of_training(*cube.shape))
    return max(needs)


def _title(plan: SuitePlan) -> str:
    scenes = say_number("{count} scene", "{count} scenes", len(plan.scenes))
    return say("Methods compared on {scenes}: {name}", scenes=scenes, name=plan.path.stem)


def _settings(plan: SuitePlan, specs: tuple[StudySpec, ...]) -> dict[str, Mapping[str, object]]:
    """What the studies share, and the cells of each scene."""
    first = specs[0]
    shared = {
        "methods": ", ".join(first.methods),
        "presets": ", ".join(first.presets),
        "epochs or steps": first.epochs,
        "draws": first.draws,
        "seed": first.seed,
        "device": first.device,
        "block, guard (pixels)": f"{first.block}, {first.guard}",
        **({"set": ", ".join(first.settings)} if first.settings else {}),
        **({} if first.untrained else {"untrained networks": say("left out")}),
    }
    cells = {
        scene.name: say("{splits}; labels {labels}", splits=", ".join(s.splits), labels=", ".join(map(str, s.labels)))
        for scene, s in zip(plan.scenes, specs, strict=True)
    }
    return {"Study": shared, "Cells": cells}
