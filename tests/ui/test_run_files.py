"""Pretraining is never done twice for nothing: runs are kept, offered and opened."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.envi import write_cube
from hsigui.jobs import SilentContext
from hsigui.project.recovery import scene_key
from hsigui.specs import PretrainSpec
from hsigui.ui import work

SPEC = PretrainSpec(epochs=2, device="cpu")


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A small ENVI scene on disk."""
    folder = tmp_path_factory.mktemp("scene")
    made = demo_scene(seed=2, rows=40, cols=36, bands=24)
    write_cube(folder / "small.hdr", made.cube.read().astype(np.float32), made.cube.info)
    return folder / "small.hdr"


def _open(qtbot, window, path):
    window.scene.open_path(path)
    qtbot.waitUntil(lambda: window.session.cube is not None and not window.bridge.running, timeout=20_000)
    return window.session.cube


def _texts(window) -> list[str]:
    return [m.text for m in window.messages.messages]


def test_a_finished_pretraining_is_offered_when_its_scene_is_opened_again(qtbot, make_window, scene):
    first = make_window()
    cube = _open(qtbot, first, scene)
    folder = first.run_files.new_folder(cube)
    trained = work.pretrain_and_embed(SilentContext(), cube, SPEC, folder)
    second = make_window()
    _open(qtbot, second, scene)
    offers = [m for m in second.messages.messages if "encoder of this scene is kept" in m.text]
    assert len(offers) == 1
    second.messages.info("Something else.")
    second.run_files.open(folder)
    qtbot.waitUntil(lambda: second.session.features is not None, timeout=20_000)
    assert np.array_equal(second.session.features.array, trained.features.array)
    assert second.session.encoder.spec == SPEC
    assert _texts(second) == ["Something else."]  # what was offered is done
    assert "Trained before" in second.training.text
    assert [loss for _, loss in second.training.points("loss")] == pytest.approx(trained.encoder.losses)


def test_a_run_of_another_scene_is_used_and_said(qtbot, window, scene, tmp_path):
    made = demo_scene(seed=5, rows=40, cols=36, bands=24).cube
    work.pretrain_and_embed(SilentContext(), made, SPEC, tmp_path / "run")
    _open(qtbot, window, scene)
    window.run_files.open(tmp_path / "run")
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    assert any("another scene" in text for text in _texts(window))


@pytest.mark.parametrize("kind", ["empty folder", "other bands"])
def test_a_folder_that_does_not_fit_is_refused_and_changes_nothing(qtbot, window, scene, tmp_path, kind):
    if kind == "other bands":
        other = Cube(ArraySource(np.random.default_rng(0).random((20, 20, 5))), name="other")
        work.pretrain_and_embed(SilentContext(), other, SPEC, tmp_path)
    _open(qtbot, window, scene)
    window.run_files.open(tmp_path)
    qtbot.waitUntil(lambda: any(m.kind == "error" for m in window.messages.messages), timeout=20_000)
    assert window.session.encoder is None


def test_the_action_asks_for_a_folder(qtbot, window, scene, answers, tmp_path):
    cube = _open(qtbot, window, scene)
    work.pretrain_and_embed(SilentContext(), cube, SPEC, tmp_path / "run")
    answers.path = tmp_path / "run"
    window.actions_["open_run"].trigger()
    assert "Open run" in answers.asked
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)


def test_a_place_that_cannot_be_written_keeps_the_result_in_memory_with_a_warning(scene, tmp_path):
    class Listening(SilentContext):
        warnings: tuple[str, ...] = ()

        def warn(self, message: str) -> None:
            self.warnings += (message,)

    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ctx = Listening()
    cube = demo_scene(seed=2, rows=40, cols=36, bands=24).cube
    trained = work.pretrain_and_embed(ctx, cube, SPEC, tmp_path / "file" / "run")
    assert trained.features.shape == (40, 36)
    assert "not kept" in ctx.warnings[0]


def test_each_scene_has_its_own_place(window, scene):
    one, two = (Cube(ArraySource(np.ones((4, 4, 2))), name=n) for n in ("a", "b"))
    assert window.run_files.new_folder(one).parent != window.run_files.new_folder(two).parent
    assert window.run_files.new_folder(one).parent.name == scene_key(one)
