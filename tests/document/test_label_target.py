"""Painting labels: what is locked stays, and a pixel is trained on or measured on, never both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.document.label_target import LabelTarget
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION
from tests.document.scenes import make_scene

BOX = (1, 1, np.ones((2, 3), dtype=bool))


@pytest.fixture
def scene() -> Scene:
    scene = make_scene()
    scene.set_classes(ClassTable.for_numbers([1, 2]), "two classes")
    return scene


@pytest.fixture
def target(scene: Scene) -> LabelTarget:
    return LabelTarget(scene)


def with_class(scene: Scene, number: int, **told: bool) -> None:
    classes = [replace(info, **told) if info.number == number else info for info in scene.labels.classes]
    scene.set_classes(ClassTable(classes), "changed")


def test_a_stroke_labels_its_pixels_and_is_one_step(scene, target) -> None:
    target.begin_stroke("Brush stroke")
    assert target.stroking
    assert target.paint(BOX, 1, "Brush stroke") == frozenset()
    assert target.paint((3, 1, BOX[2]), 1, "Brush stroke") == frozenset()
    target.end_stroke()
    assert not target.stroking
    assert scene.labels.array.sum() == 12
    target.undo()
    assert not scene.labels.array.any()
    target.redo()
    assert scene.labels.array.sum() == 12


def test_labels_of_a_locked_class_are_neither_painted_over_nor_erased_and_it_is_said(scene, target) -> None:
    target.paint(BOX, 1, "x")
    with_class(scene, 1, locked=True)
    for number in (2, 0):
        (said,) = target.paint((1, 1, np.ones((2, 4), dtype=bool)), number, "x")
        assert "locked" in said
        assert (scene.labels.array[1:3, 1:4] == 1).all()
    assert not scene.labels.array[1:3, 4].any()  # painted by the first, erased by the second


@pytest.mark.parametrize(
    ("first", "second", "word"), [(TRAINING, VALIDATION, "training"), (VALIDATION, TRAINING, "validation")]
)
def test_a_pixel_has_a_label_of_one_layer_alone(scene, target, first, second, word) -> None:
    scene.set_layer(first)
    target.paint(BOX, 1, "x")
    scene.set_layer(second)
    (said,) = target.paint((1, 1, np.ones((2, 4), dtype=bool)), 2, "x")
    assert f"Pixels with {word} labels keep them" in said
    both = (scene.labels.layer(TRAINING) > 0) & (scene.labels.layer(VALIDATION) > 0)
    assert not both.any()
    assert (scene.labels.layer(second)[1:3, 4] == 2).all()


def test_an_eraser_takes_labels_of_its_own_layer_alone(scene, target) -> None:
    target.paint(BOX, 1, "x")
    scene.set_layer(VALIDATION)
    assert target.paint(BOX, 0, "x") == frozenset()
    assert scene.labels.array.sum() == 6


def test_a_hidden_class_that_is_painted_with_is_shown(scene, target) -> None:
    with_class(scene, 2, hidden=True)
    target.paint(BOX, 2, "x")
    assert not scene.labels.classes.get(2).hidden


def test_painting_what_is_so_already_is_no_step(scene, target) -> None:
    target.paint(BOX, 1, "x")
    place = scene.history.place
    assert target.paint(BOX, 1, "x") == frozenset()
    assert scene.history.place == place


def test_a_stroke_of_validation_labels_says_so_in_the_history(scene, target) -> None:
    scene.set_layer(VALIDATION)
    target.begin_stroke("Brush stroke")
    target.paint(BOX, 1, "x")
    target.end_stroke()
    assert scene.history.undo_text == "Brush stroke (validation)"
