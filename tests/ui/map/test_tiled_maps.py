"""The map by tiles in the window: asked for, shown while it is made, stopped and gone on with."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QDialogButtonBox

from hsigui import api
from hsigui.document.overlays import SUBJECT
from hsigui.document.queue import Kind
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.label_map import Edit
from hsigui.pipeline.disk import HeldNowhere
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Workers
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.tiling import pending, run, tile, whole_scene
from hsigui.pipeline.tiling.run import folder_of
from hsigui.ui.map.tiled_dialog import TilesChoice, TilesDialog, TilesFacts
from hsigui.ui.map.tiled_maps import TiledMaps
from hsigui.ui.map.tiled_subject import ID
from hsigui.ui.shell.main_window import MainWindow
from tests.pipeline.tiling.conftest import Ground, ground  # noqa: F401 - a fixture
from tests.ui.windows import Answers, button, idle, open_scene, texts


@pytest.fixture(autouse=True)
def _nothing_stays_open():
    yield
    tile.let_go()


@pytest.fixture
def serial(monkeypatch):
    """Tiles are made in this process, one after the other."""
    monkeypatch.setattr(whole_scene, "workers", lambda *_: Serial())


@pytest.fixture
def trained(qtbot, window: MainWindow, ground: Ground) -> MainWindow:  # noqa: F811
    """A window with the small scene, its run and labels of all classes."""
    open_scene(qtbot, window, ground.scene)
    window.run_files.open(ground.run)
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    idle(qtbot, window)
    tiled(window).side = 32
    window.messages.clear()
    return window


def tiled(window: MainWindow) -> TiledMaps:
    return window._part(TiledMaps)


def label(window: MainWindow, ground: Ground, tmp_path: Path) -> Path:  # noqa: F811
    """Labels drawn from the map in one piece."""
    array = np.zeros((60, 90), dtype=np.uint16)
    known = ground.in_one_piece().array
    for number in np.unique(known[known > 0]):
        rows, cols = np.nonzero(known == number)
        array[rows[::9][:8], cols[::9][:8]] = number
    cube = window.session.scene.cube
    path = tmp_path / "labels.tif"
    write_classes(path, array, api.load_classifier(ground.run).classes, cube.geo)
    window.label_files.open_labels(path)
    return path


def choice(out: Path, **more: object) -> TilesChoice:
    return TilesChoice(out, **{"cloud": False, "layers": (), "of_labels": False, "workers": 1, "memory": None} | more)


def subject(window: MainWindow):
    return window.subjects.named(window.session.scene, ID)


def made(qtbot, window: MainWindow, wanted: TilesChoice) -> None:
    tiled(window).begin(wanted)
    qtbot.waitUntil(lambda: not window.session.queue.entries, timeout=60_000)
    idle(qtbot, window)


def classes(path: Path) -> np.ndarray:
    return read_classes(path).array


class Gate:
    """Lets so many tiles through, then waits until the test goes on or the job is stopped."""

    def __init__(self, monkeypatch, through: int) -> None:
        self.through, make = through, run._make

        def held(order, ctx):
            while self.through <= 0:
                ctx.check()
                tile.time.sleep(0.01)
            self.through -= 1
            return make(order, ctx)

        monkeypatch.setattr(run, "_make", held)


def test_it_is_shown_while_it_is_made_and_then_from_its_file(
    qtbot, trained, ground, tmp_path, serial, monkeypatch  # noqa: F811
):  # fmt: skip
    gate, out = Gate(monkeypatch, 2), tmp_path / "map.tif"
    tiled(trained).begin(choice(out))
    qtbot.waitUntil(lambda: subject(trained) is not None and "2 of 6 tiles" in subject(trained).state, timeout=20_000)
    assert [entry.kind for entry in trained.session.queue.entries] == [Kind.MAPPING]
    assert any(overlay.id == SUBJECT + ID for overlay in trained.session.scene.overlays), "it lies over the image"
    assert trained.image.stack.find(SUBJECT + ID) is not None
    picture = subject(trained).draw((0, 0, 60, 90), 1)
    whole = ground.in_one_piece().array
    assert (picture[:32, :64, 3] > 0).mean() == (whole[:32, :64] > 0).mean(), "two tiles are there"
    assert not picture[:, 64:].any(), "the others are clear"
    assert not picture[32:].any()
    gate.through = 99
    qtbot.waitUntil(lambda: not trained.session.queue.entries, timeout=20_000)
    idle(qtbot, trained)
    assert "map.tif" in subject(trained).state
    assert "of the labels of the classifier" in subject(trained).state
    table = api.load_classifier(ground.run).classes
    rgba = subject(trained).draw((10, 20, 40, 80), 1)
    expected = np.zeros((*rgba.shape[:2], 3), dtype=np.uint8)
    found = classes(out)[10:40, 20:80]
    for info in table:
        expected[found == info.number] = info.color
    np.testing.assert_array_equal(rgba[..., :3], expected)
    assert "is written" in texts(trained)
    assert not folder_of(out).exists()


def test_stopped_it_keeps_its_tiles_and_is_gone_on_with_by_the_labels_that_it_was_begun_with(
    qtbot, trained, ground, tmp_path, serial, monkeypatch  # noqa: F811
):  # fmt: skip
    label(trained, ground, tmp_path)
    qtbot.waitUntil(lambda: trained.session.labelled_classes > 1, timeout=10_000)
    idle(qtbot, trained)
    whole, out = tmp_path / "whole.tif", tmp_path / "map.tif"
    made(qtbot, trained, choice(whole, of_labels=True))
    gate = Gate(monkeypatch, 3)
    tiled(trained).begin(choice(out, of_labels=True))
    qtbot.waitUntil(lambda: "3 of 6 tiles" in subject(trained).state, timeout=20_000)
    trained.session.queue.take_out(trained.session.queue.entries[0])
    qtbot.waitUntil(lambda: not trained.session.queue.entries, timeout=10_000)
    assert "(stopped)" in subject(trained).state
    assert "3 of 6 tiles are finished" in texts(trained)
    trained.session.edit(Edit(50, 60, np.ones((2, 2), dtype=bool), 1), "a dab")
    assert "the labels have changed since" in subject(trained).state
    button(trained, "Go on").click()
    dialog = trained.findChild(TilesDialog)
    assert "3 of 6 tiles" in dialog.go_on.text()
    assert dialog.choice.goes_on is not None
    gate.through = 3
    dialog.accept()
    qtbot.waitUntil(lambda: out.exists(), timeout=20_000)
    idle(qtbot, trained)
    assert gate.through == 0, "three were made, three were there"
    np.testing.assert_array_equal(classes(out), classes(whole))


def test_closing_the_window_in_the_middle_ends_its_workers(
    qtbot, trained, tmp_path, answers: Answers, monkeypatch
):  # fmt: skip
    begun: list[Processes] = []

    def two(*_args: object) -> Processes:
        begun.append(Processes(Workers(2)))
        return begun[-1]

    monkeypatch.setattr(whole_scene, "workers", two)
    tiled(trained).side = 16
    tiled(trained).begin(choice(tmp_path / "map.tif"))
    qtbot.waitUntil(lambda: bool(begun) and len(begun[0]._children) == 2, timeout=20_000)
    pids = [child._process.pid for child in begun[0]._children]
    answers.at_exit = "stop"
    trained.close()
    assert any("Map by tiles" in asked for asked in answers.asked), "it is asked about"

    def gone(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    qtbot.waitUntil(lambda: all(map(gone, pids)), timeout=10_000)


def test_a_worker_that_is_killed_costs_the_window_nothing(
    qtbot, trained, ground, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    from tests.pipeline.tiling import work

    monkeypatch.setattr(run, "_make", work.killed_once)
    monkeypatch.setattr(whole_scene, "workers", lambda *_: Processes(Workers(1)))
    made(qtbot, trained, choice(tmp_path / "map.tif"))
    assert (tmp_path / "was-killed").exists()
    assert signal.SIGKILL.name in texts(trained)
    alone = api.classify_by_tiles(ground.scene, ground.run, tmp_path / "alone.tif", tile=32)
    np.testing.assert_array_equal(classes(tmp_path / "map.tif"), classes(tmp_path / "alone.tif"))
    assert alone.side == 32


def test_where_features_fit_nowhere_the_window_says_so_and_maps_by_tiles(
    qtbot, window, ground, tmp_path, serial, monkeypatch  # noqa: F811
):  # fmt: skip
    from hsigui.pipeline import embed

    def nowhere(*_args: object, **_more: object) -> None:
        raise HeldNowhere("They are too large.")

    open_scene(qtbot, window, ground.scene)
    with monkeypatch.context() as too_large:
        too_large.setattr(embed, "embed", nowhere)
        window.run_files.open(ground.run)
        qtbot.waitUntil(lambda: window.session.encoder is not None, timeout=20_000)
        idle(qtbot, window)
    assert window.session.features is None
    assert "there is no live map" in texts(window)
    label(window, ground, tmp_path)
    qtbot.waitUntil(lambda: window.session.labelled_classes > 1, timeout=10_000)
    idle(qtbot, window)
    button(window, "Map by tiles…").click()
    dialog = window.findChild(TilesDialog)
    assert "surroundings of the labels" in dialog.told.text()
    dialog.file.setText(str(tmp_path / "map.tif"))
    tiled(window).side = 32
    dialog.accept()
    qtbot.waitUntil(lambda: (tmp_path / "map.tif").exists(), timeout=30_000)
    idle(qtbot, window)
    known = ground.in_one_piece().array
    assert (classes(tmp_path / "map.tif") == known).mean() > 0.8, "that one is of other labels"
    kept = api.load_classifier(pending.run_of(tmp_path / "map.tif"))
    assert sum(kept.kept.about["counts"].values()) == np.count_nonzero(window.session.labels.array)


def test_a_scene_that_was_changed_in_the_window_alone_is_refused(
    qtbot, trained, tmp_path, serial, monkeypatch
):  # fmt: skip
    sums = iter(["of the file", "of the window"])
    monkeypatch.setattr(whole_scene, "scene_fingerprint", lambda _cube: next(sums))
    made(qtbot, trained, choice(tmp_path / "map.tif"))
    assert "is not the scene that is open" in texts(trained)
    assert not pending.run_of(tmp_path / "map.tif").exists()


# The dialog


def facts(tmp_path: Path, **more: object) -> TilesFacts:
    given = {"labelled": 40, "classes": 3, "kept": True, "seconds": 30.0, "cores": 4}
    return TilesFacts("scene", str(tmp_path / "scene.hdr"), 20_000, 10_000, tmp_path / "map.tif", **given | more)


def test_the_dialog_offers_what_there_is_and_says_what_is_in_the_way(qtbot, tmp_path, monkeypatch):
    from hsigui.ui.map import tiled_dialog

    monkeypatch.setattr(tiled_dialog, "free", lambda _folder: 10**12)
    dialog = TilesDialog(facts(tmp_path), lambda *_: None)
    qtbot.addWidget(dialog)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert ok.isEnabled()
    assert dialog.choice == TilesChoice(tmp_path / "map.tif", True, (), True, None, None)
    assert "1 GB" in dialog.told.text()
    assert "a minute or less" in dialog.told.text()
    dialog.formats.setCurrentIndex(2)
    assert dialog.path.suffix == ".zarr"
    dialog.file.setText(str(tmp_path / "map.png"))
    assert not ok.isEnabled()
    assert ".tif, .zarr or .hdr" in dialog.problem.text()
    dialog.file.setText(str(tmp_path / "scene.hdr"))
    assert dialog.formats.currentText() == "ENVI"
    assert "the scene itself" in dialog.problem.text()
    dialog.file.setText(str(tmp_path / "not there" / "map.tif"))
    assert "is not there" in dialog.problem.text()
    monkeypatch.setattr(tiled_dialog, "free", lambda _folder: 10**8)
    dialog.file.setText(str(tmp_path / "map.tif"))
    assert "too little" in dialog.problem.text()


def test_without_labels_and_kept_classifier_nothing_can_be_mapped(qtbot, tmp_path):
    dialog = TilesDialog(facts(tmp_path, labelled=9, classes=1, kept=False), lambda *_: None)
    qtbot.addWidget(dialog)
    assert "two classes or more" in dialog.problem.text()
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_a_scene_that_is_in_no_file_is_to_be_saved_first(qtbot, tmp_path):
    dialog = TilesDialog(replace(facts(tmp_path), where=""), lambda *_: None)
    qtbot.addWidget(dialog)
    assert "in no file" in dialog.problem.text()


def test_the_memory_of_a_worker_begins_with_that_of_the_preferences_and_is_never_too_small(qtbot, tmp_path):
    dialog = TilesDialog(facts(tmp_path, memory=2.5), lambda *_: None)
    qtbot.addWidget(dialog)
    assert dialog.choice.memory == int(2.5 * 2**30)
    dialog.memory.setValue(0.1)
    assert dialog.choice.memory >= 800_000_000
    dialog.memory.setValue(0.0)
    assert dialog.choice.memory is None
