"""Masks that are drawn on: their pixels and recipe, undo in its turn, what is in force, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyproj import CRS

from hsigui.cube.cube import Geo
from hsigui.document.events import HistoryChanged, MaskPainted, MasksChanged, PaintTargetChanged
from hsigui.document.hub import Changed
from hsigui.document.paint_target import LABELS, MAP, MASK
from hsigui.document.scene import Scene
from hsigui.document.taking_up import state_of, take_up
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from hsigui.labels.label_map import VALIDATION
from hsigui.masks.asked import recipe_from, step_of
from hsigui.masks.drawn import Drawn, DrawnOn
from hsigui.masks.making import make_mask
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe
from tests.document.scenes import encoder, features, make_cube, make_scene, square

UTM = Geo((10.0, 0.0, 500000.0, 0.0, -10.0, 5000000.0), CRS("EPSG:32632").to_wkt())
ONE = np.ones((1, 1), dtype=bool)
BLOCK = (0, 0, np.ones((2, 3), dtype=bool))


def with_mask(*, use: str = "", geo: Geo | None = None) -> tuple[Scene, np.ndarray]:
    """A scene with a mask of its second row, and the pixels of that."""
    scene = make_scene()
    masked = np.zeros((5, 6), dtype=bool)
    masked[1] = True
    scene.masks.add(Mask.of("clouds", masked, MaskRecipe((Drawn.of(masked),)), geo))
    if use:
        scene.masks.use(1, frozenset({use}))
    return scene, masked


def stroke(scene: Scene, row: int, col: int, number: int = 1, text: str = "Brush") -> None:
    target = scene.painting.target
    target.begin_stroke(text)
    target.paint((row, col, ONE), number, text)
    target.end_stroke()


def now(scene: Scene) -> np.ndarray:
    return scene.masks.all[0].mask.masked


def told(scene: Scene) -> list[Changed]:
    events: list[Changed] = []
    scene.events.subscribe(Changed, events.append)
    return events


def test_brush_and_eraser_change_the_mask_and_its_recipe_keeps_how_it_was_found():
    scene, before = with_mask(geo=UTM)
    scene.paint_on_mask(1)
    scene.painting.target.paint(BLOCK, 1, "Rectangle")
    scene.painting.target.paint((1, 2, np.ones((2, 2), dtype=bool)), 0, "Eraser")
    wanted = before.copy()
    wanted[:2, :3] = True
    wanted[1:3, 2:4] = False
    np.testing.assert_array_equal(now(scene), wanted)
    mask = scene.masks.all[0].mask
    first, second = mask.recipe.steps
    assert first == Drawn.of(before)
    assert isinstance(second, DrawnOn)
    assert mask.recipe.told == "(drawn) (drawn: 3 pixels masked out, 2 kept)"
    fresh = Mask.of("x", wanted, mask.recipe, UTM)
    assert (mask.pixels, mask.sha256) == (fresh.pixels, fresh.sha256)
    assert mask.area == pytest.approx(fresh.area)
    assert fresh.area == pytest.approx(7 * 100, rel=0.01)
    assert scene.labels.labelled() == 0
    again = make_mask(scene.cube, recipe_from(mask.recipe.to_json()), quiet())
    assert again.sha256 == mask.sha256, "by its recipe, from a file, too"


def test_what_is_drawn_in_two_sittings_is_one_step_of_the_recipe_and_grown_after_it_stays_so():
    scene, _ = with_mask()
    scene.paint_on_mask(1)
    stroke(scene, 4, 5)
    scene.paint_on_labels()
    other = make_scene()
    take_up(other, state_of(scene))
    other.paint_on_mask(1)
    stroke(other, 3, 0)
    stroke(other, 4, 5, 0)
    recipe = other.masks.all[0].mask.recipe
    assert [type(step) for step in recipe.steps] == [Drawn, DrawnOn]
    grown = make_mask(other.cube, recipe.then(step_of("grow", "1")), quiet())
    assert make_mask(other.cube, recipe, quiet()).sha256 == other.masks.all[0].mask.sha256
    assert grown.masked[2, 0]
    assert not grown.masked[4, 5]


def test_a_recipe_of_what_was_drawn_fits_its_own_scene_only_and_a_damaged_one_is_refused():
    step = DrawnOn.of((5, 6), (0, 0), np.eye(3, dtype=bool), np.zeros((3, 3), dtype=bool))
    with pytest.raises(HsiError, match="5 x 6 pixels"):
        make_mask(make_cube(6), [step], quiet())
    with pytest.raises(HsiError, match="no recipe of a mask"):
        recipe_from([{**step.to_json(), "at": [4, 4]}])
    with pytest.raises(HsiError, match="no recipe of a mask"):
        recipe_from([{**step.to_json(), "size": "many"}])


def test_a_stroke_is_one_step_that_tells_who_draws_it_of_each_piece_and_all_others_at_its_end():
    scene, before = with_mask()
    scene.paint_on_mask(1)
    events, drawing = told(scene), scene.painting.target
    drawing.begin_stroke("Brush: clouds (mask)")
    assert scene.stroking
    for col in range(3):
        drawing.paint((0, col, ONE), 1, "Brush")
    drawing.paint((1, 0, ONE), 1, "Brush")
    assert [type(event) for event in events] == [MaskPainted] * 3, "the last pixel was masked out before"
    np.testing.assert_array_equal(now(scene), before)
    assert scene.masks.kept[0].mask.pixels == 6 + 3, "what a kill would leave"
    assert scene.masks.kept[0].mask is scene.masks.kept[0].mask
    assert not state_of(scene).same_as(replace(state_of(scene), masks=scene.masks.all))
    drawing.end_stroke()
    assert [type(event) for event in events[3:]] == [MasksChanged, HistoryChanged]
    assert scene.undo_text == "Brush: clouds (mask)"
    scene.undo()
    np.testing.assert_array_equal(now(scene), before)
    assert scene.masks.all[0].mask.recipe.told == "(drawn)", "as if nothing was drawn"


def test_while_a_mask_is_drawn_on_nothing_else_is_taken_back_and_afterwards_all_in_its_turn():
    scene, _ = with_mask()
    scene.edit(square(1, 0), "label")
    scene.paint_on_mask(1)
    assert scene.undo_text == ""
    stroke(scene, 0, 0, text="on the mask")
    scene.undo()
    scene.undo()
    assert scene.labels.labelled() == 4
    scene.redo()
    scene.paint_on_labels()
    scene.edit(square(2, 2), "label after it")
    order = []
    while scene.undo_text:
        order.append(scene.undo_text)
        scene.undo()
    assert order == ["label after it", "on the mask", "label"]
    assert not now(scene)[0].any()
    done = []
    while scene.redo_text:
        done.append(scene.redo_text)
        scene.redo()
    assert done == order[::-1]
    assert now(scene)[0, 0]
    scene.undo()
    scene.undo()
    scene.edit(square(3, 3), "something new")
    assert scene.redo_text == "", "a stroke on the mask that was taken back before is gone"


def test_undo_never_touches_a_mask_that_was_changed_otherwise_or_is_gone():
    scene, _ = with_mask()
    scene.edit(square(1, 0), "label")
    scene.paint_on_mask(1)
    stroke(scene, 0, 0)
    scene.paint_on_labels()
    before = scene.masks.all
    grown = np.ones((5, 6), dtype=bool)
    scene.masks.take((replace(before[0], mask=Mask.of("clouds", grown, MaskRecipe((Drawn.of(grown),)))),))
    assert scene.undo_text == "label"
    scene.masks.take(())
    scene.undo()
    assert scene.undo_text == ""
    scene.masks.take(before)
    scene.undo()
    assert not now(scene)[0].any(), "it is there again, and so are its steps"


def test_a_mask_that_goes_another_layer_and_the_map_end_drawing_and_one_that_is_grown_is_drawn_on_as_it_is():
    scene, _ = with_mask()
    events = told(scene)
    scene.paint_on_mask(1)
    assert scene.mask_drawn_on == 1
    scene.set_layer(VALIDATION)
    assert scene.painting.on(LABELS)
    scene.paint_on_mask(1)
    scene.paint_on_map()
    assert scene.mask_drawn_on == 0
    scene.paint_on_mask(1)
    grown = np.ones((5, 6), dtype=bool)
    scene.masks.put(1, Mask.of("clouds", grown, MaskRecipe((Drawn.of(grown),))))
    stroke(scene, 4, 5, 0)
    assert scene.masks.all[0].mask.pixels == 29
    scene.masks.rename(1, "cirrus")
    stroke(scene, 4, 4, 0)
    assert (scene.masks.all[0].name, scene.masks.all[0].mask.pixels) == ("cirrus", 28)
    assert scene.mask_drawn_on == 1
    scene.masks.take(())
    assert scene.painting.on(LABELS)
    scene.paint_on_mask(1)
    assert scene.painting.on(LABELS), "there is none"
    kinds = [event.kind for event in events if isinstance(event, PaintTargetChanged)]
    assert kinds == [MASK, LABELS, MASK, MAP, MASK, MASK, LABELS]


def test_a_stroke_that_is_drawn_while_its_mask_becomes_another_changes_neither():
    scene, _ = with_mask()
    scene.paint_on_mask(1)
    drawing = scene.painting.target
    drawing.begin_stroke("Brush")
    drawing.paint((0, 0, ONE), 1, "Brush")
    grown = np.ones((5, 6), dtype=bool)
    scene.masks.take((replace(scene.masks.all[0], mask=Mask.of("clouds", grown, MaskRecipe((Drawn.of(grown),)))),))
    assert not scene.stroking
    assert scene.masks.all[0].mask.pixels == 30


@pytest.mark.parametrize("use", ["pretrain", "map", "statistics"])
def test_uses_see_a_mask_as_it_was_until_what_is_drawn_is_put_in_force(use):
    scene, before = with_mask(use=use)
    seen = {"pretrain": "learned_cube", "map": "mapped_cube", "statistics": "counted_cube"}[use]
    as_it_was = getattr(scene, seen)
    scene.paint_on_mask(1)
    stroke(scene, 0, 0)
    assert scene.masks.drawn_since
    assert getattr(scene, seen) is as_it_was
    assert scene.masks.of_use(use)[0].pixels == before.sum(), "so records tell what was in force"
    stroke(scene, 0, 0, 0)
    assert not scene.masks.drawn_since, "drawn and erased"
    stroke(scene, 0, 1)
    scene.masks.take(scene.masks.all)
    assert not scene.masks.drawn_since
    assert not getattr(scene, seen).valid_mask()[0, 1]


def test_what_is_not_to_be_in_force_is_drawn_back_and_undo_draws_it_again():
    scene, before = with_mask(use="pretrain")
    scene.paint_on_mask(1)
    stroke(scene, 0, 0)
    stroke(scene, 1, 1, 0)
    scene.paint_on_labels()
    scene.masks.draw_back("Taken back")
    np.testing.assert_array_equal(now(scene), before)
    assert not scene.masks.drawn_since
    assert scene.undo_text == "Taken back"
    scene.undo()
    assert (now(scene)[0, 0], now(scene)[1, 1]) == (True, False)


def test_features_know_which_pixels_were_masked_out_of_them():
    scene, _ = with_mask(use="map")
    of_all = scene.cube
    scene.set_run(encoder(), features(), mapped=of_all)
    assert not scene.features_fit
    scene.set_run(encoder(), features())
    assert scene.features_fit
    scene.masks.use(1, frozenset())
    assert not scene.features_fit, "they lack pixels that are not masked out any more"


def test_rows_of_a_mask_are_those_of_the_whole_wherever_bytes_begin():
    masked = np.random.default_rng(0).random((13, 7)) < 0.4
    mask = Mask.of("x", masked, MaskRecipe())
    for top, bottom in ((0, 13), (1, 2), (3, 3), (5, 11), (12, 13)):
        np.testing.assert_array_equal(mask.rows(top, bottom), masked[top:bottom])
