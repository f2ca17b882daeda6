"""Between the jobs' worker threads and the window: events are drained here, on the GUI thread, and become signals.

Nothing of this module may be used from a worker. No Qt signal crosses a thread: workers only put events on the
runner's queue, and a timer takes them off.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from hsigui.jobs import Event, Finished, Job, JobRunner, Metric, Outcome, Partial, Progress, Warned, Work
from hsigui.ui.desk.job_log import JobLog

INTERVAL_MS = 30
OFTEN_MS = 4  # while something is at work that a hand waits for: a band, a stroke
RESERVE_BYTES = 2**20
METRIC_POINTS = 200  # the most points of one curve that are worth drawing at once


@dataclass(frozen=True)
class Watcher:
    """What to call, on the GUI thread, while a job runs and when it ends. Nothing is called after the end."""

    done: Callable[[Any], None] | None = None
    failed: Callable[[BaseException, str], None] | None = None
    cancelled: Callable[[], None] | None = None
    progress: Callable[[Progress], None] | None = None
    metric: Callable[[str, list[tuple[int, float]]], None] | None = None
    partial: Callable[[object], None] | None = None


@dataclass(frozen=True)
class _Points:
    """Several points of one curve."""

    job: int
    name: str
    points: list[tuple[int, float]]


@dataclass
class _Burst:
    """Events of one drain, merged: the last progress of a job, the points of each of its curves together."""

    progress: dict[int, Progress] = field(default_factory=dict)
    metric: dict[tuple[int, str], list[tuple[int, float]]] = field(default_factory=dict)


class JobBridge(QObject):
    """Owns a runner; starts works and tells of them by signals and by the watcher given at the start."""

    progress = Signal(int, float, float, str)  # job, done, total, text
    metric = Signal(int, str, list)  # job, name, points (step, value)
    partial = Signal(int, object)
    warned = Signal(int, str)
    finished = Signal(object)  # Finished
    failed = Signal(object, str)  # error, trace: of a job whose watcher does not care for failures
    busy_changed = Signal()  # a job was started or has ended

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = JobRunner()
        self._watchers: dict[int, Watcher] = {}
        self._waiting: deque[Event | _Points] = deque()
        self._awaited: set[int] = set()  # jobs that a hand waits for
        self._log = JobLog()
        self._reserve = bytes(RESERVE_BYTES)  # let go when memory runs out here
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.pump)

    def start(self, work: Work, title: str, watcher: Watcher | None = None, *, often: bool = False) -> Job:
        """Runs a work on a thread of its own.

        Args:
            often: it is of a kind that follows every stroke or move of the mouse; its begin is not worth a line of log.
        """
        job = self._runner.start(work, title)
        self._log.began(job, often)
        self._watchers[job.number] = watcher or Watcher()
        if often:
            self._awaited.add(job.number)
        self._timer.setInterval(OFTEN_MS if self._awaited else INTERVAL_MS)
        if not self._timer.isActive():
            self._timer.start()
        self.busy_changed.emit()
        return job

    @property
    def running(self) -> list[Job]:
        """Jobs whose end has not been told yet."""
        return [job for job in self._runner.running if job.number in self._watchers]

    def can_be_stopped(self, number: int) -> bool:
        """Whether whoever started a job said what is to be done when it is cancelled."""
        watcher = self._watchers.get(number)
        return watcher is not None and watcher.cancelled is not None and number not in self._awaited

    def stop(self, number: int) -> None:
        """Asks a job to stop; its watcher is told once it has."""
        for job in self.running:
            if job.number == number:
                job.cancel()

    def pump(self) -> None:
        """Takes what is on the queue and tells of it. Called by the timer; tests may call it, too.

        An exception in a receiver reaches the program's last resort as usual; the events behind it are told at the
        next turn, so that no end of a job is ever lost. Where memory runs out while events are taken off, jobs whose
        ends were among them are told as failed for want of memory.
        """
        try:
            self._waiting.extend(_merged(self._runner.drain()))
            self._reserve = self._reserve or bytes(RESERVE_BYTES)
        except MemoryError:
            self._reserve = b""
            self._waiting.extend(self._lost())
        while self._waiting:
            self._tell(self._waiting.popleft())
        if not self._runner.running:
            self._timer.stop()

    def _lost(self) -> list[Finished]:
        """Ends for the jobs that are watched, and neither run nor have an end that waits to be told."""
        known = {job.number for job in self._runner.running}
        known |= {event.job for event in self._waiting if isinstance(event, Finished)}
        return [
            Finished(number, Outcome.FAILED, error=MemoryError()) for number in self._watchers if number not in known
        ]

    def close(self, timeout: float = 5.0) -> bool:
        """Cancels all jobs, joins their threads and tells nobody; returns whether all ended in time."""
        self._watchers.clear()
        ended = self._runner.close(timeout)
        self._timer.stop()
        self._waiting.clear()
        for _ in self._runner.drain():
            pass
        return ended

    def _tell(self, event: Event | _Points) -> None:
        watcher = self._watchers.get(event.job)
        if watcher is None:
            return
        match event:
            case Progress():
                self.progress.emit(event.job, event.done, event.total, event.text)
                _call(watcher.progress, event)
            case _Points():
                self.metric.emit(event.job, event.name, event.points)
                _call(watcher.metric, event.name, event.points)
            case Partial():
                self.partial.emit(event.job, event.value)
                _call(watcher.partial, event.value)
            case Warned():
                self._log.warned(event)
                self.warned.emit(event.job, event.message)
            case Finished():
                self._end(event, watcher)

    def _end(self, event: Finished, watcher: Watcher) -> None:
        del self._watchers[event.job]
        self._awaited.discard(event.job)
        if not self._awaited:
            self._timer.setInterval(INTERVAL_MS)
        self._log.ended(event)
        try:
            if event.outcome is Outcome.COMPLETED:
                _call(watcher.done, event.result)
            elif event.outcome is Outcome.CANCELLED:
                _call(watcher.cancelled)
            elif watcher.failed is not None:
                watcher.failed(event.error or RuntimeError("unknown"), event.trace)
            else:
                self.failed.emit(event.error, event.trace)
        finally:
            self.finished.emit(event)
            self.busy_changed.emit()


def _call(function: Callable[..., None] | None, *values: object) -> None:
    if function is not None:
        function(*values)


def _merged(events: Iterable[Event]) -> list[Event | _Points]:
    """The events of one drain with bursts merged: for each job its curves and its last progress before other events."""
    merged: list[Event | _Points] = []
    burst = _Burst()
    for event in events:
        if isinstance(event, Progress):
            burst.progress[event.job] = event
        elif isinstance(event, Metric):
            burst.metric.setdefault((event.job, event.name), []).append((event.step, event.value))
        else:
            merged += _told(burst)
            burst = _Burst()
            merged.append(event)
    return merged + _told(burst)


def _told(burst: _Burst) -> list[Event | _Points]:
    curves = [_Points(job, name, _thinned(points)) for (job, name), points in burst.metric.items()]
    return [*curves, *burst.progress.values()]


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most METRIC_POINTS of the points, evenly spread, the last one always among them."""
    if len(points) <= METRIC_POINTS:
        return points
    stride = -(-len(points) // METRIC_POINTS)
    return points[::-1][::stride][::-1]


class Latest:
    """Requests of one kind of which only the newest matters: band sliders, the map after a stroke.

    One job runs at a time and at most one waits behind it, so a fast hand cannot pile up threads. Answers carry the
    number of their request and old ones are dropped.

    Args:
        show: receives the result, on the GUI thread.
        between: also show answers that were overtaken while they were made (never older than the one shown). A band
            slider moves more smoothly so; a map must not show labels of the past.
        early: receives what the work hands over before it is done, as long as it is still wanted.
    """

    def __init__(
        self,
        bridge: JobBridge,
        title: str,
        show: Callable[[Any], None],
        *,
        between: bool = False,
        failed: Callable[[BaseException, str], None] | None = None,
        early: Callable[[Any], None] | None = None,
    ) -> None:
        self._bridge = bridge
        self._title = title
        self._show = show
        self._between = between
        self._failed = failed
        self._early = early
        self._newest = 0
        self._oldest_wanted = 0
        self._next: Work | None = None
        self._job: Job | None = None

    @property
    def busy(self) -> bool:
        return self._job is not None

    def request(self, work: Work) -> None:
        """Asks for an answer; it replaces every earlier question."""
        self._newest += 1
        self._next = work
        if self._job is None:
            self._start()
        elif not self._between:
            self._job.cancel()

    def forget(self) -> None:
        """Drops what is asked and what will be answered; for a change of the scene."""
        self._newest += 1
        self._oldest_wanted = self._newest
        self._next = None
        if self._job is not None:
            self._job.cancel()

    def settle(self, timeout: float = 5.0) -> bool:
        """Forgets all and waits until nothing is at work any more; returns whether that was so in time."""
        self.forget()
        return self._job is None or self._job.wait(timeout)

    def _start(self) -> None:
        work, self._next = self._next, None
        if work is None:
            return
        number = self._newest
        watcher = Watcher(
            done=lambda result: self._answered(number, result),
            failed=lambda error, trace: self._broke(number, error, trace),
            cancelled=self._go_on,
            partial=lambda value: self._hand_over(number, value),
        )
        self._job = self._bridge.start(work, self._title, watcher, often=True)

    def _wanted(self, number: int) -> bool:
        return number == self._newest or (self._between and number >= self._oldest_wanted)

    def _answered(self, number: int, result: Any) -> None:
        self._go_on()
        if self._wanted(number):
            self._show(result)

    def _hand_over(self, number: int, value: object) -> None:
        if self._early is not None and self._wanted(number):
            self._early(value)

    def _broke(self, number: int, error: BaseException, trace: str) -> None:
        self._go_on()
        if not self._wanted(number):
            return
        if self._failed is not None:
            self._failed(error, trace)
        else:
            self._bridge.failed.emit(error, trace)

    def _go_on(self) -> None:
        self._job = None
        self._start()
