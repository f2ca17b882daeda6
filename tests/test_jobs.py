import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from hsigui import jobs
from hsigui.jobs import (
    Cancelled,
    Context,
    Event,
    Finished,
    Job,
    JobRunner,
    Metric,
    Outcome,
    Partial,
    Progress,
    Warned,
)

SOON = 5.0  # seconds: far more than is ever needed, so that a hang fails


@pytest.fixture
def runner() -> Iterator[JobRunner]:
    before = set(threading.enumerate())
    made = JobRunner()
    yield made
    assert made.close(SOON)
    assert set(threading.enumerate()) <= before, "no thread is left behind"


def events_until_end(runner: JobRunner) -> list[Event]:
    events: list[Event] = []
    while not events or not isinstance(events[-1], Finished):
        event = runner.next_event(SOON)
        assert event is not None, f"no end after {events}"
        events.append(event)
    return events


def end_of(runner: JobRunner, job: Job) -> Finished:
    """The end of the only running job, and the proof that it is its only end."""
    events = events_until_end(runner)
    assert job.wait(SOON)
    later = list(runner.drain())
    ends = [event for event in events + later if isinstance(event, Finished)]
    assert len(ends) == 1
    assert not later, "nothing comes after the end"
    assert ends[0].job == job.number
    return ends[0]


class Steps:
    """Work that goes on until it is stopped, and tells how far it is."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.steps = 0

    def __call__(self, context: Context) -> None:
        while True:
            self.started.set()
            context.check()
            self.steps += 1
            time.sleep(0.001)


def test_a_work_that_succeeds_ends_with_its_result(runner):
    job = runner.start(lambda context: 6 * 7, "sum")
    end = end_of(runner, job)
    assert (end.outcome, end.result, end.error, end.trace) == (Outcome.COMPLETED, 42, None, "")
    assert job.ended
    assert runner.running == []


def test_events_come_in_order_and_carry_the_number_of_the_job(runner):
    def work(context: Context) -> str:
        context.progress(1, 4, "one of four")
        context.metric("loss", 0.5, 10)
        context.partial({"early": True})
        context.warn("look out")
        return "done"

    n = runner.start(work, "talk").number
    assert events_until_end(runner) == [
        Progress(n, 1, 4, "one of four"),
        Metric(n, "loss", 0.5, 10),
        Partial(n, {"early": True}),
        Warned(n, "look out"),
        Finished(n, Outcome.COMPLETED, "done"),
    ]


class Stubborn(BaseException):
    """An exception that `except Exception` does not catch."""


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        MemoryError(),
        SystemExit(3),
        KeyboardInterrupt(),
        StopIteration("from a generator"),
        GeneratorExit(),
        Stubborn("very"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_is_raised_the_job_ends_once_as_failed(runner, error):
    def work(context: Context) -> None:
        raise error

    end = end_of(runner, runner.start(work, "fails"))
    assert end.outcome is Outcome.FAILED
    assert end.error is error
    assert end.result is None
    assert end.trace.startswith("Traceback")
    assert type(error).__name__ in end.trace
    assert "in work" in end.trace


class Large:
    """Stands for a tensor that fills the memory."""


def test_a_failed_job_lets_go_of_what_its_work_held(runner):
    held: list[weakref.ref[Large]] = []

    def inner(large: Large) -> None:
        held.append(weakref.ref(large))
        raise RuntimeError("out of memory")

    def work(context: Context) -> None:
        large = Large()
        try:
            inner(large)
        except RuntimeError as error:
            raise ValueError("while training") from error

    end = end_of(runner, runner.start(work, "fails"))
    gc.collect()
    assert end.error is not None
    assert held[0]() is None
    assert "out of memory" in end.trace


def test_cancel_ends_the_work_at_its_next_check(runner):
    work = Steps()
    job = runner.start(work, "long")
    assert work.started.wait(SOON)
    job.cancel()
    asked = work.steps
    end = end_of(runner, job)
    assert work.steps <= asked + 1, "only the step that was under way when it was asked may end"
    assert (end.outcome, end.result, end.error) == (Outcome.CANCELLED, None, None)
    assert job.cancelling


@pytest.mark.parametrize(
    "call",
    [
        lambda context: context.check(),
        lambda context: context.progress(1, 2),
        lambda context: context.metric("loss", 1.0, 1),
        lambda context: context.partial(1),
        lambda context: context.warn("text"),
    ],
)
def test_every_call_of_the_context_notices_a_cancel(runner, call):
    ready, asked = threading.Event(), threading.Event()

    def work(context: Context) -> str:
        ready.set()
        assert asked.wait(SOON)
        call(context)
        return "not reached"

    job = runner.start(work, "calls once")
    assert ready.wait(SOON)
    job.cancel()
    asked.set()
    assert end_of(runner, job).outcome is Outcome.CANCELLED


def test_a_library_that_catches_every_exception_cannot_swallow_a_cancel(runner):
    started = threading.Event()

    def work(context: Context) -> None:
        while True:
            started.set()
            try:
                context.check()
            except Exception:  # noqa: BLE001 - this is what such a library does
                time.sleep(0.001)

    job = runner.start(work, "careless")
    assert started.wait(SOON)
    job.cancel()
    assert end_of(runner, job).outcome is Outcome.CANCELLED


def test_a_cancelled_work_may_tidy_up(runner):
    tidied = []

    def work(context: Context) -> None:
        try:
            Steps()(context)
        finally:
            tidied.append(True)

    job = runner.start(work, "tidy")
    job.cancel()
    end_of(runner, job)
    assert tidied in ([True], []), "either it had begun, and tidied, or it never began"


def test_a_cancel_that_comes_too_late_leaves_the_result(runner):
    job = runner.start(lambda context: "done", "short")
    assert job.wait(SOON)
    job.cancel()
    end = end_of(runner, job)
    assert (end.outcome, end.result) == (Outcome.COMPLETED, "done")


def test_pause_blocks_and_resume_goes_on(runner):
    work = Steps()
    job = runner.start(work, "long")
    assert work.started.wait(SOON)
    job.pause()
    assert job.paused
    at_rest = work.steps + 1  # a step that was under way may end
    time.sleep(0.1)
    assert work.steps <= at_rest
    job.resume()
    assert not job.paused
    deadline = time.perf_counter() + SOON
    while work.steps <= at_rest:
        assert time.perf_counter() < deadline, "the work goes on"
        time.sleep(0.005)


def test_cancel_frees_a_paused_job(runner):
    work = Steps()
    job = runner.start(work, "long")
    assert work.started.wait(SOON)
    job.pause()
    time.sleep(0.05)
    job.cancel()
    assert end_of(runner, job).outcome is Outcome.CANCELLED
    assert not job.paused


def test_a_job_that_is_being_cancelled_cannot_be_paused(runner):
    work = Steps()
    job = runner.start(work, "long")
    job.cancel()
    job.pause()
    assert not job.paused
    assert end_of(runner, job).outcome is Outcome.CANCELLED


def test_a_cancel_in_the_middle_of_a_pause_is_not_lost():
    job = Job(1, "long", lambda event: None)

    class CancelsWhenCleared(threading.Event):
        def clear(self) -> None:
            job.cancel()
            super().clear()

    job._go_on = CancelsWhenCleared()
    job.pause()
    assert not job.paused
    with pytest.raises(Cancelled):
        job.check()


def test_jobs_side_by_side_have_numbers_of_their_own(runner):
    gate = threading.Event()
    jobs = [runner.start(lambda context, i=i: gate.wait(SOON) and i, f"job {i}") for i in range(5)]
    assert len({job.number for job in jobs}) == 5
    assert runner.running == jobs
    gate.set()
    ends = [events_until_end(runner)[-1] for _ in jobs]
    assert {end.job: end.result for end in ends} == {job.number: i for i, job in enumerate(jobs)}
    assert runner.running == []


def test_cancelling_one_job_leaves_the_others(runner):
    first, second = Steps(), Steps()
    one, two = runner.start(first, "one"), runner.start(second, "two")
    assert first.started.wait(SOON)
    assert second.started.wait(SOON)
    one.cancel()
    assert events_until_end(runner)[-1] == Finished(one.number, Outcome.CANCELLED)
    assert runner.running == [two]
    assert not two.ended


def test_starting_returns_at_once_and_works_off_the_calling_thread(runner):
    seen = []
    gate = threading.Event()

    def work(context: Context) -> None:
        gate.wait(SOON)
        seen.append(threading.current_thread())

    job = runner.start(work, "elsewhere")
    assert not job.ended
    assert not job.wait(0.01)
    gate.set()
    assert job.wait(SOON)
    assert seen[0] is not threading.current_thread()
    assert "elsewhere" in seen[0].name


def test_drain_yields_what_waits_and_no_more_than_asked(runner):
    def work(context: Context) -> None:
        for step in range(10):
            context.metric("loss", 0.0, step)

    assert list(runner.drain()) == []
    runner.start(work, "talk").wait(SOON)
    assert [event.step for event in runner.drain(4)] == [0, 1, 2, 3]
    rest = list(runner.drain())
    assert len(rest) == 7
    assert isinstance(rest[-1], Finished)
    assert list(runner.drain()) == []


def test_waiting_for_an_event_ends_in_time(runner):
    start = time.perf_counter()
    assert runner.next_event(0.05) is None
    assert 0.04 < time.perf_counter() - start < SOON


def test_close_cancels_paused_and_running_jobs_and_joins_their_threads():
    runner = JobRunner()
    before = threading.active_count()
    works = [Steps() for _ in range(3)]
    jobs = [runner.start(work, "long") for work in works]
    assert all(work.started.wait(SOON) for work in works)
    jobs[0].pause()
    assert threading.active_count() == before + 3
    assert runner.close(SOON)
    assert all(job.ended for job in jobs)
    assert threading.active_count() == before


def test_close_says_when_a_work_does_not_listen():
    runner = JobRunner()
    gate = threading.Event()
    job = runner.start(lambda context: gate.wait(SOON), "deaf")
    assert not runner.close(timeout=0.05)
    gate.set()
    assert job.wait(SOON)
    assert runner.close(SOON)


class NoMemory:
    """A sender of events that fails for want of memory so many times."""

    def __init__(self, runner: JobRunner, fails: int) -> None:
        self.put, self.fails = runner._events.put, fails

    def __call__(self, event: Event) -> None:
        if isinstance(event, Finished) and self.fails:
            self.fails -= 1
            raise MemoryError
        self.put(event)


def _hungry(context: Context) -> None:
    raise MemoryError


@pytest.mark.parametrize("what", ["format_exception", "clear_frames"])
def test_a_job_that_runs_out_of_memory_while_its_failure_is_told_ends_once_as_failed(runner, monkeypatch, what):
    def fail(*_arguments):
        raise MemoryError

    monkeypatch.setattr(jobs.traceback, what, fail)
    end = end_of(runner, runner.start(_hungry, "hungry"))
    assert end.outcome is Outcome.FAILED
    assert isinstance(end.error, MemoryError)


@pytest.mark.parametrize("fails", [1, 7, 10_000])
def test_an_end_that_cannot_be_sent_at_once_is_told_once_all_the_same(runner, monkeypatch, fails):
    monkeypatch.setattr(jobs, "TRY_SECONDS", 0.0)
    sender = NoMemory(runner, fails)
    monkeypatch.setattr(Job, "_send", property(lambda self: sender, lambda self, value: None), raising=False)
    end = end_of(runner, runner.start(_hungry, "hungry"))
    assert end.outcome is Outcome.FAILED
    assert isinstance(end.error, MemoryError)
    assert runner.running == []


def test_a_reserve_is_free_again_when_a_failure_is_told(runner, monkeypatch):
    held = []

    class Reserve(bytearray):
        def __init__(self, size: int) -> None:
            super().__init__(size)
            held.append(weakref.ref(self))

    seen = []
    whole = jobs._trace_of
    monkeypatch.setattr(jobs, "bytearray", Reserve, raising=False)
    monkeypatch.setattr(jobs, "_trace_of", lambda error: seen.append([one() for one in held]) or whole(error))
    end_of(runner, runner.start(_hungry, "hungry"))
    assert len(held) == 2  # of the thread that is begun, and of the job
    assert seen == [[None, None]]


def test_a_job_without_room_to_begin_in_ends_once_as_failed_and_no_thread_is_begun(runner, monkeypatch):
    monkeypatch.setattr(jobs.memory, "room", lambda: jobs.memory.WORK_MIB * jobs.memory.MIB - 1)
    monkeypatch.setattr(threading.Thread, "start", lambda _thread: pytest.fail("begun"))
    end = end_of(runner, runner.start(_hungry, "hungry"))
    assert isinstance(end.error, MemoryError)


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
def test_a_job_for_which_there_is_no_thread_ends_once_as_failed(runner, monkeypatch, error):
    def fail(_thread):
        raise error

    monkeypatch.setattr(threading.Thread, "start", fail)
    job = runner.start(_hungry, "hungry")
    end = end_of(runner, job)
    assert end.outcome is Outcome.FAILED
    assert isinstance(end.error, MemoryError)
    assert runner.running == []
    assert list(runner.drain()) == []


def test_a_job_whose_thread_dies_without_a_word_ends_once_as_failed(runner, monkeypatch):
    monkeypatch.setattr(Job, "_run", lambda self, work: None)
    job = runner.start(_hungry, "hungry")
    assert job._thread is not None
    job._thread.join(SOON)
    ends = [*runner.drain(), *runner.drain()]
    assert [(type(end), end.job) for end in ends] == [(Finished, job.number)]
    assert job.ended
