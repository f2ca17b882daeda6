"""Edges that are found by blocks of rows are those that are found at once, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.edge_filter import find_edges
from hsigui.pipeline import edges_by_rows
from hsigui.pipeline.edges_by_rows import find_edges_by_rows, median


def scene(rows: int, cols: int, *, noise: float = 1.0, gaps: float = 0.05):
    rng = np.random.default_rng(rows * cols)
    fields = np.kron(rng.normal(size=(rows // 7 + 1, cols // 9 + 1, 4)), np.ones((7, 9, 1)))[:rows, :cols]
    valid = rng.random((rows, cols)) >= gaps
    return (fields + noise * rng.normal(size=(rows, cols, 4))).astype(np.float16), valid


@pytest.mark.parametrize("rows", [1, 2, 19, 20, 21, 40, 137])
@pytest.mark.parametrize(("noise", "gaps"), [(1.0, 0.05), (0.0, 0.0), (0.3, 0.6)])
def test_blocks_of_rows_give_the_edges_of_the_whole_scene(rows, noise, gaps, monkeypatch):
    components, valid = scene(rows, 61, noise=noise, gaps=gaps)
    monkeypatch.setattr(edges_by_rows.working_memory, "within", lambda *_: 1)  # blocks as small as can be
    whole, found = find_edges(components, valid), find_edges_by_rows(components, valid)
    assert np.array_equal(whole.across, found.across)
    assert np.array_equal(whole.down, found.down)
    assert whole.shape == found.shape == (rows, 61)
    assert found.down.dtype == found.across.dtype == np.float16


def test_a_scene_without_data_has_no_edge_that_can_be_crossed():
    components, valid = scene(30, 20)
    found = find_edges_by_rows(components, np.zeros_like(valid))
    assert np.isinf(found.across).all()
    assert np.isinf(found.down).all()


@pytest.mark.parametrize("count", [1, 2, 3, 1000, 1001])
def test_a_median_that_is_counted_is_that_of_all_numbers_at_once(count):
    rng = np.random.default_rng(count)
    numbers = (10.0 ** rng.normal(0, 8, count)).astype(np.float32)
    numbers[rng.random(count) < 0.3] = 0.0
    numbers[rng.random(count) < 0.3] = np.float32(1.5)
    assert median(lambda: iter(np.array_split(numbers, 4))) == float(np.median(numbers))
    assert median(lambda: iter([numbers])) == float(np.median(numbers))


def test_the_median_of_nothing_is_nothing():
    assert median(lambda: iter([np.zeros(0, np.float32)])) == 0.0
