"""Two trainings in one run folder, as processes of their own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from hsigui.claims import Claim, Claims
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods.resume_header import CLAIM, FILE
from hsigui.pipeline import run_claim
from hsigui.saving import is_alive
from hsigui.specs import PretrainSpec


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    made = demo_scene(seed=1, rows=32, cols=32, bands=12)
    path = tmp_path_factory.mktemp("scene") / "scene.hdr"
    write_cube(path, made.cube.read().astype(np.float32), made.cube.info)
    return path


def start(scene: Path, run: Path, *more: str) -> subprocess.Popen[str]:
    words = ["pretrain", scene, "--device", "cpu", "--threads", "1", "--no-monitor", "--quiet", "--out", run, *more]
    command = [sys.executable, "-m", "hsigui", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(what, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_second_of_two_trainings_is_told_who_is_at_it_and_the_folder_is_free_once_the_first_was_killed(
    scene, tmp_path
):
    run = tmp_path / "run"
    first = start(scene, run, "--epochs", "100000")
    try:
        until((run / CLAIM).exists)
        second = start(scene, run, "--epochs", "30", "--replace")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"process {first.pid} on {socket.gethostname()} has been training there since" in said
        assert first.poll() is None
        assert not (run / "run.json").exists()
    finally:
        first.kill()
        first.communicate()
    assert (run / CLAIM).exists(), "it was killed"
    with run_claim.claimed(run, SilentContext()):
        assert json.loads((run / CLAIM).read_text())["pid"] == os.getpid()


def test_a_training_is_gone_on_with_in_the_folder_of_a_process_that_is_no_more(scene, tmp_path, monkeypatch):
    from hsigui.cube.open import open_cube
    from hsigui.methods import loop
    from hsigui.pipeline.pretrain import pretrain

    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    run, cube, spec = tmp_path / "run", open_cube(scene), PretrainSpec(epochs=6, device="cpu", threads=1, monitor=False)

    class Stopping(SilentContext):
        def check(self):
            assert (run / CLAIM).exists()

        def metric(self, name, value, step):
            if step == 3:
                raise Cancelled

    with pytest.raises(Cancelled):
        pretrain(cube, spec, Stopping(), run)
    assert sorted(path.name for path in run.iterdir()) == [FILE]
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (run / CLAIM).write_text(json.dumps({"host": socket.gethostname(), "pid": gone.pid, "token": "t"}))
    encoder = pretrain(cube, spec, SilentContext(), run, resume=True)
    assert encoder.losses == pretrain(cube, spec, SilentContext()).losses
    assert not {CLAIM, FILE} & {path.name for path in run.iterdir()}


def of_another_machine(folder: Path) -> Path:
    folder.mkdir()
    place = folder / CLAIM
    place.write_text('{"host": "elsewhere", "pid": 7, "token": "t", "since": 1000}', encoding="utf-8")
    return place


def test_the_folder_of_a_machine_that_is_heard_of_no_more_is_taken_over_after_a_while(tmp_path):
    place = of_another_machine(tmp_path / "run")
    with run_claim.claimed(place.parent, SilentContext(), Claims(patience=0.3)):
        assert json.loads(place.read_text())["pid"] == os.getpid()
    assert not place.exists()
    assert place.parent.exists(), "it was there before"


def test_the_folder_of_a_machine_that_goes_on_is_refused_at_its_next_touch(tmp_path):
    place = of_another_machine(tmp_path / "run")

    class Touching(SilentContext):
        said: tuple[str, ...] = ()

        def progress(self, done, total, text=""):
            self.said += (text,)

        def check(self):
            os.utime(place, (5, 5))

    ctx = Touching()
    with (
        pytest.raises(HsiError, match="process 7 on elsewhere has been training there since"),
        run_claim.claimed(place.parent, ctx),
    ):
        pass
    assert "process 7 on elsewhere still trains" in ctx.said[0]
    assert json.loads(place.read_text())["pid"] == 7


def test_a_process_of_another_container_is_not_looked_for_by_its_number(tmp_path):
    place = tmp_path / "a.claim"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not is_alive(gone.pid)
    about = {"host": socket.gethostname(), "pid": gone.pid, "token": "t", "since": 1.0, "space": "pid:[1]"}
    place.write_text(json.dumps(about), encoding="utf-8")
    assert not isinstance(Claims().take(place), Claim)
    place.write_text(json.dumps({**about, "space": ""}), encoding="utf-8")
    taken = Claims().take(place)
    assert isinstance(taken, Claim)
    taken.release()


def test_a_training_whose_folder_was_taken_over_ends_without_writing(tmp_path):
    run = tmp_path / "run"
    with (
        pytest.raises(HsiError, match="was taken over by process 7 on elsewhere"),
        run_claim.claimed(run, SilentContext(), Claims(beat=0.01)) as watched,
    ):
        watched.check()
        (run / CLAIM).write_text('{"host": "elsewhere", "pid": 7, "token": "t"}', encoding="utf-8")
        for _ in range(500):
            time.sleep(0.01)
            watched.check()
    assert json.loads((run / CLAIM).read_text())["pid"] == 7, "it stays the other's"


def test_one_training_may_ask_twice_and_leaves_no_empty_folder(tmp_path):
    run = tmp_path / "a" / "run"
    with run_claim.claimed(run, SilentContext()) as outer, run_claim.claimed(run, outer) as inner:
        assert inner is outer
        assert run_claim.is_claimed(run)
        with pytest.raises(HsiError, match="is in work"):
            run_claim.require_free(run)
    assert not run.exists()
    assert not run_claim.is_claimed(run)
    with run_claim.claimed(None, SilentContext()):
        pass
