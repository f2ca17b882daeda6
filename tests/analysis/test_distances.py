"""Distances to spectra: equal to the library and to the definitions, at small angles too."""

from __future__ import annotations

import numpy as np
import pytest
import spectral

from hsigui.analysis import tiles
from hsigui.analysis.layer import Target
from hsigui.errors import HsiError
from tests.analysis.scenes import cube_of, derived, same_scene, spectra


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


@pytest.fixture(scope="module")
def values():
    return spectra()


def target(name: str, numbers: np.ndarray, *waves: float) -> Target:
    return Target(name, tuple(map(float, numbers)), waves)


def test_spectral_angles_equal_those_of_spectral(values):
    members = values[[3, 9, 20], [4, 0, 24]]
    layer = derived(cube_of(values), "sam", *(target(f"t{n}", row) for n, row in enumerate(members)))
    wanted = spectral.spectral_angles(values.astype(np.float64), members.astype(np.float64))
    assert layer.array.dtype == np.float32
    assert np.abs(layer.array - wanted).max() < 1e-5
    assert layer.names == ("SAM to t0", "SAM to t1", "SAM to t2")
    assert (layer.units, layer.limits) == ("rad", (0.0, np.pi))


def test_an_angle_does_not_see_brightness_and_is_0_to_itself(values):
    member = values[3, 4]
    scene = values.copy()
    scene[0, 0], scene[0, 1], scene[0, 2] = member * 7, member * 1e-4, -member
    found = derived(cube_of(scene), "sam", target("one", member)).array
    np.testing.assert_allclose(found[0, :3], [0, 0, np.pi], atol=1e-6)


def test_small_angles_keep_their_digits():
    rng = np.random.default_rng(0)
    member = rng.random(42) + 0.2
    scene = (member + 10.0 ** rng.uniform(-6, -1, (20, 20, 1)) * rng.normal(size=(20, 20, 42))).astype(np.float32)
    found = derived(cube_of(scene), "sam", target("one", member)).array
    wide = scene.astype(np.float64)
    unit = wide / np.linalg.norm(wide, axis=2, keepdims=True)
    wanted = 2 * np.arcsin(np.linalg.norm(unit - member / np.linalg.norm(member), axis=2) / 2)  # exact at 0
    assert np.abs(found - wanted).max() < 2e-6


def test_divergence_is_that_of_its_definition(values):
    p, q = values.astype(np.float64), values[3, 4].astype(np.float64)
    p, q = p / p.sum(axis=2, keepdims=True), q / q.sum()
    wanted = (p * np.log(p / q)).sum(axis=2) + (q * np.log(q / p)).sum(axis=2)
    layer = derived(cube_of(values), "sid", target("one", values[3, 4]))
    np.testing.assert_allclose(layer.array, wanted, rtol=1e-4, atol=1e-8)
    assert layer.name == "SID to one"


def test_a_band_without_light_makes_no_infinite_divergence(values):
    dark = values.copy()
    dark[2, 2, 5], dark[2, 3, 5] = 0, -0.01
    found = derived(cube_of(dark), "sid", target("one", values[2, 2])).array
    assert np.isfinite(found).all()
    assert found[2, 2] == pytest.approx(found[2, 3], rel=0.05)
    dark[4, 4] = -dark[4, 4]
    assert np.isnan(derived(cube_of(dark), "sid", target("one", values[2, 2])).array[4, 4])


@pytest.mark.parametrize("kind", ["sam", "sid"])
def test_however_a_scene_is_stored_its_distances_are_the_same(values, tmp_path, kind):
    scenes = same_scene(values, tmp_path)
    wanted = derived(scenes["memory"], kind, target("one", values[3, 4])).array
    for name, cube in scenes.items():
        found = derived(cube, kind, target("one", cube.spectrum(3, 4))).array
        np.testing.assert_allclose(found, wanted, atol=2e-4 * wanted.max(), err_msg=name)


def test_a_spectrum_of_other_wavelengths_is_brought_to_the_bands_that_it_covers(values):
    cube = cube_of(values)
    waves = np.linspace(700, 2000, 400)
    straight = target("line", 0.2 + 0.0001 * waves, *waves)
    layer = derived(cube, "sam", straight)
    used = [n for n, nm in enumerate(cube.wavelengths) if 700 <= nm <= 2000]
    assert [band.number for band in layer.recipe.bands] == used
    on_bands = (0.2 + 0.0001 * cube.wavelengths)[used]
    wanted = spectral.spectral_angles(values[..., used].astype(float), on_bands[None])[..., 0]
    assert np.abs(layer.array - wanted).max() < 1e-5
    backwards = target("line", 0.2 + 0.0001 * waves[::-1], *waves[::-1])
    np.testing.assert_allclose(derived(cube, "sam", backwards).array, layer.array, atol=1e-6)


def test_bands_without_a_value_in_a_spectrum_are_left_out(values):
    member = values[3, 4].copy()
    member[7] = np.nan
    layer = derived(cube_of(values), "sam", target("one", member), target("two", values[0, 0]))
    assert 7 not in [band.number for band in layer.recipe.bands]
    assert np.isfinite(layer.array).all()


def test_pixels_without_data_and_dark_ones_have_no_angle(values):
    holed = values.copy()
    holed[4, 5, 3] = np.nan
    holed[6, 6] = 0
    found = derived(cube_of(holed), "sam", target("one", values[0, 0])).array
    assert sorted(np.argwhere(np.isnan(found)).tolist()) == [[4, 5], [6, 6]]


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ([], "needs a spectrum"),
        ([target("short", np.ones(5))], "has 5 values, and scene 42 bands"),
        ([target("odd", np.ones(5), 400.0, 500.0)], "has 5 values and 2 wavelengths"),
        ([target("far", np.ones(3), 5000.0, 6000.0, 7000.0)], "fewer than two good bands"),
        ([target("dark", np.zeros(42))], "holds no light"),
        ([target("none", np.full(42, np.nan))], "fewer than two good bands"),
    ],
)
def test_spectra_that_cannot_be_compared_are_refused(values, targets, words):
    with pytest.raises(HsiError, match=words):
        derived(cube_of(values), "sam", *targets)


def test_a_kind_that_takes_no_spectra_refuses_them(values):
    with pytest.raises(HsiError, match="not compared with spectra"):
        derived(cube_of(values), "pca", target("one", values[0, 0]))
