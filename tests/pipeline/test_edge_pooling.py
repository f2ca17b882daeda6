"""Features and maps that are smoothed up to the borders of fields."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.edge_filter import edge_smoothed, find_edges
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.probe import LinearProbe
from hsigui.pipeline import classify as classify_module
from hsigui.pipeline import edge_pooling, embed_tiles
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.pipeline.features import ENCODER, Features, finished
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import FIRST_RECIPE, FeatureSpec, MapSpec, Recipe

CTX = SilentContext()
PLAIN = FeatureSpec(components=5, smoothed=(0.0,), edge_aware=(), pooled=0.0)
AWARE = FeatureSpec(components=5, smoothed=(), edge_aware=(4.0,), pooled=3.0)


def _embedded(cube, encoder: Encoder, spec: FeatureSpec, folder=None) -> Features:
    return embed(cube, replace(encoder, recipe=Recipe(spec)), CTX, folder)


def test_the_columns_asked_for_are_the_plain_ones_smoothed_within_edges(cube, encoder):
    plain, aware = _embedded(cube, encoder, PLAIN), _embedded(cube, encoder, AWARE)
    pairs = {
        ENCODER: (plain.columns[ENCODER], edge_pooling.ENCODER_REACH, AWARE.pooled),
        "components, edge-aware 4": (plain.columns["components, smoothed 0"], edge_pooling.COMPONENT_REACH, 4.0),
    }
    for name, (columns, reach, tolerance) in pairs.items():
        wanted = edge_smoothed(plain.array[..., columns], plain.edges, reach, tolerance)
        found = aware.array[..., aware.columns[name]].astype(np.float32)
        np.testing.assert_allclose(found, wanted, rtol=2e-3, atol=2e-3)
        assert not np.allclose(found, plain.array[..., columns], atol=0.05)


def test_neither_tiles_nor_the_columns_held_at_once_show(cube, encoder, monkeypatch):
    whole = _embedded(cube, encoder, AWARE)
    monkeypatch.setattr(embed_tiles, "TILE", 16)
    monkeypatch.setattr(edge_pooling, "HELD_VALUES", 3 * cube.rows * cube.cols)
    parts = _embedded(cube, encoder, AWARE)
    np.testing.assert_allclose(parts.array.astype(np.float32), whole.array.astype(np.float32), atol=4e-3)


def test_edges_are_kept_with_the_features_and_found_again(cube, encoder, tmp_path):
    made = _embedded(cube, encoder, AWARE, tmp_path)
    again = _embedded(cube, encoder, AWARE, tmp_path)
    assert isinstance(again.array, FeatureFile)
    np.testing.assert_array_equal(again.edges.across, made.edges.across)
    np.testing.assert_array_equal(again.edges.down, made.edges.down)
    next(tmp_path.glob("*-edges.npz")).write_bytes(b"no zip at all")
    np.testing.assert_array_equal(_embedded(cube, encoder, AWARE, tmp_path).edges.down, made.edges.down)


def test_a_map_within_edges_is_calm_inside_fields_and_keeps_their_border(cube, encoder, truth):
    noisy = replace(_embedded(cube, encoder, FeatureSpec(False, True, smoothed=(), edge_aware=())), recipe=FIRST_RECIPE)
    labels = np.zeros_like(truth)
    for number in (1, 2, 3, 4):
        rows, cols = np.nonzero(truth == number)
        labels[rows[70:400:110], cols[70:400:110]] = number
    probe = fit_probe(noisy, labels, None, CTX)
    wrong = [
        float(np.mean(classify(noisy, probe, MapSpec(0.0, edges), CTX).classes[noisy.valid] != truth[noisy.valid]))
        for edges in (0.0, 3.0)
    ]
    assert wrong[0] > 0.01
    assert wrong[1] < 0.4 * wrong[0]


def test_blocks_of_a_tall_map_within_edges_do_not_show(monkeypatch):
    rng = np.random.default_rng(0)
    values = rng.standard_normal((400, 20, 3)).astype(np.float16)
    valid = np.ones((400, 20), dtype=bool)
    features = finished(values, valid, "", {}, find_edges(values, valid))
    probe = LinearProbe(np.array([1, 2, 3], dtype=np.uint16), 3 * np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    whole = classify(features, probe, MapSpec(edges=3.0), CTX)
    monkeypatch.setattr(classify_module, "BLOCK_VALUES", 200 * 20 * 3)
    blocks = classify(features, probe, MapSpec(edges=3.0), CTX)
    assert np.abs(blocks.confidence - whole.confidence).max() < 1e-3


def test_features_without_edges_refuse_such_a_map_with_a_hint():
    values = np.random.default_rng(0).standard_normal((20, 20, 2)).astype(np.float16)
    features = finished(values, np.ones((20, 20), dtype=bool), "")
    probe = LinearProbe(np.array([1, 2], dtype=np.uint16), np.eye(2, dtype=np.float32), np.zeros(2, np.float32))
    with pytest.raises(HsiError, match="edges") as caught:
        classify(features, probe, MapSpec(edges=3.0), CTX)
    assert caught.value.hint


@pytest.mark.parametrize("most", [7, 1])
def test_fewer_columns_are_smoothed_at_once_where_memory_runs_out(cube, encoder, monkeypatch, most):
    wanted, whole = _embedded(cube, encoder, AWARE), edge_pooling.edge_smoothed

    def smoothed(values, *rest):
        if values.shape[2] > most:
            raise MemoryError
        return whole(values, *rest)

    monkeypatch.setattr(edge_pooling, "edge_smoothed", smoothed)
    found = _embedded(cube, encoder, AWARE)
    np.testing.assert_allclose(found.array.astype(np.float32), wanted.array.astype(np.float32), atol=4e-3)


def test_columns_that_do_not_fit_alone_end_for_want_of_memory(cube, encoder, monkeypatch):
    def smoothed(*_arguments):
        raise MemoryError

    monkeypatch.setattr(edge_pooling, "edge_smoothed", smoothed)
    with pytest.raises(MemoryError):
        _embedded(cube, encoder, AWARE)
