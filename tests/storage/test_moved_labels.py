"""Labels of another size or place, brought onto a scene."""

from __future__ import annotations

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.storage.kept_scene import Condition, KeptScene, SceneFacts
from hsigui.storage.moved_labels import brought_onto

UTM = "EPSG:32633"


def kept(rows: int, cols: int, geo: Geo | None = None) -> KeptScene:
    labels = np.arange(rows * cols, dtype=np.uint16).reshape(rows, cols) % 7
    facts = SceneFacts("0" * 32, rows, cols, 3, geo=geo or Geo())
    return KeptScene(facts, labels, np.where(labels == 0, 3, 0).astype(np.uint16), ClassTable(), Condition())


def test_of_the_same_size_they_are_taken_as_they_are():
    scene = kept(4, 5)
    layers, text = brought_onto(scene, Grid(4, 5))
    np.testing.assert_array_equal(layers[TRAINING], scene.labels)
    np.testing.assert_array_equal(layers[VALIDATION], scene.validation)
    assert text == ""


def test_of_another_size_without_a_place_the_common_part_is_taken_and_said():
    scene = kept(4, 5)
    layers, text = brought_onto(scene, Grid(6, 3))
    np.testing.assert_array_equal(layers[TRAINING][:4], scene.labels[:, :3])
    assert not layers[TRAINING][4:].any()
    assert layers[VALIDATION].shape == (6, 3)
    assert "4 x 3 of 4 x 5" in text


def test_those_that_name_a_place_go_to_it():
    scene = kept(6, 8, Geo((10.0, 0.0, 500_000.0, 0.0, -10.0, 4_000_000.0), UTM))
    crop = Grid(4, 5, Geo((10.0, 0.0, 500_020.0, 0.0, -10.0, 3_999_990.0), UTM))
    layers, text = brought_onto(scene, crop)
    np.testing.assert_array_equal(layers[TRAINING], scene.labels[1:5, 2:7])
    np.testing.assert_array_equal(layers[VALIDATION], scene.validation[1:5, 2:7])
    assert "resampled" in text
