"""Layers as values: thresholds, recipes, the table of kinds, and how they are stopped."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from hsigui import plugins
from hsigui.analysis import table
from hsigui.analysis.layer import Between, Layer, LayerRecipe, Target
from hsigui.analysis.making import make, recipe_of
from hsigui.analysis.settings import PcaSettings
from hsigui.analysis.table import NEEDS, OWN, LayerKind, kind, kinds
from hsigui.cube.masked import MaskedCube
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, Finished, JobRunner, Outcome, quiet
from tests.analysis.scenes import cube_of, derived, spectra

ALL = [row.name for row in OWN]


def any_of(cube, name: str, ctx=None) -> Layer:
    """A layer of a kind with its own settings, but for what small scenes want."""
    targets = (Target("one", tuple(spectra()[0, 0].tolist())),) if table.SPECTRA in kind(name).needs else ()
    asked = {"tolerance": 60.0} if name in ("index", "formula", "feature") else {}
    return derived(cube, name, *targets, ctx=ctx, **asked)


@pytest.mark.parametrize("name", ALL)
def test_every_kind_is_made_with_its_own_settings_and_again_by_its_recipe(name):
    cube = cube_of(spectra())
    layer = any_of(cube, name)
    assert layer.shape == (30, 25)
    assert layer.cube is cube
    assert layer.recipe.bands
    assert layer.recipe.version == kind(name).version
    assert (layer.classes is not None) == (kind(name).gives == table.CLASSES)
    recipe = LayerRecipe.from_json(json.loads(json.dumps(layer.recipe.to_json())))
    assert recipe == layer.recipe
    np.testing.assert_array_equal(make(cube, recipe, quiet()).array, layer.array)


@pytest.mark.parametrize("name", ALL)
def test_every_kind_heeds_a_mask_over_the_scene(name):
    mask = np.zeros((30, 25), dtype=bool)
    mask[5:9, 7:11] = True
    layer = any_of(MaskedCube(cube_of(spectra()), mask), name)
    assert not layer.valid[mask].any()
    assert layer.valid[~mask].all()


@pytest.mark.parametrize("name", ALL)
def test_every_kind_is_stopped_within_a_second_and_tells_how_far_it_is(name, monkeypatch):
    from hsigui.analysis import tiles

    monkeypatch.setattr(tiles, "TILE_VALUES", 2000)
    cube = cube_of(spectra(60, 60))
    told: list[float] = []
    any_of(cube, name, CallbackContext(progress=lambda done, total, _: told.append(done / total)))
    assert told[-1] == pytest.approx(1)
    assert told == sorted(told)
    began: list[float] = []

    def stop() -> bool:
        began.append(time.monotonic())
        return len(began) > 5

    with pytest.raises(Cancelled):
        any_of(cube, name, CallbackContext(stop=stop))
    assert time.monotonic() - began[5] < 1


def test_a_fit_in_the_middle_of_which_a_job_is_cancelled_ends_at_once(monkeypatch):
    from sklearn.mixture import GaussianMixture

    going = []

    def slow(self, values):
        going.append(True)
        time.sleep(3)

    monkeypatch.setattr(GaussianMixture, "fit", slow)
    runner = JobRunner()
    job = runner.start(lambda ctx: any_of(cube_of(spectra()), "gmm", ctx), "clusters")
    while not going:
        time.sleep(0.01)
    began = time.monotonic()
    job.cancel()
    while not isinstance(event := runner.next_event(5), Finished):
        pass
    assert event.outcome is Outcome.CANCELLED
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.name)
def test_every_row_says_what_can_be_set_and_where_it_comes_from(row):
    assert row.about.endswith((".", "b670)."))
    assert row.paper
    assert callable(plugins.resolved(row.make))
    assert set(row.needs) <= set(NEEDS)
    for each in row.settings.described():
        assert each.sentence.endswith(".")
        assert each.checked(each.default) == each.default
    assert f"{row.name:10} {row.title}" in table.in_words()


def test_a_kind_of_another_package_is_listed_and_one_with_a_taken_name_left_out(monkeypatch):
    own = LayerKind("brightness", "Brightness", "The mean.", "none", lambda cube, asked, ctx: None, PcaSettings)
    taken = replace(own, name="pca")
    monkeypatch.setattr(plugins, "load", lambda group, wanted: [own, taken] if group == plugins.LAYERS else [])
    plugins.forget()
    assert kind("brightness") is own
    assert kind("pca") is OWN[0]
    assert [row.name for row in kinds()] == [*ALL, "brightness"]
    assert any("“pca”" in problem for problem in plugins.problems())
    plugins.forget()


def test_rows_that_cannot_work_are_refused():
    row = OWN[0]
    for wrong in ({"name": ""}, {"name": "two words"}, {"needs": ("luck",)}):
        with pytest.raises(ValueError):
            replace(row, **wrong)


def test_what_is_not_allowed_is_refused():
    cube = cube_of(spectra())
    for name, asked, words in (
        ("pca", {"component": 3}, "no setting component"),
        ("pca", {"components": 0}, "cannot be 0"),
        ("mnf", {"direction": "up"}, "cannot be “up”"),
        ("kmeans", {"clusters": 300}, "cannot be 300"),
        ("nothing", {}, "no kind of layer"),
    ):
        with pytest.raises(HsiError, match=words):
            derived(cube, name, **asked)
    newer = replace(recipe_of("pca", {}), version=99)
    with pytest.raises(HsiError, match="newer version"):
        make(cube, newer, quiet())
    for damaged in ({}, {"kind": "pca"}, {**newer.to_json(), "bands": [{"no": 1}]}, {**newer.to_json(), "targets": 3}):
        with pytest.raises(HsiError, match="no recipe"):
            LayerRecipe.from_json(damaged)


def test_where_a_layer_lies_between_two_values_is_a_layer_of_classes():
    values = spectra()
    values[2, 3] = np.nan
    layer = derived(cube_of(values), "pca", components=2)
    second = layer.array[:, :, 1]
    for low, high, name in (
        (0.01, None, "PC 2 ≥ 0.01"),
        (None, 0.02, "PC 2 ≤ 0.02"),
        (-0.01, 0.02, "-0.01 ≤ PC 2 ≤ 0.02"),
    ):
        mask = layer.masked(low, high, 1)
        wanted = (second >= (-np.inf if low is None else low)) & (second <= (np.inf if high is None else high))
        np.testing.assert_array_equal(mask.array == 1, wanted)
        np.testing.assert_array_equal(mask.array == 2, ~wanted & np.isfinite(second))
        assert mask.array[2, 3] == 0
        assert (mask.name, mask.recipe.between) == (name, Between(low, high, 1))
        np.testing.assert_array_equal(make(layer.cube, mask.recipe, quiet()).array, mask.array)
    for wrong, words in (
        ((None, None, 0), "No threshold"),
        ((2.0, 1.0, 0), "No threshold"),
        ((0.0, None, 2), "2 measurements"),
    ):
        with pytest.raises(HsiError, match=words):
            layer.masked(*wrong)
    with pytest.raises(HsiError, match="layer of classes"):
        derived(cube_of(spectra()), "kmeans").masked(1.0)


def test_limits_that_are_seen_leave_out_what_has_no_data():
    values = spectra()
    values[2, 3] = np.nan
    layer = derived(cube_of(values), "formula", formula="band(1)")
    assert layer.seen_limits == (pytest.approx(np.nanmin(values[..., 0])), pytest.approx(np.nanmax(values[..., 0])))
    assert layer.stack.shape == (30, 25, 1)


def test_a_layer_too_large_for_the_memory_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setenv("HSIGUI_MEMORY_GIB", "0.000002")
    with pytest.raises(HsiError, match="can hold"):
        derived(cube_of(spectra()), "continuum")
