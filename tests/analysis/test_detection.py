"""Targets against their background: equal to the library and to the definitions, and what is said where they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import spectral

from hsigui.analysis import tiles
from hsigui.analysis.background import packed, unpacked
from hsigui.analysis.layer import LayerRecipe, Target
from hsigui.analysis.making import make, recipe_of
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from tests.analysis.scenes import WAVES, cube_of, derived, same_scene, spectra

KINDS = ("mf", "ace", "cem")


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


@pytest.fixture(scope="module")
def values():
    return spectra()


def target(numbers: np.ndarray, name: str = "one") -> Target:
    return Target(name, tuple(map(float, numbers)))


def test_the_matched_filter_equals_that_of_spectral(values):
    wide, member = values.astype(np.float64), values[3, 4].astype(np.float64) * 1.1
    wanted = spectral.matched_filter(wide, member, spectral.calc_stats(wide))
    layer = derived(cube_of(values), "mf", target(member))
    assert np.abs(layer.array - wanted).max() < 1e-5 * np.abs(wanted).max()
    assert layer.names == ("MF of one",)
    assert layer.notes == ()


def test_coherence_equals_that_of_spectral(values):
    wide, members = values.astype(np.float64), values[[3, 9], [4, 0]].astype(np.float64)
    stats = spectral.calc_stats(wide)
    layer = derived(cube_of(values), "ace", *(target(row, str(n)) for n, row in enumerate(members)))
    for place, member in enumerate(members):
        assert np.abs(layer.array[:, :, place] - spectral.ace(wide, member, stats)).max() < 1e-5
    assert layer.name == "Adaptive coherence"
    assert layer.limits == (0.0, 1.0)


def test_energy_minimisation_is_what_its_definition_says(values):
    pixels, member = values.reshape(-1, values.shape[2]).astype(np.float64), values[7, 7].astype(np.float64) * 0.9
    products = sum(np.outer(row, row) for row in pixels) / len(pixels)
    inverse = np.linalg.inv(products)
    wanted = np.array([member @ inverse @ row for row in pixels]) / (member @ inverse @ member)
    found = derived(cube_of(values), "cem", target(member)).array.ravel()
    assert np.abs(found - wanted).max() < 1e-5
    filtered = derived(cube_of(values), "cem", target(values[3, 4])).array
    assert filtered[3, 4] == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_however_a_scene_is_stored_the_scores_are_the_same(values, tmp_path, kind):
    scenes = same_scene(values, tmp_path)
    wanted = derived(scenes.pop("memory"), kind, target(values[3, 4])).array
    for name, cube in scenes.items():
        member = np.insert(values[3, 4], 3, 0) if cube.bands > len(values[3, 4]) else values[3, 4]
        found = derived(cube, kind, target(member)).array
        assert np.abs(found - wanted).max() < 1e-3 * np.abs(wanted).max(), name


def test_pixels_that_are_left_out_have_no_part_in_the_background(values):
    bright = values.copy()
    bright[:5, :5] += 3
    mask = np.zeros(values.shape[:2], dtype=bool)
    mask[:5, :5] = True
    recipe = recipe_of("mf", {}, [target(bright[0, 0])], mask)
    layer = make(cube_of(bright), recipe, quiet())
    stats = spectral.calc_stats(bright[~mask].astype(np.float64)[:, None])
    wanted = spectral.matched_filter(bright.astype(np.float64), bright[0, 0].astype(np.float64), stats)
    assert np.abs(layer.array - wanted).max() < 1e-5 * np.abs(wanted).max()
    again = make(cube_of(bright), LayerRecipe.from_json(layer.recipe.to_json()), quiet())
    assert np.array_equal(again.array, layer.array)


def test_a_mask_in_a_recipe_comes_back_and_a_damaged_one_is_refused(values):
    mask = np.random.default_rng(0).random((7, 9)) < 0.2
    assert np.array_equal(unpacked(packed(mask), 7, 9), mask)
    assert packed(np.zeros((7, 9), dtype=bool)) == ""
    with pytest.raises(HsiError, match="of a scene of 7 x 9"):
        unpacked(packed(mask), 9, 7)
    for damaged in (
        "7x9:?",
        "7x9:" + "A" * 40,
        "7x9:",
        packed(np.ones((2000, 2000), dtype=bool)).replace("2000", "7", 1),
    ):
        with pytest.raises(HsiError):
            unpacked(damaged, 7, 9)
    with pytest.raises(HsiError, match="no background"):
        recipe_of("sam", {}, [target(values[0, 0])], mask)


@pytest.mark.parametrize("kind", KINDS)
def test_no_data_has_no_score_and_no_part(values, kind):
    holed = values.copy()
    holed[2, 3, 5], holed[4] = np.nan, -9999
    found = derived(cube_of(holed, nodata=-9999.0), kind, target(values[9, 9])).array
    assert np.isnan(found[2, 3])
    assert np.isnan(found[4]).all()
    known = np.isfinite(found)
    assert known.sum() == found.size - 1 - found.shape[1]
    assert np.abs(found[known]).max() < 1e3


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_pixels_than_bands_and_a_constant_band_are_told_of(values, kind):
    few = derived(cube_of(values[:4, :5]), kind, target(values[9, 9]))
    assert np.isfinite(few.array).all()
    assert "no inverse" in few.notes[0]
    flat = values.copy()
    flat[:, :, 7] = 0.5
    layer = derived(cube_of(flat), kind, target(values[9, 9]))
    assert np.isfinite(layer.array).all()
    assert "no inverse" in layer.notes[0]
    assert derived(cube_of(flat), kind, target(values[9, 9]), shrinkage=0.1).notes == ()


@pytest.mark.parametrize("kind", KINDS)
def test_scenes_that_tell_nothing_are_refused_in_words(values, kind):
    member = target(values[0, 0])
    with pytest.raises(HsiError, match="have data"):
        derived(cube_of(np.full_like(values, np.nan)), kind, member)
    with pytest.raises(HsiError, match="have data"):
        derived(cube_of(values[:1, :1]), kind, member)
    with pytest.raises(HsiError, match="are alike"):
        derived(cube_of(np.full_like(values, 0.3)), kind, member)
    with pytest.raises(HsiError, match="needs a spectrum"):
        derived(cube_of(values), kind)
    with pytest.raises(HsiError, match="left for the background"):
        make(cube_of(values), recipe_of(kind, {}, [member], np.ones(values.shape[:2], dtype=bool)), quiet())


def test_a_spectrum_in_other_units_is_told_of(values):
    notes = derived(cube_of(values * 10_000), "mf", target(values[3, 4])).notes
    assert "is it in the same units?" in notes[0]
    library = Target("one", tuple(map(float, values[3, 4])), WAVES)
    layer = derived(cube_of(values * 10_000), "mf", library)
    assert "multiplied by 10000" in layer.notes[0]
    assert layer.array[3, 4] == pytest.approx(1, abs=1e-3)
    assert derived(cube_of(values * 10_000, scale=10_000.0), "mf", target(values[3, 4])).notes == ()


def test_a_spectrum_that_is_the_background_is_refused(values):
    mean = values.reshape(-1, values.shape[2]).astype(np.float64).mean(axis=0)
    for kind in ("mf", "ace"):
        with pytest.raises(HsiError, match="is that of the background"):
            derived(cube_of(values), kind, target(mean))
    with pytest.raises(HsiError, match="is that of the background"):
        derived(cube_of(values), "cem", target(mean * 0))
    assert replace(target(mean), place=(3, 4)).to_json()["place"] == [3, 4]
