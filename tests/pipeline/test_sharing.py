"""Which trainings of the window several processes make, by which command, and why others are made by one."""

from __future__ import annotations

import argparse
import dataclasses
import sys

import numpy as np
import pytest
import torch

from hsigui.commands.parser import build_parser
from hsigui.cube import working_memory
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.masked import SetAside
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.methods import devices
from hsigui.methods.asked import read
from hsigui.methods.registry import method
from hsigui.pipeline import sharing
from hsigui.pipeline.sharing import VARIABLE, gpus, shared_training
from hsigui.settings import Settings, SettingsStore
from hsigui.specs import PretrainSpec

PAPER = PretrainSpec(preset="paper", seed=3, epochs=2, settings={"temperature": 0.3})

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes train for the window on Linux alone")


@pytest.fixture(autouse=True)
def _two_processes(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, "2")
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def scene(tmp_path) -> Cube:
    values = np.random.default_rng(0).random((8, 9, 12)).astype(np.float32)
    return open_cube(write_cube(tmp_path / "a scene.hdr", values, CubeInfo())[0])


def why_not(cube: Cube, spec: PretrainSpec, folder) -> str:
    """What is said of a training that one process makes; empty where several do."""
    said: list[str] = []
    found = shared_training(cube, spec, folder, CallbackContext(warn=said.append))
    assert (found is None) == bool(said)
    return "".join(said)


def test_the_command_that_trains_asks_for_the_training_of_the_window(scene, tmp_path, monkeypatch):
    monkeypatch.setenv(working_memory.VARIABLE, "1GB")
    edited = open_cube(scene.path, leave_out=(2, 3))
    shared = shared_training(edited, PAPER, tmp_path, CallbackContext())
    assert shared is not None
    arguments: argparse.Namespace = build_parser().parse_args(list(shared.words))
    assert (shared.words[0], shared.count, arguments.out, arguments.progress) == ("pretrain", 2, tmp_path, "json")
    assert [str(path) for path in arguments.cubes] == [str(scene.path)]
    assert tuple(arguments.leave_out_bands) == (3, 4)
    assert (arguments.method, arguments.preset, arguments.seed, arguments.epochs) == ("lscosa", "paper", 3, 2)
    info = method("lscosa")
    assert read(info, info.preset("paper"), arguments.settings) == {"temperature": 0.3}
    assert shared.environment[working_memory.VARIABLE] == "1000000000B"
    assert shared.environment["OMP_NUM_THREADS"] == str(max(1, torch.get_num_threads() // 2))


def test_what_no_command_can_be_told_is_trained_by_one_process_and_said(scene, tmp_path):
    assert why_not(scene, PAPER, tmp_path) == ""
    in_memory = Cube(ArraySource(scene.read()))
    assert "the scene is in no file" in why_not(in_memory, PAPER, tmp_path)
    other = scene.with_info(dataclasses.replace(scene.info, nodata=0.5))
    assert "edited since it was opened" in why_not(other, PAPER, tmp_path)
    masked = SetAside(scene, np.eye(8, 9, dtype=bool))
    assert "masked out for pretraining" in why_not(masked, PAPER, tmp_path)
    assert "cannot be written to" in why_not(scene, PAPER, tmp_path / "not there")
    tiles = PretrainSpec(settings={"blocks": 2})
    assert "over a tile" in why_not(scene, tiles, tmp_path)
    assert why_not(scene, PretrainSpec(), tmp_path) == ""


def test_a_bundle_of_the_program_trains_on_one_gpu_and_says_so(scene, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "made by one process, and not by 2 (one a GPU): the bundle" in why_not(scene, PAPER, tmp_path)


def test_what_learns_nothing_is_never_shared_and_nothing_is_said(scene, tmp_path):
    for spec in (PretrainSpec("svm-raw"), PretrainSpec(epochs=0)):
        assert shared_training(scene, spec, tmp_path, CallbackContext(warn=pytest.fail)) is None


@pytest.mark.parametrize("odd", ["two", "-1", "0", "1.5", "65"])
def test_a_variable_that_is_no_number_of_processes_is_refused(scene, tmp_path, monkeypatch, odd):
    monkeypatch.setenv(VARIABLE, odd)
    with pytest.raises(HsiError, match="no number of processes"):
        shared_training(scene, PAPER, tmp_path, CallbackContext())


def test_as_many_train_as_there_are_gpus_by_paper_presets_unless_one_is_wished_for(scene, tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(devices, "choose", lambda wanted: torch.device("cuda" if wanted == "auto" else wanted))
    monkeypatch.setattr(devices, "title", lambda device: f"a {device.type}")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)

    def count(spec: PretrainSpec) -> int:
        found = shared_training(scene, spec, tmp_path, CallbackContext(warn=pytest.fail))
        return 1 if found is None else found.count

    assert count(PAPER) == 3
    assert shared_training(scene, PAPER, tmp_path, CallbackContext()).device == "3 processes, each on a cuda"
    assert count(dataclasses.replace(PAPER, device="cpu")) == 1
    assert count(PretrainSpec()) == 1, "Quick is not faster on several"
    SettingsStore().save(Settings(training_gpus="one"))
    assert count(PAPER) == 1


def test_gpus_are_counted_without_loading_torch(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sharing, "_CARDS", tmp_path)
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus() == 3
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,2")
    assert gpus() == 2
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert gpus() == 0
    assert "torch" not in sys.modules
