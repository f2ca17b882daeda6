import itertools

import numpy as np
import pytest

from hsigui.labels.classes import ClassTable
from hsigui.labels.history import History
from hsigui.labels.label_map import VALIDATION, Edit, LabelMap
from hsigui.labels.strokes import stroke


@pytest.fixture
def labels() -> LabelMap:
    return LabelMap(8, 8)


@pytest.fixture
def history(labels) -> History:
    return History(labels, limit=4)


def dab(row: int, col: int, number: int) -> Edit:
    return Edit(row, col, np.ones((2, 2), dtype=bool), number)


def test_undo_restores_and_redo_repeats(labels, history):
    history.do(dab(0, 0, 1), "brush")
    history.do(dab(1, 1, 2), "brush again")
    drawn = labels.array.copy()
    history.undo()
    assert labels.array[1, 1] == 1, "what was below comes back"
    history.undo()
    assert not labels.array.any()
    history.redo()
    history.redo()
    np.testing.assert_array_equal(labels.array, drawn)


def test_the_texts_tell_what_comes_next(history):
    assert (history.undo_text, history.redo_text) == ("", "")
    history.do(dab(0, 0, 1), "brush")
    history.do(dab(0, 0, 0), "erase")
    assert (history.undo_text, history.redo_text) == ("erase", "")
    history.undo()
    assert (history.undo_text, history.redo_text) == ("brush", "erase")


def test_nothing_to_undo_or_redo_is_none(history):
    assert history.undo() is None
    assert history.redo() is None


def test_a_stroke_of_several_moves_is_one_step(labels, history):
    history.do(dab(6, 6, 9), "before")
    history.begin("stroke")
    for place in range(4):
        history.do(dab(place, place, place + 1), "not shown")
    history.end()
    drawn = labels.array.copy()
    assert history.undo_text == "stroke"
    step = history.undo()
    assert step is not None
    assert [edit.box for edit in step.edits] == [(0, 0, 5, 5)]
    assert labels.array.sum() == 4 * 9, "only what was there before the stroke is left"
    history.redo()
    np.testing.assert_array_equal(labels.array, drawn)


def test_overlapping_moves_are_taken_back_in_the_right_order(labels, history):
    history.do(dab(0, 0, 7), "ground")
    history.begin("stroke")
    history.do(dab(0, 0, 1), "")
    history.do(dab(0, 1, 2), "")
    history.do(dab(1, 0, 3), "")
    history.end()
    history.undo()
    assert labels.array[:2, :2].tolist() == [[7, 7], [7, 7]]
    assert labels.array.sum() == 4 * 7
    history.redo()
    assert labels.array[:3, :3].tolist() == [[1, 2, 2], [3, 3, 2], [3, 3, 0]]


def test_an_empty_stroke_leaves_no_step(history):
    history.do(dab(0, 0, 1), "brush")
    history.begin("stroke")
    history.end()
    history.end()
    assert history.undo_text == "brush"


def test_an_empty_stroke_does_not_spoil_what_can_be_redone(history):
    history.do(dab(0, 0, 1), "brush")
    history.undo()
    history.begin("stroke")
    history.end()
    assert history.redo_text == "brush"


def test_undo_in_the_middle_of_a_stroke_takes_the_stroke_back(labels, history):
    history.begin("stroke")
    history.do(dab(0, 0, 1), "")
    history.undo()
    assert not labels.array.any()
    history.do(dab(4, 4, 1), "next")
    assert history.undo_text == "next"


def test_beginning_anew_closes_the_stroke_before(labels, history):
    history.begin("first")
    history.do(dab(0, 0, 1), "")
    history.begin("second")
    history.do(dab(4, 4, 2), "")
    history.end()
    history.undo()
    assert labels.array.sum() == 4
    assert history.undo_text == "first"


def test_a_new_edit_drops_what_could_be_redone(history):
    history.do(dab(0, 0, 1), "brush")
    history.undo()
    history.do(dab(3, 3, 1), "other")
    assert history.redo() is None


def test_only_the_last_steps_are_kept(labels, history):
    for number in range(1, 8):
        history.do(dab(0, 0, number), f"step {number}")
    taken = [history.undo() for _ in range(5)]
    assert [step.text if step else None for step in taken] == ["step 7", "step 6", "step 5", "step 4", None]
    assert labels.array[0, 0] == 3


def test_steps_tell_which_boxes_to_redraw(history):
    history.do(dab(2, 3, 1), "brush")
    step = history.undo()
    assert step is not None
    assert [edit.box for edit in step.edits] == [(2, 3, 4, 5)]


def test_changes_of_the_classes_are_steps_too(labels, history):
    history.do(Edit(classes=ClassTable.for_numbers([1])), "add class")
    history.do(Edit(classes=labels.classes.renamed(1, "soil")), "rename")
    history.undo()
    assert labels.classes.get(1).name == "Class 1"
    history.undo()
    assert len(labels.classes) == 0
    history.redo()
    history.redo()
    assert labels.classes.get(1).name == "soil"


def test_any_mix_of_edits_can_be_taken_back_to_the_start(labels):
    history = History(labels)
    rng = np.random.default_rng(1)
    seen = [labels.array.copy()]
    for _ in range(60):
        top, left = rng.integers(0, 5, 2)
        history.do(Edit(int(top), int(left), rng.random((3, 3)) < 0.5, int(rng.integers(0, 6))), "edit")
        seen.append(labels.array.copy())
    for state in reversed(seen[:-1]):
        history.undo()
        np.testing.assert_array_equal(labels.array, state)
    for state in seen[1:]:
        history.redo()
        np.testing.assert_array_equal(labels.array, state)


def test_going_to_a_place_is_undoing_or_redoing_step_by_step(labels):
    history = History(labels)
    states = [labels.array.copy()]
    for place in range(6):
        history.do(dab(place, place, place + 1), f"step {place}")
        states.append(labels.array.copy())
    assert history.texts == [f"step {n}" for n in range(6)]
    for place in (2, 6, 0, 3, 3):
        step = history.go_to(place)
        np.testing.assert_array_equal(labels.array, states[place])
        assert history.place == place
    assert step is None, "nothing moves to where one is"
    history.go_to(99)
    assert history.place == 6
    history.go_to(-5)
    assert history.place == 0


def test_both_layers_and_the_classes_are_one_history(labels, history):
    history.do(dab(0, 0, 1), "training")
    history.do(Edit(4, 4, np.ones((2, 2), dtype=bool), 2, layer=VALIDATION), "validation")
    history.begin("both")
    history.do(dab(2, 2, 3), "")
    history.do(Edit(4, 4, np.ones((2, 2), dtype=bool), 0, ClassTable(), VALIDATION), "")
    history.do(dab(2, 2, 4), "")
    history.end()
    history.undo()
    assert (labels.array[2, 2], labels.validation[4, 4]) == (0, 2)
    history.redo()
    assert (labels.array[2, 2], labels.validation[4, 4]) == (4, 0)
    for _ in range(3):
        history.undo()
    assert not labels.array.any()
    assert not labels.validation.any()


def test_an_empty_class_table_comes_back_too(labels, history):
    history.begin("several")
    history.do(Edit(0, 0, np.ones((2, 2), dtype=bool), 1, ClassTable.for_numbers([1])), "")
    history.do(Edit(1, 1, np.ones((2, 2), dtype=bool), 1, ClassTable.for_numbers([1, 2])), "")
    history.end()
    history.undo()
    assert len(labels.classes) == 0


def test_memory_is_bounded_and_the_last_step_is_never_forgotten():
    labels = LabelMap(300, 300)
    history = History(labels, most_bytes=100_000)
    rng = np.random.default_rng(0)
    for number in range(40):
        noise = rng.integers(0, 9, (300, 300))
        history.do(labels.replacing(noise), f"noise {number}")
        assert history.nbytes <= 100_000 or history.place == 1
    assert 1 <= history.place < 40
    assert history.forgotten == 40 - history.place
    before = labels.array.copy()
    history.undo()
    assert (labels.array != before).any()


def test_five_hundred_long_strokes_take_little_memory():
    labels = LabelMap(800, 800)
    history = History(labels)
    rng = np.random.default_rng(0)
    for number in range(500):
        history.begin("stroke")
        points = rng.integers(0, 800, (3, 2))
        for start, end in itertools.pairwise(points.tolist()):
            top, left, mask = stroke(labels.shape, [tuple(start), tuple(end)], 9)
            history.do(Edit(top, left, mask, number % 16 + 1), "")
        history.end()
    assert history.place == 500
    assert history.nbytes < 4_000_000
    history.go_to(0)
    assert not labels.array.any()


def test_steps_that_were_kept_elsewhere_go_on_where_they_were(labels, history):
    for number in range(1, 6):
        history.do(dab(number, number, number), f"dab {number}")
    history.undo()
    other = LabelMap.from_array(labels.array)
    again = History(other, limit=4)
    again.put(history.steps, history.place, history.forgotten)
    assert (again.texts, again.place, again.forgotten) == (history.texts, history.place, history.forgotten)
    for step in (again.redo, again.undo, again.undo, again.undo):
        step()
    for step in (history.redo, history.undo, history.undo, history.undo):
        step()
    np.testing.assert_array_equal(other.array, labels.array)
    with pytest.raises(ValueError, match="place 9"):
        again.put(history.steps, 9)


def test_the_revision_tells_of_every_change(labels, history):
    seen = [history.revision]

    def changed() -> bool:
        seen.append(history.revision)
        return seen[-1] != seen[-2]

    history.do(dab(0, 0, 1), "one")
    assert changed()
    history.begin("two")
    assert not changed()
    history.do(dab(1, 1, 1), "two")
    assert changed()
    assert len(history.open_pieces) == 1
    assert history.open_text == "two"
    history.end()
    assert changed()
    assert history.open_pieces == ()
    history.undo()
    assert changed()
    history.redo()
    assert changed()
    history.put((), 0)
    assert changed()
