"""Layers as pictures: ends, colours, no data, and parts of them."""

from __future__ import annotations

import gc
import json

import numpy as np
import pytest

from hsigui.analysis import looks
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.looks import Look
from hsigui.cube.color_maps import colors_of
from hsigui.labels.classes import ClassInfo, ClassTable


def layer_of(array: np.ndarray, **more) -> Layer:
    count = 1 if array.ndim == 2 else array.shape[2]
    return Layer("a layer", LayerRecipe("pca"), array, tuple(f"m{n}" for n in range(count)), **more)


def ramp() -> Layer:
    values = np.linspace(-1, 3, 200, dtype=np.float32).reshape(10, 20)
    values[0, 0] = np.nan
    return layer_of(values)


def test_the_ends_are_what_most_values_lie_between_unless_they_are_set():
    layer = ramp()
    low, high = looks.ends_of(layer, Look())
    known = layer.array[np.isfinite(layer.array)]
    assert (low, high) == pytest.approx(tuple(np.percentile(known, (2, 98))))
    assert looks.ends_of(layer, Look(low=0.5)) == (0.5, high)
    assert looks.ends_of(layer, Look(low=5.0, high=-5.0)) == (-5.0, 5.0)
    assert looks.ends_of(layer, Look(colors="diverging")) == (-max(abs(low), high), max(abs(low), high))


def test_ends_of_a_layer_of_one_value_or_none_differ():
    assert looks.ends_of(layer_of(np.full((3, 3), 4.0, np.float32)), Look()) == (2.0, 6.0)
    assert looks.ends_of(layer_of(np.zeros((3, 3), np.float32)), Look()) == (-0.5, 0.5)
    assert looks.ends_of(layer_of(np.full((3, 3), np.nan, np.float32)), Look()) == (0.0, 1.0)


def test_a_measurement_is_drawn_in_its_colours_and_nothing_where_there_is_no_data():
    layer, colors = ramp(), colors_of("magma")
    picture = looks.picture_of(layer, Look(0, "magma", -1.0, 3.0), (0, 0, 10, 20))
    assert picture.shape == (10, 20, 4)
    assert not picture[0, 0].any()
    assert (picture[1:, :, 3] == 255).all()
    assert (picture[9, 19, :3] == colors[255]).all()
    assert picture[..., :3].any(axis=2).sum() == 199, "black is for no data alone"
    part = looks.picture_of(layer, Look(0, "magma", -1.0, 3.0), (2, 3, 9, 18), 2)
    np.testing.assert_array_equal(part, picture[2:9:2, 3:18:2])


def test_classes_are_drawn_as_their_table_has_them():
    table = ClassTable((ClassInfo(1, "one", (10, 20, 30)), ClassInfo(3, "black", (0, 0, 0))))
    array = np.array([[0, 1], [3, 3]], dtype=np.uint16)
    picture = looks.picture_of(layer_of(array, classes=table), Look(), (0, 0, 2, 2))
    assert picture.tolist() == [[[0, 0, 0, 0], [10, 20, 30, 255]], [[0, 0, 1, 255], [0, 0, 1, 255]]]


def test_the_histogram_counts_what_has_data_between_the_least_and_the_greatest_value():
    counts, ends = looks.histogram_of(ramp(), 0)
    assert counts.sum() == 199
    assert ends == pytest.approx((-1 + 4 / 199, 3.0))


def test_what_is_known_of_a_layer_does_not_keep_it():
    before = len(looks._known)
    layer = ramp()
    assert looks.seen_limits(layer, 0) == pytest.approx((-1 + 4 / 199, 3.0))
    assert len(looks._known) == before + 1
    del layer
    gc.collect()
    assert len(looks._known) == before


def test_a_look_comes_back_from_json_and_unknown_colours_become_the_first():
    look = Look(2, "cividis", None, 0.25)
    assert Look.from_json(json.loads(json.dumps(look.to_json()))) == look
    assert Look.from_json({**look.to_json(), "colors": "of another version"}).colors == looks.FIRST_COLORS
    with pytest.raises(ValueError, match="no numbers"):
        Look.from_json({**look.to_json(), "low": float("nan")})
