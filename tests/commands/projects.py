"""A project with some of everything, for tests of the commands that look at projects."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.render import ViewState
from hsigui.document.samples import Sample
from hsigui.document.scene_state import MapMaking, RunPlace, SceneState
from hsigui.document.values import Spectrum, Truth
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.history import Step
from hsigui.labels.label_map import Edit
from hsigui.pipeline import split
from hsigui.specs import MapSpec, SplitSpec
from hsigui.storage.band_edits import BandEdit
from hsigui.storage.kept_scene import Change, Condition, SceneFacts, Surroundings
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.scene_import import SceneImport

GEO = Geo((10.0, 0.0, 500000.0, 0.0, -10.0, 5600000.0), None)
CLASSES = ClassTable((ClassInfo(1, "Weizen, früh", (200, 30, 10)), ClassInfo(7, "Water", (4, 5, 6), locked=True)))
TRUTH = np.array([[1, 1, 7, 7, 0], [1, 1, 7, 7, 0], [0, 1, 7, 0, 7], [1, 0, 0, 7, 7]], np.uint16)
DRAWN = split.draw_split(TRUTH, SplitSpec(2, 3))
SAMPLE = Sample(SplitSpec(2, 3), split.describe(DRAWN, TRUTH, CLASSES, "as drawn", seed=3))
CHECKS = np.where(DRAWN.test == 1, np.uint16(7), np.uint16(0))
SPECTRA = (
    Spectrum("row 0, col 1", (1, 2, 3), np.array([0.5, np.nan, 0.25], np.float32), (0, 1)),
    Spectrum("mean", (4, 5, 6), np.array([1, 2, 3], np.float32)),
)
NM = (400.0, 500.5, 600.0)


def facts(number: int = 0, name: str = "field", geo: Geo = GEO, path: str = "/data/cube.mat") -> SceneFacts:
    return SceneFacts(f"{number:032x}", 4, 5, 3, name, "cube", path, geo)


def everything(runs: Path) -> Surroundings:
    """Some of all that is kept beside labels."""
    state = SceneState(
        ViewState(2, 1, 0), (1.5, 2.0, 8.0), SPECTRA, Truth(TRUTH, "gt.mat"), ((1, SAMPLE),),
        (RunPlace(runs / "old", sha256="a" * 64), RunPlace(runs / "new", in_use=True)), MapSpec(context="mid"),
        MapMaking(DRAWN.train, MapSpec(smooth=1.5), SAMPLE, {"map": 0.5}, "ground truth gt.mat", None, "b" * 64),
    )  # fmt: skip
    window = {"tool": "tool_brush", "layout": "AAA=", "geometry": "AAA=", "export": {"title": "Fields"}}
    return Surroundings(state, window, imported=SceneImport(ImportChoice("cube"), BandEdit(NM, note="By hand.")))


def change(labels: NDArray[np.uint16] = DRAWN.train) -> Change:
    """Labels (rows x cols; as drawn when none are given), a validation layer, and two steps, one of them taken back."""
    nothing = Edit(0, 0, np.ones((1, 1), dtype=bool), 0).packed()
    return Change(
        Condition(True, labels_path="/data/labels.tif"), {(0, 0, 0): labels, (1, 0, 0): CHECKS},
        {0: (Step("Draw sample", (nothing,)), True), 1: (Step("Stroke", (nothing,)), False)}, 0, 2, classes=CLASSES,
    )  # fmt: skip


def write_project(path: Path, geo: Geo = GEO) -> Path:
    """Writes a project of two scenes of the same name: one with everything, and one with nothing."""
    with closing(ProjectFile(path)) as file:
        file.write(facts(1, geo=geo), change(), everything(path.parent / "runs"))
        file.write(facts(2), None)
    return path
