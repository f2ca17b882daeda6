"""Labels drawn from ground truth in the window: how many, where, and what is left to test."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox
from scipy.ndimage import distance_transform_cdt

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.sampling import draw_percent
from hsigui.pipeline.split import draw_split
from hsigui.specs import SplitSpec
from hsigui.ui.labels.sample_dialog import KINDS, SampleDialog
from tests.ui.windows import idle, labels, paint, press, texts

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(qtbot) -> SampleDialog:
    dialog = SampleDialog(False)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def choose(dialog: SampleDialog, kind: str) -> None:
    dialog.kind.setFocus()
    QTest.keyClick(dialog.kind, Qt.Key.Key_Home)
    for _ in range(list(KINDS).index(kind)):
        QTest.keyClick(dialog.kind, Qt.Key.Key_Down)
    assert dialog.kind.currentData() == kind


def asked(window) -> SampleDialog:
    window.actions_["draw_sample"].trigger()
    (dialog,) = (d for d in window.findChildren(SampleDialog) if d.isVisible())
    return dialog


def draw(qtbot, window, dialog: SampleDialog) -> None:
    QTest.mouseClick(dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Ok), LEFT)
    idle(qtbot, window)


# The dialog


def test_what_is_proposed_is_what_the_commands_draw_by_default(dialog):
    assert dialog.spec == SplitSpec()
    choose(dialog, "block")
    assert dialog.spec == SplitSpec(kind="block")
    choose(dialog, "region")
    assert dialog.spec == SplitSpec(kind="region")
    choose(dialog, "strokes")
    assert dialog.spec == SplitSpec(kind="strokes")


def test_blocks_have_a_side_and_a_guard_and_take_a_share_too(dialog):
    shown = {kind: (choose(dialog, kind), dialog.block.isVisible(), dialog.guard.isVisible())[1:] for kind in KINDS}
    apart = {"block": (True, True), "region": (False, True)}
    assert shown == {"random": (False, False), **apart, "strokes": (False, False)}
    choose(dialog, "region")
    QTest.mouseClick(dialog.by_percent, LEFT)
    assert dialog.spec.percent == 5.0
    assert not dialog.per_class.isEnabled()
    choose(dialog, "block")
    assert dialog.spec == SplitSpec(kind="block", percent=5.0)


def test_strokes_have_a_number_and_a_length_in_place_of_labels_a_class(dialog):
    rows = [dialog.strokes, dialog.pixels, dialog.by_number, dialog.per_class, dialog.by_percent, dialog.percent]
    shown = {kind: (choose(dialog, kind), [row.isVisible() for row in rows])[1] for kind in KINDS}
    others = [False, False, True, True, True, True]
    assert shown == dict.fromkeys(KINDS, others) | {"strokes": [not seen for seen in others]}
    dialog.by_percent.setChecked(True)
    dialog.strokes.setValue(2)
    dialog.pixels.setValue(12)
    assert dialog.spec == SplitSpec(kind="strokes", strokes=2, pixels=12)
    assert "wanders with a brush" in dialog.about.text()
    choose(dialog, "random")
    assert dialog.spec.percent == 5.0


def test_a_guard_smaller_than_what_the_encoder_sees_is_warned_of(qtbot):
    dialog = SampleDialog(True, reach=7)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog, "block")
    assert dialog.guard.value() == 7
    assert not dialog.warning.isVisible()
    dialog.guard.setValue(3)
    assert "sees 7 pixels" in dialog.warning.text()
    assert dialog.warning.isVisible()
    for kind in ("random", "strokes"):
        choose(dialog, kind)
        assert not dialog.warning.isVisible()


def test_the_full_guard_is_one_click_away_and_what_a_guard_covers_is_told(qtbot):
    dialog = SampleDialog(False, reach=0, seen={"pixel": 0, "narrow": 3, "mid": 36, "wide": 63})
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.full.isVisible()
    choose(dialog, "block")
    assert dialog.full.isVisible()
    assert "wide 63 pixels" in dialog.full.toolTip()
    dialog.guard.setValue(5)
    assert "A guard of 5 pixels covers the context pixel, narrow; in an even field mid 36" in dialog.about.text()
    QTest.mouseClick(dialog.full, LEFT)
    assert dialog.spec == SplitSpec(kind="block", guard=63)
    assert "covers all that the map sees" in dialog.about.text()
    choose(dialog, "random")
    assert "guard" not in dialog.about.text()


# The window


def test_a_share_of_each_class_is_drawn(qtbot, demo):
    dialog = asked(demo)
    QTest.mouseClick(dialog.by_percent, LEFT)
    dialog.percent.setValue(2.5)
    dialog.seed.setValue(4)
    draw(qtbot, demo, dialog)
    truth = demo.session.truth.array
    np.testing.assert_array_equal(labels(demo), draw_percent(truth, 2.5, 4, demo.session.cube.valid_mask()).train)
    assert "2.5 % of each class, seed 4" in texts(demo)
    assert demo.session.history.undo_text == "Sample of 2.5 % of each class"


def test_strokes_are_drawn_and_all_other_pixels_are_tested(qtbot, demo):
    dialog = asked(demo)
    choose(dialog, "strokes")
    dialog.strokes.setValue(2)
    dialog.pixels.setValue(12)
    draw(qtbot, demo, dialog)
    spec = SplitSpec(kind="strokes", strokes=2, pixels=12)
    split = draw_split(demo.session.truth.array, spec, demo.session.cube.valid_mask())
    np.testing.assert_array_equal(labels(demo), split.train)
    assert demo.session.reference.array is demo.session.truth.array, "nothing is left out"
    assert "labels drawn (2 strokes a class, up to 12 px each, seed 0)" in texts(demo)
    assert "flatters" not in texts(demo)
    assert demo.session.history.undo_text == "Sample of 2 strokes a class, up to 12 px each"


def test_blocks_leave_a_guard_band_that_is_neither_trained_nor_tested_on(qtbot, demo):
    truth = demo.session.truth.array
    dialog = asked(demo)
    choose(dialog, "block")
    dialog.per_class.setValue(6)
    dialog.block.setValue(12)
    dialog.guard.setValue(5)
    draw(qtbot, demo, dialog)
    split = draw_split(truth, SplitSpec(6, 0, "block", None, 12, 5), demo.session.cube.valid_mask())
    np.testing.assert_array_equal(labels(demo), split.train)
    reference = demo.session.reference
    rest = np.where(labels(demo) > 0, 0, reference.array)
    np.testing.assert_array_equal(rest, split.test)
    assert distance_transform_cdt(labels(demo) == 0, metric="chessboard")[rest > 0].min() > 5
    neither = (truth > 0) & (labels(demo) == 0) & (reference.array == 0)
    assert neither.any()
    assert "outside the training blocks" in reference.name
    assert f"{np.count_nonzero(split.test):,} pixels are left for testing, at least {split.gap} pixels" in texts(demo)


def test_figures_follow_when_a_draw_in_blocks_is_taken_back_and_done_again(qtbot, demo, training):
    truth = demo.session.truth.array
    demo.sampler.sample(SplitSpec(5, 1))
    idle(qtbot, demo)
    training.go.set()
    demo.actions_["pretrain"].trigger()
    idle(qtbot, demo)
    everywhere = np.count_nonzero(truth) - np.count_nonzero(labels(demo))

    def measured_on(count: int) -> None:
        idle(qtbot, demo)
        qtbot.waitUntil(lambda: demo.session.accuracy is not None and demo.session.accuracy.n_test == count)

    measured_on(everywhere)
    demo.sampler.sample(SplitSpec(5, 1, "block"))
    idle(qtbot, demo)
    apart = np.count_nonzero(draw_split(truth, SplitSpec(5, 1, "block"), demo.session.cube.valid_mask()).test)
    assert apart < everywhere
    measured_on(apart)
    press(demo, "Z", CTRL)
    measured_on(everywhere)
    press(demo, "Y", CTRL)
    measured_on(apart)
    press(demo, "B")
    paint(demo, (5, 5))
    assert demo.session.sample.spec.kind == "block", "what is painted more does not bring the guard band back"
    demo.session.go_to(0)
    paint(demo, (5, 5))
    assert demo.session.sample is None
    assert demo.session.reference.array is truth


def test_labels_of_a_file_end_a_draw(qtbot, demo, tmp_path):
    demo.sampler.sample(SplitSpec(5, 1, "block"))
    idle(qtbot, demo)
    write_classes(tmp_path / "mine.tif", labels(demo), demo.session.classes)
    demo.label_files.open_labels(tmp_path / "mine.tif")
    idle(qtbot, demo)
    assert demo.session.sample is None
    demo.session.undo()
    assert demo.session.sample.spec.kind == "block"


def test_window_and_command_draw_the_same_pixels(qtbot, demo, tmp_path):
    session = demo.session
    write_classes(tmp_path / "truth.tif", session.truth.array, session.classes)
    for words, spec in (
        (["--per-class", "4", "--seed", "3"], SplitSpec(4, 3)),
        (["--percent", "1.5"], SplitSpec(percent=1.5)),
        (["--per-class", "4", "--split", "block", "--seed", "3"], SplitSpec(4, 3, "block")),
        (["--percent", "2", "--split", "block"], SplitSpec(kind="block", percent=2.0)),
        (["--per-class", "4", "--split", "region"], SplitSpec(4, 0, "region")),
        (["--split", "strokes:3x9"], SplitSpec(kind="strokes", strokes=3, pixels=9)),
    ):
        out, rest = tmp_path / "out.tif", tmp_path / "rest.tif"
        assert main(["sample", str(tmp_path / "truth.tif"), *words, "--out", str(out), "--rest", str(rest)]) == 0
        demo.sampler.sample(spec)
        idle(qtbot, demo)
        np.testing.assert_array_equal(labels(demo), read_classes(out).array)
        tested = np.where(labels(demo) > 0, 0, session.reference.array)
        np.testing.assert_array_equal(tested, read_classes(rest).array)


def test_what_cannot_be_drawn_is_told_in_words_and_changes_nothing(qtbot, demo):
    demo.sampler.sample(SplitSpec(5, 1))
    idle(qtbot, demo)
    before = labels(demo).copy()
    demo.sampler.sample(SplitSpec(5, 1, "block", None, 200, 200))
    idle(qtbot, demo)
    assert "leave no pixel" in texts(demo)
    np.testing.assert_array_equal(labels(demo), before)


def test_validation_labels_that_stand_in_for_the_truth_are_told(qtbot, demo):
    press(demo, "V")
    press(demo, "R")
    paint(demo, (60, 60), (64, 64))
    demo.sampler.sample(SplitSpec(2, 0))
    idle(qtbot, demo)
    assert "measured on the validation labels" in texts(demo)
