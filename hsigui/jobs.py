"""Long work off the calling thread: a context for the author of the work, a queue of events for its watcher.

The author of a work function knows only `Context`; the window and the command line both read the same queue of typed
events. Exactly one `Finished` is sent for each job, whatever happens in it: also when memory runs out, and runs out
again while that is being told. Standard library only.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from hsigui import memory, stopping

RESERVE_BYTES = 2**20  # held by each job for telling its end when memory has run out
TRIES, TRY_SECONDS = 100, 0.02  # to put an end on the queue: meanwhile others may free memory


class Cancelled(BaseException):
    """Raised inside the work when its job was cancelled.

    A `BaseException`, so that an `except Exception` in a library between the work and its context cannot swallow it.
    """


class Context(Protocol):
    """What a work function may tell and must ask. Every call raises `Cancelled` once the job was cancelled, and blocks
    while it is paused."""

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Says how far the work is: `done` of `total` (any unit), with a short text of what is being done."""

    def metric(self, name: str, value: float, step: int) -> None:
        """Reports one point of a curve, for example the loss at a step."""

    def partial(self, value: object) -> None:
        """Hands over an early result that is worth showing."""

    def warn(self, message: str) -> None:
        """Says something that the user should know and that does not stop the work."""

    def check(self) -> None:
        """Raises `Cancelled` or blocks, as asked; call it at least every few hundred milliseconds."""


class Outcome(Enum):
    """How a job ended."""

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    job: int
    done: float
    total: float
    text: str


@dataclass(frozen=True)
class Metric:
    job: int
    name: str
    value: float
    step: int


@dataclass(frozen=True)
class Partial:
    job: int
    value: object


@dataclass(frozen=True)
class Warned:
    job: int
    message: str


@dataclass(frozen=True)
class Finished:
    """The last event of a job, sent exactly once. `trace` is the formatted traceback of a failure, else empty."""

    job: int
    outcome: Outcome
    result: Any = None
    error: BaseException | None = None
    trace: str = ""


Event = Progress | Metric | Partial | Warned | Finished
Work = Callable[[Context], Any]


class SilentContext:
    """A context for direct calls (scripts, tests): never cancels, tells nobody."""

    def progress(self, done: float, total: float, text: str = "") -> None:
        del done, total, text

    def metric(self, name: str, value: float, step: int) -> None:
        del name, value, step

    def partial(self, value: object) -> None:
        del value

    def warn(self, message: str) -> None:
        del message

    def check(self) -> None:
        return


class Relay:
    """A context that tells another one all that it is told, and is stopped or paused as that is; for those that do
    something else with a part of it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._ctx.progress(done, total, text)

    def metric(self, name: str, value: float, step: int) -> None:
        self._ctx.metric(name, value, step)

    def partial(self, value: object) -> None:
        self._ctx.partial(value)

    def warn(self, message: str) -> None:
        self._ctx.warn(message)

    def check(self) -> None:
        self._ctx.check()


class Unheard(SilentContext):
    """A context that tells nobody, and is stopped or paused as another one is."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def check(self) -> None:
        self._ctx.check()


class CallbackContext(SilentContext):
    """A context for direct calls that tells what it is told to: each call goes to a function, where one is given.

    Args:
        progress: given (done, total, text); the total is 0 where it is not known.
        metric: given (name, value, step), for example ("loss", 2.1, 30).
        warn: given a sentence that the user should know.
        stop: asked often; once it returns True the work ends by raising `Cancelled`.
    """

    def __init__(
        self,
        *,
        progress: Callable[[float, float, str], object] | None = None,
        metric: Callable[[str, float, int], object] | None = None,
        warn: Callable[[str], object] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._progress, self._metric, self._warn, self._stop = progress, metric, warn, stop

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.check()
        if self._progress is not None:
            self._progress(done, total, text)

    def metric(self, name: str, value: float, step: int) -> None:
        self.check()
        if self._metric is not None:
            self._metric(name, value, step)

    def warn(self, message: str) -> None:
        self.check()
        if self._warn is not None:
            self._warn(message)

    def check(self) -> None:
        if self._stop is not None and self._stop():
            raise Cancelled


def quiet() -> Context:
    """A context that tells nobody and never stops."""
    return SilentContext()


class Job:
    """A handle on one running work: ask it to cancel, pause or resume. Also the context that its work is given."""

    def __init__(self, number: int, title: str, send: Callable[[Event], None]) -> None:
        self.number = number
        self.title = title
        self._send = send
        self._cancel = threading.Event()
        self._go_on = threading.Event()
        self._go_on.set()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        # Made now: when memory has run out nothing can be made.
        self._no_memory = Finished(number, Outcome.FAILED, error=MemoryError())
        self._unsent: Finished | None = None

    @property
    def paused(self) -> bool:
        return not self._go_on.is_set()

    @property
    def cancelling(self) -> bool:
        return self._cancel.is_set()

    @property
    def ended(self) -> bool:
        """True once `Finished` has been sent."""
        return self._ended.is_set()

    def cancel(self) -> None:
        """Asks the work to stop; a paused job is let go so that it can."""
        self._cancel.set()
        self._go_on.set()

    def pause(self) -> None:
        self._go_on.clear()
        if self._cancel.is_set():  # asked after the clearing, so that a cancel at the same moment is never lost
            self._go_on.set()

    def resume(self) -> None:
        self._go_on.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the job has ended; returns whether it has."""
        return self._ended.wait(timeout)

    # The context's side, called on the worker thread.

    def check(self) -> None:
        self._go_on.wait()
        if self._cancel.is_set():
            raise Cancelled

    def _stop(self) -> None:
        """Asked in the middle of reads, where locks are held: a pause waits for their end, others read on."""
        if self._cancel.is_set():
            raise Cancelled

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.check()
        self._send(Progress(self.number, done, total, text))

    def metric(self, name: str, value: float, step: int) -> None:
        self.check()
        self._send(Metric(self.number, name, value, step))

    def partial(self, value: object) -> None:
        self.check()
        self._send(Partial(self.number, value))

    def warn(self, message: str) -> None:
        self.check()
        self._send(Warned(self.number, message))

    def _run(self, work: Work) -> None:
        end = self._no_memory
        try:
            end = self._worked(work)
        except BaseException:  # noqa: BLE001 - telling what went wrong went wrong as well: what was made before is told
            end = self._no_memory
        for _ in range(TRIES):
            try:
                self._send(end)
                break
            except MemoryError:
                time.sleep(TRY_SECONDS)
        else:
            self._unsent = end  # whoever reads the queue looks here as well
        for _ in range(TRIES):
            try:
                self._ended.set()
                break
            except MemoryError:
                time.sleep(TRY_SECONDS)

    def _worked(self, work: Work) -> Finished:
        """The end of the job. A reserve is held while the work goes on, and let go for telling how it failed."""
        reserve: bytearray | None = bytearray(RESERVE_BYTES)
        try:
            memory.hold_buffers()
            with stopping.checked_by(self._stop):
                self.check()
                return Finished(self.number, Outcome.COMPLETED, result=work(self))
        except Cancelled:
            return Finished(self.number, Outcome.CANCELLED)
        except BaseException as error:  # noqa: BLE001 - exactly one Finished, whatever happens, out of memory included
            reserve = None
            _free_locals(error)
            return Finished(self.number, Outcome.FAILED, error=error, trace=_trace_of(error))
        finally:
            del reserve


def _trace_of(error: BaseException) -> str:
    """The formatted traceback; a fixed text where memory does not suffice for it."""
    try:
        return "".join(traceback.format_exception(error))
    except MemoryError:
        return "Traceback: there was no memory left to say where."


def _free_locals(error: BaseException) -> None:
    """Drops what the frames of an error hold, so that a job that ran out of memory does not keep that memory."""
    seen: BaseException | None = error
    while seen is not None:
        traceback.clear_frames(seen.__traceback__)
        seen = seen.__cause__ or seen.__context__


class JobRunner:
    """Starts works, one thread each, and queues their events for one reader."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}

    def start(self, work: Work, title: str) -> Job:
        """Runs `work(context)` on a thread of its own and returns at once."""
        job = Job(next(self._numbers), title, self._events.put)
        self._jobs[job.number] = job
        thread = threading.Thread(target=job._run, args=(work,), name=f"job-{job.number} {title}", daemon=True)
        try:
            # A thread that dies for want of memory while it begins is waited for without end: room is asked for before.
            memory.require(memory.WORK_MIB * memory.MIB)
            bytearray(RESERVE_BYTES)
            thread.start()
            job._thread = thread
        except (RuntimeError, MemoryError):  # no thread can be begun: the job has failed, and is told as others are
            job._unsent = job._no_memory
            job._ended.set()
        return job

    def drain(self, limit: int = 10_000) -> Iterator[Event]:
        """Yields the events that are waiting, at most `limit`, without blocking."""
        for _ in range(limit):
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                lost = self._lost_end()
                if lost is None:
                    return
                event = lost
            self._forget(event)
            yield event

    def next_event(self, timeout: float) -> Event | None:
        """Waits for one event, at most `timeout` seconds; for readers without a loop of their own."""
        for patience in (0.0, timeout):  # an end that could not be sent is there without any event
            try:
                event: Event | None = self._events.get(timeout=patience)
            except queue.Empty:
                event = self._lost_end()
            if event is not None:
                self._forget(event)
                return event
        return None

    @property
    def running(self) -> list[Job]:
        """The jobs whose `Finished` has not been read yet."""
        return list(self._jobs.values())

    def close(self, timeout: float = 10.0) -> bool:
        """Cancels every job and joins the threads; returns whether all ended in time."""
        jobs = self.running
        for job in jobs:
            job.cancel()
        for job in jobs:
            if job._thread is not None:
                job._thread.join(timeout)
        return all(job.ended for job in jobs)

    def _lost_end(self) -> Finished | None:
        """The end of a job that could not be put on the queue, or whose thread died without a word; asked for when the
        queue is empty."""
        for job in list(self._jobs.values()):
            if job._unsent is not None:
                return job._unsent
            if job._thread is not None and not job._thread.is_alive() and not job.ended and self._events.empty():
                job._ended.set()
                return job._no_memory
        return None

    def _forget(self, event: Event) -> None:
        if isinstance(event, Finished):
            self._jobs.pop(event.job, None)
