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
from hsigui.jobs import Cancelled, Context, SilentContext
from hsigui.methods.resume_header import CLAIM, FILE
from hsigui.pipeline import run_claim
from hsigui.saving import is_alive
from hsigui.specs import PretrainSpec

HOLDER = """
import sys, time
from pathlib import Path
from hsigui.jobs import SilentContext
from hsigui.pipeline.run_claim import claimed

with claimed(Path(sys.argv[1]), SilentContext()):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Path:
    made = demo_scene(seed=1, rows=32, cols=32, bands=12)
    path = tmp_path_factory.mktemp("scene") / "scene.hdr"
    write_cube(path, made.cube.read().astype(np.float32), made.cube.info)
    return path


def test_a_command_is_told_who_trains_in_its_folder_which_is_free_once_that_process_was_killed(scene, tmp_path):
    run = tmp_path / "run"
    first = subprocess.Popen([sys.executable, "-c", HOLDER, str(run)], stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "held\n"
        words = ["pretrain", scene, "--device", "cpu", "--epochs", "30", "--out", run, "--replace"]
        command = [sys.executable, "-m", "hsigui", *map(str, words)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert second.returncode == 1
        assert f"process {first.pid} on {socket.gethostname()} has been training there since" in second.stderr
        assert [path.name for path in run.iterdir()] == [CLAIM]
    finally:
        first.kill()
        first.communicate()
    assert (run / CLAIM).exists(), "it was killed"
    assert not run_claim.is_claimed(run)
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
    with run_claim.claimed(run, SilentContext(), Claims(beat=0.01)) as watched:
        watched.check()
        (run / CLAIM).write_text('{"host": "elsewhere", "pid": 7, "token": "t"}', encoding="utf-8")
        with pytest.raises(HsiError, match="was taken over by process 7 on elsewhere"):
            checked_until_told(watched)
    assert json.loads((run / CLAIM).read_text())["pid"] == 7, "it stays the other's"


def checked_until_told(ctx: Context) -> None:
    for _ in range(500):
        time.sleep(0.01)
        ctx.check()


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
