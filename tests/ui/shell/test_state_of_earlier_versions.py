"""The window with what commit 8715fea kept for its user: settings, labels after a crash, runs, how files are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QPushButton
from pytestqt.qtbot import QtBot

from hsigui.labels.formats.files import read_classes
from hsigui.ui.shell.main_window import MainWindow
from tests.state.home import Home, unpack
from tests.ui.windows import idle, labels, open_scene, texts


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack("v0", tmp_path_factory.mktemp("state") / "v0")


@pytest.fixture
def home(unpacked: Path, tmp_path: Path) -> Home:
    """Its parts are where the windows of tests look for them."""
    found = Home(unpacked, tmp_path / "home")
    for name, part in (("config", "config"), ("recovery", "state/recovery"), ("runs", "state/runs")):
        (found.folder / part).rename(tmp_path / name)
    return found


def press(window: MainWindow, offer: str) -> None:
    buttons = (b for m in window.messages.messages for b in m.findChildren(QPushButton) if b.text() == offer)
    QTest.mouseClick(next(buttons), Qt.MouseButton.LeftButton)


def test_the_window_stands_as_it_was_left(home: Home, make_window: Callable[[], MainWindow]):
    window = make_window()
    shown = {dock.objectName(): not dock.isHidden() for dock in window.findChildren(QDockWidget)}
    assert shown["dock Classes"] is False
    assert shown["dock Display"] is True
    assert window.desk.settings.theme == "dark"
    assert window.desk.settings.recent[0] == str(home.scene)


def test_labels_that_a_crash_left_are_restored(qtbot: QtBot, home: Home, make_window: Callable[[], MainWindow]):
    window = make_window()
    open_scene(qtbot, window, home.scene)
    drawn, validation = (read_classes(home.array(name)).array for name in ("labels.tif", "labels-validation.tif"))
    both = np.count_nonzero(drawn) + np.count_nonzero(validation)
    assert f"There are {both:,} unsaved labels of this scene" in texts(window)
    press(window, "Restore")
    idle(qtbot, window)
    assert np.array_equal(labels(window), np.where(drawn == 5, 9, drawn))
    told = [(c.number, c.name, list(c.color)) for c in window.session.classes]
    assert told == [tuple(entry) for entry in home.expected["classes"]]
    # The copy before it, of another window, is offered next.
    assert f"There are {np.count_nonzero(drawn):,} unsaved labels of this scene" in texts(window)


def test_a_kept_run_is_offered_and_used(qtbot: QtBot, home: Home, make_window: Callable[[], MainWindow]):
    window = make_window()
    open_scene(qtbot, window, home.scene)
    assert "An encoder of this scene is kept: LSCoSa, Quick (pixels), seed 7" in texts(window)
    press(window, "Use it")
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    idle(qtbot, window)
    told = home.expected["runs"]["lscosa"]
    assert told["spec"].items() <= window.session.encoder.spec.to_json().items()
    wanted = home.arrays["lscosa features"]
    found = np.array([window.session.features.array[tuple(pixel)] for pixel in home.expected["pixels"]])
    assert np.abs(found[:, : told["width"]].astype(np.float32) - wanted).max() < 0.02 * wanted.std()


def test_an_unfinished_training_is_offered_and_goes_on_to_its_end(
    qtbot: QtBot, home: Home, make_window: Callable[[], MainWindow]
):
    window = make_window()
    open_scene(qtbot, window, home.scene)
    offer = "A training of this scene is unfinished: LSCoSa, Quick (pixels), seed 4, "
    assert offer in texts(window)
    press(window, "Go on")
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=60_000)
    idle(qtbot, window)
    told = home.expected["unfinished"]["lscosa"]
    assert list(window.session.encoder.losses) == pytest.approx(told["losses"], rel=0.001)
    assert window.session.encoder.stopped == told["stopped"]


def test_a_file_opens_as_it_was_read_before_with_the_bands_that_the_user_set(
    qtbot: QtBot, home: Home, make_window: Callable[[], MainWindow]
):
    window = make_window()
    open_scene(qtbot, window, home.array("flat.npy"))
    cube = window.session.cube
    assert (cube.rows, cube.cols, cube.bands) == (24, 20, 40)
    assert cube.wavelengths[[0, -1]] == pytest.approx([400.0, 887.5])
    assert not {2, 3, 38} & set(cube.good_bands.tolist())
