"""Small scenes for tests of the document."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.render import ViewState
from hsigui.document.scene import Scene
from hsigui.jobs import Job
from hsigui.labels.label_map import TRAINING, Edit
from hsigui.specs import FIRST_RECIPE, MapSpec, PretrainSpec, Recipe

VIEW = ViewState(0, 1, 2)


def make_cube(rows: int = 5, cols: int = 6, bands: int = 4, **info) -> Cube:
    values = np.arange(rows * cols * bands, dtype=np.int16).reshape(rows, cols, bands)
    return Cube(ArraySource(values), CubeInfo(**info), name=f"scene of {rows}")


def make_scene(rows: int = 5) -> Scene:
    return Scene(make_cube(rows), VIEW)


def features(smooth: float | None = None) -> SimpleNamespace:
    """What a scene reads of features; their recipe may say how maps are smoothed."""
    recipe = FIRST_RECIPE if smooth is None else Recipe(map=MapSpec(smooth, 0.0))
    return SimpleNamespace(recipe=recipe, valid=None)


def encoder(seed: int = 0, **scene) -> SimpleNamespace:
    """What a scene reads of an encoder."""
    return SimpleNamespace(spec=PretrainSpec(seed=seed), scene=scene, device_name="a test", seconds=1.5, watched_by={})


def class_map(array: np.ndarray) -> SimpleNamespace:
    """What a scene reads of a map."""
    return SimpleNamespace(classes=array.astype(np.uint16))


def square(number: int = 1, at: int = 1, size: int = 2, layer: int = TRAINING) -> Edit:
    return Edit(at, at, np.ones((size, size), dtype=bool), number, None, layer)


class FakeWork:
    """Stands in for a job and what begins it."""

    def __init__(self, number: int = 1) -> None:
        self.job = Job(number, "a test", lambda _event: None)
        self.begun = 0
        self.taken_out = 0

    def begin(self):
        self.begun += 1
        return self.job, make_scene().origin

    def out(self) -> None:
        self.taken_out += 1
