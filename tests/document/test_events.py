"""Events: who is told of what, in which order, and who is not kept alive by it."""

from __future__ import annotations

import gc
import weakref

import pytest

from hsigui.document.events import (
    ClassesChanged,
    HistoryChanged,
    LabelsChanged,
    LabelsPainted,
    LiveChanged,
    MapChanged,
    StrokeStarted,
    ValidationChanged,
)
from hsigui.document.hub import Changed, Events
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit
from tests.document.scenes import make_scene, square


class Listener:
    def __init__(self) -> None:
        self.heard: list[Changed] = []

    def hear(self, event: Changed) -> None:
        self.heard.append(event)


def test_only_who_asked_for_a_type_is_told_and_gets_the_payload():
    events, live, maps = Events(), Listener(), Listener()
    events.subscribe(LiveChanged, live.hear)
    events.subscribe(MapChanged, maps.hear)
    events.emit(LiveChanged(False))
    assert live.heard == [LiveChanged(False)]
    assert maps.heard == []


def test_listeners_are_told_in_the_order_of_subscription_and_the_parent_last():
    events, order = Events(), []
    events.parent = Events()
    events.parent.subscribe(MapChanged, lambda _event: order.append("parent"))
    events.subscribe(MapChanged, lambda _event: order.append("first"))
    events.subscribe(Changed, lambda _event: order.append("of all"))
    events.subscribe(MapChanged, lambda _event: order.append("second"))
    events.emit(MapChanged())
    assert order == ["first", "second", "of all", "parent"]


def test_a_method_does_not_keep_its_object_alive():
    events, listener = Events(), Listener()
    events.subscribe(MapChanged, listener.hear)
    gone = weakref.ref(listener)
    del listener
    gc.collect()
    assert gone() is None
    events.emit(MapChanged())
    assert events._listeners[MapChanged] == []


def test_a_function_is_kept():
    events, heard = Events(), []
    events.subscribe(MapChanged, lambda event: heard.append(event))
    gc.collect()
    events.emit(MapChanged())
    assert heard == [MapChanged()]


def test_an_error_of_one_listener_is_raised_after_the_others_were_told():
    events, listener = Events(), Listener()

    def fail(_event: MapChanged) -> None:
        raise ValueError("this one fails")

    events.subscribe(MapChanged, fail)
    events.subscribe(MapChanged, listener.hear)
    with pytest.raises(ValueError, match="this one fails"):
        events.emit(MapChanged())
    assert listener.heard == [MapChanged()]


@pytest.fixture
def scene():
    made = make_scene()
    made.set_classes(ClassTable.for_numbers([1, 2]), "Classes")
    return made


@pytest.fixture
def heard(scene):
    listener = Listener()
    scene.events.subscribe(Changed, listener.hear)
    scene.listener = listener  # kept alive with the scene
    return listener.heard


def test_a_piece_of_a_stroke_wakes_only_who_draws_labels(scene, heard):
    scene.begin_stroke("Stroke")
    scene.edit(square(), "Piece")
    scene.edit(square(at=2), "Piece")
    assert heard == [StrokeStarted(), LabelsPainted(TRAINING, (1, 1, 3, 3)), LabelsPainted(TRAINING, (2, 2, 4, 4))]
    heard.clear()
    scene.end_stroke()
    assert heard == [HistoryChanged(), LabelsChanged((1, 1, 4, 4))]
    heard.clear()
    scene.undo()
    assert heard == [LabelsPainted(TRAINING, (1, 1, 4, 4)), LabelsChanged((1, 1, 4, 4))]
    assert not scene.labels.array.any()


def test_a_stroke_over_both_layers_tells_of_each_at_its_end(scene, heard):
    scene.edit(square(layer=VALIDATION), "Validation")
    scene.begin_stroke("Stroke")
    scene.edit(square(2), "Piece")
    heard.clear()
    scene.end_stroke()
    assert heard == [HistoryChanged(), LabelsChanged((1, 1, 3, 3)), ValidationChanged((1, 1, 3, 3))]


def test_an_empty_stroke_changes_nothing_and_leaves_what_can_be_done_again(scene, heard):
    scene.edit(square(), "Square")
    scene.undo()
    heard.clear()
    scene.begin_stroke("Stroke")
    scene.end_stroke()
    assert heard == [StrokeStarted(), HistoryChanged()]
    scene.redo()
    assert scene.labels.labelled() == 4


def test_undo_during_a_stroke_ends_it_and_takes_it_back(scene, heard):
    scene.begin_stroke("Stroke")
    scene.edit(square(), "Piece")
    scene.undo()
    assert not scene.stroking
    assert not scene.labels.array.any()
    assert [type(event) for event in heard[-2:]] == [LabelsPainted, LabelsChanged]


def test_a_change_of_classes_tells_both_tables(scene, heard):
    before, after = scene.classes, scene.classes.renamed(1, "Water")
    scene.edit(Edit(classes=after), "Rename")
    assert heard == [ClassesChanged(before, after)]
