"""Files of labels and truth in the window, and that no label is lost on any way out of it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.ui.labels.sample_dialog import SampleDialog
from tests.ui.windows import button, idle, labels, opened, paint, press, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize("suffix", [".tif", ".hdr", ".mat"])
def test_labels_are_saved_and_opened_again(qtbot, demo, answers, tmp_path, suffix):
    press(demo, "B")
    press(demo, "4")
    paint(demo, (60, 60), (60, 70))
    painted = labels(demo).copy()
    answers.save = answers.path = tmp_path / f"mine{suffix}"
    assert demo.isWindowModified()
    press(demo, Qt.Key.Key_S, CTRL)
    idle(qtbot, demo)
    assert not demo.isWindowModified()
    assert np.array_equal(read_classes(answers.save).array, painted)
    assert "Labels saved to" in texts(demo)
    demo.session.undo()
    demo.actions_["open_labels"].trigger()
    idle(qtbot, demo)
    assert np.array_equal(labels(demo), painted)
    press(demo, Qt.Key.Key_S, CTRL)
    idle(qtbot, demo)
    assert answers.asked.count("Save labels") == 1, "the second save must not ask again"


def test_a_file_that_cannot_be_written_leaves_the_labels_unsaved(qtbot, demo, answers, tmp_path):
    press(demo, "B")
    paint(demo, (60, 60))
    answers.save = tmp_path / "labels.docx"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    assert "error:" in texts(demo)
    assert demo.session.unsaved


@pytest.mark.parametrize("action", ["open_labels", "open_truth"])
def test_rasters_of_another_size_are_refused_with_both_sizes(qtbot, demo, answers, tmp_path, action):
    press(demo, "B")
    paint(demo, (60, 60))
    before, truth = labels(demo).copy(), demo.session.truth
    answers.path = tmp_path / "small.tif"
    write_classes(answers.path, np.ones((10, 12), np.uint16), ClassTable.for_numbers([1]))
    demo.actions_[action].trigger()
    idle(qtbot, demo)
    assert "10 x 12" in texts(demo)
    assert "128 x 128" in texts(demo)
    assert np.array_equal(labels(demo), before)
    assert demo.session.truth is truth


def test_truth_gives_a_few_shot_sample_and_the_rest_is_for_testing(qtbot, window, answers, demo_files):
    opened(qtbot, window, demo_files[0])
    answers.path = demo_files[1]
    window.actions_["open_truth"].trigger()
    idle(qtbot, window)
    QTest.mouseClick(button(window, "Draw few-shot sample…"), Qt.MouseButton.LeftButton)
    (dialog,) = window.findChildren(SampleDialog)
    dialog.per_class.setValue(7)
    dialog.seed.setValue(3)
    dialog.accept()
    idle(qtbot, window)
    counts = window.session.labels.counts()
    assert set(counts.values()) == {7}
    drawn = labels(window) > 0
    assert (labels(window)[drawn] == window.session.truth.array[drawn]).all()
    assert "7 a class, seed 3" in texts(window)


def test_ground_truth_in_the_file_of_the_scene_is_offered(qtbot, window, data_dir):
    opened(qtbot, window, data_dir / "salinas_a" / "SalinasA.mat")
    assert window.session.truth is None
    QTest.mouseClick(button(window, "Load as ground truth"), Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert set(np.unique(window.session.truth.array)) == {0, 1, 10, 11, 12, 13, 14}
    assert window.session.classes.numbers == (1, 10, 11, 12, 13, 14)


@pytest.mark.parametrize(("answer", "stays"), [("cancel", True), ("discard", False)])
def test_unsaved_labels_are_asked_about_before_the_scene_is_opened_again(qtbot, demo, answers, answer, stays):
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    cube = demo.session.cube
    answers.unsaved = answer
    demo.scene.open_demo()
    idle(qtbot, demo)
    assert answers.asked == ["unsaved"]
    assert (demo.session.cube is cube) == stays
    assert labels(demo).any() == stays


def test_save_then_close_writes_first_and_closes_after(qtbot, demo, answers, tmp_path):
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    answers.unsaved, answers.save = "save", tmp_path / "kept.tif"
    demo.close()
    qtbot.waitUntil(lambda: not demo.isVisible(), timeout=5000)
    assert read_classes(answers.save).array.any()


def test_a_cancelled_close_keeps_the_window(qtbot, demo, answers):
    press(demo, "B")
    paint(demo, (60, 60))
    answers.unsaved = "cancel"
    assert not demo.close()
    assert demo.isVisible()
    press(demo, "1")
    paint(demo, (70, 60))
    assert labels(demo)[70, 60] == 1, "the window must go on working"


CRASHING = """
import os, sys
from PySide6.QtWidgets import QApplication
from hsigui.labels.label_map import Edit
from hsigui.ui.shell.main_window import MainWindow
import numpy as np

app = QApplication([])
window = MainWindow()
window.show()
window.scene.open_path(sys.argv[1])
folder = window.label_files._recovery.folder
edited = False
while not (edited and any(folder.glob("*.npz"))):
    app.processEvents()
    if window.session.cube is not None and not edited:
        window.labels.classes.add()
        window.session.edit(Edit(60, 60, np.ones((3, 5), dtype=bool), 1), "Brush stroke")
        edited = True
os._exit(9)
"""


def test_labels_of_a_crashed_window_are_offered_and_restored(qtbot, make_window, demo_files, tmp_path):
    env = os.environ | {"HSIGUI_STATE_DIR": str(tmp_path), "HSIGUI_CONFIG_DIR": str(tmp_path / "other")}
    crashed = subprocess.run([sys.executable, "-c", CRASHING, str(demo_files[0])], env=env, timeout=60, check=False)
    assert crashed.returncode == 9

    window = make_window()
    opened(qtbot, window, demo_files[0])
    assert "15 unsaved labels of this scene" in texts(window)
    assert not labels(window).any()
    QTest.mouseClick(button(window, "Restore"), Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert (labels(window)[60:63, 60:65] == 1).all()
    assert np.count_nonzero(labels(window)) == 15
    assert window.session.unsaved
    assert "unsaved labels of this scene" not in texts(window)


def test_every_kind_of_edit_is_kept_safe(qtbot, demo):
    folder = demo.label_files._recovery.folder
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    qtbot.waitUntil(lambda: len(list(folder.glob("*.npz"))) == 1, timeout=5000)
    (copy,) = folder.glob("*.npz")
    demo.session.undo()
    qtbot.waitUntil(lambda: _stored(copy).sum() == 0, timeout=5000)
    demo.session.redo()
    qtbot.waitUntil(lambda: _stored(copy).sum() > 0, timeout=5000)
    idle(qtbot, demo)


def _has_stored_labels(window) -> bool:
    return any(_stored(path).any() for path in window.label_files._recovery.folder.glob("*.npz"))


def test_labels_are_kept_safe_while_stroke_follows_stroke(qtbot, demo):
    press(demo, "B")
    kept: list[bool] = []  # before each stroke, whether earlier ones are on the disk

    def stroke() -> None:
        kept.append(_has_stored_labels(demo))
        paint(demo, (40 + len(kept), 60), (40 + len(kept), 70))

    brisk = QTimer(demo)
    brisk.setInterval(100)
    brisk.timeout.connect(stroke)
    brisk.start()
    qtbot.waitUntil(lambda: len(kept) >= 40, timeout=60_000)
    brisk.stop()
    assert not kept[0]
    assert kept[-1]
    idle(qtbot, demo)


def test_labels_are_kept_safe_while_one_long_stroke_is_drawn(qtbot, demo):
    press(demo, "B")
    port, place = demo.image.viewport(), demo.image.position_of
    QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(30, 60))
    for row in range(31, 91):
        QTest.mouseMove(port, place(row, 60))
        qtbot.wait(100)
        if _has_stored_labels(demo):
            break
    assert demo.image.drawing, "it is not over yet"
    assert _has_stored_labels(demo)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place(row, 60))
    assert demo.session.history.place == 2, "the class that was made, and the stroke, whole"
    demo.session.undo()
    assert not labels(demo).any()
    idle(qtbot, demo)


def _stored(path):
    with np.load(path) as file:
        return file["labels"]


def test_a_recovery_folder_that_cannot_be_written_is_said_once(qtbot, demo, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(demo.label_files._recovery, "save", full)
    press(demo, "B")
    for row in (60, 70, 80):
        paint(demo, (row, 60))
        demo.label_files._autosave()
        idle(qtbot, demo)
    assert texts(demo).count("could not be kept safe") == 1
    assert demo.session.unsaved
