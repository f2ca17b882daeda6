"""The map that follows the strokes, and what it is measured on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.specs import MapSpec, SplitSpec
from tests.ui.windows import FakeEncoder, features_of, idle, labels, opened, paint, press, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_run_says_how_its_map_is_smoothed_until_the_user_does(qtbot, demo):
    made = features_of(demo.session.cube)
    recipe = replace(made.recipe, map=MapSpec(smooth=1.5, edges=0.0))
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), replace(made, recipe=recipe))
    idle(qtbot, demo)
    assert demo.map_panel.smooth.value() == demo.session.next_map_spec.smooth == 1.5
    demo.map_panel.smooth.setValue(3.0)
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), replace(made, recipe=recipe))
    idle(qtbot, demo)
    assert demo.session.next_map_spec.smooth == 3.0


def test_a_stroke_renews_the_map_without_pretraining_again(qtbot, demo, training):
    trained(qtbot, demo, training)
    assert demo.session.class_map is None
    assert "two classes" in demo.map_panel.state.text()
    press(demo, "B")
    press(demo, "4")
    paint(demo, (30, 49), (38, 47))
    idle(qtbot, demo)
    assert demo.session.class_map is None
    press(demo, "3")
    paint(demo, (110, 80), (112, 90))
    qtbot.waitUntil(lambda: demo.session.class_map is not None, timeout=5000)
    idle(qtbot, demo)
    assert set(np.unique(demo.session.class_map.classes)) <= {0, 3, 4}
    assert np.array_equal(demo.session.trained_on, labels(demo))
    assert training.go.is_set()


def test_with_the_live_map_off_a_stroke_leaves_the_map_until_it_is_renewed(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    class_map = demo.session.class_map
    press(demo, "L")
    assert not demo.session.live
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    idle(qtbot, demo)
    assert demo.session.class_map is class_map
    assert "changed since" in demo.map_panel.state.text()
    demo.actions_["renew_map"].trigger()
    qtbot.waitUntil(lambda: demo.session.class_map is not class_map, timeout=5000)
    press(demo, "L")
    idle(qtbot, demo)


def test_many_strokes_in_a_row_end_with_the_map_of_the_last(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    press(demo, "B")
    for row in range(50, 100, 5):
        paint(demo, (row, 60), (row, 64))
    idle(qtbot, demo)
    assert np.array_equal(demo.session.trained_on, labels(demo))


def test_erasing_the_last_label_of_a_class_keeps_the_map_and_says_why(qtbot, demo, training):
    trained(qtbot, demo, training)
    press(demo, "B")
    for key, row in (("1", 60), ("2", 100)):
        press(demo, key)
        paint(demo, (row, 60))
        idle(qtbot, demo)
    class_map = demo.session.class_map
    assert class_map is not None
    demo.session.undo()
    idle(qtbot, demo)
    assert demo.session.class_map is class_map
    assert "two classes or more" in demo.map_panel.state.text()
    assert "error:" not in texts(demo)


def test_labels_are_never_measured_on(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(9, 1))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    truth, train = demo.session.truth.array, demo.session.trained_on
    accuracy = demo.session.accuracy
    valid = demo.session.features.valid
    assert accuracy.n_test == int(((truth > 0) & (train == 0) & valid).sum())
    assert accuracy.matrix.sum() == accuracy.n_test


def test_truth_that_comes_after_the_map_is_measured_at_once(
    qtbot,
    window,
    answers,
    training,
    demo_files,
):
    opened(qtbot, window, demo_files[0])
    press(window, "B")
    paint(window, (60, 60), (60, 64))
    window.actions_["add_class"].trigger()
    paint(window, (100, 20), (100, 24))
    trained(qtbot, window, training)
    class_map = window.session.class_map
    assert window.session.accuracy is None
    answers.path = demo_files[1]
    window.actions_["open_truth"].trigger()
    qtbot.waitUntil(lambda: window.session.accuracy is not None, timeout=5000)
    idle(qtbot, window)
    assert window.session.class_map is class_map


def test_map_keys_change_what_is_seen(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    at = demo.map_panel.opacity.value()
    press(demo, "A")
    assert demo.map_panel.opacity.value() == at - 5
    press(demo, "A", SHIFT)
    assert demo.map_panel.opacity.value() == at
    press(demo, "P")
    assert not demo.map_panel.show_box.isChecked()
    class_map = demo.session.class_map
    demo.map_panel.smooth.setValue(2.0)
    qtbot.waitUntil(lambda: demo.session.class_map is not class_map, timeout=5000)
    idle(qtbot, demo)
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(71, 81))
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(70, 80))
    qtbot.waitUntil(lambda: "% sure" in demo.map_panel.pixel.text(), timeout=3000)
    idle(qtbot, demo)


def test_the_results_say_whether_the_map_is_as_often_right_as_it_says(qtbot, mapped):
    session, panel = mapped.session, mapped.results
    made, truth = session.class_map, session.scene.reference.array
    test = (truth > 0) & (session.trained_on == 0) & (made.classes > 0)
    sure, right = 100 * made.confidence[test].mean(), 100 * (made.classes == truth)[test].mean()
    assert f"{sure:.1f} % sure" in panel.relied.text()
    assert f"{right:.1f} % are right" in panel.relied.text()
    session.drop_accuracy()
    assert session.map.reliability is None
    assert not panel.relied.isVisibleTo(panel)
