"""Scenes of studies as worker processes of tests open them: classes of a module, which is how they are sent."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.demo import demo_scene
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.study.plan import StudyTruth
from hsigui.pipeline.study.shared_out import Opened
from tests.pipeline.executors.work import KILL


@dataclass(frozen=True)
class OpenDemo:
    """A small simulated scene; where it is told to, a worker that opens it is killed.

    Attributes:
        mark: file that says that one was killed already; None for never.
    """

    mark: Path | None = None

    def __call__(self, ctx: Context) -> Opened:
        made = demo_scene(seed=3, rows=30, cols=30, bands=8)
        if self.mark is not None and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), KILL)
        classes = ClassTable.for_numbers(sorted({int(n) for n in made.truth.ravel() if n}))
        return made.cube, StudyTruth(made.truth, classes, made.cube.valid_mask()), None
