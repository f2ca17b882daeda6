"""Principal, minimum-noise and independent components: equal to the libraries, whatever the scene is stored in."""

from __future__ import annotations

import numpy as np
import pytest
import spectral
from sklearn.decomposition import PCA, FastICA

from hsigui.analysis import tiles
from hsigui.analysis.covariance import Covariance
from hsigui.analysis.layer import LayerRecipe
from hsigui.analysis.making import make
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from tests.analysis.scenes import cube_of, derived, same_scene, same_up_to_sign, spectra

DIRECTIONS = {"lower right": "lowerright", "lower left": "lowerleft", "right": "right", "lower": "lower"}


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    """Tiles of a few rows, so that every scene here has several."""
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


@pytest.fixture(scope="module")
def values():
    return spectra()


def test_principal_components_equal_those_of_scikit_learn(values):
    layer = derived(cube_of(values), "pca", components=5)
    known = PCA(5).fit(values.reshape(-1, 42).astype(float))
    assert same_up_to_sign(layer.array, known.transform(values.reshape(-1, 42)).reshape(30, 25, 5)) < 1e-5
    np.testing.assert_allclose(layer.figures["eigenvalues"][:5], known.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(layer.figures["share"][:5], known.explained_variance_ratio_, rtol=1e-9)
    assert len(layer.figures["eigenvalues"]) == 42
    assert layer.names == ("PC 1", "PC 2", "PC 3", "PC 4", "PC 5")


def test_components_of_the_correlation_are_those_of_standardised_bands(values):
    scaled = values * np.linspace(1, 50, 42, dtype=np.float32)
    flat = scaled.reshape(-1, 42).astype(float)
    scores = (flat - flat.mean(axis=0)) / flat.std(axis=0, ddof=1)
    layer = derived(cube_of(scaled), "pca", components=4, standardised=True)
    assert same_up_to_sign(layer.array, PCA(4).fit_transform(scores).reshape(30, 25, 4)) < 1e-5


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_minimum_noise_fractions_equal_those_of_spectral(values, direction):
    layer = derived(cube_of(values), "mnf", components=6, direction=direction)
    signal = spectral.calc_stats(values.astype(float))
    noise = spectral.noise_from_diffs(values.astype(float), DIRECTIONS[direction])
    known = spectral.mnf(signal, noise)
    assert same_up_to_sign(layer.array, known.reduce(values.astype(float), num=6)) < 1e-5
    np.testing.assert_allclose(layer.figures["eigenvalues"], np.sort(known.napc.eigenvalues)[::-1], rtol=1e-6)


def test_the_noise_of_each_fraction_has_variance_1(values):
    found = derived(cube_of(values), "mnf", components=42).array.astype(float)
    differences = (found[:-1, :-1] - found[1:, 1:]).reshape(-1, 42)
    np.testing.assert_allclose(np.cov(differences.T) / 2, np.eye(42), atol=1e-4)


def test_independent_components_equal_fast_ica_of_scikit_learn(values):
    rng = np.random.default_rng(0)
    sources = rng.laplace(size=(30, 25, 3)) * (3, 2, 1)
    mixed = (sources @ rng.random((3, 42)) + 5 + 0.01 * values).astype(np.float32)
    layer = derived(cube_of(mixed), "ica", components=3, seed=3)
    known = FastICA(3, whiten="unit-variance", whiten_solver="eigh", max_iter=400, random_state=3)
    wanted = known.fit_transform(mixed.reshape(-1, 42).astype(float))
    order = np.argsort(-np.linalg.norm(known.mixing_, axis=0))
    assert same_up_to_sign(layer.array, wanted[:, order].reshape(30, 25, 3)) < 1e-5
    assert same_up_to_sign(layer.array, sources / sources.std(axis=(0, 1))) < 1
    assert not layer.notes


def test_independent_components_are_found_on_a_sample_and_computed_everywhere(values):
    layer = derived(cube_of(values), "ica", components=3, sample=200, seed=1)
    assert np.isfinite(layer.array).all()
    np.testing.assert_allclose(layer.array.reshape(-1, 3).std(axis=0), 1, atol=0.3)
    again = derived(cube_of(values), "ica", components=3, sample=200, seed=1)
    np.testing.assert_array_equal(layer.array, again.array)


def test_components_that_do_not_settle_are_told(values):
    layer = derived(cube_of(values), "ica", components=20, iterations=10)
    assert any("did not settle" in note for note in layer.notes)


@pytest.mark.parametrize("kind", ["pca", "mnf", "ica"])
def test_however_a_scene_is_stored_its_components_are_the_same(values, tmp_path, kind):
    found = {name: derived(cube, kind, components=3).array for name, cube in same_scene(values, tmp_path).items()}
    for name, array in found.items():
        assert same_up_to_sign(array, found["memory"]) < 2e-4, name
    for name in ("bsq", "bil", "bip"):
        np.testing.assert_allclose(found[name], found["memory"], atol=1e-4 * np.abs(found["memory"]).max())


@pytest.mark.parametrize("kind", ["pca", "mnf", "ica"])
def test_pixels_without_data_have_no_component_and_take_no_part(values, kind):
    holed = values.copy()
    holed[4:7, 3:9] = -9999
    holed[20, :] = np.nan
    holed[25, 5, 11] = -9999
    gone = np.zeros((30, 25), dtype=bool)
    gone[4:7, 3:9] = gone[20, :] = gone[25, 5] = True
    layer = derived(cube_of(holed, nodata=-9999.0), kind, components=3)
    np.testing.assert_array_equal(np.isnan(layer.array), np.repeat(gone[:, :, None], 3, axis=2))
    np.testing.assert_array_equal(layer.valid, ~gone)
    if kind == "pca":
        wanted = PCA(3).fit_transform(values[~gone].astype(float))
        assert same_up_to_sign(layer.array[~gone], wanted) < 1e-5
    if kind == "mnf":  # the same differences, by a loop over all pairs
        pairs = [
            values[r, c].astype(float) - values[r + 1, c + 1]
            for r in range(29) for c in range(24) if not gone[r, c] and not gone[r + 1, c + 1]
        ]  # fmt: skip
        noise = np.cov(np.array(pairs).T) / 2
        inverse = np.linalg.inv(np.linalg.cholesky(noise))
        wanted = np.linalg.eigvalsh(inverse @ np.cov(values[~gone].T.astype(float)) @ inverse.T)[::-1]
        np.testing.assert_allclose(layer.figures["eigenvalues"], wanted, rtol=1e-5)


def test_combinations_of_bands_without_noise_are_left_out_and_told(values):
    twice = np.concatenate([values, values[:, :, :1]], axis=2)
    layer = derived(cube_of(twice), "mnf", components=43)
    assert layer.array.shape[2] == 42
    assert "1 combinations" in layer.notes[0]
    known = derived(cube_of(values), "mnf", components=42)
    np.testing.assert_allclose(layer.figures["eigenvalues"], known.figures["eigenvalues"], rtol=1e-4)


def test_a_scene_in_which_neighbours_do_not_differ_has_no_noise_to_estimate():
    striped = np.repeat(spectra(rows=1), 12, axis=0)
    with pytest.raises(HsiError, match="no noise can be estimated"):
        derived(cube_of(striped, wavelengths=()), "mnf", direction="lower")


def test_too_few_pixels_are_refused(values):
    lone = np.full_like(values, np.nan)
    lone[3, 3] = values[3, 3]
    for kind in ("pca", "mnf", "ica"):
        with pytest.raises(HsiError, match="Only 1 pixels"):
            derived(cube_of(lone), kind)


def test_pixels_without_neighbours_have_no_noise_to_estimate(values):
    every_second = values.copy()
    every_second[1::2] = np.nan
    with pytest.raises(HsiError, match="Only 0 pairs"):
        derived(cube_of(every_second), "mnf", direction="lower")


def test_more_components_than_bands_are_as_many_as_there_are_bands(values):
    assert derived(cube_of(values[:, :, :4]), "pca", components=30).array.shape == (30, 25, 4)


def test_a_scene_of_bad_bands_only_is_refused(values):
    with pytest.raises(HsiError, match="Every band"):
        derived(cube_of(values, bad_bands=(True,) * 42), "pca")


def test_a_layer_is_made_again_by_its_recipe_as_json(values):
    import json

    for kind in ("pca", "mnf", "ica"):
        layer = derived(cube_of(values), kind, components=3)
        recipe = LayerRecipe.from_json(json.loads(json.dumps(layer.recipe.to_json())))
        assert recipe == layer.recipe
        again = make(cube_of(values), recipe, quiet())
        np.testing.assert_array_equal(again.array, layer.array)


def test_a_covariance_in_pieces_keeps_its_digits_where_values_are_large():
    rng = np.random.default_rng(0)
    values = 1e6 + rng.normal(size=(20_000, 5)) @ rng.normal(size=(5, 5))
    sums = Covariance(5)
    for piece in np.array_split(values, 37):
        sums.add(piece)
    sums.add(values[:0])
    assert sums.count == 20_000
    np.testing.assert_allclose(sums.matrix, np.cov(values.T), rtol=1e-9)
    np.testing.assert_allclose(sums.mean, values.mean(axis=0), rtol=1e-14)
