"""Pretraining is never done twice for nothing: runs are kept, offered and opened."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QLockFile, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from safetensors.numpy import save_file

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import registry
from hsigui.pipeline import live
from hsigui.specs import PretrainSpec
from hsigui.storage.recovery import scene_key
from hsigui.storage.runs import LOCK, UNFINISHED_KEPT
from tests.ui.windows import idle

SPEC = PretrainSpec(epochs=2, device="cpu")
FILE = "resume.safetensors"


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
    trained = live.pretrain_and_embed(SilentContext(), cube, SPEC, folder)
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
    live.pretrain_and_embed(SilentContext(), made, SPEC, tmp_path / "run")
    _open(qtbot, window, scene)
    window.run_files.open(tmp_path / "run")
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    assert any("another scene" in text for text in _texts(window))


def test_features_that_are_damaged_are_told_and_made_again_and_weights_are_refused(qtbot, window, scene, tmp_path):
    cube = _open(qtbot, window, scene)
    trained = live.pretrain_and_embed(SilentContext(), cube, SPEC, tmp_path / "run")
    wanted = np.array(trained.features.array)
    (features,) = tmp_path.glob("run/features-????????????.npy")
    _overwrite_64_bytes(features)
    window.run_files.open(tmp_path / "run")
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    assert np.array_equal(window.session.features.array, wanted)
    assert any(features.name in text and "made again" in text for text in _texts(window))
    encoder = window.session.encoder
    _overwrite_64_bytes(tmp_path / "run" / "weights.safetensors")
    window.run_files.open(tmp_path / "run")
    qtbot.waitUntil(lambda: any("weights.safetensors is damaged" in text for text in _texts(window)), timeout=20_000)
    assert window.session.encoder is encoder


def _overwrite_64_bytes(path):
    content = bytearray(path.read_bytes())
    content[-64:] = bytes(byte ^ 0x5A for byte in content[-64:])
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("kind", ["empty folder", "other bands"])
def test_a_folder_that_does_not_fit_is_refused_and_changes_nothing(qtbot, window, scene, tmp_path, kind):
    if kind == "other bands":
        other = Cube(ArraySource(np.random.default_rng(0).random((20, 20, 5))), name="other")
        live.pretrain_and_embed(SilentContext(), other, SPEC, tmp_path)
    _open(qtbot, window, scene)
    window.run_files.open(tmp_path)
    qtbot.waitUntil(lambda: any(m.kind == "error" for m in window.messages.messages), timeout=20_000)
    assert window.session.encoder is None


def test_the_action_asks_for_a_folder(qtbot, window, scene, answers, tmp_path):
    cube = _open(qtbot, window, scene)
    live.pretrain_and_embed(SilentContext(), cube, SPEC, tmp_path / "run")
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
    trained = live.pretrain_and_embed(ctx, cube, SPEC, tmp_path / "file" / "run")
    assert trained.features.shape == (40, 36)
    assert "not kept" in ctx.warnings[0]


def test_each_scene_has_its_own_place(window, scene):
    one, two = (Cube(ArraySource(np.ones((4, 4, 2))), name=n) for n in ("a", "b"))
    assert window.run_files.new_folder(one).parent != window.run_files.new_folder(two).parent
    assert window.run_files.new_folder(one).parent.name == scene_key(one)


# Trainings that were cut


class Cutting(SilentContext):
    """Cancels a training after so many steps."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def metric(self, name, value, step):
        if name == "loss" and step == self._steps:
            raise Cancelled


def cut(folder, cube, spec: PretrainSpec, step: int = 3, steps: int = 9):
    """What a training leaves that was cut, but for its weights."""
    folder.mkdir(parents=True)
    settings = registry.settings_of(spec).to_json()
    about = {"spec": spec.to_json(), "settings": settings, "scene": {"fingerprint": fingerprint(cube)}}
    header = {"format": 1, "about": about, "states": {"now": {"step": step}}, "steps": steps}
    save_file({"course/losses": np.zeros(step)}, folder / FILE, metadata={"hsigui": json.dumps(header)})
    return folder


def offers(window) -> list:
    return [m for m in window.messages.messages if "unfinished" in m.text]


def press_button(message, text: str) -> None:
    (found,) = [b for b in message.findChildren(QPushButton) if b.text() == text]
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def test_a_training_that_was_cut_goes_on_when_its_scene_is_opened_again_as_if_it_never_was(
    qtbot, make_window, scene, tmp_path, monkeypatch
):
    from hsigui.methods import loop

    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    spec = replace(SPEC, epochs=6)
    first = make_window()
    cube = _open(qtbot, first, scene)
    whole = live.pretrain_and_embed(SilentContext(), cube, spec, tmp_path / "whole")
    assert not (tmp_path / "whole" / FILE).exists()
    folder = first.run_files.new_folder(cube)
    with pytest.raises(Cancelled):
        first.run_files.held(lambda ctx: live.pretrain_and_embed(ctx, cube, spec, folder), folder)(Cutting(4))
    assert [path.name for path in folder.iterdir()] == [FILE]
    second = make_window()
    _open(qtbot, second, scene)
    (offer,) = offers(second)
    assert "LSCoSa, Quick (pixels), seed 0 (step 3 of 6)" in offer.text
    second.method.seed.setValue(5)
    press_button(offer, "Go on")
    assert second.session.training
    assert second.method.spec().seed == 0
    qtbot.waitUntil(lambda: second.session.features is not None, timeout=20_000)
    idle(qtbot, second)
    assert second.session.encoder.losses == whole.encoder.losses
    assert np.array_equal(second.session.features.array, whole.features.array)
    assert [loss for _, loss in second.training.points("loss")] == pytest.approx(whole.encoder.losses)
    assert second.session.run_folder == folder
    assert not {FILE, LOCK} & {path.name for path in folder.iterdir()}
    assert second.run_files.unfinished_like(spec) is None


def test_pretrain_asks_whether_an_unfinished_training_of_these_settings_goes_on(
    qtbot, window, scene, training, answers
):
    cube = _open(qtbot, window, scene)
    folder = cut(window.run_files.new_folder(cube), cube, replace(window.method.spec(), device="cuda"), 1200, 3000)
    _open(qtbot, window, scene)
    idle(qtbot, window)
    window.actions_["pretrain"].trigger()
    assert answers.asked == [
        "Go on with the unfinished training of LSCoSa, Quick (pixels), seed 0 (step 1,200 of 3,000)?"
    ]
    assert not window.session.training
    assert training.calls == []

    answers.unfinished = "go on"
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: len(training.calls) == 1, timeout=5000)
    assert training.calls[-1] == (window.method.spec(), folder, True)
    assert offers(window) == []
    window.actions_["cancel"].trigger()
    idle(qtbot, window)
    assert "at step 1,200 of 3,000: Pretrain goes on from there" in window.training.text

    answers.unfinished = "anew"
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: len(training.calls) == 2, timeout=5000)
    assert training.calls[-1][2] is False
    assert not (folder / FILE).exists()
    training.go.set()
    idle(qtbot, window)


def test_other_settings_are_trained_without_a_question_and_leave_what_was_cut(qtbot, window, scene, training, answers):
    cube = _open(qtbot, window, scene)
    folder = cut(window.run_files.new_folder(cube), cube, replace(window.method.spec(), seed=8))
    _open(qtbot, window, scene)
    idle(qtbot, window)
    training.go.set()
    window.actions_["pretrain"].trigger()
    idle(qtbot, window)
    assert answers.asked == []
    assert training.calls[0][2] is False
    assert (folder / FILE).exists()


def test_what_is_given_up_is_removed(qtbot, window, scene):
    cube = _open(qtbot, window, scene)
    folder = cut(window.run_files.new_folder(cube), cube, SPEC)
    _open(qtbot, window, scene)
    idle(qtbot, window)
    press_button(offers(window)[0], "Give it up")
    assert not folder.exists()
    assert window.run_files.unfinished_like(SPEC) is None


def test_what_was_cut_with_other_bands_is_not_offered_and_stays(qtbot, window, scene):
    cube = _open(qtbot, window, scene)
    other = demo_scene(seed=9, rows=40, cols=36, bands=24).cube
    folder = cut(window.run_files.new_folder(cube), other, SPEC)
    _open(qtbot, window, scene)
    idle(qtbot, window)
    assert offers(window) == []
    assert (folder / FILE).exists()


def test_a_training_of_another_window_is_left_alone(qtbot, window, scene):
    cube = _open(qtbot, window, scene)
    folder = cut(window.run_files.new_folder(cube), cube, SPEC)
    lock = QLockFile(str(folder / LOCK))
    assert lock.tryLock(0)
    _open(qtbot, window, scene)
    idle(qtbot, window)
    assert offers(window) == []
    begun = window.run_files.runs.unfinished(scene_key(cube))[0]
    window.run_files.give_up(begun)
    assert (folder / FILE).exists()
    with pytest.raises(HsiError, match="Another window"):
        window.run_files.held(lambda _ctx: None, folder)(SilentContext())
    lock.unlock()
    window.run_files.give_up(begun)
    assert not folder.exists()


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_a_training_without_a_step_leaves_nothing(qtbot, window, scene, training, answers, how):
    cube = _open(qtbot, window, scene)
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: training.steps > 2, timeout=5000)
    folder = training.calls[0][1]
    assert (folder / LOCK).exists()
    if how == "cancel":
        window.actions_["cancel"].trigger()
        idle(qtbot, window)
        assert window.training.text == "Cancelled. Labels and earlier results are as they were."
    else:
        answers.at_exit = "stop"
        assert window.close()
    assert not folder.exists()
    assert window.run_files.runs.unfinished(scene_key(cube)) == []


def test_looking_for_runs_keeps_the_disk_from_filling(qtbot, window, scene, tmp_path):
    made = demo_scene(seed=9, rows=40, cols=36, bands=24).cube
    for number in range(UNFINISHED_KEPT + 3):
        cut(tmp_path / "runs" / "elsewhere" / str(number), made, SPEC)
    _open(qtbot, window, scene)
    idle(qtbot, window)
    assert len(list((tmp_path / "runs").glob(f"*/*/{FILE}"))) == UNFINISHED_KEPT
