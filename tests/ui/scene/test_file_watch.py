"""A scene's file that changes or goes away while it is open is told of, and nothing crashes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from tests.ui.windows import button, click, idle, labels, open_scene, paint, press, texts


def values(shape=(40, 42, 12), seed=0):
    return np.random.default_rng(seed).integers(1, 4000, shape).astype(np.uint16)


@pytest.fixture
def header(tmp_path):
    return write_cube(tmp_path / "scene.img", values(), CubeInfo(), "bil")[0]


@pytest.fixture
def opened(qtbot, window, header):
    open_scene(qtbot, window, header)
    press(window, "B")
    paint(window, (20, 20), (20, 25))
    press(window, "N")
    return window


def told(qtbot, window, words):
    """Waits for the system's own notice."""
    qtbot.waitUntil(lambda: words in texts(window), timeout=10_000)


def test_a_changed_file_is_told_and_read_again_with_the_labels_kept(qtbot, opened, header):
    before = labels(opened).copy()
    assert before.any()
    header.with_suffix(".img").write_bytes(values(seed=1).transpose(0, 2, 1).tobytes())
    told(qtbot, opened, "scene.img changed on disk since the scene was opened")
    button(opened, "Reload").click()
    idle(qtbot, opened)
    assert np.array_equal(opened.session.cube.read(), values(seed=1))
    assert np.array_equal(labels(opened), before)
    assert "was read again; the labels stay" in texts(opened)
    assert opened.session.unsaved


def test_a_removed_file_is_told_and_reading_on_does_no_harm(qtbot, opened, header):
    data = header.with_suffix(".img")
    (data.parent / "aside").mkdir()
    aside = data.rename(data.parent / "aside" / data.name)
    told(qtbot, opened, "scene.img is not there any more")
    click(opened, 5, 5)
    idle(qtbot, opened)
    button(opened, "Try again").click()
    idle(qtbot, opened)
    assert "error: " in texts(opened)
    aside.rename(data)
    opened.watch.look()
    idle(qtbot, opened)
    opened.actions_["reload"].trigger()
    idle(qtbot, opened)
    assert "was read again" in texts(opened)


def test_a_file_that_became_shorter_is_an_error_in_words(qtbot, opened, header):
    with header.with_suffix(".img").open("r+b") as file:
        file.truncate(1000)
    told(qtbot, opened, "changed on disk")
    click(opened, 39, 41)
    idle(qtbot, opened)
    assert "error: scene.img has become shorter" in texts(opened)
    assert opened.isVisible()


def test_a_window_that_comes_to_the_front_looks_at_the_file(qtbot, opened, header):
    opened.watch._watcher.removePaths(opened.watch._watcher.files())  # as on a network drive, which tells of nothing
    header.write_text(header.read_text() + "; a remark\n")
    opened.watch._came_to_front(Qt.ApplicationState.ApplicationInactive)
    assert not opened.watch._looking.busy
    opened.watch._came_to_front(Qt.ApplicationState.ApplicationActive)
    idle(qtbot, opened)
    assert "scene.hdr changed on disk" in texts(opened)
    opened.messages.clear()
    opened.watch.look()
    idle(qtbot, opened)
    assert texts(opened) == ""  # told once


def test_a_scene_of_another_size_is_opened_as_a_new_one(qtbot, opened, header, answers):
    write_cube(header.with_suffix(".img"), values((30, 31, 12)), CubeInfo(), "bil")
    answers.unsaved = "cancel"
    opened.actions_["reload"].trigger()
    idle(qtbot, opened)
    assert answers.asked == ["unsaved"]
    assert opened.session.cube.shape == (40, 42, 12)
    answers.unsaved = "discard"
    opened.actions_["reload"].trigger()
    idle(qtbot, opened)
    assert opened.session.cube.shape == (30, 31, 12)


def test_reading_again_drops_features_and_asks_what_becomes_of_the_training(qtbot, opened, training, answers):
    opened.actions_["pretrain"].trigger()
    opened.scene.reload()
    assert "which learns from the scene as it is now" in answers.asked[-1]
    assert opened.session.training
    training.go.set()
    qtbot.waitUntil(lambda: opened.session.features is not None, timeout=10_000)
    idle(qtbot, opened)
    opened.actions_["reload"].trigger()
    idle(qtbot, opened)
    assert opened.session.features is None
    assert "are dropped" in texts(opened)


def test_the_demo_scene_has_no_file_to_look_at(qtbot, demo):
    demo.watch.look()
    assert not demo.bridge.running
    assert not demo.actions_["reload"].isEnabled()
