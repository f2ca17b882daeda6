"""A training by several processes: what they tell is told, and whatever ends it nothing is lost and nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Finished, Job, JobRunner, Metric, Outcome, Partial, Progress, Warned
from hsigui.methods.insight import Insight
from hsigui.methods.resume_header import FILE
from hsigui.pipeline import several_processes
from hsigui.pipeline.several_processes import ProcessesFailedError, train
from hsigui.saving import is_alive

STAND_IN = Path(__file__).with_name("stand_in_training.py")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes train for the window on Linux alone")


class Training:
    """A job that has the stand-in train, and what it told."""

    def __init__(self, folder: Path, what: str) -> None:
        words = ["pretrain", "scene.hdr", "--out", str(folder), "--progress", "json"]
        self._runner = JobRunner()
        self.events: list[object] = []
        self.folder = folder
        work = lambda ctx: train(words, folder, 2, ctx, more={"STAND_IN": what})  # noqa: E731
        self.job: Job = self._runner.start(work, "a training")

    def until(self, seen) -> object:
        """Reads events up to the first that is looked for."""
        began = time.monotonic()
        while time.monotonic() - began < 30:
            event = self._runner.next_event(0.05)
            if event is not None:
                self.events.append(event)
                if seen(event):
                    return event
        raise AssertionError(self.events)

    def step(self, number: int = 1) -> Metric:
        found = self.until(lambda event: isinstance(event, Metric) and event.step >= number)
        assert isinstance(found, Metric)
        return found

    def end(self) -> Finished:
        found = self.until(lambda event: isinstance(event, Finished))
        assert isinstance(found, Finished)
        return found

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def begun(self) -> list[tuple[int, int, list[str]]]:
        """Launcher, process and words of each time that they were begun."""
        lines = [line.split() for line in (self.folder / "processes").read_text().splitlines()]
        return [(int(launcher), int(process), words) for launcher, process, *words in lines]

    def nobody_is_left(self) -> bool:
        """Whether all have ended, within a moment: one whose launcher was killed is waited for by the system."""
        began = time.monotonic()
        while self._is_anybody_left() and time.monotonic() - began < 10:
            time.sleep(0.05)
        return not self._is_anybody_left()

    def _is_anybody_left(self) -> bool:
        return any(is_alive(number) for launcher, process, _ in self.begun for number in (launcher, process))


@pytest.fixture
def training(tmp_path, monkeypatch):
    monkeypatch.setattr(several_processes, "launcher", lambda count: [sys.executable, "-S", "-E", str(STAND_IN)])
    monkeypatch.setattr(several_processes, "HELD_AFTER", 0.2)
    monkeypatch.setattr(several_processes, "LEFT_AFTER", 0.5)
    made: list[Training] = []

    def begin(what: str) -> Training:
        made.append(Training(tmp_path, what))
        return made[-1]

    yield begin
    assert all(each._runner.close() for each in made)


def test_progress_curves_warnings_and_insights_of_processes_are_told_as_those_of_a_thread(training):
    shared = training("ends")
    assert shared.end().outcome is Outcome.COMPLETED
    assert [(event.done, event.total) for event in shared.of(Progress)] == [(0.003, 1.0), (0.004, 1.0)]
    assert [(event.name, event.step) for event in shared.of(Metric)] == [("loss", 3), ("loss", 4)]
    assert [event.message for event in shared.of(Warned)] == ["Grün"]
    said, insight = (event.value for event in shared.of(Partial))
    assert said == "half way"
    assert isinstance(insight, Insight)
    assert (insight.step, insight.rate, insight.device_mb, insight.superpixels) == (4, 0.1, None, None)
    assert (insight.used.tolist(), insight.pairs.tolist()) == ([1, 2], [[0, 1, 2, 3]])
    assert shared.nobody_is_left()


def test_a_training_that_is_cancelled_leaves_a_resume_point_from_which_the_next_goes_on(training):
    shared = training("trains")
    shared.step()
    shared.job.cancel()
    assert shared.end().outcome is Outcome.CANCELLED
    assert shared.nobody_is_left()
    assert (shared.folder / FILE).is_file()
    again = training("trains")
    assert again.end().outcome is Outcome.COMPLETED
    assert [words[-1] == "--resume" for _, _, words in again.begun] == [False, True]


def test_a_training_that_is_held_gives_its_processes_back_and_goes_on_when_it_is_let_go(training):
    shared = training("trains")
    shared.step(3)
    shared.job.pause()
    assert shared.nobody_is_left()
    assert not shared.job.ended
    shared.job.resume()
    assert shared.end().outcome is Outcome.COMPLETED
    steps = [event.step for event in shared.of(Metric)]
    assert steps == sorted(set(steps)), "a step is told once"
    assert [words[-1] == "--resume" for _, _, words in shared.begun] == [False, True]


def test_a_training_that_is_held_can_be_cancelled(training):
    shared = training("trains")
    shared.step()
    shared.job.pause()
    time.sleep(0.4)
    shared.job.cancel()
    assert shared.end().outcome is Outcome.CANCELLED
    assert len(shared.begun) == 1


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("killed", "Process 0 of 2 was killed (SIGKILL), as systems do where memory runs out."),
        ("refused", "process 0 of 2: The batch of 1 cannot be shared."),
    ],
)
def test_processes_that_end_badly_are_told_with_their_reason(training, what, message):
    shared = training(what)
    end = shared.end()
    assert isinstance(end.error, HsiError)
    assert end.error.message == message
    assert end.error.hint
    assert shared.nobody_is_left()


def test_processes_whose_launcher_is_killed_end_and_leave_a_resume_point(training):
    shared = training("alone")
    error = shared.end().error
    assert isinstance(error, HsiError)
    assert error.message.startswith("The launcher of the 2 processes was killed (SIGKILL)")
    assert shared.nobody_is_left()
    assert (shared.folder / FILE).is_file()


def test_a_fault_of_the_program_in_a_process_is_told_with_its_trace(training):
    end = training("broken").end()
    assert isinstance(end.error, ProcessesFailedError)
    assert "ZeroDivisionError: a fault of the program" in end.trace


def test_a_run_that_is_complete_is_kept_where_its_features_cannot_be_made(training):
    shared = training("no features")
    assert shared.end().outcome is Outcome.COMPLETED
    assert shared.of(Warned)[-1].message == (
        "The run is kept, but its features are not: process 0 of 2: The disk is full."
    )


def test_no_process_outlives_the_program_that_waits_for_it(tmp_path):
    """The program is killed, and can tell nobody: what its processes say next cannot be written."""
    code = (
        "import sys; from pathlib import Path; from hsigui.jobs import quiet; from hsigui.pipeline import "
        "several_processes as s; s.launcher = lambda count: [sys.executable, '-S', '-E', sys.argv[1]]; "
        "s.train(['pretrain', '--out', sys.argv[2]], Path(sys.argv[2]), 2, quiet(), more={'STAND_IN': 'trains'})"
    )
    program = subprocess.Popen([sys.executable, "-c", code, str(STAND_IN), str(tmp_path)])
    try:
        began = time.monotonic()
        while not (tmp_path / "processes").is_file() and time.monotonic() - began < 20:
            time.sleep(0.05)
        time.sleep(0.2)
    finally:
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    launcher, process, *_ = (tmp_path / "processes").read_text().split()
    while (is_alive(int(launcher)) or is_alive(int(process))) and time.monotonic() - began < 30:
        time.sleep(0.05)
    assert not is_alive(int(launcher))
    assert not is_alive(int(process))
