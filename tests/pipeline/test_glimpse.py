"""What is in view is mapped alone, and as in the whole map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.edge_filter import find_edges
from hsigui.jobs import SilentContext
from hsigui.methods import forest_probe
from hsigui.methods.probe import LinearProbe
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline.classify import classify, is_quick_glimpse
from hsigui.pipeline.features import Features, finished
from hsigui.specs import MapSpec

CTX = SilentContext()
PROBE = LinearProbe(np.array([1, 4, 9], dtype=np.uint16), 2 * np.eye(3, dtype=np.float32), np.zeros(3, np.float32))


def scene(rows: int, cols: int, smooth: bool = True) -> Features:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((rows, cols, 3))
    for _ in range(6 if smooth else 0):  # fields, so that edges are far from each other
        values[1:] = (values[1:] + 2 * values[:-1]) / 2.2
        values[:, 1:] = (values[:, 1:] + 2 * values[:, :-1]) / 2.2
    values = (40 + 3 * (values - values.mean()) / values.std()).astype(np.float16)
    valid = np.ones((rows, cols), dtype=bool)
    valid[rows // 2 : rows // 2 + 6, 20:31] = False
    return finished(values, valid, "", {}, find_edges(values, valid))


@pytest.mark.parametrize("spec", [MapSpec(0.0, 0.0), MapSpec(2.0, 0.0), MapSpec(0.0, 3.0), MapSpec(1.5, 30.0)])
@pytest.mark.parametrize("box", [(0, 0, 40, 50), (150, 170, 200, 220), (260, 250, 300, 290), (10, 0, 11, 1)])
def test_a_part_alone_is_that_part_of_the_whole_map(spec, box):
    features = scene(300, 290)
    whole, part = classify(features, PROBE, spec, CTX), classify(features, PROBE, spec, CTX, box=box, keep=True)
    inside = slice(box[0], box[2]), slice(box[1], box[3])
    assert part.classes.shape == (box[2] - box[0], box[3] - box[1])
    for name in ("confidence", "entropy", "margin"):
        np.testing.assert_allclose(getattr(part, name), getattr(whole, name)[inside], atol=1e-3)
    sure = np.nan_to_num(part.margin, nan=0.0) > 2e-3
    assert (part.classes[sure] == whole.classes[inside][sure]).all()
    known = features.valid[inside]
    np.testing.assert_allclose(part.probabilities[known].sum(axis=1), 1.0, atol=1e-4)


def test_the_margin_is_between_the_two_likeliest_classes():
    features = scene(50, 40, smooth=False)
    found = classify(features, PROBE, MapSpec(0.0, 0.0), CTX, keep=True)
    ordered = np.sort(found.probabilities, axis=2)
    known = features.valid
    np.testing.assert_allclose(found.margin[known], (ordered[..., -1] - ordered[..., -2])[known], atol=1e-6)
    np.testing.assert_allclose(found.confidence[known], ordered[..., -1][known], atol=1e-6)
    assert np.isnan(found.margin[~known]).all()


def test_features_as_they_are_give_what_standardised_ones_give():
    features = scene(60, 40)
    for columns in (None, np.array([2, 0, 1])):
        probe = replace(PROBE, columns=columns)
        found = classify(features, probe, MapSpec(0.0, 0.0), CTX, keep=True).probabilities
        wanted = probe.probabilities(features.standardised(np.asarray(features.array), columns))
        np.testing.assert_allclose(found[features.valid], wanted[features.valid], atol=2e-4)


def test_a_part_by_another_probe_than_the_linear_one_is_that_of_its_whole_map():
    features = scene(40, 44)
    rng = np.random.default_rng(1)
    rows = features.standardised(np.asarray(features.array[rng.integers(0, 18, 60), rng.integers(0, 44, 60)]))
    probe = forest_probe.fit(rows, rng.integers(1, 4, 60), 0)
    whole = classify(features, probe, MapSpec(0.0, 0.0), CTX)
    part = classify(features, probe, MapSpec(0.0, 0.0), CTX, box=(5, 6, 20, 30))
    assert np.array_equal(part.classes, whole.classes[5:20, 6:30])


def test_a_glimpse_is_worth_it_only_where_it_is_much_less_than_all():
    assert is_quick_glimpse((2000, 2000), (500, 500, 900, 900), MapSpec(edges=3.0))
    assert not is_quick_glimpse((145, 145), (40, 40, 80, 80), MapSpec(edges=3.0))
    assert is_quick_glimpse((145, 145), (40, 40, 80, 80), MapSpec(edges=0.0))
    assert not is_quick_glimpse((610, 340), (0, 0, 610, 340), MapSpec(edges=0.0))


def test_threads_come_back_when_the_last_that_wanted_one_is_done():
    from threadpoolctl import threadpool_info

    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    before = threads()
    with one_blas_thread():
        with one_blas_thread():
            assert set(threads()) <= {1}
        assert set(threads()) <= {1}
    assert threads() == before
