"""Upper hulls against another implementation; features whose depth, centre and area are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial import ConvexHull

from hsigui.analysis import tiles
from hsigui.analysis.hull import continuum
from hsigui.errors import HsiError
from tests.analysis.scenes import cube_of, derived, same_scene, spectra


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


def by_qhull(waves: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
    """The upper hull by scipy: of the points and of two far below the ends."""
    x, y = np.asarray(waves, float), np.asarray(spectrum, float)
    below = y.min() - 1 - np.ptp(y)
    points = np.vstack([np.column_stack([x, y]), [x[0], below], [x[-1], below]])
    corners = sorted(v for v in ConvexHull(points).vertices if v < len(x))
    return np.interp(x, x[corners], y[corners])


@pytest.mark.parametrize("bands", [3, 4, 42, 200])
def test_hulls_equal_those_of_qhull(bands):
    rng = np.random.default_rng(bands)
    waves = np.sort(rng.uniform(400, 2500, bands))
    smooth = np.sin(waves / 300) * rng.random((60, 1)) + 2 + 0.1 * rng.random((60, bands))
    for values in (smooth, rng.random((60, bands))):
        found = continuum(waves, values.astype(np.float32))
        wanted = np.array([by_qhull(waves, row) for row in values.astype(np.float32)])
        np.testing.assert_allclose(found, wanted, atol=2e-6)


@settings(max_examples=150, deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(3, 12)), elements=st.floats(0, 1, width=32)))
def test_a_hull_is_concave_lies_above_and_touches_at_both_ends(values):
    waves = np.arange(values.shape[1], dtype=float) ** 1.5 + 400
    found = continuum(waves, values).astype(float)
    assert (found >= values).all()
    assert np.array_equal(found[:, [0, -1]], values[:, [0, -1]])
    slopes = np.diff(found, axis=1) / np.diff(waves)
    assert (np.diff(slopes, axis=1) <= 1e-5).all()
    corners = (np.abs(np.diff(slopes, axis=1)) > 1e-4).any(axis=0)
    touching = np.abs(found - values).min(axis=0)[1:-1] < 1e-5
    assert (touching | ~corners).all() or len(values) > 1


def test_straight_and_hollow_spectra_have_a_straight_continuum():
    waves = np.linspace(400, 800, 9)
    hollow = (1 + ((waves - 600) / 200) ** 2).astype(np.float32)
    np.testing.assert_allclose(continuum(waves, np.array([hollow, np.full(9, 3, np.float32)])), [[2] * 9, [3] * 9])


def test_spectra_without_their_continuum_equal_the_definition(tmp_path):
    values = spectra()
    scenes = same_scene(values, tmp_path)
    waves = scenes["memory"].wavelengths
    wanted = np.array([row / by_qhull(waves, row) for row in values.reshape(-1, 42)]).reshape(values.shape)
    for name, cube in scenes.items():
        layer = derived(cube, "continuum")
        np.testing.assert_allclose(layer.array, wanted, atol=1e-5, err_msg=name)
        assert len(layer.names) == 42


def test_a_continuum_of_a_range_begins_and_ends_there():
    values = spectra()
    layer = derived(cube_of(values), "continuum", first=1000.0, last=1500.0)
    assert layer.names == ("1000.0 nm", *(f"{nm:.1f} nm" for nm in np.linspace(400, 2450, 42)[13:23]))
    np.testing.assert_allclose(layer.array[..., [0, -1]], 1)
    with pytest.raises(HsiError, match="Only 2 good bands"):
        derived(cube_of(values), "continuum", first=1000.0, last=1060.0)


def absorbing(depth: float, centre: float, slope: float = 0.0002) -> np.ndarray:
    """A spectrum every 10 nm from 2000 to 2400 nm: a straight continuum times a Gaussian absorption, 20 nm wide."""
    waves = np.arange(2000.0, 2401.0, 10.0)
    return (0.3 + slope * (waves - 2000)) * (1 - depth * np.exp(-(((waves - centre) / 20) ** 2) / 2))


@pytest.mark.parametrize("how", ["hull", "line"])
def test_a_feature_has_its_depth_centre_and_area(how):
    waves = tuple(np.arange(2000.0, 2401.0, 10.0).tolist())
    cases = [(0.3, 2200.0), (0.1, 2203.0), (0.5, 2211.0), (0.0, 2200.0)]
    values = np.array([[absorbing(*case) for case in cases]], dtype=np.float32)
    layer = derived(cube_of(values, wavelengths=waves), "feature", left=2100.0, right=2300.0, continuum=how)
    depth, centre, area = np.moveaxis(layer.array[0], 1, 0)
    np.testing.assert_allclose(depth, [0.3, 0.0989, 0.4994, 0], atol=5e-4)
    np.testing.assert_allclose(centre[:3], [2200, 2203, 2211], atol=0.2)
    np.testing.assert_allclose(area[:3], [d * 20 * np.sqrt(2 * np.pi) for d, _ in cases[:3]], rtol=1e-3)
    assert layer.notes == ("left shoulder: band 11 (2100.0 nm)", "right shoulder: band 31 (2300.0 nm)")


def test_what_is_not_absorbed_has_depth_0_and_no_centre():
    waves = tuple(np.arange(2000.0, 2401.0, 10.0).tolist())
    hump = np.array([[1 - ((np.array(waves) - 2200) / 400) ** 2]], dtype=np.float32)
    for how in ("hull", "line"):
        cube = cube_of(hump, wavelengths=waves)
        depth, centre, area = derived(cube, "feature", left=2150.0, right=2250.0, continuum=how).array[0, 0]
        np.testing.assert_allclose([depth, area], 0, atol=1e-5)
        assert np.isnan(centre)


def test_pixels_without_data_and_dark_ones_have_no_feature():
    waves = tuple(np.arange(2000.0, 2401.0, 10.0).tolist())
    values = np.repeat(absorbing(0.3, 2200.0)[None, None].astype(np.float32), 3, axis=1)
    values[0, 1, 20], values[0, 2] = np.nan, -0.1
    found = derived(cube_of(values, wavelengths=waves), "feature").array
    assert np.isfinite(found[0, 0]).all()
    assert np.isnan(found[0, 1:]).all()


def test_shoulders_that_cannot_be_are_refused():
    cube = cube_of(spectra())
    for asked, words in (
        ({"left": 2300.0, "right": 2200.0}, "not left of the right one"),
        ({"left": 2100.0, "right": 2900.0}, "no band at 2900 nm"),
        ({"left": 2100.0, "right": 2130.0, "tolerance": 30.0}, "good bands of scene lie from"),
    ):
        with pytest.raises(HsiError, match=words):
            derived(cube, "feature", **asked)


def test_bands_out_of_order_and_given_twice_make_one_rising_spectrum():
    values = spectra()
    waves = np.linspace(400, 2450, 42)
    order = np.random.default_rng(0).permutation(42)
    mixed = cube_of(values[..., order], wavelengths=tuple(waves[order].tolist()))
    np.testing.assert_allclose(
        derived(mixed, "continuum").array, derived(cube_of(values), "continuum").array, atol=1e-6
    )
    twice = cube_of(np.concatenate([values, values[..., :1] * 9], axis=2), wavelengths=(*waves.tolist(), 400.0))
    np.testing.assert_allclose(derived(twice, "continuum").array, derived(cube_of(values), "continuum").array)
