"""The session: what changes, what is said of it, and what must not change."""

from __future__ import annotations

import ast
import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.render import ViewState
from hsigui.document import session as module
from hsigui.document.events import (
    AccuracyChanged,
    ClassesChanged,
    CurrentClassChanged,
    EncoderChanged,
    LabelsChanged,
    LabelsPainted,
    LiveChanged,
    MapChanged,
    ScenesChanged,
    SceneShown,
    ViewChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.session import Session
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit
from hsigui.specs import FIRST_RECIPE
from tests.document.scenes import class_map, encoder


@pytest.fixture
def said():
    return []


FEATURES = SimpleNamespace(recipe=FIRST_RECIPE, valid=None)


@pytest.fixture
def session(said):
    session = Session()
    session.set_scene(Cube(ArraySource(np.zeros((5, 6, 4), np.float32))), ViewState(0, 1, 2))
    session.events.subscribe(Changed, lambda event: isinstance(event, ScenesChanged) or said.append(event))
    return session


def paint(session, number=1, size=2):
    session.edit(Edit(1, 1, np.ones((size, size), dtype=bool), number), "Brush stroke")


def test_a_new_scene_starts_with_nothing_of_the_old_one(session, said):
    session.set_classes(ClassTable.for_numbers([1]), "x")
    paint(session)
    session.set_truth(np.ones((5, 6), np.uint16), ClassTable(), "t")
    session.set_trained("encoder", FEATURES)
    session.set_map("probe", "map", session.labels.array, None)
    said.clear()
    session.set_scene(Cube(ArraySource(np.zeros((3, 3, 4)))), ViewState(0, 1, 2))
    assert session.labels.shape == (3, 3)
    assert len(session.classes) == 0
    assert not session.unsaved
    assert session.history.undo_text == ""
    assert (session.truth, session.encoder, session.features, session.class_map) == (None, None, None, None)
    assert SceneShown(session.scene.id) in said


def test_an_edit_says_what_it_touched_and_undo_takes_it_back(session, said):
    paint(session, size=2)
    assert said == [LabelsPainted(TRAINING, (1, 1, 3, 3)), LabelsChanged((1, 1, 3, 3))]
    assert session.unsaved
    session.undo()
    assert not session.labels.array.any()
    session.redo()
    assert session.labels.array.sum() == 4
    said.clear()
    session.redo()  # there is nothing to redo
    assert said == []


def test_a_change_of_classes_alone_is_no_change_of_labels(session, said):
    session.set_classes(ClassTable.for_numbers([1, 2]), "Add")
    assert said == [CurrentClassChanged(1), ClassesChanged(ClassTable(), session.classes)]
    assert session.current_class == 1


def test_the_current_class_falls_back_when_its_class_is_undone(session):
    first, _ = ClassTable().added()
    session.set_classes(first, "Add Class 1")
    second, info = session.classes.added()
    session.set_classes(second, "Add Class 2")
    session.choose_class(info.number)
    session.undo()
    assert session.current_class == 1
    session.choose_class(99)
    assert session.current_class == 1


def test_saving_an_older_state_leaves_the_labels_unsaved(session):
    paint(session)
    work = session.scene.work
    paint(session, 2)
    session.mark_saved(work=work)
    assert session.unsaved
    session.mark_saved()
    assert not session.unsaved
    session.undo()
    assert session.unsaved


def test_truth_of_another_size_names_both_and_changes_nothing(session, said):
    with pytest.raises(HsiError, match=r"4 x 4.*5 x 6"):
        session.set_truth(np.ones((4, 4), np.uint16), ClassTable(), "t")
    assert said == []
    assert session.truth is None


def test_truth_brings_its_classes_without_making_the_labels_unsaved(session):
    names = ClassTable((ClassInfo(3, "Water", (0, 0, 255)),))
    session.set_truth(np.full((5, 6), 3), names, "t")
    assert session.classes == names
    assert session.current_class == 3
    assert not session.unsaved


def test_truth_joins_drawn_classes_by_name(session):
    session.set_classes(ClassTable((ClassInfo(1, "Water", (0, 0, 255)),)), "Add")
    matched = session.set_truth(np.full((5, 6), 3), ClassTable((ClassInfo(3, "water", (1, 1, 1)),)), "t")
    assert matched.renumbered == {3: 1}
    assert (session.truth.array == 1).all()


def test_a_new_encoder_drops_the_map_of_the_old_one(session, said):
    session.set_trained(encoder(1), FEATURES)
    session.set_map("p", class_map(session.labels.array), session.labels.array, "accuracy")
    session.set_trained(encoder(2), FEATURES)
    assert session.class_map is None
    assert [kept.spec.seed for kept in session.scene.results] == [1]
    assert session.accuracy is None
    assert said[-3:] == [EncoderChanged(), MapChanged(), AccuracyChanged()]


def test_setting_what_is_already_set_says_nothing(session, said):
    session.set_live(True)
    session.set_view(ViewState(0, 1, 2))
    assert said == []
    session.set_live(False)
    session.set_view(ViewState(0, 1, 3))
    assert said == [LiveChanged(False), ViewChanged(ViewState(0, 1, 2), ViewState(0, 1, 3))]


def test_the_session_knows_no_widget():
    imported = {
        node.module for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.ImportFrom)
    }
    assert not any("Qt" in name or "PySide6" in name for name in imported if name)


def test_training_labels_take_the_place_of_validation_labels_in_one_step(session):
    everything = np.ones(session.labels.shape, dtype=bool)
    session.edit(Edit(0, 0, everything, 1, layer=VALIDATION), "Validation")
    session.edit(Edit(1, 1, np.ones((2, 3), dtype=bool), 2), "Training")
    assert session.labels.labelled(VALIDATION) == everything.size - 6
    assert not ((session.labels.array > 0) & (session.labels.validation > 0)).any()
    session.edit(Edit(4, 4, np.ones((1, 1), dtype=bool), 0), "Eraser")
    assert session.labels.validation[4, 4] == 1, "what takes labels away leaves the other layer"
    session.undo()
    session.undo()
    assert session.labels.labelled(VALIDATION) == everything.size


def test_maps_are_measured_on_validation_labels_before_the_truth(session):
    assert session.reference is None
    session.set_truth(np.ones(session.labels.shape, dtype=np.uint16), ClassTable.for_numbers([1]), "truth.tif")
    assert session.reference.name == "truth.tif"
    session.edit(Edit(0, 0, np.ones((1, 2), dtype=bool), 1, layer=VALIDATION), "Validation")
    assert session.reference.name == "the validation labels (and not of truth.tif, while there are any)"
    assert np.count_nonzero(session.reference.array) == 2


def test_undo_during_a_stroke_takes_only_the_stroke_back(session):
    session.edit(Edit(0, 0, np.ones((2, 2), dtype=bool), 1), "Before")
    session.history.begin("Stroke")
    session.edit(Edit(3, 3, np.ones((2, 2), dtype=bool), 1), "")
    session.undo()
    assert session.labels.array[0, 0] == 1
    assert session.labels.array[3, 3] == 0


def test_what_is_known_of_run_and_map_stays_with_its_scene(session, tmp_path):
    from hsigui.specs import MapSpec

    first = session.scene
    first.labels_source = tmp_path / "labels.tif"
    session.set_trained(encoder(), FEATURES, tmp_path, {"features": 2.0})
    session.set_map(
        "p",
        class_map(session.labels.array),
        session.labels.array,
        None,
        map_spec=MapSpec(1.0),
        seconds={"probe and map": 0.5},
    )
    session.set_scene(Cube(ArraySource(np.zeros((3, 3, 4)))), ViewState(0, 1, 2))
    assert (session.run_folder, session.map_spec, session.labels_source) == (None, None, None)
    session.show(first)
    assert (session.run_folder, session.map_spec) == (tmp_path, MapSpec(1.0))
    assert session.seconds == {"features": 2.0, "probe and map": 0.5}
    assert session.labels_source == tmp_path / "labels.tif"
    session.set_trained("e2", FEATURES)
    assert (session.run_folder, session.map_spec, dict(session.seconds)) == (None, None, {})


def test_a_reference_says_of_which_kind_it_is(session):
    session.set_truth(np.ones(session.labels.shape, dtype=np.uint16), ClassTable.for_numbers([1]), "truth.tif")
    assert session.reference.kind == "ground truth"
    session.edit(Edit(0, 0, np.ones((1, 2), dtype=bool), 1, layer=VALIDATION), "Validation")
    assert session.reference.kind == "validation labels"


def test_pixels_that_the_encoder_was_not_shown_are_counted(session):
    assert session.masked_out == 0
    session.set_trained(SimpleNamespace(scene={"masked_out": {"pixels": 12}}), FEATURES)
    assert session.masked_out == 12
