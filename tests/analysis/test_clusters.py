"""Clusters: as good as the library's, the same by seed on any number of threads, holes left alone."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from hsigui.analysis import tiles
from hsigui.errors import HsiError
from tests.analysis.scenes import cube_of, derived, spectra


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


@pytest.fixture(scope="module")
def scene():
    """Five kinds of ground in patches, one of them frequent; and which is where."""
    rng = np.random.default_rng(0)
    kinds = np.minimum(rng.integers(0, 8, (8, 6)), 4).repeat(6, axis=0).repeat(5, axis=1)
    pure = 0.2 + rng.random((5, 1)) * 0.3 + 0.1 * np.sin(np.arange(42) / 6 * rng.uniform(0.6, 1.4, (5, 1)))
    return (pure[kinds] + rng.normal(0, 0.01, (48, 30, 42))).astype(np.float32), kinds


@pytest.mark.parametrize("kind", ["kmeans", "gmm"])
def test_kinds_of_ground_that_differ_are_found(scene, kind):
    values, kinds = scene
    layer = derived(cube_of(values), kind, clusters=5)
    assert adjusted_rand_score(kinds.ravel(), layer.array.ravel()) > 0.99
    assert layer.array.dtype == np.uint16
    assert [c.number for c in layer.classes] == [1, 2, 3, 4, 5]
    assert [c.name for c in layer.classes] == [f"Cluster {n}" for n in range(1, 6)]
    assert len({c.color for c in layer.classes}) == 5
    sizes = [int((layer.array == n).sum()) for n in range(1, 6)]
    assert sizes == sorted(sizes, reverse=True) == [int(n) for n in layer.figures["pixels"]]


def test_centres_are_as_good_as_those_of_the_full_algorithm():
    values = spectra(40, 40)
    flat = values.reshape(-1, 42).astype(float)
    scores = (flat - flat.mean(axis=0)) / flat.std(axis=0)
    found = derived(cube_of(values), "kmeans", clusters=6, components=42).array.ravel()

    def inertia(labels: np.ndarray) -> float:
        return sum(((scores[labels == n] - scores[labels == n].mean(axis=0)) ** 2).sum() for n in np.unique(labels))

    wanted = KMeans(6, n_init=3, random_state=0).fit(scores).labels_
    assert inertia(found) < 1.05 * inertia(wanted)


@pytest.mark.parametrize("kind", ["kmeans", "gmm"])
def test_the_same_seed_gives_the_same_clusters_on_any_number_of_threads(kind):
    cube = cube_of(spectra(40, 40))
    found = []
    for threads in (1, 2, 4):
        with threadpool_limits(threads):
            found.append(derived(cube, kind, clusters=6, sample=900, seed=4).array)
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    np.random.seed(5)  # noqa: NPY002 - whatever others do with the global generator
    np.testing.assert_array_equal(derived(cube, kind, clusters=6, sample=900, seed=4).array, found[0])


@pytest.mark.parametrize("kind", ["kmeans", "gmm"])
def test_pixels_without_data_are_in_no_cluster(scene, kind):
    values = scene[0].copy()
    values[3:9, 4:8] = np.nan
    values[20, 3, 7] = np.nan
    layer = derived(cube_of(values), kind, clusters=5)
    np.testing.assert_array_equal(layer.array == 0, np.isnan(values).any(axis=2))
    np.testing.assert_array_equal(layer.valid, layer.array > 0)


def test_fewer_pixels_than_clusters_need_are_refused():
    with pytest.raises(HsiError, match="Only 30 pixels"):
        derived(cube_of(spectra(5, 6)), "kmeans", clusters=8)


def test_a_scene_of_one_spectrum_makes_clusters_that_nobody_is_in():
    same = np.ones((20, 20, 6), dtype=np.float32)
    layer = derived(cube_of(same), "kmeans", clusters=4)
    assert (layer.array == 1).all()
    assert len(layer.classes) == 1
    assert any("3 of 4 clusters" in note for note in layer.notes)
