"""What work tells its context in a worker, on its way to who waits for it. For engines, those of plug-ins too."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hsigui.jobs import Cancelled

EVERY = 0.1  # seconds between two tellings of progress


@dataclass(frozen=True)
class Told:
    """A call of the context: its name and arguments."""

    number: int
    call: str
    values: tuple[Any, ...]


class Telling:
    """The context of an order in a worker: what it is told is sent on, progress and metrics thinned out.

    Args:
        send: takes a `Told`.
        stopped: asked at each call.
    """

    def __init__(self, number: int, send: Callable[[Told], None], stopped: Callable[[], bool]) -> None:
        self._number, self._send, self._stopped = number, send, stopped
        self._told: dict[str, float] = {}

    def check(self) -> None:
        if self._stopped():
            raise Cancelled

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._thinned("progress", "progress", done, total, text)

    def metric(self, name: str, value: float, step: int) -> None:
        self._thinned(f"metric {name}", "metric", name, value, step)

    def partial(self, value: object) -> None:
        self.check()
        self._send(Told(self._number, "partial", (value,)))

    def warn(self, message: str) -> None:
        self.check()
        self._send(Told(self._number, "warn", (message,)))

    def _thinned(self, key: str, call: str, *values: Any) -> None:
        self.check()
        now = time.monotonic()
        if now - self._told.get(key, -EVERY) >= EVERY:
            self._told[key] = now
            self._send(Told(self._number, call, values))
