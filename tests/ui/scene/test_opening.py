"""Scenes opened in the window: by path, by dropping, two at once, and what cannot be opened."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from hsigui.cube.demo import demo_scene
from hsigui.cube.demo_spec import DemoSpec
from hsigui.pipeline import command_lines
from tests.ui.windows import click, idle, labels, opened, paint, press, texts


def test_a_window_without_a_scene_shows_how_to_begin(window):
    assert window.pages.currentWidget() is window.start_page
    assert not window.image.isVisible()


def test_the_window_opens_without_libraries_that_take_long():
    slow = ("torch", "sklearn", "skimage", "scipy.stats", "scipy.signal")
    code = f"import sys, hsigui.ui.shell.app; print(*(name for name in {slow} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert loaded.split() == []


def test_a_path_is_opened_shown_and_remembered(qtbot, window, demo_files):
    opened(qtbot, window, demo_files[0])
    assert window.pages.currentWidget() is window.views.grid
    assert window.image.scene_size == (128, 128)
    assert window.windowTitle().startswith("demo-scene")
    assert window.desk.store.load().recent == (str(demo_files[0]),)
    assert [a.text() for a in window._recent_menu.actions()] == [str(demo_files[0])]


def test_another_demo_scene_is_opened_with_its_truth_and_its_reports_repeat_it(qtbot, window):
    spec = DemoSpec("plots", noise=0.5, seed=2, rows=64, cols=64)
    window.scene.open_simulated(spec)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert window.windowTitle().startswith(spec.name)
    made = demo_scene(2, 64, 64, fields="plots", noise=0.5)
    assert np.array_equal(window.session.cube.read(), made.cube.read())
    assert np.array_equal(window.session.truth.array, made.truth)
    assert "--fields plots --noise 0.5 --seed 2 --size 64x64" in command_lines.demo(window.session.cube.name)


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
