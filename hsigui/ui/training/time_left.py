"""How long a job will still take, from how fast it has been."""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_SECONDS = 2.0  # a guess from less would jump about


class TimeLeft:
    """Estimates from the pace of the present stage; a stage begins when the total changes or the count goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._total = 0.0
        self._done = 0.0
        self._first = 0.0
        self._began = clock()
        self._paused_at: float | None = None

    def seconds(self, done: float, total: float) -> float | None:
        """Seconds until done == total; None as long as nobody can know."""
        now = self._clock()
        if total != self._total or done < self._done:
            self._total, self._first, self._began = total, done, now
        self._done = done
        elapsed, advanced = now - self._began, done - self._first
        if total <= 0 or advanced <= 0 or elapsed < FIRST_SECONDS:
            return None
        return elapsed / advanced * (total - done)

    def pause(self) -> None:
        self._paused_at = self._clock()

    def resume(self) -> None:
        """Goes on; the time since `pause` does not count."""
        if self._paused_at is not None:
            self._began += self._clock() - self._paused_at
            self._paused_at = None
