"""A training beside work on other scenes: tabs, labels and maps go on, heavy work waits in a list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from hsigui.document.queue import State
from hsigui.labels.classes import ClassTable
from hsigui.pipeline import live
from hsigui.pipeline.features import Features
from hsigui.specs import MapSpec, Recipe
from hsigui.storage.band_edits import BandEdit
from hsigui.ui.training.queue_list import QueueList
from tests.ui.windows import FakeEncoder, features_of, idle, labels, open_scene, paint, press, texts

TITLE = "LSCoSa, Quick (pixels), seed 0"


@pytest.fixture
def two(qtbot, window, tmp_path):
    """Two scenes, "first" and "second", the first one shown."""
    rng = np.random.default_rng(0)
    for name, rows in (("first", 40), ("second", 44)):
        np.save(tmp_path / f"{name}.npy", rng.random((rows, 42, 12)))
        open_scene(qtbot, window, tmp_path / f"{name}.npy")
    show(qtbot, window, 0)
    return window


def show(qtbot, window, place):
    QTest.mouseClick(
        window.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, window.tabs.tabRect(place).center()
    )
    qtbot.waitUntil(lambda: window.session.place == place)


def train(qtbot, window, training):
    """Begins a training of the shown scene and waits for its first steps."""
    calls = len(training.calls)
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: len(training.calls) > calls and training.steps > 2, timeout=5000)
    return window.session.scene


def rows_of(window):
    return [(scene, state) for scene, _title, state in window.queue_list.texts()]


def crosses(queue_list: QueueList) -> list[QToolButton]:
    return [button for button in queue_list.findChildren(QToolButton) if not button.isHidden()]


def two_classes(window):
    press(window, "B")
    for number, row in ((1, 10), (2, 30)):
        press(window, str(number))
        paint(window, (row, 10), (row, 20))


def recipe_of(window, smooth: float) -> Features:
    return replace(features_of(window.session.cube), recipe=Recipe(map=MapSpec(smooth, 0.0)))


# How maps are drawn


def test_each_scene_draws_its_maps_by_its_own_rule_after_a_change_of_tabs(qtbot, two):
    first, second = two.session.scenes
    two.session.set_trained(FakeEncoder(), recipe_of(two, 1.5))
    two_classes(two)
    idle(qtbot, two)
    two.map_panel.smooth.setValue(3.0)
    idle(qtbot, two)
    assert first.map.spec == MapSpec(3.0, 0.0)
    show(qtbot, two, 1)
    two.session.set_trained(FakeEncoder(), recipe_of(two, 0.5))
    two_classes(two)
    idle(qtbot, two)
    assert second.map.spec == MapSpec(0.5, 0.0)
    assert two.map_panel.smooth.value() == 0.5
    show(qtbot, two, 0)
    assert two.map_panel.smooth.value() == 3.0
    paint(two, (20, 10), (20, 20))
    idle(qtbot, two)
    assert first.map.spec == MapSpec(3.0, 0.0)
    assert second.map.spec == MapSpec(0.5, 0.0)


# The training goes on, whatever is shown


def test_a_scene_is_labelled_and_mapped_while_another_trains_and_each_gets_its_own_result(qtbot, two, training):
    first = train(qtbot, two, training)
    show(qtbot, two, 1)
    two.session.set_trained(FakeEncoder(), features_of(two.session.cube))
    two_classes(two)
    second = two.session.scene
    qtbot.waitUntil(lambda: second.map is not None, timeout=10_000)
    assert first.features is None
    assert rows_of(two) == [("first", "running")]
    training.go.set()
    idle(qtbot, two)
    assert first.features.shape == (40, 42)
    assert second.features.shape == (44, 42)
    assert first.map is None
    assert "The training of first is done" in texts(two)
    assert rows_of(two) == []
    assert not two.queue_list.isVisible()


def test_the_scene_in_training_is_labelled_and_its_map_comes_when_its_tab_is_shown_again(qtbot, two, training):
    two_classes(two)
    first = train(qtbot, two, training)
    paint(two, (20, 10), (20, 20))
    assert labels(two)[20, 15] == 2
    show(qtbot, two, 1)
    training.go.set()
    idle(qtbot, two)
    assert first.features is not None
    assert first.map is None
    show(qtbot, two, 0)
    qtbot.waitUntil(lambda: first.map is not None, timeout=10_000)
    assert np.array_equal(first.map.trained_on, first.labels.array)


def test_the_status_bar_names_the_scene_and_pause_and_cancel_act_on_it_from_every_tab(qtbot, two, training):
    train(qtbot, two, training)
    show(qtbot, two, 1)
    qtbot.waitUntil(lambda: two.status.busy.text().startswith("first: Pretraining, step"), timeout=5000)
    assert two.actions_["pretrain"].isEnabled()
    two.actions_["pause"].trigger()
    assert rows_of(two) == [("first", "held")]
    show(qtbot, two, 0)
    assert two.actions_["pause"].isChecked()
    two.actions_["pause"].trigger()
    show(qtbot, two, 1)
    two.actions_["cancel"].trigger()
    idle(qtbot, two)
    assert not two.actions_["cancel"].isEnabled()
    show(qtbot, two, 0)
    assert "Cancelled" in two.training.text


def test_the_curve_of_a_training_is_shown_again_with_its_tab_and_grows_behind_another(qtbot, two, training):
    first = train(qtbot, two, training)
    qtbot.waitUntil(lambda: len(two.training.points("loss")) > 3, timeout=5000)
    show(qtbot, two, 1)
    assert two.training.points("loss") == []
    before = len(first.course.points["loss"])
    qtbot.waitUntil(lambda: len(first.course.points["loss"]) > before, timeout=5000)
    show(qtbot, two, 0)
    assert two.training.points("loss") == first.course.points["loss"]
    assert two.training.title == TITLE
    training.go.set()
    idle(qtbot, two)


# The queue


def test_a_second_training_waits_in_the_list_and_begins_when_the_first_is_done(qtbot, two, training):
    first = train(qtbot, two, training)
    show(qtbot, two, 1)
    two.actions_["pretrain"].trigger()
    assert two.queue_list.texts() == [("first", TITLE, "running"), ("second", TITLE, "waits")]
    assert two.queue_list.isVisible()
    assert two.training.text == "It begins when the work on first is done."
    assert not two.actions_["pretrain"].isEnabled()
    assert len(training.calls) == 1
    training.go.set()
    idle(qtbot, two)
    assert len(training.calls) == 2
    assert first.features.shape == (40, 42)
    assert two.session.features.shape == (44, 42)


def test_what_waits_is_taken_out_by_its_cross_and_what_runs_is_stopped_by_its_own(qtbot, two, training):
    first = train(qtbot, two, training)
    show(qtbot, two, 1)
    two.actions_["pretrain"].trigger()
    QTest.mouseClick(crosses(two.queue_list)[1], Qt.MouseButton.LeftButton)
    assert rows_of(two) == [("first", "running")]
    assert "Taken out before it began" in two.training.text
    assert two.actions_["pretrain"].isEnabled()
    QTest.mouseClick(crosses(two.queue_list)[0], Qt.MouseButton.LeftButton)
    idle(qtbot, two)
    assert rows_of(two) == []
    assert first.features is None
    assert len(training.calls) == 1


def test_a_run_is_opened_after_the_training_of_another_scene(qtbot, two, training, monkeypatch, tmp_path):
    train(qtbot, two, training)
    show(qtbot, two, 1)
    second = two.session.scene
    opened = []

    def restore(ctx, cube, folder):
        opened.append(folder)
        return live.Trained(FakeEncoder(), features_of(cube), folder)

    monkeypatch.setattr(live, "restore_run", restore)
    two.run_files.open(tmp_path / "run")
    assert two.queue_list.texts()[1] == ("second", "Open run run", "waits")
    assert "It begins when the work on first is done." in texts(two)
    qtbot.wait(50)
    assert opened == []
    show(qtbot, two, 0)
    training.go.set()
    idle(qtbot, two)
    assert second.run.folder == tmp_path / "run"
    assert two.session.run_folder != second.run.folder
    show(qtbot, two, 1)
    assert "Trained before" in two.training.text


def test_a_run_that_cannot_be_opened_lets_the_next_work_begin(qtbot, two, training, tmp_path):
    training.go.set()
    two.run_files.open(tmp_path / "nothing here")
    two.actions_["pretrain"].trigger()
    idle(qtbot, two)
    assert "error:" in texts(two)
    assert two.session.features is not None
    assert two.session.queue.entries == ()


# The bands of the scene in training


def bad_band(window) -> BandEdit:
    return BandEdit(bad_bands=(3,))


@pytest.mark.parametrize("answer", ["stop", "keep", "cancel"])
def test_other_bands_of_the_scene_in_training_ask_what_becomes_of_it(qtbot, two, training, answers, answer):
    first = train(qtbot, two, training)
    cube, answers.other_input = first.cube, answer
    two.bands.apply(bad_band(two))
    assert "which learns from the scene as it is now" in answers.asked[-1]
    assert (first.cube is cube) is (answer == "cancel")
    assert two.session.training
    assert (two.session.queue.running.state is State.ENDING) is (answer == "stop")
    training.go.set()
    idle(qtbot, two)
    if answer == "cancel":
        assert first.features is not None
    else:
        assert first.features is None
        assert [run.features for run in first.runs] == [None] * (answer == "keep")
    assert ("kept as a run of the scene as it was" in two.training.text) is (answer == "keep")


def test_a_kept_training_of_the_earlier_bands_draws_no_map(qtbot, two, training, answers):
    two_classes(two)
    first = train(qtbot, two, training)
    answers.other_input = "keep"
    two.bands.apply(bad_band(two))
    show(qtbot, two, 1)
    training.go.set()
    idle(qtbot, two)
    show(qtbot, two, 0)
    idle(qtbot, two)
    assert first.map is None
    assert len(first.runs) == 1
    assert "draws no map" in texts(two) + two.training.text


def test_other_wavelengths_of_the_scene_in_training_ask_nothing(qtbot, two, training, answers):
    first = train(qtbot, two, training)
    two.bands.apply(BandEdit(wavelengths=tuple(np.linspace(400, 900, 12))))
    assert answers.asked == []
    assert first.cube.wavelengths is not None
    training.go.set()
    idle(qtbot, two)
    assert first.features is not None


def test_the_scene_in_training_is_read_again_after_the_question(qtbot, two, training, answers):
    first = train(qtbot, two, training)
    answers.other_input = "stop"
    two.actions_["reload"].trigger()
    idle(qtbot, two)
    assert "Cancelled" in two.training.text
    assert first.input_revision == 1
    assert first.features is None


def test_a_scene_behind_changes_its_bands_freely_while_another_trains(qtbot, two, training, answers):
    train(qtbot, two, training)
    show(qtbot, two, 1)
    two.bands.apply(bad_band(two))
    assert answers.asked == []
    assert 3 not in two.session.cube.good_bands
    training.go.set()
    idle(qtbot, two)


# Closing


def test_closing_the_scene_in_training_stops_it_after_a_question(qtbot, two, training, answers):
    train(qtbot, two, training)
    show(qtbot, two, 1)
    answers.sure = True
    two.tabs.tabCloseRequested.emit(0)
    assert answers.asked == ["Stop the work?"]
    assert f"{TITLE} of first is running. Closing the scene stops it." in answers.told[0]
    assert [scene.cube.name for scene in two.session.scenes] == ["second"]
    idle(qtbot, two)
    assert two.session.queue.entries == ()
    assert two.session.features is None


def test_at_exit_it_is_said_what_runs_and_what_waits_and_the_window_may_wait_for_both(qtbot, two, training, answers):
    train(qtbot, two, training)
    show(qtbot, two, 1)
    two.actions_["pretrain"].trigger()
    assert not two.close()
    assert answers.asked == [f"{TITLE} of first is running; {TITLE} of second waits."]
    answers.at_exit = "wait"
    assert not two.close()
    assert two.isVisible()
    assert "closes when the work is done" in texts(two)
    training.go.set()
    qtbot.waitUntil(lambda: not two.isVisible(), timeout=10_000)
    assert len(training.calls) == 2


def test_a_window_that_was_to_wait_for_what_ended_while_it_asked_closes_at_once(
    qtbot, two, training, answers, monkeypatch
):
    train(qtbot, two, training)

    def answered_late(_text: str, _detail: str) -> str:
        training.go.set()
        idle(qtbot, two)
        assert two.session.queue.entries == ()
        return "wait"

    monkeypatch.setattr(answers, "work_at_exit", answered_late)
    assert two.close()
    assert not two.isVisible()


def test_truth_of_a_scene_that_is_left_stays_with_it(qtbot, two, training):
    train(qtbot, two, training)
    two.session.set_truth(np.ones((40, 42), np.uint16), ClassTable.for_numbers([1]), "truth")
    show(qtbot, two, 1)
    assert two.session.truth is None
    training.go.set()
    idle(qtbot, two)
    show(qtbot, two, 0)
    assert two.session.truth.name == "truth"
