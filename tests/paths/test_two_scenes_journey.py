"""Two scenes in one window: one trains, the other is labelled, mapped and gets its own run."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint
from hsigui.pipeline import live
from hsigui.specs import PretrainSpec
from tests.ui.windows import idle, labels, open_scene, paint, press

SPEC = PretrainSpec(epochs=60, device="cpu", seed=3)
SHORT = PretrainSpec(epochs=3, device="cpu", seed=8)


@pytest.fixture
def files(tmp_path):
    """Two small ENVI scenes."""
    made = []
    for name, seed in (("first", 2), ("second", 5)):
        cube = demo_scene(seed=seed, rows=40, cols=36, bands=24).cube
        write_cube(tmp_path / f"{name}.hdr", cube.read().astype(np.float32), cube.info)
        made.append(tmp_path / f"{name}.hdr")
    return made


def show(window, place: int) -> None:
    at: QPoint = window.tabs.tabRect(place).center()
    QTest.mouseClick(window.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


@pytest.mark.slow
def test_one_scene_trains_while_the_other_is_labelled_and_gets_a_run_and_both_end_right(
    qtbot, window, files, tmp_path, monkeypatch
):
    for path in files:
        open_scene(qtbot, window, path)
    first, second = window.session.scenes
    alone = live.pretrain_and_embed(SilentContext(), first.cube, SPEC, tmp_path / "alone")
    run = live.pretrain_and_embed(SilentContext(), second.cube, SHORT, tmp_path / "run")
    other = live.pretrain_and_embed(SilentContext(), second.cube, SPEC, tmp_path / "other")
    window.run_files.open(tmp_path / "run")
    qtbot.waitUntil(lambda: second.features is not None, timeout=60_000)

    show(window, 0)
    monkeypatch.setattr(window.method, "spec", lambda: SPEC)
    press(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.training.points("loss")) >= 2, timeout=60_000)

    show(window, 1)
    window.run_files.open(tmp_path / "other")
    assert [entry.scene for entry in window.session.queue.entries] == [first.id, second.id]
    press(window, "B")
    while window.image.brush_size > 3:
        press(window, "[")
    maps = []
    for row in (5, 12, 20, 28, 34):
        for number, col in ((1, 8), (2, 28)):
            press(window, str(number))
            paint(window, (row, col), (row, col + 3))
        qtbot.waitUntil(
            lambda: second.map is not None and np.array_equal(second.map.trained_on, labels(window)), timeout=30_000
        )
        maps.append(second.map)
    assert first.features is None, "the maps of the second scene were made beside the training"
    assert second.run.folder == tmp_path / "run"

    qtbot.waitUntil(lambda: not window.session.queue.entries, timeout=120_000)
    idle(qtbot, window, timeout=60_000)
    assert checkpoint.weights_sha256(first.run.encoder) == checkpoint.weights_sha256(alone.encoder)
    assert first.run.encoder.losses == alone.encoder.losses
    assert np.array_equal(first.features.array, alone.features.array)
    assert checkpoint.weights_sha256(second.run.encoder) == checkpoint.weights_sha256(other.encoder)
    assert np.array_equal(second.features.array, other.features.array)
    assert not np.array_equal(second.features.array, run.features.array)
    assert np.array_equal(second.map.trained_on, second.labels.array)
    assert all(made.class_map.classes.shape == (40, 36) for made in maps)
    assert first.labels.labelled() == 0
