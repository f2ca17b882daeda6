"""How long work is told of on stderr."""

from __future__ import annotations

import io
import json
import sys
import time

import numpy as np
import pytest

from hsigui.commands import progress
from hsigui.commands.console import run_with_progress
from hsigui.commands.progress import Lines, Objects, time_in_words
from hsigui.jobs import Finished, Metric, Outcome, Partial, Progress, Warned
from hsigui.methods.insight import Insight


class Clock:
    """Seconds as a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_log_has_a_line_at_the_start_one_a_minute_and_one_at_the_end():
    clock, log = Clock(), io.StringIO()
    lines = Lines("Loading PyTorch", log, clock=clock)
    for second in range(1, 601):
        clock.now = second
        lines.take(Metric(1, "loss", 3 - second / 300, second))
        lines.take(Progress(1, second, 600, "Pretraining, epoch 3" if second > 300 else "Pretraining, epoch 1"))
        lines.tick()
    lines.take(Finished(1, Outcome.COMPLETED))
    told = log.getvalue().splitlines()
    assert told[0] == "Loading PyTorch …"
    assert told[1] == "Pretraining, epoch 1, 10 % done, 9 min left, loss 2.8"
    assert told[-1] == "Done in 10 min, loss 1"
    assert len(told) == 12


def test_the_time_left_is_that_of_the_phase_and_its_figure_goes_with_it():
    clock, log = Clock(), io.StringIO()
    lines = Lines("Loading", log, clock=clock)
    lines.take(Progress(1, 0, 10, "Pretraining"))
    lines.take(Metric(1, "loss", 2.0, 1))
    clock.now = 100
    lines.take(Progress(1, 1, 4, "Features, part 1"))
    clock.now = 130
    lines.take(Progress(1, 2, 4, "Features, part 2"))
    lines.tick()
    assert log.getvalue().splitlines()[-1] == "Features, part 2, 50 % done, 30 s left"
    clock.now = 260
    lines.take(Progress(1, 0, 0, "Waiting"))
    lines.tick()
    assert log.getvalue().splitlines()[-1] == "Waiting"


def test_what_is_done_and_warnings_are_told_as_they_come_and_put_off_the_next_line():
    clock, log = Clock(), io.StringIO()
    lines = Lines("Classifying", log, clock=clock)
    clock.now = 50
    lines.take(Partial(1, "1/2  a.hdr: 12 pixels"))
    lines.take(Partial(1, object()))
    lines.take(Warned(1, "a.hdr: odd"))
    clock.now = 100
    lines.tick()
    assert log.getvalue().splitlines() == ["Classifying …", "1/2  a.hdr: 12 pixels", "hsigui: a.hdr: odd"]
    clock.now = 110
    lines.tick()
    lines.take(Finished(1, Outcome.FAILED))
    assert log.getvalue().splitlines()[3:] == ["Classifying", "Ended after 2 min: Classifying"]


def test_a_program_reads_objects_of_which_a_kind_comes_once_a_second_and_the_last_one_always():
    clock, stream = Clock(), io.StringIO()
    objects = Objects("Loading", stream, clock=clock)
    for tenth in range(1, 101):
        clock.now = tenth / 10
        objects.take(Progress(1, tenth, 100, "Pretraining, epoch 1"))
        objects.take(Metric(1, "loss", float("nan") if tenth == 100 else 1.0, tenth))
    objects.take(Warned(1, "Grün"))
    objects.take(Partial(1, "a line"))
    objects.take(Finished(1, Outcome.CANCELLED))
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    kinds = [one["event"] for one in found]
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert found[-1] == {"event": "end", "seconds": 10.0, "outcome": "cancelled"}
    shares = [one["share"] for one in found if one["event"] == "progress"]
    assert shares == sorted(shares)
    assert 10 <= len(shares) <= 12
    assert shares[-1] == 1.0
    assert [one["value"] for one in found if one["event"] == "metric"][-1] is None
    assert [one["text"] for one in found if one["event"] in ("warning", "message")] == ["Grün", "a line"]


def test_a_program_reads_what_is_at_work_in_a_training_but_for_what_is_large():
    stream = io.StringIO()
    objects = Objects("Loading", stream, clock=Clock())
    superpixels = np.zeros((4, 5), dtype=np.int64)
    found = Insight(
        7, rate=0.1, memory_mb=20.5, used=np.array([3, 0]), pairs=superpixels[:2, :4], superpixels=superpixels
    )
    objects.take(Partial(1, found))
    assert json.loads(stream.getvalue().splitlines()[-1]) == {
        "event": "insight", "seconds": 0, "step": 7, "rate": 0.1, "memory_mb": 20.5, "device_mb": None, "used": [3, 0],
        "pairs": [[0] * 4] * 2,
    }  # fmt: skip


def test_work_is_cancelled_when_nobody_reads_what_it_tells(monkeypatch):
    ended: list[bool] = []

    def gone(*_words, **_how):
        raise BrokenPipeError

    def work(ctx):
        try:
            while True:
                ctx.check()
                time.sleep(0.01)
        finally:
            ended.append(True)

    monkeypatch.setattr(progress.Nothing, "tick", gone)
    with progress.chosen("none"), pytest.raises(BrokenPipeError):
        run_with_progress(work, "Counting")
    assert ended


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (7140, "119 min"), (12_000, "3 h 20 min")]
)
def test_times_are_said_as_people_say_them(seconds, words):
    assert time_in_words(seconds) == words


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("auto", ["Counting …", "hsigui: odd", "half", "Done in 0 s, loss 0.5"]),
        ("none", ["hsigui: odd"]),
        ("json", ["start", "warning", "message", "progress", "metric", "end"]),
    ],
)
def test_the_way_that_is_chosen_is_taken(kind, told, capsys):
    def work(ctx):
        ctx.progress(1, 2, "Counting, one")
        ctx.metric("loss", 0.5, 1)
        ctx.warn("odd")
        ctx.partial("half")
        return 3

    with progress.chosen(kind):
        assert run_with_progress(work, "Counting") == 3
    lines = capsys.readouterr().err.splitlines()
    if kind == "json":
        events = [json.loads(line)["event"] for line in lines]
        assert set(events) == set(told)
        assert (events[0], events[-1]) == ("start", "end")
    else:
        assert lines == told


def test_a_terminal_gets_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)

    def work(ctx):
        ctx.progress(1, 2, "Counting, one")
        ctx.partial("half")

    run_with_progress(work, "Counting")
    said = capsys.readouterr().err
    assert "half" in said
    assert "%" in said
