"""Spectral transforms: standard scores and components on valid pixels, and nothing infinite whatever the scene."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.transform import BandTransform, fit_transform, sample_spectra
from hsigui.errors import HsiError
from tests.limits import leave


def _cube(array: np.ndarray, **info) -> Cube:
    return Cube(ArraySource(array), CubeInfo(**info), name="field")


@pytest.fixture
def array() -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.standard_normal((20, 15, 8)) * np.arange(1, 9) + 100).astype(np.float32)


def test_bands_become_standard_scores_over_the_valid_pixels(array):
    array[0, 0] = np.nan
    values = fit_transform(_cube(array)).apply_to_cube(_cube(array))
    valid = np.isfinite(array).all(axis=2)
    assert np.allclose(values[valid].mean(axis=0), 0, atol=1e-4)
    assert np.allclose(values[valid].std(axis=0), 1, atol=1e-4)
    assert (values[0, 0] == 0).all()


def test_components_are_uncorrelated_and_ordered_by_variance(array):
    array[..., 1] = array[..., 0] * 2 + 1
    scores = fit_transform(_cube(array), 5).apply_to_cube(_cube(array)).reshape(-1, 5)
    covariance = np.cov(scores.T)
    assert np.allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-3)
    assert (np.diff(np.diag(covariance)) <= 1e-6).all()
    assert np.diag(covariance).mean() == pytest.approx(1, rel=0.02)


def test_bad_bands_constant_bands_and_stretched_spectra_give_finite_numbers(array):
    array[..., 2] = np.nan
    array[..., 3] = 7.0
    cube = _cube(array, bad_bands=tuple(b == 2 for b in range(8)))
    for components, pixel_range in ((None, False), (4, False), (None, True), (4, True)):
        transform = fit_transform(cube, components, pixel_range=pixel_range)
        values = transform.apply_to_cube(cube)
        assert values.shape == (20, 15, components or 7)
        assert np.isfinite(values).all()


def test_a_flat_spectrum_survives_the_stretch_to_its_own_range():
    array = np.random.default_rng(0).random((12, 12, 4)).astype(np.float32)
    array[3, 3] = 0.5
    assert np.isfinite(fit_transform(_cube(array), pixel_range=True).apply_to_cube(_cube(array))).all()


def test_more_components_than_bands_gives_as_many_as_there_are(array):
    assert fit_transform(_cube(array), 32).channels == 8


def test_a_transform_is_the_same_after_being_kept_as_arrays(array):
    cube = _cube(array)
    for components in (None, 3):
        one = fit_transform(cube, components, pixel_range=True)
        two = BandTransform.from_arrays(one.to_arrays())
        assert np.array_equal(one.apply(array), two.apply(array))
        assert dataclasses.asdict(one).keys() == dataclasses.asdict(two).keys()


def test_a_sample_is_drawn_from_valid_pixels_by_the_seed(array):
    array[:5] = np.nan
    cube = _cube(array)
    one, two, other = (sample_spectra(cube, 50, seed=s) for s in (1, 1, 2))
    assert one.shape == (50, 8)
    assert np.isfinite(one).all()
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_scene_without_data_or_good_bands_is_refused(array):
    with pytest.raises(HsiError, match="Only 0 pixels"):
        fit_transform(_cube(np.full_like(array, np.nan)))
    with pytest.raises(HsiError, match="marked bad"):
        fit_transform(_cube(array, bad_bands=(True,) * 8))


def test_a_large_scene_is_sampled_by_rows_and_still_by_the_seed(array, monkeypatch):
    monkeypatch.setattr("hsigui.cube.transform.SCAN_PIXELS", 10)
    array[:5] = np.nan
    cube = _cube(array)
    one, two, other = (sample_spectra(cube, 40, seed=s) for s in (1, 1, 2))
    assert 20 <= len(one) <= 40
    assert np.isfinite(one).all()
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert cube._valid is None


def test_in_a_large_scene_that_is_nearly_empty_data_are_sought(monkeypatch):
    monkeypatch.setattr("hsigui.cube.transform.SCAN_PIXELS", 10)
    array = np.full((4_000, 300, 3), np.nan, dtype=np.float32)
    array[3_000:3_012, 100:180] = np.random.default_rng(0).normal(size=(12, 80, 3))
    cube = _cube(array)
    one, two, other = (sample_spectra(cube, 600, seed=s) for s in (1, 1, 2))
    assert 300 <= len(one) <= 600
    assert np.isfinite(one).all()
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    with pytest.raises(HsiError, match="Only 0 pixels"):
        fit_transform(_cube(np.full_like(array, np.nan)))


def test_a_window_is_read_some_rows_at_a_time_under_a_limit_and_transformed_alike(array, monkeypatch):
    cube = _cube(array)
    transform = fit_transform(cube, 4)
    rows, cols = slice(3, 20), slice(2, 15)
    whole = transform.apply_to_window(cube, rows, cols)
    leave(monkeypatch, 40_000)
    read, heights = Cube.read, []
    monkeypatch.setattr(Cube, "read", lambda self, *at: heights.append(at[0].stop - at[0].start) or read(self, *at))
    parts = transform.apply_to_window(cube, rows, cols)
    assert max(heights) * 13 * 8 * 20 <= 0.15 * 40_000
    assert sum(heights) == 17
    assert np.allclose(whole, parts, atol=1e-6)
