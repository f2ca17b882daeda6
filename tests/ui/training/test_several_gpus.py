"""Trainings that several processes make for the window: shown, held, cancelled and ended as all others."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.document.intentions import TrainingAsked
from hsigui.methods import devices
from hsigui.pipeline import several_processes, sharing
from hsigui.saving import is_alive
from hsigui.specs import PretrainSpec
from tests.ui.windows import idle, opened, texts

STAND_IN = Path(__file__).parents[2] / "pipeline" / "stand_in_training.py"
FEW_STEPS = PretrainSpec(epochs=4, monitor=False, settings={"pixels": 64})

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes train for the window on Linux alone")


@pytest.fixture
def trainer(qtbot, window, tmp_path, monkeypatch):
    """A window with a small scene of a file, in which two processes train."""
    monkeypatch.setenv(sharing.VARIABLE, "2")
    monkeypatch.setattr(devices, "leave_cores_free", lambda count: None)  # it is of the whole process
    values = np.random.default_rng(0).random((24, 20, 10)).astype(np.float32)
    opened(qtbot, window, write_cube(tmp_path / "scene.hdr", values, CubeInfo())[0])
    return window


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """Has a program without torch train, in the way that is named; tells its processes."""
    monkeypatch.setattr(several_processes, "launcher", lambda count: [sys.executable, "-S", "-E", str(STAND_IN)])
    monkeypatch.setattr(several_processes, "HELD_AFTER", 0.2)

    def processes() -> list[int]:
        (log,) = tmp_path.glob("runs/**/processes")
        return [int(number) for line in log.read_text().splitlines() for number in line.split()[:2]]

    def train(what: str):
        monkeypatch.setenv("STAND_IN", what)
        return processes

    return train


def begin(window) -> None:
    window.session.events.emit(TrainingAsked(FEW_STEPS))


def gone(processes: list[int]) -> bool:
    began = time.monotonic()
    while any(map(is_alive, processes)) and time.monotonic() - began < 10:
        time.sleep(0.05)
    return not any(map(is_alive, processes))


@pytest.mark.slow
def test_the_run_that_two_processes_made_is_shown_and_used_as_all_others(qtbot, trainer, tmp_path):
    begin(trainer)
    qtbot.waitUntil(lambda: not trainer.session.training, timeout=120_000)
    idle(qtbot, trainer)
    course = trainer.session.scene.course
    assert [step for step, _ in course.points["loss"]][-1] == 4
    assert course.insights
    assert "2 processes, each on CPU" in trainer.status.device.text()
    assert trainer.training.text.startswith("Done in ")
    run = trainer.session.scene.run.folder
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert (record["processes"], len(record["losses"])) == ([[0, 2]], 4)
    assert record["command"].startswith(f"hsigui pretrain {tmp_path / 'scene.hdr'} ")
    assert not list(run.glob("resume*"))
    assert texts(trainer) == ""


def test_pause_and_cancel_act_on_the_processes(qtbot, trainer, stand_in):
    processes = stand_in("trains")
    begin(trainer)
    qtbot.waitUntil(lambda: len(trainer.training.points("loss")) > 3, timeout=20_000)
    assert "Pretraining, step" in trainer.training.text
    trainer.actions_["pause"].trigger()
    qtbot.waitUntil(lambda: not any(map(is_alive, processes())), timeout=10_000)
    assert trainer.session.training
    trainer.actions_["cancel"].trigger()
    qtbot.waitUntil(lambda: not trainer.session.training, timeout=10_000)
    assert "Cancelled" in trainer.training.text
    assert not trainer.actions_["pause"].isChecked()
    assert trainer.session.features is None


def test_a_process_that_is_killed_is_told_and_the_window_goes_on(qtbot, trainer, stand_in):
    stand_in("killed")
    begin(trainer)
    idle(qtbot, trainer)
    assert "error: Process 0 of 2 was killed (SIGKILL)" in texts(trainer)
    assert trainer.actions_["pretrain"].isEnabled()


def test_closing_the_window_ends_all_processes(qtbot, trainer, stand_in, answers):
    processes = stand_in("trains")
    begin(trainer)
    qtbot.waitUntil(lambda: len(trainer.training.points("loss")) > 1, timeout=20_000)
    answers.at_exit = "stop"
    assert trainer.close()
    assert gone(processes())
