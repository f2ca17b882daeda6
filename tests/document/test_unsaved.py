"""What is unsaved: true after any walk through the history, and said in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsigui.document.unsaved import MOST_NAMED, question_of, question_of_all
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import VALIDATION
from tests.document.scenes import make_scene, square

TWO = ClassTable((ClassInfo(1, "Corn", (255, 0, 0)), ClassInfo(2, "Wheat", (0, 255, 0))))


@pytest.fixture
def scene():
    scene = make_scene()
    scene.set_classes(TWO, "Classes")
    scene.mark_saved(Path("labels.tif"))
    return scene


def test_nothing_done_is_nothing_to_save():
    scene = make_scene()
    assert not scene.unsaved
    assert scene.would_be_lost == ""
    scene.begin_stroke("Brush stroke")
    scene.end_stroke()
    assert not scene.unsaved


def test_undone_to_the_last_save_is_saved_and_a_redo_past_it_is_not(scene):
    scene.edit(square(1), "one")
    scene.mark_saved(Path("labels.tif"))
    scene.edit(square(2, 2), "two")
    assert scene.unsaved
    scene.undo()
    assert not scene.unsaved
    scene.redo()
    assert scene.unsaved
    scene.go_to(scene.history.place - 2)
    assert scene.unsaved, "the file has the first edit"


def test_another_edit_in_the_place_of_one_that_was_saved_is_unsaved(scene):
    scene.edit(square(1), "one")
    scene.mark_saved(Path("labels.tif"))
    scene.undo()
    scene.edit(square(2), "another")
    assert scene.unsaved


def test_a_save_in_the_middle_of_a_stroke_leaves_the_rest_unsaved(scene):
    scene.begin_stroke("Brush stroke")
    scene.edit(square(1), "piece")
    scene.mark_saved(Path("labels.tif"), scene.work)
    assert not scene.unsaved
    scene.edit(square(1, 2), "piece")
    scene.end_stroke()
    assert scene.unsaved
    scene.undo()
    assert scene.unsaved, "half of the stroke is in the file"


def test_labels_that_are_erased_again_are_no_work():
    scene = make_scene()
    scene.edit(square(1), "paint")
    scene.edit(square(0), "erase")
    assert not scene.unsaved


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TWO.renamed(1, "Maize"), "names of classes"),
        (TWO.recolored(2, (0, 0, 9)), "colours of classes"),
        (TWO.renamed(1, "Maize").recolored(2, (0, 0, 9)), "names of classes, colours of classes"),
        (TWO.added()[0], "classes added"),
        (TWO.removed(2), "classes deleted"),
        (TWO.moved(2, 0), "the order of classes"),
    ],
)
def test_changes_of_classes_are_work_and_called_what_they_are(scene, table, said):
    scene.set_classes(table, "x")
    assert scene.would_be_lost == said
    scene.undo()
    assert not scene.unsaved
    scene.set_classes(table, "x")
    scene.set_classes(TWO, "as it was")
    assert not scene.unsaved, "the file has just these classes"


@pytest.mark.parametrize("table", [TWO.with_lock(1, True), TWO.with_hidden(2, True)])
def test_what_is_locked_or_hidden_is_no_work(scene, table):
    scene.set_classes(table, "x")
    assert not scene.unsaved


def test_validation_labels_are_work_of_their_own(scene):
    scene.edit(square(1), "one")
    scene.mark_saved(Path("labels.tif"))
    scene.edit(square(2, 3, 1, VALIDATION), "check")
    assert scene.would_be_lost == "1 validation label (in the file: 0)"
    scene.undo()
    assert not scene.unsaved


def test_labels_are_counted_now_and_in_the_file(scene):
    scene.edit(square(1), "one")
    assert scene.would_be_lost == "4 labels (in the file: 0)"
    scene.mark_saved(Path("labels.tif"))
    scene.edit(square(1, 2), "two")
    assert scene.would_be_lost == "7 labels (in the file: 4)"


def test_without_a_file_only_what_there_is_is_counted():
    scene = make_scene()
    scene.set_classes(TWO, "x")
    scene.edit(square(1), "one")
    assert scene.would_be_lost == "4 labels, 2 classes"


@pytest.mark.parametrize("labelled", [False, True])
def test_truth_and_the_classes_that_come_with_it_are_no_work(scene, labelled):
    if labelled:
        scene.edit(square(1), "one")
        scene.mark_saved(Path("labels.tif"))
    water = ClassTable((ClassInfo(3, "Water", (0, 0, 255)),))
    scene.set_truth(np.full((5, 6), 3), water, "t")
    assert 3 in scene.classes
    assert not scene.unsaved
    scene.undo()
    assert not scene.unsaved


def test_names_that_change_after_truth_came_are_all_that_is_said_to_be_lost(scene):
    scene.set_truth(np.full((5, 6), 3), ClassTable((ClassInfo(3, "Water", (0, 0, 255)),)), "t")
    scene.set_classes(scene.classes.with_lock(3, True), "lock")
    assert not scene.unsaved
    scene.set_classes(scene.classes.renamed(3, "Lake"), "rename")
    assert scene.would_be_lost == "names of classes"


def test_unsaved_labels_stay_so_when_truth_comes():
    scene = make_scene()
    scene.edit(square(1), "one")
    scene.set_truth(np.full((5, 6), 3), ClassTable((ClassInfo(3, "Water", (0, 0, 255)),)), "t")
    assert scene.would_be_lost == "4 labels"


def test_labels_that_were_opened_one_after_the_other_are_both_in_files():
    scene = make_scene()
    for number in (1, 2):
        scene.edit(square(number), f"Open {number}")
        scene.labels_source = Path(f"{number}.tif")
        scene.mark_opened()
    scene.undo()
    assert not scene.unsaved
    scene.mark_saved(Path("1.tif"))
    scene.redo()
    assert scene.unsaved, "the labels of 2.tif are not those of the file that was saved to"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["paint", "check", "rename", "stroke", "undo", "redo", "save", "jump"]), max_size=25))
def test_what_equals_the_file_is_saved_after_any_walk(walk):
    """Against a copy of what was saved. Labels that are painted anew as they were may count as unsaved."""
    scene = make_scene()
    scene.set_classes(TWO, "x")
    scene.mark_saved(Path("labels.tif"))

    def content():
        return scene.labels.snapshot(), scene.labels.snapshot(VALIDATION), scene.classes.content

    saved, place, reachable = content(), scene.history.place, True
    for number, step in enumerate(walk):
        at = number % 4
        if step in ("paint", "check", "rename", "stroke") and scene.history.place < place:
            reachable = False  # what was taken back and is not done again is gone for good, the saved moment with it
        if step == "paint":
            scene.edit(square(1 + number % 2, at, 1), "p")
        elif step == "check":
            scene.edit(square(1, at, 1, VALIDATION), "c")
        elif step == "rename":
            scene.set_classes(scene.classes.renamed(1, f"Corn {number}"), "r")
        elif step == "stroke":
            scene.begin_stroke("s")
            scene.edit(square(2, at, 1), "s")
            scene.edit(square(1, 0, 1), "s")
            scene.end_stroke()
        elif step == "save":
            scene.mark_saved(Path("labels.tif"))
            saved, place, reachable = content(), scene.history.place, True
        else:
            {"undo": scene.undo, "redo": scene.redo, "jump": lambda at=at: scene.go_to(at)}[step]()
        now = content()
        same = all(np.array_equal(a, b) for a, b in zip(now[:2], saved[:2], strict=True)) and now[2] == saved[2]
        assert same or scene.unsaved, "never said to be saved when it is not"
        if reachable and scene.history.place == place:
            assert same
            assert not scene.unsaved
        assert bool(scene.would_be_lost) == scene.unsaved


def test_the_question_names_the_scene_and_what_would_be_lost(scene):
    scene.edit(square(1), "one")
    assert question_of(scene) == (
        "The work on scene of 5 has not been saved.",
        "Would be lost: 4 labels (in the file: 0).",
    )


def test_the_question_about_very_many_scenes_stays_short():
    scenes = [SimpleNamespace(cube=SimpleNamespace(name=f"s{n}"), would_be_lost="1 label") for n in range(40)]
    text, detail = question_of_all(scenes)
    assert "40 scenes" in text
    assert detail.count("\n") == MOST_NAMED
    assert detail.endswith(f"and {40 - MOST_NAMED} more scenes")


def test_a_lock_does_not_hide_a_change_of_names(scene):
    table = ClassTable(tuple(replace(c, locked=True) for c in TWO.renamed(1, "Maize")))
    scene.set_classes(table, "x")
    assert scene.would_be_lost == "names of classes"
