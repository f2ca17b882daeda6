"""Steps that change each spectrum by itself, beside scipy and plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import savgol_filter

from hsigui.analysis.hull import continuum
from hsigui.analysis.processing import Bands, Processing
from hsigui.errors import HsiError
from hsigui.preparing.normalise import Continuum, Normalise
from hsigui.preparing.smooth import Gaussian, Savgol
from tests.preparing.cleaning import WAVES, check_windows, scene_of, smooth_scene, with_gaps

WAVES_NM = np.array(WAVES)


def _noisy():
    return smooth_scene() + np.random.default_rng(1).normal(scale=0.01, size=(30, 26, 24))


def test_savitzky_golay_is_scipys_and_that_of_the_windows_spectra():
    array = _noisy().astype(np.float32)
    made = check_windows(scene_of(array), Savgol(7, 3))
    np.testing.assert_allclose(made, savgol_filter(array.astype(float), 7, 3, axis=2), rtol=1e-6)
    cube = scene_of(with_gaps(array), bad=(10, 11))
    made = check_windows(cube, Savgol(5, 2))
    shown = cube.read()
    shown[..., [10, 11]] = np.nan
    _, expected = Processing(window=5, order=2).at(Bands(WAVES_NM, True), shown.reshape(-1, 24))
    expected = expected.reshape(shown.shape)
    expected[..., [10, 11]] = cube.read()[..., [10, 11]]
    np.testing.assert_allclose(made, expected, rtol=1e-6)


def test_no_band_is_made_of_one_beyond_a_bad_band_or_a_jump_in_wavelength():
    array = np.ones((2, 3, 24))
    array[..., 12:] = 5
    jump = WAVES_NM.copy()
    jump[12:] += 300
    for cube in (scene_of(array, wavelengths=tuple(jump.tolist())),
                 scene_of(np.concatenate([array[..., :12], array[..., 11:-1] * 1e4], 2), bad=(12,))):  # fmt: skip
        for step in (Savgol(9, 2), Gaussian(60.0)):
            np.testing.assert_allclose(step.on(cube).read(), cube.read(), rtol=1e-6)
    joined = Gaussian(60.0).on(scene_of(array)).read()
    assert 1.01 < joined[0, 0, 11] < 3 < joined[0, 0, 12] < 4.99


def test_bands_that_are_out_of_order_are_smoothed_in_that_of_wavelength():
    array, order = _noisy(), np.random.default_rng(2).permutation(24)
    mixed = scene_of(array[..., order], wavelengths=tuple(WAVES_NM[order].tolist()))
    for step in (Savgol(5, 2), Gaussian(30.0)):
        expected = step.on(scene_of(array)).read()[..., order]
        np.testing.assert_allclose(step.on(mixed).read(), expected, rtol=1e-6)


def test_a_bell_curve_is_as_wide_as_was_asked():
    array = _noisy()
    made = check_windows(scene_of(with_gaps(array)), Gaussian(23.5482))
    expected = gaussian_filter1d(array, 1.0, axis=2, truncate=4)  # of a standard deviation of one band, 10 nm
    np.testing.assert_allclose(made[12:, :, 4:-4], expected[12:, :, 4:-4], rtol=1e-5)


@pytest.mark.parametrize(("norm", "size"), [("l2", lambda v: np.linalg.norm(v, axis=2)),
                                            ("mean", lambda v: v.mean(axis=2))])  # fmt: skip
def test_brightness_is_divided_out(norm, size):
    array = _noisy()
    array[..., 8] = 1e4
    good = np.delete(array, 8, axis=2)
    made = check_windows(scene_of(with_gaps(array), bad=(8,)), Normalise(norm))
    expected = array / size(good)[..., None]
    np.testing.assert_allclose(made[10:], expected[10:], rtol=1e-5)
    lacking = np.delete(made[7, 7], (5, 8))
    assert (np.linalg.norm(lacking) if norm == "l2" else lacking.mean()) == pytest.approx(1, rel=1e-6)
    assert np.isnan(Normalise(norm).on(scene_of(np.zeros((1, 1, 3)), nodata=None)).read()).all()


def test_the_continuum_is_that_of_the_layer():
    array = _noisy().astype(np.float32)
    made = check_windows(scene_of(with_gaps(array), bad=(8,)), Continuum())
    good = np.delete(np.arange(24), 8)
    spectra = np.ascontiguousarray(array[12].astype(np.float32)[:, good])
    np.testing.assert_array_equal(made[12][:, good], spectra / continuum(WAVES_NM[good], spectra))
    assert np.isnan(made[..., 8]).all()
    assert np.isnan(made[7, 7]).all()
    assert np.nanmax(made) == 1


def test_what_cannot_be_smoothed_or_normalised_is_refused():
    array = _noisy()
    for make in (
        lambda: Savgol(4),
        lambda: Savgol(5, 5),
        lambda: Savgol(0),
        lambda: Gaussian(0.0),
        lambda: Gaussian(np.nan),
    ):
        with pytest.raises(HsiError):
            make()
    nameless = scene_of(array, wavelengths=())
    for step in (Gaussian(20.0), Continuum()):
        with pytest.raises(HsiError, match="wavelengths"):
            step.on(nameless)
    assert np.isfinite(Savgol(5).on(nameless).read()).all()
    with pytest.raises(HsiError, match="normalise"):
        Normalise("x").on(nameless)
    with pytest.raises(HsiError, match="good bands"):
        Savgol(5).on(scene_of(array, bad=tuple(range(24))))
