"""The derived layers of a scene: their names, what is shown in place of bands, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.looks import Look
from hsigui.document.derived import BANDS, DerivedView, KeptLayer, Measure
from hsigui.document.events import DerivedChanged, DerivedListChanged, DerivedViewChanged
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.document.scene_state import SceneState
from hsigui.document.taking_up import state_of, take_look
from tests.document.scenes import make_cube, make_scene


def layer(name: str = "NDVI", count: int = 1) -> Layer:
    array = np.zeros((5, 6) if count == 1 else (5, 6, count), dtype=np.float32)
    return Layer(name, LayerRecipe("pca", {"components": count}), array, tuple(f"{name} {n}" for n in range(count)))


def heard(scene: Scene) -> list[Changed]:
    found: list[Changed] = []
    scene.events.subscribe(Changed, found.append)
    return found


def test_layers_have_numbers_and_names_of_their_own():
    scene = make_scene()
    events = heard(scene)
    assert [scene.derived.add(layer(), 0).name for _ in range(3)] == ["NDVI", "NDVI 2", "NDVI 3"]
    assert events == [DerivedListChanged()] * 3
    scene.derived.rename(2, "NDVI")
    assert [each.name for each in scene.derived] == ["NDVI", "NDVI 2", "NDVI 3"]
    scene.derived.rename(2, "green")
    assert events[-1] == DerivedChanged(2)
    scene.derived.remove(3)
    assert scene.derived.add(layer(), 0).number == 4
    assert [each.name for each in scene.derived] == ["NDVI", "green", "NDVI 2"]


def test_a_layer_that_goes_is_shown_no_more():
    scene = make_scene()
    for _ in range(2):
        scene.derived.add(layer(), 0)
    scene.derived.show(DerivedView(0, Measure(1), Measure(2), None))
    scene.derived.remove(1)
    assert scene.derived.view == DerivedView(0, None, Measure(2), None)
    scene.derived.show(DerivedView(2))
    scene.derived.remove(2)
    assert scene.derived.view == BANDS


def test_the_same_view_once_more_shows_bands_again():
    scene = make_scene()
    scene.derived.add(layer(), 0)
    scene.derived.show(DerivedView(1))
    events = heard(scene)
    scene.set_view(scene.view)
    assert scene.derived.view == BANDS
    assert events == [DerivedViewChanged()]


def test_another_stretch_leaves_a_layer_in_view_and_another_band_does_not():
    scene = make_scene()
    scene.derived.add(layer(), 0)
    scene.derived.show(DerivedView(1))
    scene.set_view(replace(scene.view, low=5.0))
    assert scene.derived.view.alone == 1
    scene.set_view(replace(scene.view, red=3))
    assert scene.derived.view == BANDS


def test_a_channel_whose_band_is_chosen_shows_it_and_the_others_keep_their_layers():
    scene = make_scene()
    scene.derived.add(layer(), 0)
    scene.derived.show(DerivedView(0, Measure(1), Measure(1), None))
    scene.set_view(scene.view.with_band("green", 3))
    assert scene.derived.view.channels == (Measure(1), None, None)
    scene.set_view(replace(scene.view, single=2))
    assert scene.derived.view == BANDS


def test_a_layer_is_put_in_place_of_its_recipe_and_says_of_which_input_it_is():
    scene = make_scene()
    kept = KeptLayer(4, "PCA", LayerRecipe("pca", {"components": 2}), Look(1, "magma"))
    scene.derived.take_up((kept,), DerivedView(4))
    found = scene.derived.get(4)
    assert found is not None
    assert found.layer is None
    scene.derived.put(4, layer("PCA", 2), 7)
    scene.derived.put(5, layer(), 7)
    found = scene.derived.get(4)
    assert found is not None
    assert (found.name, found.look, found.input_revision) == ("PCA", Look(1, "magma"), 7)
    scene.derived.put(4, layer("PCA"), 8)
    found = scene.derived.get(4)
    assert found is not None
    assert found.look.measure == 0, "it has one measurement now"


def test_other_bands_leave_layers_as_they_are():
    scene = make_scene()
    scene.derived.add(layer(), scene.input_revision)
    scene.replace_cube(make_cube(), new_input=True)
    (found,) = scene.derived
    assert found.layer is not None
    assert found.input_revision != scene.input_revision


def test_what_is_kept_of_layers_is_taken_up_by_another_day():
    scene = make_scene()
    scene.derived.add(layer("PCA", 3), 0)
    scene.derived.set_look(1, Look(2, "cividis", -1.0, 1.0))
    scene.derived.show(DerivedView(0, Measure(1, 2), None, None))
    state = state_of(scene)
    assert state.same_as(state_of(scene))
    other = make_scene()
    take_look(other, state)
    assert other.derived.kept == scene.derived.kept
    assert other.derived.view == scene.derived.view
    assert not state.same_as(replace(state, derived=()))
    take_look(other, SceneState(derived_view=DerivedView(9)))
    assert other.derived.view == BANDS, "there is no such layer"


def test_no_layer_without_a_number():
    values = KeptLayer(1, "x", LayerRecipe("pca")).to_json()
    with pytest.raises(ValueError, match="number 0"):
        KeptLayer.from_json({**values, "number": 0})
