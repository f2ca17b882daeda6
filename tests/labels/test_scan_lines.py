"""Pixels of polygons against GDAL's rasteriser, and shares of pixels against one that is finer by far."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.features import rasterize

from hsigui.labels.scan_lines import Runs, areas_of, areas_within, centres_within, edges_of, shares_covered

SIZE = (24, 30)
FINER = 60


def star(rng: np.random.Generator, corners: int, radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A polygon that may reach beyond the scene, and a hole inside of it."""
    middle = rng.random(2) * 40 - 5
    angle = (np.arange(corners) + 0.8 * rng.random(corners)) * 2 * np.pi / corners
    reach = radius * (0.4 + 0.6 * rng.random(corners))
    around = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
    around = np.concatenate([around, around[:1]])
    return middle + around, middle + 0.3 * around


def by_gdal(rings: list[NDArray[np.float64]], times: int = 1) -> NDArray[np.float64]:
    shape = {"type": "Polygon", "coordinates": [(ring * times).tolist() for ring in rings]}
    return rasterize([(shape, 1)], out_shape=(SIZE[0] * times, SIZE[1] * times)).astype(float)


def drawn(runs: Runs, zone: int = 0) -> NDArray[np.float64]:
    found = np.zeros(SIZE)
    shares = np.ones(len(runs.rows)) if runs.shares is None else runs.shares
    for row, of, start, stop, share in zip(runs.rows, runs.zones, runs.starts, runs.stops, shares, strict=True):
        if of == zone:
            found[row, start:stop] += share
    return found


@pytest.mark.parametrize("seed", range(12))
def test_pixels_are_those_of_gdal_and_shares_those_of_finer_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outline, hole = star(rng, int(rng.integers(4, 12)), float(rng.uniform(0.3, 14)))
    rings, zone = [outline, hole] if seed % 2 else [outline], np.zeros(1, dtype=np.int64)
    edges = edges_of([rings])
    np.testing.assert_array_equal(drawn(centres_within(edges, zone, SIZE)), by_gdal(rings))
    shares = drawn(shares_covered(edges, zone, SIZE))
    fine = by_gdal(rings, FINER).reshape(SIZE[0], FINER, SIZE[1], FINER).mean(axis=(1, 3))
    np.testing.assert_allclose(shares, fine, atol=2.5 / FINER)
    assert shares.sum() == pytest.approx(areas_within(edges, 1, SIZE)[0], abs=1e-9)
    assert areas_within(edges, 1, (10**6, 10**6))[0] <= areas_of(edges, 1)[0] + 1e-9


def test_neighbours_share_out_the_pixels_between_them_even_those_whose_centre_is_on_the_border() -> None:
    left = np.array([(0, 0), (10.5, 0), (4.5, 24), (0, 24), (0, 0)], dtype=float)
    right = np.array([(30, 24), (4.5, 24), (10.5, 0), (30, 0), (30, 24)], dtype=float)
    edges, zone = edges_of([[left], [right]]), np.arange(2)
    runs = centres_within(edges, zone, SIZE)
    np.testing.assert_array_equal(drawn(runs, 0) + drawn(runs, 1), np.ones(SIZE))
    shares = shares_covered(edges, zone, SIZE)
    np.testing.assert_allclose(drawn(shares, 0) + drawn(shares, 1), np.ones(SIZE), atol=1e-12)


def test_polygons_of_one_zone_that_overlap_count_a_pixel_once() -> None:
    square = np.array([(2, 2), (8, 2), (8, 8), (2, 8), (2, 2)], dtype=float)
    edges, zone = edges_of([[square], [square + 3], [square + np.array([20, 0])]]), np.zeros(3, dtype=np.int64)
    union = np.zeros(SIZE)
    for x, y in ((2, 2), (5, 5), (22, 2)):
        union[y : y + 6, x : x + 6] = 1
    for runs in (centres_within(edges, zone, SIZE), shares_covered(edges, zone, SIZE)):
        np.testing.assert_array_equal(drawn(runs), union)
        assert runs.pixels == union.sum()


def test_a_border_that_crosses_itself_leaves_pixels_as_gdal_does() -> None:
    bow_tie = np.array([(3, 3.2), (21, 20.1), (21, 3.2), (3, 20.1), (3, 3.2)])
    edges = edges_of([[bow_tie]])
    np.testing.assert_array_equal(drawn(centres_within(edges, np.zeros(1, dtype=np.int64), SIZE)), by_gdal([bow_tie]))


def test_a_polygon_beside_the_scene_or_around_all_of_it_is_cut_to_it() -> None:
    around = np.array([(-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (-1e9, 1e9), (-1e9, -1e9)])
    beside = np.array([(40, 2), (50, 2), (50, 9), (40, 9), (40, 2)], dtype=float)
    above = beside - (40, 20)
    edges, zone = edges_of([[around], [beside], [above]]), np.arange(3)
    for runs in (centres_within(edges, zone, SIZE), shares_covered(edges, zone, SIZE)):
        np.testing.assert_allclose(drawn(runs, 0), np.ones(SIZE))
        assert not drawn(runs, 1).any()
        assert not drawn(runs, 2).any()
    np.testing.assert_allclose(areas_within(edges, 3, SIZE), [SIZE[0] * SIZE[1], 0, 0])
    assert centres_within(edges_of([]), np.zeros(0, dtype=np.int64), SIZE).pixels == 0
    assert shares_covered(edges_of([]), np.zeros(0, dtype=np.int64), SIZE).pixels == 0
