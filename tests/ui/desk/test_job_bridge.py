"""Jobs and the window: events become signals on the GUI thread, bursts are merged, only the newest answer counts."""

from __future__ import annotations

import threading
import time

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Outcome
from hsigui.ui.desk import job_bridge
from hsigui.ui.desk.job_bridge import METRIC_POINTS, JobBridge, Latest, Watcher


@pytest.fixture
def bridge(qtbot):
    bridge = JobBridge()
    yield bridge
    assert bridge.close(5.0)


def test_a_result_is_handed_over_on_the_gui_thread(qtbot, bridge):
    told = []
    bridge.start(lambda ctx: 42, "answer", Watcher(done=lambda r: told.append((r, threading.current_thread()))))
    with qtbot.waitSignal(bridge.finished, timeout=3000):
        pass
    assert told == [(42, threading.main_thread())]


def test_a_burst_of_progress_and_points_is_merged_and_its_end_is_kept(qtbot, bridge):
    progress, points = [], []

    def work(ctx):
        for step in range(5000):
            ctx.progress(step + 1, 5000, "")
            ctx.metric("loss", float(step), step)

    watcher = Watcher(progress=progress.append, metric=lambda name, some: points.append(some))
    job = bridge.start(work, "burst", watcher)
    assert job.wait(10)
    bridge.pump()
    assert len(progress) == 1
    assert progress[-1].done == 5000
    assert sum(map(len, points)) <= METRIC_POINTS
    assert points[-1][-1] == (4999, 4999.0)


def test_partial_results_keep_their_place_between_the_others(qtbot, bridge):
    order = []

    def work(ctx):
        ctx.progress(1, 3, "one")
        ctx.partial("device")
        ctx.progress(2, 3, "two")
        ctx.warn("careful")

    bridge.warned.connect(lambda job, text: order.append(text))
    watcher = Watcher(progress=lambda e: order.append(e.text), partial=order.append)
    assert bridge.start(work, "ordered", watcher).wait(5)
    bridge.pump()
    assert order == ["one", "device", "two", "careful"]


def test_a_failure_nobody_watches_is_told_once_with_its_trace(qtbot, bridge):
    told = []
    bridge.failed.connect(lambda error, trace: told.append((error, trace)))

    def work(ctx):
        raise RuntimeError("out of memory")

    assert bridge.start(work, "broken").wait(5)
    bridge.pump()
    ((error, trace),) = told
    assert str(error) == "out of memory"
    assert "in work" in trace


def test_a_watcher_of_failures_gets_them_instead(qtbot, bridge):
    told, global_ones = [], []
    bridge.failed.connect(lambda error, trace: global_ones.append(error))

    def work(ctx):
        raise HsiError("no", "yes")

    assert bridge.start(work, "broken", Watcher(failed=lambda e, t: told.append(e))).wait(5)
    bridge.pump()
    assert [str(e) for e in told] == ["no yes"]
    assert global_ones == []


def test_a_cancelled_job_ends_as_cancelled_and_hands_nothing_over(qtbot, bridge):
    told, ends = [], []
    started = threading.Event()

    def work(ctx):
        started.set()
        while True:
            ctx.check()
            time.sleep(0.005)

    bridge.finished.connect(ends.append)
    watcher = Watcher(done=told.append, cancelled=lambda: told.append("cancelled"))
    job = bridge.start(work, "endless", watcher)
    assert started.wait(5)
    job.cancel()
    assert job.wait(5)
    bridge.pump()
    assert told == ["cancelled"]
    assert [e.outcome for e in ends] == [Outcome.CANCELLED]


def test_a_receiver_that_raises_does_not_swallow_the_end_of_another_job(qtbot, bridge):
    told = []

    def bad(result):
        raise ValueError("receiver")

    jobs = [bridge.start(lambda ctx: 1, "a", Watcher(done=bad)), bridge.start(lambda ctx: 2, "b", Watcher(told.append))]
    assert all(job.wait(5) for job in jobs)
    with qtbot.captureExceptions() as raised:
        qtbot.waitUntil(lambda: told == [2], timeout=3000)
    assert [str(e[1]) for e in raised] == ["receiver"]
    assert bridge.running == []


def test_closing_cancels_joins_and_tells_nobody(qtbot):
    bridge = JobBridge()
    told = []

    def work(ctx):
        while True:
            ctx.check()
            time.sleep(0.005)

    watcher = Watcher(done=told.append, cancelled=lambda: told.append(1))
    job = bridge.start(work, "endless", watcher)
    job.pause()
    assert bridge.close(5.0)
    assert job.ended
    qtbot.wait(80)
    assert told == []


def test_the_timer_rests_while_nothing_runs(qtbot, bridge):
    assert not bridge._timer.isActive()
    with qtbot.waitSignal(bridge.finished, timeout=3000):
        bridge.start(lambda ctx: None, "short")
        assert bridge._timer.isActive()
    qtbot.waitUntil(lambda: not bridge._timer.isActive(), timeout=3000)


class Gate:
    """A work that waits until it is let go, and counts how many run at once."""

    def __init__(self):
        self.go = threading.Event()
        self.running = 0
        self.most = 0

    def work(self, value):
        def run(ctx):
            self.running += 1
            self.most = max(self.most, self.running)
            try:
                while not self.go.wait(0.005):
                    ctx.check()
                ctx.check()
            finally:
                self.running -= 1
            return value

        return run


def test_of_many_requests_only_the_newest_is_answered_and_one_runs_at_a_time(qtbot, bridge):
    shown, gate = [], Gate()
    latest = Latest(bridge, "map", shown.append)
    for value in range(20):
        latest.request(gate.work(value))
    gate.go.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)
    assert shown == [19]
    assert gate.most == 1


def test_an_answer_that_could_not_be_stopped_is_dropped_when_it_is_stale(qtbot, bridge):
    shown, go = [], threading.Event()
    latest = Latest(bridge, "map", shown.append)
    latest.request(lambda ctx: go.wait(5) and "old")  # never asks whether it was cancelled
    latest.request(lambda ctx: "new")
    go.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)
    assert shown == ["new"]


def test_between_answers_are_shown_in_order_and_the_newest_last(qtbot, bridge):
    shown, go = [], threading.Event()
    latest = Latest(bridge, "render", shown.append, between=True)
    latest.request(lambda ctx: go.wait(5) and 1)
    for value in (2, 3, 4):
        latest.request(lambda ctx, value=value: value)
    go.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)
    assert shown == [1, 4]


def test_forgetting_drops_the_running_answer_and_the_waiting_request(qtbot, bridge):
    shown, go = [], threading.Event()
    latest = Latest(bridge, "render", shown.append, between=True)
    latest.request(lambda ctx: go.wait(5) and 1)
    latest.request(lambda ctx: 2)
    latest.forget()
    go.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)
    assert shown == []
    latest.request(lambda ctx: 3)
    qtbot.waitUntil(lambda: shown == [3], timeout=5000)


def test_the_failure_of_an_overtaken_request_is_silent_and_of_the_newest_is_told(qtbot, bridge):
    told, go = [], threading.Event()
    bridge.failed.connect(lambda error, trace: told.append(str(error)))
    latest = Latest(bridge, "map", lambda value: None)

    def broken(name):
        def work(ctx):
            go.wait(5)
            raise HsiError(name)

        return work

    latest.request(broken("old"))
    latest.request(broken("new"))
    go.set()
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)
    assert told == ["new"]


def test_settling_waits_for_what_is_at_work(qtbot, bridge):
    finished = []
    latest = Latest(bridge, "write", lambda value: None)
    latest.request(lambda ctx: (time.sleep(0.15), finished.append(1)))
    assert latest.settle(5)
    assert finished == [1]
    qtbot.waitUntil(lambda: not latest.busy, timeout=5000)


def test_an_end_that_is_lost_for_want_of_memory_is_told_once_as_failed(qtbot, bridge, monkeypatch):
    ends = []
    watcher = Watcher(done=lambda _: ends.append("done"), failed=lambda error, trace: ends.append((error, trace)))
    bridge.finished.connect(lambda end: ends.append(end.outcome))
    whole = job_bridge._merged

    def merged(events):
        for _ in events:  # they are off the queue
            pass
        monkeypatch.setattr(job_bridge, "_merged", whole)
        raise MemoryError

    assert bridge.start(lambda ctx: 42, "answer", watcher).wait(5)
    monkeypatch.setattr(job_bridge, "_merged", merged)
    bridge.pump()
    bridge.pump()
    assert [type(end) for end in ends] == [tuple, Outcome]
    assert isinstance(ends[0][0], MemoryError)
    assert ends[1] is Outcome.FAILED
    assert bridge.running == []


def test_jobs_that_go_on_are_not_told_as_ended_where_memory_runs_out(qtbot, bridge, monkeypatch):
    go_on, ends = threading.Event(), []
    whole = job_bridge._merged

    def merged(_events):
        monkeypatch.setattr(job_bridge, "_merged", whole)
        raise MemoryError

    monkeypatch.setattr(job_bridge, "_merged", merged)
    job = bridge.start(lambda ctx: go_on.wait(5), "goes on", Watcher(done=ends.append))
    bridge.pump()
    assert ends == []
    go_on.set()
    assert job.wait(5)
    bridge.pump()
    assert ends == [True]
