"""What jobs did, in the log: when they began, how and after how long they ended, what they warned of."""

from __future__ import annotations

import time
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.jobs import Finished, Job, Outcome, Warned
from hsigui.log import Log, told_of

LONG = 1.0  # seconds after which the end of a job that is done often is worth a line

_log = Log("jobs")


@dataclass(frozen=True)
class _Begun:
    title: str
    at: float
    often: bool


class JobLog:
    """The log of the jobs of one window."""

    def __init__(self) -> None:
        self._begun: dict[int, _Begun] = {}

    def began(self, job: Job, often: bool) -> None:
        self._begun[job.number] = _Begun(job.title, time.monotonic(), often)
        if not often:
            _log.note("Job %d began: %s", job.number, job.title)

    def warned(self, event: Warned) -> None:
        _log.caution("Job %d warned: %s", event.job, event.message)

    def ended(self, event: Finished) -> None:
        begun = self._begun.pop(event.job)
        seconds = time.monotonic() - begun.at
        if event.outcome is not Outcome.FAILED:
            if seconds >= LONG or not begun.often:
                _log.note("Job %d %s after %.1f s: %s", event.job, event.outcome.value, seconds, begun.title)
        elif isinstance(event.error, HsiError):
            words = "Job %d was refused after %.1f s: %s: %s"
            _log.caution(words, event.job, seconds, begun.title, event.error)
        else:
            trace = told_of(event.error or RuntimeError("unknown"), event.trace)
            _log.fault("Job %d failed after %.1f s: %s\n%s", event.job, seconds, begun.title, trace)
