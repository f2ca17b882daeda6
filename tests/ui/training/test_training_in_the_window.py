"""Training from the window: progress, pause, cancel, errors, another scene, closing."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from hsigui.errors import HsiError
from hsigui.specs import SplitSpec
from hsigui.ui.desk.error_dialog import ErrorDialog
from tests.ui.windows import idle, labels, opened, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_pretraining_shows_progress_and_device_and_then_makes_the_map(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    demo.actions_["pretrain"].trigger()
    assert not demo.actions_["pretrain"].isEnabled()
    assert demo.actions_["cancel"].isEnabled()
    qtbot.waitUntil(lambda: len(demo.training.points("loss")) > 5, timeout=5000)
    assert "a test" in demo.status.device.text()
    assert "Pretraining, step" in demo.training.text
    training.go.set()
    qtbot.waitUntil(lambda: demo.session.class_map is not None, timeout=10_000)
    idle(qtbot, demo)
    assert demo.session.accuracy.oa > 0.5
    assert demo.results.figures[0].text() == f"{100 * demo.session.accuracy.oa:.1f} %"
    assert f"{demo.session.accuracy.n_test:,} pixels of the simulated ground truth" in demo.results.sentence.text()
    assert demo.actions_["export"].isEnabled()
    assert demo.actions_["pretrain"].isEnabled()


def test_a_baseline_prepares_features_by_the_same_button(qtbot, demo, training):
    assert demo.actions_["pretrain"].text() == "&Pretrain"
    demo.method.method.setCurrentIndex(demo.method.method.findData("svm-raw"))
    assert demo.actions_["pretrain"].text() == "&Prepare features"
    training.go.set()
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: demo.session.features is not None, timeout=5000)
    idle(qtbot, demo)
    assert demo.session.encoder.spec.method == "svm-raw"
    assert demo.training.title == "SVM on spectra, seed 0"
    assert not demo.training._plot.isVisible()
    demo.method.method.setCurrentIndex(demo.method.method.findData("lscosa"))
    assert demo.actions_["pretrain"].text() == "&Pretrain"


def test_pause_holds_the_training_and_cancel_leaves_all_as_it_was(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    before, class_map, features = labels(demo).copy(), demo.session.class_map, demo.session.features
    training.go.clear()
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 3, timeout=5000)
    demo.actions_["pause"].trigger()
    qtbot.wait(60)
    steps = training.steps
    qtbot.wait(100)
    assert training.steps <= steps + 1
    demo.actions_["pause"].trigger()
    qtbot.waitUntil(lambda: training.steps > steps + 3, timeout=5000)
    demo.actions_["pause"].trigger()
    demo.actions_["cancel"].trigger()
    asked = training.steps
    qtbot.waitUntil(lambda: not demo.session.training, timeout=5000)
    assert training.steps <= asked + 1
    assert not demo.actions_["pause"].isChecked()
    assert "Cancelled" in demo.training.text
    assert np.array_equal(labels(demo), before)
    assert demo.session.class_map is class_map
    assert demo.session.features is features


def test_an_error_of_the_user_in_training_is_said_and_the_window_goes_on(qtbot, demo, training):
    training.error = HsiError("The scene is too small.", "Choose another.")
    training.go.set()
    demo.actions_["pretrain"].trigger()
    idle(qtbot, demo)
    assert "error: The scene is too small. Choose another." in texts(demo)
    assert demo.actions_["pretrain"].isEnabled()


def test_a_fault_in_training_shows_its_trace_and_the_window_goes_on(qtbot, demo, training):
    training.error = RuntimeError("shapes do not match")
    training.go.set()
    demo.actions_["pretrain"].trigger()
    idle(qtbot, demo)
    (dialog,) = demo.findChildren(ErrorDialog)
    assert "shapes do not match" in dialog.trace.toPlainText()
    dialog.reject()
    assert demo.actions_["pretrain"].isEnabled()


def test_a_scene_opened_during_training_lets_it_go_on_and_gets_none_of_its_results(
    qtbot, demo, training, answers, demo_files
):
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 2, timeout=5000)
    trained = demo.session.scene
    demo.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: demo.session.cube.path is not None, timeout=5000)
    assert not demo.session.training
    training.go.set()
    idle(qtbot, demo)
    assert answers.asked == []
    assert demo.session.features is None
    assert trained.features is not None


def test_a_training_goes_on_when_the_user_does_not_want_it_stopped_for_its_scene_opened_anew(
    qtbot, window, training, answers, demo_files
):
    opened(qtbot, window, demo_files[0])
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 2, timeout=5000)
    present = window.session.cube
    window.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: "Stop the work?" in answers.asked, timeout=5000)
    assert window.session.cube is present
    assert window.session.training
    training.go.set()
    idle(qtbot, window)
    assert window.session.features is not None


@pytest.mark.serial
def test_closing_during_training_ends_it_quickly(qtbot, demo, training, answers):
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 2, timeout=5000)
    answers.at_exit = "stop"
    began = time.monotonic()
    assert demo.close()
    assert time.monotonic() - began < 3.0
    assert not [t for t in threading.enumerate() if t.name.startswith("job-")]
