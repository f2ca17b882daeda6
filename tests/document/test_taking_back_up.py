"""Labels that were kept come back: with their history into a scene without any, as a step into one that has."""

from __future__ import annotations

import numpy as np

from hsigui.document.events import HistoryChanged, LabelsChanged, ValidationChanged
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION
from tests.document.scenes import make_scene, square

CLASSES = ClassTable.for_numbers([1, 2, 3])


def kept():
    """A scene with labels in both layers and a step that was taken back, and its layers."""
    scene = make_scene()
    scene.set_classes(CLASSES, "Classes")
    scene.edit(square(2), "Square")
    scene.edit(square(3, at=3, layer=VALIDATION), "Check")
    scene.edit(square(1, at=0), "Taken back")
    scene.undo()
    return scene, {number: scene.labels.snapshot(number) for number in (TRAINING, VALIDATION)}


def take_up(scene, other, layers) -> None:
    history = other.history
    scene.take_back_up(layers, other.classes, history.steps, history.place, history.forgotten, "Restore labels")


def assert_same(scene, other) -> None:
    for layer in (TRAINING, VALIDATION):
        np.testing.assert_array_equal(scene.labels.layer(layer), other.labels.layer(layer))
    assert scene.classes == other.classes
    assert scene.labels.counts() == other.labels.counts()


def test_into_a_scene_without_labels_they_come_with_their_history():
    other, layers = kept()
    scene, told = make_scene(), []
    for kind in (LabelsChanged, ValidationChanged, HistoryChanged):
        scene.events.subscribe(kind, told.append)
    take_up(scene, other, layers)
    assert_same(scene, other)
    assert scene.unsaved
    assert {type(event) for event in told} == {LabelsChanged, ValidationChanged, HistoryChanged}
    assert scene.history.texts == other.history.texts
    for step in ("redo", "undo", "undo", "undo", "undo"):
        getattr(scene, step)()
        getattr(other, step)()
        assert_same(scene, other)
    assert not scene.labels.array.any()


def test_classes_of_a_truth_are_no_labels_and_make_way():
    other, layers = kept()
    scene = make_scene()
    scene.set_truth(np.ones((5, 6), np.uint16), CLASSES, "truth")
    take_up(scene, other, layers)
    assert scene.history.texts == other.history.texts
    assert_same(scene, other)


def test_into_a_scene_with_labels_they_are_a_step_that_can_be_taken_back():
    other, layers = kept()
    scene = make_scene()
    scene.set_classes(CLASSES, "Classes")
    scene.edit(square(1, at=2), "Mine")
    before = scene.labels.snapshot()
    take_up(scene, other, layers)
    assert_same(scene, other)
    assert scene.history.texts == ["Classes", "Mine", "Restore labels"]
    scene.undo()
    np.testing.assert_array_equal(scene.labels.array, before)
    assert not scene.labels.validation.any()
