"""Two processes make the training that one makes; one writes, and what one began any number goes on with."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint, resume
from hsigui.pipeline.pretrain import pretrain
from tests.methods.distributed import together

CLOSE = 1e-5  # between the numbers of one process and of two, which add up in another order
# What is divided by the small spread of some features, whose last digits that magnifies.
WHITENED = ("axes", "back", "mean", "denoiser", "balance")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes wrote; the second is killed in the end."""
    folder = tmp_path_factory.mktemp("together")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(together.loop, "READ_SECONDS", 0.0)
        patch.setattr(together.loop, "KEEP_SECONDS", 0.0)
        patch.setattr(together.loop, "KEEP_SHARE", 0.0)
        together.begun("purified quick", folder / "begun by one", 3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {
        **os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }  # fmt: skip
    words = [sys.executable, "-m", "tests.methods.distributed.together", str(folder)]
    root = Path(__file__).parents[3]
    both = [
        subprocess.Popen(words, env={**common, "RANK": rank}, cwd=root, stderr=subprocess.PIPE, text=True)
        for rank in ("0", "1")
    ]
    try:
        said = [each.communicate(timeout=300)[1] for each in both]
    finally:
        for each in both:
            each.kill()
            each.wait()
    assert both[0].returncode == 0, said[0] + said[1]
    assert both[1].returncode == -9, said[1]
    return folder


def _differences(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> dict[str, float]:
    """The largest difference of each of a training's numbers."""
    assert sorted(one) == sorted(other)
    found = {}
    for name in one:
        assert one[name].shape == other[name].shape
        assert one[name].size
        found[name] = float(np.abs(one[name].astype(np.float64) - other[name]).max())
    return found


@pytest.mark.parametrize("name", together.TRAININGS)
def test_two_processes_give_the_encoder_of_one_at_the_same_batch(folder, name):
    alone = pretrain(together.small_cube(), together.TRAININGS[name], SilentContext(), labels=together.labels())
    expected = together.weights(alone)
    with np.load(folder / f"{name}.npz") as shared:
        found = _differences(expected, dict(shared))
    for each, difference in found.items():
        if each.startswith(WHITENED):
            assert difference < 1e-4 * max(1.0, float(np.abs(expected[each]).max())), each
        else:
            assert difference < CLOSE, each


def test_of_two_processes_one_writes(folder):
    assert (folder / "run of 0" / "run.json").is_file()
    assert not (folder / "run of 1").exists()


def test_the_run_says_on_how_many_processes_it_was_trained(folder):
    encoder = checkpoint.load(folder / "run of 0")
    assert encoder.processes == ((0, 2),)
    assert encoder.device_name == "2 processes, each on CPU, 1 thread"
    assert "2 processes" in (folder / "run of 0" / "README.md").read_text(encoding="utf-8")


def test_two_processes_go_on_with_what_one_began(folder):
    alone = pretrain(together.small_cube(), together.TRAININGS["purified quick"], SilentContext())
    with np.load(folder / "begun by one.npz") as shared:
        found = _differences(together.weights(alone), dict(shared))
    del found["balance"]
    assert max(found.values()) < CLOSE
    assert checkpoint.load(folder / "begun by one").processes[-1][1] == 2


def test_one_process_goes_on_with_what_two_began(folder):
    begun = resume.read(folder / "begun by two")
    assert 0 < begun.now.step < 6
    assert begun.course.processes == ((0, 2),)
    encoder = together.gone_on_with("purified quick", folder / "begun by two")
    assert encoder.processes == ((0, 2), (begun.now.step, 1))
    alone = pretrain(together.small_cube(), together.TRAININGS["purified quick"], SilentContext())
    found = _differences(together.weights(alone), together.weights(encoder))
    del found["balance"]
    assert max(found.values()) < CLOSE


def test_a_process_that_is_killed_ends_the_other_at_once_with_the_reason_and_nothing_is_lost(folder):
    told = json.loads((folder / "lost.json").read_text(encoding="utf-8"))
    assert "Another of the 2 processes" in told["message"]
    assert "--resume" in told["hint"]
    assert told["seconds"] < 30
    assert resume.read(folder / "lost").now.step > 0


def test_a_run_of_one_process_says_nothing_of_processes(tmp_path):
    pretrain(together.small_cube(), together.spec("lscosa", "quick", 1), SilentContext(), tmp_path)
    assert "processes" not in json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
