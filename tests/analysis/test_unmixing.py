"""Layers of shares: a measurement for each spectrum and the residual, and the largest share as classes."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis import tiles
from hsigui.analysis.layer import LayerRecipe, Target
from hsigui.analysis.making import make
from hsigui.analysis.ranking import rank
from hsigui.analysis.references import Matching, Reference
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from hsigui.pipeline.matched import match_map
from tests.analysis.scenes import cube_of, derived, same_scene
from tests.analysis.test_endmembers import PURE, hidden


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(tiles, "TILE_VALUES", 4000)


@pytest.fixture(scope="module")
def values():
    return hidden(noise=1e-5)


@pytest.fixture(scope="module")
def pure(values):
    return [Target(f"member {n}", tuple(map(float, values[place]))) for n, place in enumerate(PURE)]


def test_shares_are_told_for_each_spectrum_with_what_is_left(values, pure):
    layer = derived(cube_of(values), "unmix", *pure)
    assert layer.names == ("member 0", "member 1", "member 2", "member 3", "Residual")
    shares, rest = layer.array[..., :4], layer.array[..., 4]
    np.testing.assert_allclose(shares.sum(axis=2), 1, atol=1e-6)
    np.testing.assert_allclose([shares[place] for place in PURE], np.eye(4), atol=1e-5)
    assert rest.max() < 3e-5
    members = np.array([each.values for each in pure])
    np.testing.assert_allclose(rest, np.sqrt(((values - shares @ members) ** 2).mean(axis=2)), atol=1e-6)


def test_what_is_found_stands_in_the_recipe_and_makes_the_same_again(values):
    layer = derived(cube_of(values), "unmix", find="nfindr", count=4, seed=7)
    assert {target.place for target in layer.recipe.targets} == set(PURE)
    recipe = LayerRecipe.from_json(layer.recipe.to_json())
    assert recipe == layer.recipe
    assert recipe.parameters["find"] == "given"
    assert np.array_equal(make(cube_of(values), recipe, quiet()).array, layer.array)


def test_the_largest_share_is_a_class_and_below_the_threshold_there_is_none(values, pure):
    shares = derived(cube_of(values), "unmix", *pure).array[..., :4]
    layer = derived(cube_of(values), "unmixed_map", *pure, least=0.6)
    wanted = np.where(shares.max(axis=2) >= 0.6, shares.argmax(axis=2) + 1, 5)
    assert (layer.array == wanted).mean() > 0.999
    assert [info.name for info in layer.classes] == [*(each.name for each in pure), "Unclassified"]
    assert not (derived(cube_of(values), "unmixed_map", *pure, least=0.0).array == 5).any()


def test_no_data_has_no_share_and_no_class(values, pure):
    holed = values.copy()
    holed[3, 4, 7], holed[5] = np.nan, -1
    cube = cube_of(holed, nodata=-1.0)
    shares, classes = derived(cube, "unmix", *pure).array, derived(cube, "unmixed_map", *pure).array
    assert np.isnan(shares[3, 4]).all()
    assert np.isnan(shares[5]).all()
    assert classes[3, 4] == 0
    assert not classes[5].any()
    assert np.isfinite(shares).all(axis=2).sum() == (classes > 0).sum() == values[..., 0].size - 25
    empty = cube_of(np.full_like(values, np.nan))
    assert np.isnan(derived(empty, "unmix", *pure).array).all()


def test_however_a_scene_is_stored_its_shares_are_the_same(values, pure, tmp_path):
    wanted = derived(cube_of(values), "unmix", *pure).array
    waves = cube_of(values).info.wavelengths
    library = [Target(each.name, each.values, waves) for each in pure]
    for name, cube in same_scene(values, tmp_path).items():
        np.testing.assert_allclose(derived(cube, "unmix", *library).array, wanted, atol=2e-4, err_msg=name)


def test_odd_spectra_are_unmixed_and_told_of(values, pure):
    cube = cube_of(values)
    one = derived(cube, "unmix", pure[0])
    assert (one.array[..., 0] == 1).all()
    same = derived(cube, "unmix", *pure, pure[0])
    assert same.names[-2] == "member 0 2"
    assert "are alike" in same.notes[0]
    few = derived(cube_of(values[..., ::20]), "unmix", *(Target(t.name, t.values[::20]) for t in pure))
    assert np.isfinite(few.array).all()
    assert "is it in the same units?" in derived(cube_of(values * 9999), "unmix", *pure).notes[0]
    negative = derived(cube_of(values - 1), "unmix", *(Target(t.name, tuple(v - 1 for v in t.values)) for t in pure))
    np.testing.assert_allclose(negative.array, derived(cube, "unmix", *pure).array, atol=1e-3)
    with pytest.raises(HsiError, match="too many"):
        derived(cube, "unmix", *(pure * 16))
    with pytest.raises(HsiError, match="needs a spectrum"):
        derived(cube, "unmix")
    with pytest.raises(HsiError, match="others are to be found by vca"):
        derived(cube, "unmix", *pure, find="vca")


def test_the_largest_share_makes_a_map_like_any_other_measure(values, pure):
    cube = cube_of(values)
    references = tuple(Reference(target, target.name) for target in pure)
    result = match_map(cube, Matching(references, "unmix", threshold=0.4), quiet())
    layer = derived(cube, "unmixed_map", *pure, least=0.6)
    wanted = np.where(layer.array == 5, 0, layer.array)
    assert (result.array == wanted).mean() > 0.999
    shares = derived(cube, "unmix", *pure).array[..., :4]
    np.testing.assert_allclose(result.class_map.confidence, shares.max(axis=2), atol=1e-5)
    with pytest.raises(HsiError, match="ranks no library"):
        rank(cube, values[0, 0], references, "unmix")
    with pytest.raises(HsiError, match="too many"):
        match_map(cube, Matching(references * 16, "unmix"), quiet())
