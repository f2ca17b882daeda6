"""The window as a user meets it: opening, looking, labelling, training, mapping, and everything that can go wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.cube.demo import write_demo
from hsigui.cube.render import ViewState
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.report.filters import filtered
from hsigui.specs import MapSpec, SplitSpec
from hsigui.ui.desk import work
from hsigui.ui.desk.error_dialog import ErrorDialog
from hsigui.ui.labels.sample_dialog import SampleDialog
from hsigui.ui.results.export_dialog import ExportDialog
from hsigui.ui.shell.app import last_resort
from tests.ui.windows import FakeEncoder, click, features_of, idle, labels, paint, press, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="module")
def demo_files(tmp_path_factory):
    return write_demo(tmp_path_factory.mktemp("demo"))


def opened(qtbot, window, path):
    """Opens a scene and waits for it."""
    window.scene.open_path(path)
    qtbot.waitUntil(lambda: window.session.cube is not None and window.session.cube.path is not None, timeout=10_000)
    idle(qtbot, window)


def trained(qtbot, window, training):
    """Runs the stand-in for pretraining to its end."""
    window.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=10_000)
    idle(qtbot, window)


def button(window, text) -> QPushButton:
    return next(b for m in window.messages.messages for b in m.findChildren(QPushButton) if b.text() == text)


# Opening


def test_a_window_without_a_scene_shows_how_to_begin(window):
    assert window.pages.currentWidget() is window.start_page
    assert not window.image.isVisible()


def test_the_window_opens_without_torch():
    code = "import sys, hsigui.ui.shell.app; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_path_is_opened_shown_and_remembered(qtbot, window, demo_files):
    opened(qtbot, window, demo_files[0])
    assert window.pages.currentWidget() is window.image
    assert window.image.scene_size == (128, 128)
    assert window.windowTitle().startswith("demo-scene")
    assert window.desk.store.load().recent == (str(demo_files[0]),)
    assert [a.text() for a in window._recent_menu.actions()] == [str(demo_files[0])]


def test_a_file_can_be_dropped_on_the_window(qtbot, window, demo_files):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(demo_files[0]))])
    copy = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(50, 50), copy, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(event)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)


def test_what_cannot_be_opened_is_said_and_the_present_scene_stays(qtbot, demo, tmp_path):
    press(demo, "B")
    paint(demo, (60, 60), (60, 64))
    before, cube = labels(demo).copy(), demo.session.cube
    (tmp_path / "broken.hdr").write_text("no header")
    for path in (tmp_path / "missing.hdr", tmp_path / "broken.hdr", tmp_path):
        demo.scene.open_path(path)
        idle(qtbot, demo)
    assert demo.session.cube is cube
    assert np.array_equal(labels(demo), before)
    assert texts(demo).count("error:") == 3
    assert "missing.hdr" in texts(demo)


def test_opening_and_looking_need_no_pass_over_the_whole_scene(qtbot, window, demo_files, monkeypatch):
    def whole(*_args):
        raise AssertionError("the whole scene was read")

    monkeypatch.setattr("hsigui.cube.cube.Cube.valid_mask", whole)
    monkeypatch.setattr("hsigui.cube.cube.Cube.count_nodata", whole)
    opened(qtbot, window, demo_files[0])
    click(window, 30, 40)
    window.actions_["infrared"].trigger()
    idle(qtbot, window)
    assert window.spectra.current() is not None
    assert "error" not in texts(window)


def test_of_two_scenes_asked_for_at_once_the_last_is_opened(qtbot, window, demo_files, tmp_path):
    np.save(tmp_path / "small.npy", np.random.default_rng(0).random((20, 22, 30)))
    window.scene.open_path(demo_files[0])
    window.scene.open_path(tmp_path / "small.npy")
    idle(qtbot, window)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=5000)
    assert window.session.cube.shape == (20, 22, 30)


# Looking


def test_band_sliders_draw_in_a_worker_and_the_last_place_wins(qtbot, demo, monkeypatch):
    threads = []
    draw = work.draw_picture

    def slow(ctx, cube, view):
        threads.append(threading.current_thread())
        time.sleep(0.05)
        return draw(ctx, cube, view)

    monkeypatch.setattr(work, "draw_picture", slow)
    shown = []
    monkeypatch.setattr(demo.image, "set_image", lambda rgb, step, size: shown.append(rgb))
    began = time.monotonic()
    for band in range(10, 40):
        demo.display.sliders["red"].setValue(band)
    assert time.monotonic() - began < 0.5, "moving the slider waited for the drawing"
    idle(qtbot, demo)
    assert demo.session.view.red == 39
    assert len(threads) <= 3
    assert threading.main_thread() not in threads
    expected = draw(NoContext(), demo.session.cube, demo.session.view).rgb
    assert np.array_equal(shown[-1], expected)


class NoContext:
    def check(self):
        return


def test_presets_and_the_stretch_change_the_view(qtbot, demo):
    button = demo.display.findChild(QPushButton, "preset colour infrared")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wavelengths = demo.session.cube.wavelengths
    assert 780 < wavelengths[demo.session.view.red] < 950
    demo.display.low.setValue(5.0)
    assert demo.session.view.low == 5.0
    demo.actions_["true_colour"].trigger()
    assert wavelengths[demo.session.view.red] < 700
    assert demo.session.view.low == 5.0
    assert demo.display.sliders["red"].value() == demo.session.view.red
    idle(qtbot, demo)


def test_a_preset_that_the_scene_cannot_show_is_said(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((20, 22, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    window.messages.clear()
    window.actions_["infrared"].trigger()
    assert "no bands for “colour infrared”" in texts(window)
    idle(qtbot, window)


def test_the_status_bar_tells_the_pixel_under_the_cursor(qtbot, demo):
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(70, 80))
    qtbot.waitUntil(lambda: demo.status.values.text() != "", timeout=3000)
    assert "row 70, col 80 (from 0)" in demo.status.place.text()
    x, y = demo.session.cube.geo.to_map(70.5, 80.5)
    assert f"x {x:.1f}, y {y:.1f}" in demo.status.place.text()
    view = demo.session.view
    red = demo.session.cube.spectrum(70, 80)[view.red]
    assert f"{red:.4g}" in demo.status.values.text()
    true = demo.session.truth.array[70, 80]
    if true:
        assert demo.session.classes.get(int(true)).name in demo.status.label.text()


def test_a_click_shows_the_spectrum_and_shift_keeps_it_with_a_mark(qtbot, demo):
    click(demo, 70, 80)
    qtbot.waitUntil(lambda: demo.spectra.current() is not None, timeout=3000)
    expected = demo.session.cube.spectrum(70, 80)
    assert np.array_equal(demo.spectra.current().values, expected, equal_nan=True)
    for row, col in ((70, 80), (90, 20), (100, 100)):
        click(demo, row, col, SHIFT)
    qtbot.waitUntil(lambda: len(demo.spectra.kept()) == 3, timeout=3000)
    assert [m[:2] for m in demo.image._markers] == [(70, 80), (90, 20), (100, 100)]
    demo.spectra.remove(1)
    assert [m[:2] for m in demo.image._markers] == [(70, 80), (100, 100)]
    demo.actions_["clear_spectra"].trigger()
    assert demo.image._markers == []


# Labelling


def test_painting_without_a_class_makes_one_and_one_undo_takes_all_back(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    press(window, "B")
    paint(window, (30, 30), (30, 40))
    assert [c.name for c in window.session.classes] == ["Class 1"]
    assert window.classes.table.item(0, 3).text() == str(np.count_nonzero(labels(window)))
    assert labels(window)[30, 30:41].all()
    press(window, Qt.Key.Key_Z, CTRL)
    assert not labels(window).any()
    assert len(window.session.classes) == 0
    press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert labels(window)[30, 30:41].all()


def test_keys_choose_class_tool_and_size_and_the_eraser_erases(qtbot, demo):
    press(demo, "B")
    press(demo, "3")
    press(demo, "]")
    assert demo.brush.value() == demo.image.brush_size == 6
    paint(demo, (60, 60), (60, 70))
    assert set(np.unique(labels(demo))) == {0, 3}
    press(demo, "5")
    paint(demo, (80, 60), (80, 70))
    assert set(np.unique(labels(demo))) == {0, 3, 5}
    press(demo, "E")
    assert demo.actions_["tool_eraser"].isChecked()
    paint(demo, (80, 58), (80, 72))
    assert (labels(demo)[80, 60:71] == 0).all()
    press(demo, Qt.Key.Key_Y, CTRL)  # nothing to redo
    press(demo, Qt.Key.Key_Z, CTRL)
    assert (labels(demo)[80, 60:71] == 5).all()


def test_a_number_key_without_a_class_says_how_to_get_one(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    window.actions_["add_class"].trigger()
    press(window, "7")
    assert "no class number 7" in texts(window)
    assert window.session.current_class == 1


def test_the_number_of_the_next_class_adds_it(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((60, 62, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    press(window, "1")
    press(window, "2")
    assert window.session.classes.numbers == (1, 2)
    assert window.session.current_class == 2
    window.session.undo()
    assert window.session.classes.numbers == (1,)


def test_a_polygon_labels_its_inside(qtbot, demo):
    press(demo, "G")
    press(demo, "2")
    for row, col in ((60, 50), (60, 70), (80, 70), (80, 50)):
        click(demo, row, col)
    QTest.mouseClick(demo.image.viewport(), Qt.MouseButton.RightButton, pos=QPoint(demo.image.position_of(70, 60)))
    assert (labels(demo)[62:78, 52:68] == 2).all()
    assert demo.session.history.undo_text == "Polygon: Maize"


def test_digits_typed_into_a_field_do_not_choose_a_class(qtbot, demo):
    before = demo.session.current_class
    demo.method.seed.setFocus()
    demo.method.seed.selectAll()
    QTest.keyClicks(demo.method.seed, "42")
    assert demo.method.seed.value() == 42
    assert demo.session.current_class == before


def test_classes_are_renamed_recoloured_and_deleted_and_all_can_be_undone(qtbot, demo, answers):
    press(demo, "B")
    press(demo, "2")
    paint(demo, (60, 60), (60, 70))
    demo.classes.table.item(1, 2).setText("Sweet corn")
    assert demo.session.classes.get(2).name == "Sweet corn"
    answers.colour = (9, 8, 7)
    demo.classes._clicked(1, 1)
    assert demo.session.classes.get(2).color == (9, 8, 7)
    QTest.mouseClick(demo.classes.layout().itemAt(2).layout().itemAt(1).widget(), Qt.MouseButton.LeftButton)
    assert 2 not in demo.session.classes
    assert not labels(demo).any()
    for _ in range(3):
        demo.session.undo()
    assert demo.session.classes.get(2).name == "Maize"
    assert (labels(demo)[60, 60:71] == 2).all()


def test_a_name_that_is_taken_is_refused_and_the_old_one_shown(qtbot, demo):
    demo.classes.table.item(1, 2).setText("Water")
    assert "already a class named" in texts(demo)
    assert demo.classes.table.item(1, 2).text() == "Maize"


# Files of labels and truth


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


# Nothing is lost


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
from hsigui.ui.main_window import MainWindow
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


# Training and the map


def test_pretraining_shows_progress_and_device_and_then_makes_the_map(qtbot, demo, training):
    demo.label_files.sample(SplitSpec(5, 0))
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


def test_a_run_says_how_its_map_is_smoothed_until_the_user_does(qtbot, demo):
    made = features_of(demo.session.cube)
    recipe = replace(made.recipe, map=MapSpec(smooth=1.5, edges=0.0))
    demo.label_files.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), replace(made, recipe=recipe))
    idle(qtbot, demo)
    assert demo.map_panel.smooth.value() == demo.session.drawn.smooth == 1.5
    demo.map_panel.smooth.setValue(3.0)
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), replace(made, recipe=recipe))
    idle(qtbot, demo)
    assert demo.session.drawn.smooth == 3.0


def test_pause_holds_the_training_and_cancel_leaves_all_as_it_was(qtbot, demo, training):
    demo.label_files.sample(SplitSpec(5, 0))
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
    began = time.monotonic()
    demo.actions_["cancel"].trigger()
    qtbot.waitUntil(lambda: not demo.session.training, timeout=5000)
    assert time.monotonic() - began < 1.0
    assert not demo.actions_["pause"].isChecked()
    assert "Cancelled" in demo.training.text
    assert np.array_equal(labels(demo), before)
    assert demo.session.class_map is class_map
    assert demo.session.features is features


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
    demo.label_files.sample(SplitSpec(5, 0))
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
    demo.label_files.sample(SplitSpec(5, 0))
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
    demo.label_files.sample(SplitSpec(9, 1))
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
    demo.label_files.sample(SplitSpec(5, 0))
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
    qtbot.waitUntil(lambda: "Stop training?" in answers.asked, timeout=5000)
    assert window.session.cube is present
    assert window.session.training
    training.go.set()
    idle(qtbot, window)
    assert window.session.features is not None


def test_closing_during_training_ends_it_quickly(qtbot, demo, training, answers):
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 2, timeout=5000)
    answers.at_exit = "stop"
    began = time.monotonic()
    assert demo.close()
    assert time.monotonic() - began < 3.0
    assert not [t for t in threading.enumerate() if t.name.startswith("job-")]


# Export


def test_export_writes_what_was_chosen_and_says_where(qtbot, demo, training, tmp_path):
    demo.label_files.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    demo.actions_["export"].trigger()
    (dialog,) = demo.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path / "new" / "folder"))
    dialog.name.setText("result")
    dialog.boxes["envi"].setChecked(False)
    dialog.accept()
    idle(qtbot, demo)
    folder = tmp_path / "new" / "folder"
    assert {p.name for p in folder.iterdir()} >= {"result.tif", "result.png", "result-report"}
    assert not (folder / "result.hdr").exists()
    assert np.array_equal(read_classes(folder / "result.tif").array, demo.session.class_map.classes)
    assert "Exported" in texts(demo)
    assert str(folder) in texts(demo)
    assert button(demo, "Open folder")


def test_export_for_gis_filters_a_copy_and_leaves_the_map_of_the_window(qtbot, demo, training, tmp_path):
    demo.label_files.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    before = demo.session.class_map.classes.copy()
    demo.actions_["export"].trigger()
    (dialog,) = demo.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path))
    dialog.name.setText("gis")
    for kind, box in dialog.boxes.items():
        box.setChecked(kind in ("geotiff", "bare", "kmz", "polygons", "measures", "legend"))
    dialog.cloud.setChecked(True)
    dialog.majority.setCurrentIndex(1)
    dialog.sieve.setValue(12)
    dialog.simplify.setValue(1.0)
    dialog.smallest.setValue(20)
    dialog.accept()
    idle(qtbot, demo)
    assert {p.name for p in tmp_path.iterdir()} >= {
        "gis.tif", "gis-bare.png", "gis-bare.pgw", "gis-globe.kmz", "gis.gpkg", "gis-probabilities.tif",
        "gis-entropy.tif", "gis-classes.csv",
    }  # fmt: skip
    assert np.array_equal(demo.session.class_map.classes, before)
    written = read_classes(tmp_path / "gis.tif").array
    assert not np.array_equal(written, before)
    assert np.array_equal(written, filtered(before, majority=3, sieve=12))
    assert np.array_equal(read_classes(tmp_path / "gis-bare.png").array, written)


def test_a_scene_without_a_place_cannot_be_put_on_a_globe(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True, has_place=False)
    qtbot.addWidget(dialog)
    assert not dialog.boxes["kmz"].isEnabled()
    assert dialog.choice.kinds == ("geotiff", "envi", "png", "labels", "report")


def test_without_truth_the_report_cannot_be_chosen_and_a_bad_name_not_exported(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=False)
    qtbot.addWidget(dialog)
    save = dialog.buttons.button(dialog.buttons.StandardButton.Save)
    assert not dialog.boxes["report"].isEnabled()
    assert save.isEnabled()
    dialog.name.setText("a/b")
    assert not save.isEnabled()
    dialog.name.setText("map")
    (tmp_path / "map.png").touch()
    dialog.name.setText("map")
    dialog._check()
    assert "map.png" in dialog.note.text()
    for box in dialog.boxes.values():
        box.setChecked(False)
    assert not save.isEnabled()


# The rest


def test_an_exception_that_nobody_caught_is_shown_and_the_program_lives_on(qtbot, window):
    printed = []
    hook = last_resort(window, lambda *args: printed.append(args))
    try:
        raise KeyError("forgotten")
    except KeyError as error:
        hook(type(error), error, error.__traceback__)
    (dialog,) = window.findChildren(ErrorDialog)
    assert "forgotten" in dialog.trace.toPlainText()
    assert len(printed) == 1
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    from PySide6.QtGui import QGuiApplication

    assert "forgotten" in QGuiApplication.clipboard().text()
    dialog.reject()
    assert window.isVisible()


def test_theme_place_and_device_are_remembered(qtbot, make_window):
    first = make_window()
    first.resize(1100, 700)
    first.actions_["theme_dark"].trigger()
    first.method.set_device("cpu")
    first.close()
    second = make_window()
    assert second.actions_["theme_dark"].isChecked()
    assert second.method.spec().device == "cpu"
    assert second.height() == 700  # the width is cut to the screen
    second.actions_["theme_light"].trigger()


def test_settings_that_cannot_be_understood_do_not_stop_the_window(qtbot, make_window, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text("{broken")
    assert "kept as" in texts(make_window())
    (tmp_path / "config" / "settings.json").write_text('{"geometry": "!!", "layout": "AAAA"}')
    make_window()


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768)])
def test_at_a_usual_size_nothing_is_cut_off(qtbot, demo, size):
    demo.resize(*size)
    qtbot.wait(50)
    assert (demo.width(), demo.height()) == size
    assert demo.image.width() >= 500
    assert demo.image.height() >= 350
    bar = demo.toolbar
    assert bar.sizeHint().width() <= bar.width()
    for widget in (demo.display, demo.method, demo.map_panel):
        port = widget.parentWidget().parentWidget() if widget is demo.method else widget.parentWidget()
        assert widget.width() <= port.width()


def test_painting_does_not_depend_on_the_shown_picture(qtbot, demo):
    view = ViewState(0, 1, 2)
    demo.scene.set_view(view)
    press(demo, "B")
    paint(demo, (60, 60))
    idle(qtbot, demo)
    assert demo.session.view == view
    assert labels(demo)[60, 60] == demo.session.current_class


STARTING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from hsigui.ui.app import run
from hsigui.ui.main_window import MainWindow

app, before = QApplication([]), sys.excepthook

def look():
    window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow))
    if window.session.cube is None or window.bridge.running:
        QTimer.singleShot(20, look)
        return
    print(window.session.cube.name, sys.excepthook is not before)
    window.close()

QTimer.singleShot(50, look)
code = run(sys.argv[1])
print(sys.excepthook is before, "torch" in sys.modules)
sys.exit(code)
"""


def test_the_program_starts_opens_its_argument_and_ends(demo_files, tmp_path):
    # In a process of its own: once an application has quit, Qt runs no other event loop in the same one.
    env = os.environ | {"HSIGUI_STATE_DIR": str(tmp_path), "HSIGUI_CONFIG_DIR": str(tmp_path)}
    command = [sys.executable, "-c", STARTING, str(demo_files[0])]
    ended = subprocess.run(command, env=env, timeout=60, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["demo-scene", "True", "True", "False"]
