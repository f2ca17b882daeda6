"""A scene that names files outside its folder is opened once the user says that he trusts it, and then for good."""

from __future__ import annotations

import h5py
import numpy as np

from hsigui.cube import outside
from tests.ui.windows import button, idle, open_scene, texts

SAMPLES = np.random.default_rng(0).integers(1, 999, (20, 22, 12)).astype(np.uint16)


def test_a_scene_that_leads_outside_is_refused_until_it_is_allowed(qtbot, window, tmp_path):
    (tmp_path / "scene").mkdir()
    SAMPLES.tofile(tmp_path / "other.bin")
    path = tmp_path / "scene" / "a.h5"
    with h5py.File(path, "w") as file:
        stored = [(str(tmp_path / "other.bin"), 0, SAMPLES.nbytes)]
        file.create_dataset("cube", shape=SAMPLES.shape, dtype=np.uint16, external=stored)
    window.scene.open_path(path)
    idle(qtbot, window)
    assert window.session.cube is None
    assert "a file outside its folder" in texts(window)
    button(window, "Allow it").click()
    idle(qtbot, window)
    assert window.session.cube.shape == SAMPLES.shape
    assert outside.allowed(path)
    window.actions_["close_scene"].trigger()
    idle(qtbot, window)
    open_scene(qtbot, window, path)
    assert np.array_equal(window.session.cube.stored(3, 4), SAMPLES[3, 4])
