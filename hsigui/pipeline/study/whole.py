"""A study from its beginning to its report: what the command and the window do alike. Loads torch when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.document.values import Truth
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.on_scene import read_reference
from hsigui.labels.raster import ClassRaster
from hsigui.pipeline.study.about import context
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.report.study import Study
from hsigui.report.study_files import write_study

if TYPE_CHECKING:
    from hsigui.pipeline.study.study import Shared


def study_of(
    cube: Cube,
    truth: ClassRaster,
    spec: StudySpec,
    folder: Path,
    ctx: Context,
    command: str = "",
    learned: Cube | None = None,
    shared: Shared | None = None,
) -> tuple[Study, Path]:
    """Computes what is missing of a study, and writes its report.

    Args:
        truth: on the pixels of the scene.
        command: the command line that does the same.
        learned: the scene as pretraining sees it; None for as the map does.
        shared: who computes; None for this process alone.

    Returns:
        The study, and the page of its report.

    Raises:
        HsiError: as `run_study`, or the report cannot be written.
        Cancelled: through the context; the results so far are kept.
    """
    from hsigui.pipeline.study.study import run_study

    reference = reference_of(cube, truth, ctx)
    found = run_study(cube, reference, spec, folder, ctx, command=command, learned=learned, shared=shared)
    study = Study(
        found.rows, found.samplings, context(cube, spec, found, command), spec.draw_seeds, found.threads,
        found.failures, found.comparisons, found.gains,
    )  # fmt: skip
    return study, write_study(folder, study, truth.classes)[0]


def reference_of(cube: Cube, truth: ClassRaster, ctx: Context) -> StudyTruth:
    """What is known of a scene, from labels on its pixels."""
    return StudyTruth(truth.array.astype(np.uint16), truth.classes, cube.valid_mask(ctx.check))


def truth_of(cube: Cube, truth: Truth, classes: ClassTable) -> ClassRaster:
    """The ground truth of the window as the command reads it, in the numbers of its file, where that still holds the
    same labels; else as the window has it.

    Args:
        classes: those of the window, whose numbers its truth has.
    """
    file = truth.file
    if file is not None and not file.remedy:
        try:
            read = read_reference(
                file.path, cube, file.variable or None, file.background or None, file.buffer or None
            )  # fmt: skip
        except HsiError:  # moved, or changed
            read = None
        if read is not None and np.array_equal(read.array != 0, truth.array != 0):
            return read
    present = [number for number in np.unique(truth.array).tolist() if number]
    table = ClassTable(tuple(classes.get(number) for number in present))
    return ClassRaster(truth.array, table, cube.geo)
