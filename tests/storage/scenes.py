"""Scenes with labels, and what of them a file must have, for tests of storage."""

from __future__ import annotations

import numpy as np

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.render import ViewState
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.tracker import Tracker

TABLE = ClassTable(
    (ClassInfo(1, "Wiese über “x” \ud800", (1, 2, 3), locked=True), ClassInfo(7, "Water", (4, 5, 6), hidden=True))
)
ROWS, COLS = 150, 300  # two tiles by three


def make_cube(rows: int = ROWS, cols: int = COLS, seed: int = 0, **more) -> Cube:
    values = np.random.default_rng(seed).integers(0, 1000, (rows, cols, 3), dtype=np.int16)
    return Cube(ArraySource(values), name="a scene", **more)


def make_scene(cube: Cube | None = None) -> Scene:
    return Scene(cube or make_cube(), ViewState(0, 1, 2))


def tracked(journal: Journal, cube: Cube | None = None) -> tuple[Scene, Tracker]:
    scene = make_scene(cube)
    return scene, Tracker(scene, journal)


def block(top: int, left: int, height: int, width: int, number: int, layer: int = TRAINING) -> Edit:
    return Edit(top, left, np.ones((height, width), dtype=bool), number, None, layer)


def draw(scene: Scene) -> None:
    """Some of everything: classes, edits across tiles, a stroke of pieces, the other layer, undo."""
    scene.set_classes(TABLE, "Classes")
    scene.edit(block(100, 100, 40, 60, 1), "Block")
    scene.begin_stroke("Stroke")
    for number in range(5):
        scene.edit(block(10 * number, 20 * number, 3, 30, 7), "piece")
    scene.end_stroke()
    scene.edit(block(120, 250, 20, 20, 1, VALIDATION), "Check")
    scene.edit(block(0, 0, 2, 2, 1), "Taken back")
    scene.undo()


def assert_same(kept: KeptScene, scene: Scene) -> None:
    """A file has all of a scene that it is to have: labels, classes, and every step there and back."""
    np.testing.assert_array_equal(kept.labels, scene.labels.array)
    np.testing.assert_array_equal(kept.validation, scene.labels.validation)
    assert kept.classes == scene.classes
    assert [step.text for step in kept.steps] == scene.history.texts
    assert kept.steps == scene.history.steps
    assert kept.place == scene.history.place
    assert kept.condition.forgotten == scene.history.forgotten
