"""A suite: one study on several scenes, each in a folder of its own, and all of them in one table.

A scene that fails (its files are missing, its folder holds another study) does not stop the others. Stopped, the suite
goes on from what its scenes' folders hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.on_scene import read_reference
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.study.about import context
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.progress import Quiet
from hsigui.pipeline.study.shared_out import Opened
from hsigui.pipeline.study.study import Shared, run_study
from hsigui.pipeline.study.suite_file import SuitePlan, SuiteScene
from hsigui.report.study import Study
from hsigui.report.study_files import write_study
from hsigui.report.suite import SceneFindings
from hsigui.texts import say


def run_suite(
    plan: SuitePlan,
    specs: Sequence[StudySpec],
    folder: Path,
    ctx: Context,
    *,
    command: str = "",
    executor: Executor | None = None,
) -> tuple[SceneFindings, ...]:
    """Computes what is missing of each scene's study and writes each one's report into its folder.

    Args:
        specs: of each scene.
        folder: of the suite; a scene's folder has its name.
        command: the command line that asked for it.
        executor: who computes, entered already; None for this process alone.

    Returns:
        What was found on each scene, or why nothing was.

    Raises:
        Cancelled: through the context; the results so far are kept.
    """
    found = []
    for number, (scene, spec) in enumerate(zip(plan.scenes, specs, strict=True)):
        part = _PartOfSuite(ctx, number, len(specs), scene.name)
        try:
            found.append(_run_scene(scene, spec, folder / scene.name, part, command, executor))
        except Exception as error:  # noqa: BLE001 - whatever a scene does, the others are still compared
            told = str(error) if isinstance(error, HsiError) else f"{type(error).__name__}: {error}"
            ctx.warn(say("{name} failed. {message}", name=scene.name, message=told))
            found.append(SceneFindings(scene.name, spec.candidates(), failed=told))
    return tuple(found)


@dataclass(frozen=True)
class OpenScene:
    """Opens a scene of a suite in a worker."""

    scene: SuiteScene

    def __call__(self, ctx: Context) -> Opened:
        """The scene and what is known of it."""
        return (*load_scene(self.scene, ctx), None)


def _run_scene(
    scene: SuiteScene, spec: StudySpec, folder: Path, ctx: Context, command: str, executor: Executor | None
) -> SceneFindings:
    cube, reference = load_scene(scene, ctx)
    shared = None if executor is None else Shared(executor, OpenScene(scene))
    result = run_study(cube, reference, spec, folder, ctx, command=command, shared=shared)
    report = Study(
        result.rows, result.samplings, context(cube, spec, result, command), spec.draw_seeds, result.threads,
        result.failures, result.comparisons, result.gains,
    )  # fmt: skip
    write_study(folder, report, reference.classes)
    return SceneFindings(scene.name, spec.candidates(), report, result.scores)


def load_scene(scene: SuiteScene, ctx: Context) -> tuple[Cube, StudyTruth]:
    """The scene and what is known of it.

    Raises:
        HsiError: a file is missing or cannot be read, or the truth is of another size or place than the scene.
    """
    if scene.cube is None or scene.truth is None:
        made = demo_scene(**(scene.demo or {}))
        classes = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes))
        return made.cube, StudyTruth(made.truth, classes, made.cube.valid_mask(ctx.check))
    cube = open_cube(scene.cube, variable=scene.variable, choice=scene.choice, gaps=False)
    truth = read_reference(scene.truth, cube, scene.truth_variable, scene.truth_background, scene.truth_buffer)
    return cube, StudyTruth(truth.array.astype(np.uint16), truth.classes, cube.valid_mask(ctx.check))


class _PartOfSuite(Quiet):
    """A context for one scene, whose own progress is a share of the suite's."""

    def __init__(self, ctx: Context, number: int, count: int, name: str) -> None:
        super().__init__(ctx)
        self._number, self._count, self._name = number, count, name

    def progress(self, done: float, total: float, text: str = "") -> None:
        share = done / total if total else 0.0
        words = say(
            "{name} (scene {number} of {count}), {text}",
            name=self._name,
            number=self._number + 1,
            count=self._count,
            text=text,
        )
        self._ctx.progress(self._number + share, self._count, words)

    def partial(self, value: object) -> None:
        self._ctx.partial(say("{name}: {value}", name=self._name, value=value))

    def warn(self, message: str) -> None:
        self._ctx.warn(say("{name}: {message}", name=self._name, message=message))
