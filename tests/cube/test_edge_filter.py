"""Edge-aware smoothing: against a version written pixel by pixel, and what it must never do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hsigui.cube.edge_filter import ITERATIONS, Edges, edge_smoothed, find_edges, source_of


@pytest.fixture
def two_fields() -> tuple[np.ndarray, np.ndarray]:
    """A noisy scene (20 x 24 pixels, 3 components) of two fields that meet between columns 11 and 12, all valid."""
    rng = np.random.default_rng(0)
    values = 0.05 * rng.standard_normal((20, 24, 3)).astype(np.float32)
    values[:, 12:] += 3.0
    return values, np.ones((20, 24), dtype=bool)


def slow(values: np.ndarray, across: np.ndarray, down: np.ndarray, reach: float, tolerance: float) -> np.ndarray:
    """The recursion of the domain transform, one pixel of one layer at a time."""
    out = values.astype(np.float64).copy()
    rows, cols, layers = out.shape
    for number in range(ITERATIONS):
        sigma = reach * math.sqrt(3) * 2 ** (ITERATIONS - number - 1) / math.sqrt(4**ITERATIONS - 1)
        a = math.exp(-math.sqrt(2) / sigma)
        for k in range(layers):
            for r in range(rows):
                for c in range(1, cols):
                    w = a ** (1 + reach / tolerance * float(across[r, c - 1]))
                    out[r, c, k] = (1 - w) * out[r, c, k] + w * out[r, c - 1, k]
                for c in range(cols - 2, -1, -1):
                    w = a ** (1 + reach / tolerance * float(across[r, c]))
                    out[r, c, k] = (1 - w) * out[r, c, k] + w * out[r, c + 1, k]
            for c in range(cols):
                for r in range(1, rows):
                    w = a ** (1 + reach / tolerance * float(down[r - 1, c]))
                    out[r, c, k] = (1 - w) * out[r, c, k] + w * out[r - 1, c, k]
                for r in range(rows - 2, -1, -1):
                    w = a ** (1 + reach / tolerance * float(down[r, c]))
                    out[r, c, k] = (1 - w) * out[r, c, k] + w * out[r + 1, c, k]
    return out


def test_it_agrees_with_the_recursion_written_pixel_by_pixel(two_fields):
    values, valid = two_fields
    edges = find_edges(values, valid)
    found = edge_smoothed(values, edges, 6.0, 2.0)
    np.testing.assert_allclose(found, slow(values, edges.across, edges.down, 6.0, 2.0), atol=1e-4)


def test_the_pixels_that_a_mean_is_made_of_are_drawn_by_their_weight_in_it():
    rng = np.random.default_rng(2)
    edges = Edges(rng.exponential(1, (30, 24)).astype(np.float16), rng.exponential(1, (29, 25)).astype(np.float16))
    edges.down[14] = np.inf  # nothing passes there
    values = rng.random((30, 25))
    expected = edge_smoothed(values[..., None], edges, 12.0, 3.0)[..., 0]
    for row, col in ((0, 0), (15, 22), (14, 22), (29, 3)):
        rows, cols = source_of(edges, 12.0, 3.0, np.full(4000, row), np.full(4000, col), rng)
        drawn = values[rows, cols]
        assert abs(drawn.mean() - expected[row, col]) < 5 * drawn.std() / np.sqrt(4000)
        assert len({*zip(rows.tolist(), cols.tolist(), strict=True)}) > 10
        assert ((rows > 14) == (row > 14)).all()


def test_fields_become_smooth_and_their_border_stays(two_fields):
    values, valid = two_fields
    found = edge_smoothed(values, find_edges(values, valid), 10.0, 3.0)
    assert found[:, :10].std() < 0.4 * values[:, :10].std()
    assert np.abs(found[:, 11] - found[:, 8]).max() < 0.2
    assert np.abs(found[:, 12] - 3.0).max() < 0.3


def test_a_constant_layer_stays_as_it_is(two_fields):
    values, valid = two_fields
    found = edge_smoothed(np.full((20, 24, 1), 7.5, dtype=np.float32), find_edges(values, valid), 20.0, 3.0)
    np.testing.assert_allclose(found, 7.5, rtol=1e-5)


def test_nothing_passes_into_or_out_of_pixels_without_data(two_fields):
    values, valid = two_fields
    valid[5:9, 3:7] = False
    layer = np.zeros((20, 24, 1), dtype=np.float32)
    layer[~valid] = 1000.0
    found = edge_smoothed(layer, find_edges(values, valid), 20.0, 5.0)
    assert found[valid].max() == 0.0
    np.testing.assert_allclose(found[~valid], 1000.0)


def test_the_scale_of_the_components_does_not_matter(two_fields):
    values, valid = two_fields
    one, other = find_edges(values, valid), find_edges(values * np.float32(50.0), valid)
    np.testing.assert_allclose(one.across.astype(float), other.across.astype(float), rtol=5e-3)


def test_a_scene_of_one_colour_has_no_edges():
    edges = find_edges(np.ones((8, 9, 2), dtype=np.float32), np.ones((8, 9), dtype=bool))
    assert edges.shape == (8, 9)
    assert not edges.across.any()
    assert not edges.down.any()


def test_one_wild_pixel_makes_no_infinite_change_between_pixels_with_data():
    values = np.random.default_rng(1).standard_normal((12, 12, 1)).astype(np.float32) * 1e-6
    values[6, 6] = 1e9
    edges = find_edges(values, np.ones((12, 12), dtype=bool))
    assert np.isfinite(edges.across).all()
    assert np.isfinite(edge_smoothed(values, edges, 5.0, 2.0)).all()


def test_a_pixel_spreads_about_as_far_as_the_reach_where_nothing_changes():
    flat = find_edges(np.ones((101, 101, 1), dtype=np.float32), np.ones((101, 101), dtype=bool))
    spot = np.zeros((101, 101, 1), dtype=np.float32)
    spot[50, 50] = 1.0
    found = edge_smoothed(spot, flat, 6.0, 3.0)[..., 0]
    away = (np.arange(101) - 50.0) ** 2
    assert math.sqrt(float(found.sum(axis=0) @ away / found.sum())) == pytest.approx(6.0, rel=0.15)


def test_a_scene_without_noise_keeps_its_borders():
    values = np.zeros((40, 40, 2), dtype=np.float32)
    values[:, 20:] = 1.0
    found = edge_smoothed(values, find_edges(values, np.ones((40, 40), dtype=bool)), 20.0, 1.0)
    assert found[:, :15].max() < 0.1
    assert found[:, 25:].min() > 0.9
