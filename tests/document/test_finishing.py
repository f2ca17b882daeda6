"""The last hand at the maps of a scene: steps, what is painted over them, and how both are taken back and kept."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hsigui.document.events import FinishedChanged, FinishedPainted, FinishingChanged, HistoryChanged
from hsigui.document.finished import ChosenStep, Finisher, Outcome, compute
from hsigui.document.hub import Changed
from hsigui.document.paint_target import MAP
from hsigui.document.scene import Scene
from hsigui.document.taking_up import state_of, take_up
from hsigui.finishing.asked import step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.painting import Paint
from hsigui.finishing.smoothing import Majority
from hsigui.finishing.step import finished
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import VALIDATION
from tests.document.scenes import encoder, features, make_scene, square

TABLE = ClassTable.for_numbers([1, 2, 3])
MAJORITY, SIEVE = ChosenStep("majority", "3"), ChosenStep("sieve", "4,8")
CORNER = (0, 0, np.ones((2, 3), dtype=bool))


def answer(seed: int = 0, rows: int = 5, cols: int = 6) -> SimpleNamespace:
    """What is read of a model's answer."""
    numbers = np.random.default_rng(seed).integers(0, 4, (rows, cols)).astype(np.uint16)
    return SimpleNamespace(classes=numbers, confidence=np.full(numbers.shape, 0.5, dtype=np.float32))


def mapped(seed: int = 0, *steps: ChosenStep) -> Scene:
    """A scene with a map whose steps are done."""
    scene = make_scene()
    scene.set_classes(TABLE, "Classes")
    scene.finishing.set_steps(steps)
    renew(scene, seed)
    return scene


def renew(scene: Scene, seed: int) -> None:
    made = answer(seed)
    scene.set_map(SimpleNamespace(numbers=np.array([1, 2, 3])), made, scene.labels.snapshot(), None)
    scene.finishing.put(compute(made, scene.classes, scene.finishing.steps))


def told(scene: Scene) -> list[Changed]:
    events: list[Changed] = []
    scene.events.subscribe(Changed, events.append)
    return events


def test_the_finished_map_is_that_of_the_steps_in_their_order_and_the_answer_stays():
    scene = mapped(0, MAJORITY, replace(SIEVE, on=False), SIEVE)
    before = answer().classes
    expected = finished(FinishedMap(before, TABLE), [step_of("majority", "3"), step_of("sieve", "4,8")])
    np.testing.assert_array_equal(scene.finished.classes, expected.classes)
    np.testing.assert_array_equal(scene.map.class_map.classes, before)
    assert [done.told for done in scene.finished.steps] == ["--majority 3", "--sieve 4,8"]
    first, off, last = scene.finishing.computed.outcomes
    majority = finished(FinishedMap(before, TABLE), [step_of("majority", "3")]).classes
    assert first == Outcome(int((majority != before).sum()))
    assert off == Outcome()
    assert last == Outcome(int((expected.classes != majority).sum()))


@pytest.mark.parametrize(
    ("step", "why"), [(ChosenStep("majority", "4"), "window of 4"), (ChosenStep("of-tomorrow", "x"), "Another version")]
)
def test_a_step_that_cannot_be_done_is_left_out_and_says_why(step, why):
    scene = mapped(0, step, MAJORITY)
    assert [done.told for done in scene.finished.steps] == ["--majority 3"]
    first, second = scene.finishing.computed.outcomes
    assert why in first.problem
    assert first.changed is None
    assert second.problem == ""
    assert scene.finishing.steps[0] == step, "it is kept"


def test_what_is_painted_stays_over_new_maps_and_erasing_gives_the_computed_class_back():
    scene = mapped(0, MAJORITY)
    scene.finishing.paint(CORNER, 3, "Stroke")
    assert (scene.finished.classes[:2, :3] == 3).all()
    renew(scene, 1)
    computed = scene.finishing.computed.found.classes
    assert (scene.finished.classes[:2, :3] == 3).all()
    np.testing.assert_array_equal(scene.finished.classes[2:], computed[2:])
    assert scene.finished.painted.sum() == scene.finishing.pixels == 6
    scene.finishing.paint((0, 0, np.ones((1, 3), dtype=bool)), 0, "Eraser")
    np.testing.assert_array_equal(scene.finished.classes[0], computed[0])
    assert scene.finishing.pixels == 3
    scene.finishing.erase_all("All")
    np.testing.assert_array_equal(scene.finished.classes, computed)
    scene.undo()
    assert scene.finishing.pixels == 3


def test_a_stroke_is_one_step_and_tells_all_once_at_its_end():
    scene = mapped()
    events = told(scene)
    scene.finishing.begin_stroke("Stroke (map)")
    assert scene.stroking
    for col in range(3):
        scene.finishing.paint((0, col, np.ones((1, 1), dtype=bool)), 2, "Stroke")
    assert {type(event) for event in events} == {FinishedPainted}
    assert [event.box for event in events] == [(0, 0, 1, 1), (0, 1, 1, 2), (0, 2, 1, 3)]
    scene.finishing.end_stroke()
    assert [type(event) for event in events[3:]] == [HistoryChanged, FinishedChanged]
    assert scene.undo_text == "Stroke (map)"
    scene.undo()
    assert scene.finishing.pixels == 0


def test_labels_and_the_map_are_taken_back_in_the_order_in_which_they_were_drawn():
    scene = mapped()
    scene.edit(square(1, 0), "first label")
    scene.finishing.paint(CORNER, 2, "first on the map")
    scene.edit(square(2, 2), "second label")
    scene.finishing.paint((3, 3, np.ones((1, 1), dtype=bool)), 1, "second on the map")
    order = ["second on the map", "second label", "first on the map", "first label"]
    undone = []
    for _ in order:
        undone.append(scene.undo_text)
        scene.undo()
    assert undone == order
    assert scene.labels.labelled() == scene.finishing.pixels == 0
    done = []
    for _ in order:
        done.append(scene.redo_text)
        scene.redo()
    assert done == order[::-1]
    assert scene.finishing.pixels == 7
    assert scene.redo_text == ""


def test_what_is_drawn_anew_ends_what_could_be_done_again_on_the_other():
    scene = mapped()
    scene.edit(square(1, 0), "label")
    scene.finishing.paint(CORNER, 2, "on the map")
    scene.undo()
    scene.edit(square(2, 2), "label after it")
    assert scene.redo_text == ""
    scene.redo()
    assert scene.finishing.pixels == 0
    scene.undo()
    scene.finishing.paint(CORNER, 1, "on the map after it")
    assert scene.redo_text == ""
    scene.redo()
    assert scene.history.place == 2
    scene.go_to(3)
    assert scene.labels.array[3, 3] == 2, "the list of the history goes anywhere"


def test_a_class_that_is_deleted_is_not_seen_and_comes_back_with_its_undo():
    scene = mapped()
    scene.finishing.paint(CORNER, 3, "Stroke")
    scene.set_classes(scene.classes.removed(3), "Delete")
    renew(scene, 0)
    np.testing.assert_array_equal(scene.finished.classes, answer().classes)
    scene.undo()
    renew(scene, 0)
    assert (scene.finished.classes[:2, :3] == 3).all()


def test_a_class_that_the_map_has_under_another_number_is_painted_with_that():
    scene = mapped()
    other = ClassTable.for_numbers([1, 2]).added("Class 3", kept=lambda number: number < 7)[0]
    scene.finishing.put(compute(scene.map.class_map, other, ()))
    scene.finishing.paint(CORNER, 3, "Stroke")
    assert (scene.finished.classes[:2, :3] == 7).all()
    assert scene.finishing.class_at(0, 0) == 3
    table, info = scene.classes.added("Snow")
    scene.set_classes(table, "Add")
    scene.finishing.paint(CORNER, info.number, "Stroke")
    assert scene.finished.table.get(int(scene.finished.classes[0, 0])).name == "Snow"


def test_a_finished_map_at_hand_is_changed_by_no_later_stroke():
    scene = mapped()
    scene.finishing.paint(CORNER, 2, "Stroke")
    before = scene.finished
    scene.finishing.paint(CORNER, 1, "Stroke")
    assert (before.classes[:2, :3] == 2).all()


def test_it_is_what_the_step_that_paints_makes_and_no_data_is_painted_by_nobody():
    made, valid = answer(), np.ones((5, 6), dtype=bool)
    valid[0] = False
    made.classes[0] = 0
    scene = mapped()
    scene.finishing.paint(CORNER, 3, "Before it was known where there is no data")
    scene.finishing.put(compute(made, ClassTable.for_numbers([1, 2]), (MAJORITY,), valid=valid))
    scene.finishing.paint((0, 4, np.ones((2, 2), dtype=bool)), 2, "Stroke")
    assert scene.finishing.painted.array[0, 4] == 0
    layer, table = scene.finishing.layer
    computed = scene.finishing.computed.found
    expected = finished(computed, [Paint(layer, table, "x", "x")])
    for found in (scene.finished.classes, scene.finishing.classes):
        np.testing.assert_array_equal(found, expected.classes)
    assert (scene.finished.classes[0] == 0).all()
    assert scene.finished.table == scene.finishing.table == expected.table
    np.testing.assert_array_equal(scene.finished.painted, expected.painted)
    np.testing.assert_array_equal(scene.finished.answer, made.classes)


def test_what_did_not_change_is_not_done_anew_also_where_a_step_does_not_fit(monkeypatch):
    made, finisher, did = answer(), Finisher(), []
    on = Majority.on
    monkeypatch.setattr(Majority, "on", lambda step, *rest: (did.append(step.side), on(step, *rest))[1])
    steps = (MAJORITY, ChosenStep("majority", "4"), ChosenStep("majority", "5"))
    computed = compute(made, TABLE, steps, finisher=finisher)
    assert did == [3, 4, 5]
    assert [outcome.changed is None for outcome in computed.outcomes] == [False, True, False]
    compute(made, TABLE, (MAJORITY, steps[2], SIEVE), finisher=finisher)
    assert did == [3, 4, 5], "only the sieve was new"
    compute(answer(1), TABLE, (MAJORITY,), finisher=finisher)
    assert did == [3, 4, 5, 3]


def test_another_layer_of_labels_and_a_map_that_goes_end_painting_on_it():
    scene = mapped()
    scene.paint_on_map()
    assert scene.shows_finished, "who paints on it sees it"
    scene.set_layer(VALIDATION)
    assert not scene.painting.on(MAP)
    scene.paint_on_map()
    scene.finishing.paint(CORNER, 2, "Stroke")
    scene.set_run(encoder(), features())
    assert (scene.painting.on(MAP), scene.finished, scene.finishing.pixels) == (False, None, 6)


def test_it_is_kept_and_comes_back_and_is_the_same_object_while_nothing_changes():
    scene = mapped(0, MAJORITY, ChosenStep("of-tomorrow", "x"))
    scene.finishing.paint((1, 2, np.ones((2, 3), dtype=bool)), 2, "Stroke")
    scene.finishing.show(True)
    kept = scene.finishing.kept
    assert kept is scene.finishing.kept
    assert state_of(scene).same_as(state_of(scene))
    other = make_scene()
    other.set_classes(TABLE, "Classes")
    events = told(other)
    take_up(other, state_of(scene))
    renew(other, 0)
    np.testing.assert_array_equal(other.finished.classes, scene.finished.classes)
    assert other.finishing.steps == scene.finishing.steps
    assert other.shows_finished
    assert any(isinstance(event, FinishingChanged) for event in events)
    scene.finishing.undo()
    assert not state_of(scene).same_as(state_of(other))
    smaller = make_scene(2)
    take_up(smaller, state_of(other))
    assert smaller.finishing.pixels == 0
