"""Files of labels and truth in the window, and that no label is lost on any way out of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.label_map import Edit
from hsigui.storage import journal
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.ui.labels.sample_dialog import SampleDialog
from tests.ui.windows import button, idle, labels, open_scene, opened, paint, press, texts

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
edited = False
while not (edited and window.keeping.journal.settle(0)):
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
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    qtbot.waitUntil(lambda: _has_stored_labels(demo), timeout=5000)
    demo.session.undo()
    qtbot.waitUntil(lambda: not _has_stored_labels(demo), timeout=5000)
    demo.session.redo()
    qtbot.waitUntil(lambda: _has_stored_labels(demo), timeout=5000)


def _stored(window) -> KeptScene | None:
    """What is on the disk of the shown scene, read beside its writer: nothing where it has just made the file."""
    path = window.keeping.journal.own_file(window.session.scene.id)
    return None if path is None else next(iter(read_project(path)), None)


def _has_stored_labels(window) -> bool:
    stored = _stored(window)
    return stored is not None and bool(stored.labels.any())


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


def test_what_cannot_be_kept_safe_is_told_stays_told_and_is_tried_again(qtbot, demo, monkeypatch):
    monkeypatch.setattr(journal, "RETRY_SECONDS", 0.05)

    def full(*args):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(ProjectFile, "write", full)
        press(demo, "B")
        for row in (60, 70, 80):
            paint(demo, (row, 60))
        qtbot.waitUntil(lambda: "could not be kept safe" in texts(demo), timeout=5000)
        assert texts(demo).count("could not be kept safe") == 1
        assert "disk is full" in demo.status.keeping.text()
        demo.messages.clear()
        qtbot.wait(600)
        assert demo.status.keeping.isVisible(), "what the user put away is still told"
        assert demo.session.unsaved
    qtbot.waitUntil(lambda: not demo.status.keeping.isVisible(), timeout=10_000)
    assert "kept safe again" in texts(demo)
    assert np.array_equal(_stored(demo).labels, labels(demo))


def test_a_second_window_is_told_who_labels_the_scene_and_reads_what_is_drawn_there(qtbot, make_window, demo_files):
    first, second = make_window(), make_window()
    opened(qtbot, first, demo_files[0])
    press(first, "B")
    paint(first, (60, 60), (60, 70))
    drawn = labels(first).copy()
    assert first.keeping.journal.settle()
    opened(qtbot, second, demo_files[0])
    assert f"process {os.getpid()} on" in texts(second)
    assert "unsaved labels of this scene" not in texts(second)
    QTest.mouseClick(button(second, "Add its labels"), Qt.MouseButton.LeftButton)
    idle(qtbot, second)
    assert np.array_equal(labels(second), drawn)
    assert second.keeping.journal.settle()
    one, two = (w.keeping.journal.own_file(w.session.scene.id) for w in (first, second))
    assert one != two
    press(first, "B")
    paint(first, (80, 60), (80, 70))
    assert np.array_equal(labels(second), drawn)


def test_a_scene_in_two_tabs_has_labels_of_each_and_no_other_process_is_named(qtbot, window, demo_files, tmp_path):
    for path in demo_files[0].parent.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    opened(qtbot, window, demo_files[0])
    press(window, "B")
    paint(window, (60, 60), (60, 70))
    assert window.keeping.journal.settle()
    open_scene(qtbot, window, tmp_path / demo_files[0].name)
    assert "open in another tab" in texts(window)
    assert "process" not in texts(window)
    paint(window, (80, 60), (80, 70))
    assert window.keeping.journal.settle()
    one, two = (window.keeping.journal.own_file(scene.id) for scene in window.session.scenes)
    assert one != two


def test_the_history_comes_back_with_the_labels(qtbot, make_window, demo_files):
    first = make_window()
    opened(qtbot, first, demo_files[0])
    press(first, "B")
    paint(first, (60, 60), (60, 70))
    before = labels(first).copy()
    paint(first, (70, 60), (70, 70))
    after, steps = labels(first).copy(), first.session.history.texts
    first.keeping.journal.close()  # as a crash leaves it
    second = make_window()
    opened(qtbot, second, demo_files[0])
    QTest.mouseClick(button(second, "Restore"), Qt.MouseButton.LeftButton)
    idle(qtbot, second)
    assert np.array_equal(labels(second), after)
    assert second.session.history.texts == steps
    press(second, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(labels(second), before)
    press(second, Qt.Key.Key_Y, CTRL)
    assert np.array_equal(labels(second), after)
    assert second.keeping.journal.settle()
    assert np.array_equal(_stored(second).labels, after)
    third = make_window()
    opened(qtbot, third, demo_files[0])
    assert "unsaved labels of this scene" not in texts(third), "they are in the second window now"


def test_a_scene_that_was_read_again_keeps_its_labels_under_what_it_holds_now(qtbot, make_window, demo_files, tmp_path):
    for path in (*demo_files[0].parent.iterdir(),):
        shutil.copyfile(path, tmp_path / path.name)
    header = tmp_path / demo_files[0].name
    window = make_window()
    opened(qtbot, window, header)
    press(window, "B")
    paint(window, (60, 60), (60, 70))
    assert window.keeping.journal.settle()
    before = window.keeping.journal.own_file(window.session.scene.id)
    data = max((p for p in tmp_path.glob(f"{header.stem}*") if p.is_file()), key=lambda p: p.stat().st_size)
    content = bytearray(data.read_bytes())
    content[:64] = bytes(64)
    data.write_bytes(content)
    window.scene.reload()
    idle(qtbot, window)
    assert window.keeping.journal.settle()
    after = window.keeping.journal.own_file(window.session.scene.id)
    assert before != after
    assert not before.exists(), "not offered to anybody: the labels go on in the other file"
    assert np.array_equal(_stored(window).labels, labels(window))


def test_labels_of_what_a_file_held_before_are_offered_as_an_import(qtbot, make_window, tmp_path):
    path = tmp_path / "scene.npy"
    np.save(path, np.random.default_rng(0).integers(0, 9, (40, 50, 6)).astype(np.int16))
    first = make_window()
    opened(qtbot, first, path)
    first.labels.classes.add()
    first.session.edit(Edit(5, 6, np.ones((3, 4), dtype=bool), 1), "Block")
    assert first.keeping.journal.close()
    np.save(path, np.random.default_rng(1).integers(0, 9, (44, 30, 6)).astype(np.int16))
    second = make_window()
    opened(qtbot, second, path)
    assert "40 x 50 pixels" in texts(second)
    QTest.mouseClick(button(second, "Import"), Qt.MouseButton.LeftButton)
    idle(qtbot, second)
    assert (labels(second)[5:8, 6:10] == 1).all()
    assert np.count_nonzero(labels(second)) == 12
    assert "40 x 30 of 40 x 50" in texts(second)
    assert "unsaved labels from" not in texts(second)
