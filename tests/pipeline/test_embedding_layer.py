"""What an encoder learned as a layer of three components."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis.layer import LayerRecipe
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from hsigui.pipeline import embedding_layer as module
from hsigui.pipeline.embedding_layer import embedding_layer
from hsigui.pipeline.features import finished

RECIPE = LayerRecipe("embedding")


def scene(rows: int = 20, cols: int = 30) -> Cube:
    return Cube(ArraySource(np.ones((rows, cols, 4), dtype=np.float32)), CubeInfo(), name="a scene")


def test_the_components_are_those_of_a_singular_value_decomposition_in_any_pieces(monkeypatch):
    rng = np.random.default_rng(3)
    array = (rng.normal(size=(20, 30, 6)) @ rng.normal(size=(6, 6))).astype(np.float16)
    valid = rng.random((20, 30)) > 0.1
    features = finished(array, valid, "test")
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 90)
    layer = embedding_layer(scene(), features, RECIPE, quiet())
    known = features.standardised(array)[valid].astype(np.float64)
    centred = known - known.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    assert layer.figures["eigenvalues"] == pytest.approx(spread**2 / (len(known) - 1), rel=1e-4)
    for number in range(3):
        mine = layer.array[valid][:, number]
        wanted = centred @ axes[number]
        assert abs(np.corrcoef(mine, wanted)[0, 1]) == pytest.approx(1.0, abs=1e-5)
    assert np.isnan(layer.array[~valid]).all()
    assert sum(layer.figures["share"]) == pytest.approx(1.0)


def test_features_of_another_scene_are_refused():
    features = finished(np.ones((3, 4, 2), dtype=np.float16), np.ones((3, 4), dtype=bool), "test")
    with pytest.raises(HsiError, match="of another scene"):
        embedding_layer(scene(), features, RECIPE, quiet())
