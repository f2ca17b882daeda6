"""Several scenes in one window: each keeps its labels, history, truth, encoder, map and view, and none is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar

from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.storage.project_content import read_project
from tests.ui.shell.test_arrivals import drop
from tests.ui.windows import FakeEncoder, click, features_of, idle, labels, open_scene, paint, press, texts

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    paths = [tmp_path / f"{name}.npy" for name in ("first", "second", "third")]
    for n, path in enumerate(paths):
        np.save(path, rng.random((40 + n, 42, 12)))
    return paths


@pytest.fixture
def two(qtbot, window, files):
    """Two scenes, the first with labels and a kept spectrum, the second shown."""
    open_scene(qtbot, window, files[0])
    press(window, "B")
    paint(window, (20, 10), (20, 20))
    press(window, "N")
    click(window, 5, 6, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(window.spectra.kept()) == 1)
    open_scene(qtbot, window, files[1])
    return window


def names(window):
    return [window.tabs.tabText(n) for n in range(window.tabs.count())]


def show(qtbot, window, place):
    QTest.mouseClick(
        window.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, window.tabs.tabRect(place).center()
    )
    idle(qtbot, window)


def test_one_scene_has_no_tabs_and_two_have(qtbot, window, files, answers):
    open_scene(qtbot, window, files[0])
    assert not window.tabs.isVisible()
    assert not window.actions_["close_scene"].isEnabled()
    open_scene(qtbot, window, files[1])
    assert window.tabs.isVisible()
    assert names(window) == ["first", "second"]
    assert answers.asked == []


def test_a_scene_comes_back_as_it_was_left(qtbot, two):
    assert names(two) == ["first *", "second"]
    assert not labels(two).any()
    assert two.session.history.undo_text == ""
    assert two.spectra.kept() == []
    press(two, "B")
    paint(two, (30, 10), (30, 12))
    two.image.zoom_in()
    scale = two.image.scale
    two.display.sliders["red"].setValue(3)
    idle(qtbot, two)
    show(qtbot, two, 0)
    assert two.session.cube.name == "first"
    assert labels(two)[20, 10:21].all()
    assert not labels(two)[30].any()
    assert len(two.spectra.kept()) == 1
    assert [m[:2] for m in two.image._markers] == [(5, 6)]
    assert two.image.scene_size == (40, 42)
    assert two.windowTitle().startswith("first")
    assert two.classes.table.rowCount() == 1
    show(qtbot, two, 1)
    assert labels(two)[30, 10:13].all()
    assert two.session.view.red == two.display.sliders["red"].value() == 3
    assert two.image.scale == pytest.approx(scale)
    press(two, Qt.Key.Key_Z, CTRL)
    assert not labels(two).any()
    show(qtbot, two, 0)
    press(two, Qt.Key.Key_Z, CTRL)
    assert not labels(two).any()


def test_encoder_map_and_truth_come_back_without_work(qtbot, two, training, monkeypatch):
    show(qtbot, two, 0)
    two.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: two.session.features is not None, timeout=10_000)
    two.actions_["add_class"].trigger()
    press(two, "B")
    paint(two, (30, 10), (30, 20))
    qtbot.waitUntil(lambda: two.session.class_map is not None, timeout=10_000)
    two.session.set_truth(np.ones((40, 42), np.uint16), ClassTable.for_numbers([1]), "truth")
    idle(qtbot, two)
    kept = two.session.features, two.session.class_map, two.session.encoder
    show(qtbot, two, 1)
    assert two.session.encoder is None
    assert two.session.class_map is None
    assert two.session.truth is None
    assert not two.actions_["export"].isEnabled()
    monkeypatch.setattr("hsigui.pipeline.live.make_map", None)  # a map made again would fail
    show(qtbot, two, 0)
    assert (two.session.features, two.session.class_map, two.session.encoder) == kept
    assert two.session.truth.name == "truth"
    assert two.actions_["export"].isEnabled()
    assert "Trained before" in two.training.text


def test_keys_change_and_close_scenes(qtbot, two, answers):
    two.actions_["next_scene"].trigger()
    assert two.session.cube.name == "first"
    two.actions_["next_scene"].trigger()
    assert two.session.cube.name == "second"
    press(two, Qt.Key.Key_W, CTRL)
    idle(qtbot, two)
    assert answers.asked == []
    assert two.session.cube.name == "first"
    assert labels(two).any()
    assert not two.tabs.isVisible()


def test_closing_a_scene_with_unsaved_labels_asks(qtbot, two, answers, tmp_path):
    two.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide).click()
    assert answers.asked == ["unsaved"]  # cancelled: shown, and still there
    assert two.session.cube.name == "first"
    assert two.tabs.count() == 2
    answers.unsaved, answers.save = "save", tmp_path / "kept.tif"
    two.tabs.tabCloseRequested.emit(0)
    idle(qtbot, two)
    qtbot.waitUntil(lambda: two.tabs.count() == 1)
    assert two.session.cube.name == "second"
    assert read_classes(answers.save).array.any()


@pytest.fixture
def both(qtbot, two):
    """Two scenes, both with labels that are not saved."""
    press(two, "B")
    paint(two, (30, 10), (30, 12))
    show(qtbot, two, 0)
    show(qtbot, two, 1)
    return two


def test_closing_the_window_names_every_scene_and_what_would_be_lost(both, answers):
    answers.several = "cancel"
    assert not both.close()
    assert answers.asked == ["unsaved scenes"]
    counts = [np.count_nonzero(scene.labels.array) for scene in both.session.scenes]
    for name, count in zip(("first", "second"), counts, strict=True):
        assert f"{name}: {count} labels, 1 class" in answers.told[0]
    answers.several = "discard"
    assert both.close()


def test_scenes_can_be_decided_about_one_by_one(both, answers):
    answers.several, answers.unsaved = "each", "cancel"
    assert not both.close()
    assert answers.asked == ["unsaved scenes", "unsaved"]
    answers.unsaved = "discard"
    assert both.close()
    assert answers.asked == ["unsaved scenes", "unsaved", "unsaved scenes", "unsaved", "unsaved"]


def test_all_scenes_can_be_given_up_at_once(both, answers):
    answers.several = "discard"
    assert both.close()
    assert answers.asked == ["unsaved scenes"]


def test_all_scenes_can_be_saved_at_once_each_to_its_own_folder(qtbot, both, answers, tmp_path, monkeypatch):
    def beside(title, proposal, *, kinds=""):
        answers.asked.append(title)
        return Path(proposal)

    monkeypatch.setattr(answers, "save_path", beside)
    answers.several = "save"
    both.close()
    qtbot.waitUntil(lambda: not both.isVisible(), timeout=10_000)
    assert answers.asked == ["unsaved scenes", "Save labels", "Save labels"]
    for name in ("first", "second"):
        assert read_classes(tmp_path / f"{name}-labels.tif").array.any()


def test_nothing_is_asked_of_scenes_whose_labels_are_undone_to_what_is_saved(qtbot, both, answers):
    for place in (0, 1):
        show(qtbot, both, place)
        both.actions_["undo"].trigger()
    assert names(both) == ["first", "second"]
    assert both.close()
    assert answers.asked == []


def test_labels_of_a_scene_in_the_background_survive_a_crash(two):
    assert two.keeping.journal.settle()
    (kept,) = read_project(two.keeping.journal.own_file(two.session.scenes[0].id))
    assert kept.facts.name == two.session.scenes[0].cube.name
    assert kept.at_stake


def test_discarded_labels_are_not_offered_again(qtbot, two, answers, make_window, files):
    press(two, "B")
    paint(two, (30, 10), (30, 12))
    answers.unsaved = "discard"
    assert two.close()
    again = make_window()
    for path in files[:2]:
        open_scene(qtbot, again, path)
        assert "unsaved labels" not in texts(again)


def test_a_scene_that_is_open_is_shown_and_not_opened_twice(qtbot, two, files, answers):
    answers.unsaved = "cancel"
    two.scene.open_path(files[0])
    idle(qtbot, two)
    assert answers.asked == ["unsaved"]
    assert two.session.cube.name == "first"
    assert labels(two).any()
    assert two.tabs.count() == 2
    answers.unsaved = "discard"
    two.scene.open_path(files[0])
    idle(qtbot, two)
    assert not labels(two).any()
    assert names(two) == ["first", "second"]


def test_a_training_holds_no_tab_and_closing_its_scene_asks(qtbot, two, training, answers):
    two.actions_["pretrain"].trigger()
    show_place = two.tabs.tabRect(0).center()
    QTest.mouseClick(two.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, show_place)
    assert two.session.cube.name == "first"
    assert two.tabs.currentIndex() == 0
    two.tabs.tabCloseRequested.emit(1)
    assert answers.asked == ["Stop the work?"]
    assert two.tabs.count() == 2
    training.go.set()
    second = two.session.scenes[1]
    qtbot.waitUntil(lambda: second.features is not None, timeout=10_000)
    idle(qtbot, two)
    assert two.session.features is None


def test_dropped_scenes_open_in_a_tab_each(qtbot, window, files):
    drop(window, *files)
    qtbot.waitUntil(lambda: window.tabs.count() == 3, timeout=10_000)
    idle(qtbot, window)
    assert names(window) == ["first", "second", "third"]
    assert window.session.cube.name == "third"


def test_a_file_that_changed_in_the_background_is_told_when_its_scene_comes_back(qtbot, two, files):
    np.save(files[0], np.zeros((40, 42, 12)))
    show(qtbot, two, 0)
    assert "first.npy changed on disk" in texts(two)


def test_the_map_of_a_scene_that_was_left_too_soon_is_made_when_it_comes_back(qtbot, two):
    session = two.session
    session.set_trained(FakeEncoder(), features_of(session.cube))
    press(two, "B")
    for number, row in ((1, 10), (2, 30)):
        press(two, str(number))
        paint(two, (row, 10), (row, 20))
    two.scenes.show_next()  # before the answer
    idle(qtbot, two)
    two.scenes.show_next()
    idle(qtbot, two)
    assert session.class_map is not None
    assert np.array_equal(session.trained_on, session.labels.array)
