"""Cancels, holds or kills a training that two processes make for a window, and looks whether it goes on from there.

    python tests/faults/ended_processes.py --json [--how cancel] [--epochs 2000] [--steps 20]

`--how` is "cancel", "hold" (and let go), "kill" (a process) or "leave" (the program that waits for them is killed).
Prints one JSON object: `ended_s`, seconds from that until no process was left (null for "hold"); `kept`, steps in the
resume point then; `said`, what was told; `went_on`, whether the next training began at that step or behind it and
wrote its run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from hsigui.cube.demo import write_demo
from hsigui.cube.open import open_cube
from hsigui.jobs import Finished, JobRunner, Metric, Outcome, Progress
from hsigui.methods.resume_header import FILE, read_header
from hsigui.pipeline import live
from hsigui.pipeline.sharing import VARIABLE
from hsigui.specs import PretrainSpec

HOW = ("cancel", "hold", "kill", "leave")


class _Training:
    """A training as a window has it, and what was told of it: `first` is the step at which it began or went on."""

    def __init__(self, scene: Path, out: Path, epochs: int) -> None:
        out.mkdir(exist_ok=True)
        cube, spec = open_cube(scene), PretrainSpec(epochs=epochs, device="cpu", monitor=False)
        self._runner = JobRunner()
        resume = (out / FILE).is_file()
        self.job = self._runner.start(
            lambda ctx: live.pretrain_and_embed(ctx, cube, spec, out, resume), "a training"
        )  # fmt: skip
        self.first, self.last, self.end = 0, 0, Finished(0, Outcome.FAILED)

    def until(self, step: float = float("inf")) -> None:
        """Listens until a step is told of, or the end."""
        self.last = 0
        while self.last < step:
            event = self._runner.next_event(0.2)
            if isinstance(event, Metric):
                self.last = event.step
            if isinstance(event, Progress) and (found := re.match(r"Pretraining, step (\d+)", event.text)):
                self.first = self.first or int(found[1])
            if isinstance(event, Finished):
                self.end = event
                return


def _children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _ended(processes: list[psutil.Process]) -> float:
    """Seconds until all have ended. They are not waited for: how they ended is told to who began them."""
    began = time.monotonic()
    while any(map(_works, processes)) and time.monotonic() - began < 60:
        time.sleep(0.05)
    return round(time.monotonic() - began, 2)


def _works(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _do(how: str, training: _Training, out: Path) -> dict[str, Any]:
    processes = _children()
    if how == "hold":
        training.job.pause()
        _ended(processes)
        kept = _kept(out)
        training.job.resume()
        training.until()
        return {"ended_s": None, "kept": kept, "said": training.end.outcome.value}
    if how == "cancel":
        training.job.cancel()
    else:
        next(each for each in processes if each.environ().get("RANK") == "1").kill()
    took: list[float] = []
    waiting = threading.Thread(target=lambda: took.append(_ended(processes)))
    waiting.start()
    training.until()
    waiting.join()
    return {"ended_s": took[0], "kept": _kept(out), "said": str(training.end.error or training.end.outcome.value)}


def _kept(out: Path) -> int:
    return read_header(out)["states"]["now"]["step"] if (out / FILE).is_file() else 0


def _left(scene: Path, out: Path, epochs: int, steps: int) -> dict[str, Any]:
    """Kills a program of its own that waits for them."""
    parent = os.fork()
    if not parent:
        _Training(scene, out, epochs).until(float("inf"))
        os._exit(0)
    while len(psutil.Process(parent).children(recursive=True)) < 3:
        time.sleep(0.2)
    processes = psutil.Process(parent).children(recursive=True)
    while _kept(out) < steps:
        time.sleep(0.2)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    return {"ended_s": _ended(processes), "kept": _kept(out), "said": ""}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--how", choices=HOW, default="cancel")
    parser.add_argument("--epochs", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=20)
    words = parser.parse_args()
    os.environ[VARIABLE] = "2"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scene, out = write_demo(folder / "scene", rows=32, cols=32)[0], folder / "run"
        if words.how == "leave":
            found = _left(scene, out, words.epochs, words.steps)
        else:
            training = _Training(scene, out, words.epochs)
            training.until(words.steps)
            found = _do(words.how, training, out)
        if words.how != "hold":
            again = _Training(scene, out, words.epochs)
            again.until()
            found["went_on"] = again.first >= found["kept"] > 0 and (out / "run.json").is_file()
        else:
            found["went_on"] = found["kept"] > 0 and (out / "run.json").is_file()
    print(json.dumps(found) if words.json else found)


if __name__ == "__main__":
    sys.exit(main())
