"""Noise taken away by components: as by another program, less of it afterwards, and as many components as are true."""

from __future__ import annotations

import numpy as np
import pytest
import spectral

from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.preparing import components
from hsigui.preparing.components import components_of, sampled_components
from hsigui.preparing.denoise import Denoise
from hsigui.preparing.passes import remarks_of, settle
from hsigui.preparing.step import prepared
from tests.preparing.cleaning import check_windows, scene_of, smooth_scene, with_gaps


def _noisy(rows=60, cols=50):
    clean = smooth_scene(rows, cols)
    scale = np.linspace(0.005, 0.02, 24)
    return clean, (clean + np.random.default_rng(3).normal(size=clean.shape) * scale).astype(np.float32)


@pytest.mark.parametrize("kept", [1, 3, 24])
def test_minimum_noise_fractions_are_those_of_spectral(kept):
    clean, noisy = _noisy()
    made = check_windows(scene_of(noisy), Denoise("mnf", kept))
    image = noisy.astype(np.float64)
    found = spectral.mnf(spectral.calc_stats(image), spectral.noise_from_diffs(image, direction="lowerright"))
    np.testing.assert_allclose(made, found.denoise(image, num=kept), rtol=1e-4, atol=1e-5)
    if kept == 3:
        assert np.std(made - clean) < 0.5 * np.std(noisy - clean)


def test_principal_components_are_those_of_plain_numpy():
    _, noisy = _noisy()
    made = check_windows(scene_of(noisy), Denoise("pca", 4))
    flat = noisy.reshape(-1, 24).astype(np.float64)
    mean = flat.mean(axis=0)
    axes = np.linalg.svd(flat - mean, full_matrices=False)[2][:4]
    np.testing.assert_allclose(made.reshape(-1, 24), mean + (flat - mean) @ axes.T @ axes, rtol=1e-5)


def test_gaps_and_bad_bands_do_not_count_and_bad_bands_stay():
    _, noisy = _noisy(30, 26)
    cube = scene_of(with_gaps(noisy), bad=(9,))
    made = check_windows(cube, Denoise("mnf", 3))
    np.testing.assert_array_equal(made[..., 9], cube.read()[..., 9])
    good = np.delete(np.arange(24), 9)
    assert np.isnan(made[7, 7, good]).all()
    assert np.isfinite(made[12:]).all()
    wild = noisy.copy()
    wild[..., 9] = 1e6 * np.random.default_rng(0).random((30, 26))
    other = Denoise("mnf", 3).on(scene_of(with_gaps(wild), bad=(9,))).read()
    np.testing.assert_allclose(other[..., good], made[..., good], rtol=1e-5)


@pytest.mark.parametrize("kind", ["mnf", "pca"])
def test_as_many_components_as_hold_signal_are_found_and_written(kind, monkeypatch):
    _, noisy = _noisy(100, 50)
    cube = scene_of(noisy)
    found = components_of(cube, kind)
    assert (np.diff(found.values) <= 0).all()
    made = prepared(cube, [Denoise(kind)])
    assert made.info.history == (f"--denoise {kind},{found.advised}",)
    assert 2 <= found.advised <= 4  # three surfaces in mixtures under light that varies
    np.testing.assert_array_equal(made.read(), Denoise(kind, found.advised).on(cube).read())
    monkeypatch.setattr(components, "SAMPLE_VALUES", 40 * 50 * 24)  # a larger scene by a sample of it
    assert abs(sampled_components(cube, kind).advised - found.advised) <= 1


def test_bands_that_have_no_noise_of_their_own_are_kept():
    _, noisy = _noisy()
    noisy[..., 7] = 0.25 + noisy[..., 6]  # has the same noise as another
    noisy[..., 12] = 3  # has none
    made = Denoise("mnf", 22).on(scene_of(noisy)).read()
    np.testing.assert_allclose(made, noisy, rtol=1e-4)


def test_what_cannot_be_denoised_is_refused():
    _, noisy = _noisy(30, 26)
    for step in (Denoise("mnf", 0), Denoise("pca", 25)):
        with pytest.raises(HsiError, match="cannot be kept"):
            step.on(scene_of(noisy))
    with pytest.raises(HsiError, match="no components"):
        Denoise("x", 3)
    with pytest.raises(HsiError, match="pixels"):
        Denoise("mnf", 3).on(scene_of(noisy[:2, :2])).read()
    with pytest.raises(HsiError, match="do not differ"):
        Denoise("mnf").on(scene_of(np.ones((30, 26, 24))))


def test_pixels_that_a_single_band_costs_are_told_with_that_band():
    cube = striped_by_gaps()
    made = Denoise("pca", 2).on(cube)
    assert remarks_of(made) == [], "nothing is known before the look"
    settle(made, lambda _done, _total: None)
    assert remarks_of(made) == [
        "24 pixels have no data in a band, most often band 3, and so have none in any after --denoise. Mark such "
        "bands bad first (--mark-bad proposed)."
    ]
    assert np.isnan(made.read()[..., 0]).sum() == 24 + 6, "6 had no data at all"


def striped_by_gaps() -> Cube:
    values = np.random.default_rng(3).random((6, 8, 5)).astype(np.float32)
    values[:, 1:5, 2] = np.nan
    values[:2, 1, 4] = np.nan
    values[:, 7] = np.nan
    return Cube(ArraySource(values))
