"""How long work is told of while it is done: by a bar in a terminal, by few lines in a log, by JSON to a program."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TextIO, cast

from hsigui.jobs import Event, Finished, Metric, Outcome, Partial, Progress, Warned
from hsigui.methods.insight import Insight
from hsigui.texts import say

AUTO, BAR, LINES, JSON, NONE = "auto", "bar", "lines", "json", "none"
KINDS = (AUTO, BAR, LINES, JSON, NONE)
EVERY = 60.0  # seconds between two lines of a log

_chosen: ContextVar[str] = ContextVar("progress", default=AUTO)


class Telling(Protocol):
    """Tells of a work from its first moment on."""

    def take(self, event: Event) -> None:
        """Tells of an event, where it is worth it; the last is a `Finished`."""

    def tick(self) -> None:
        """Is called several times a second."""

    def close(self) -> None:
        """Is called once, also when the work was left."""


@contextmanager
def chosen(kind: str) -> Iterator[None]:
    """Within the block work is told of in one way of `KINDS`."""
    token = _chosen.set(kind)
    try:
        yield
    finally:
        _chosen.reset(token)


def telling(title: str) -> Telling:
    """The way that was chosen; unless one was, a bar in a terminal and lines elsewhere."""
    kind = _chosen.get()
    if kind == AUTO:
        kind = BAR if sys.stderr.isatty() else LINES
    if kind == BAR:
        return Bar(title)
    if kind == JSON:
        return Objects(title, sys.stderr)
    return Lines(title, sys.stderr) if kind == LINES else Nothing()


class Nothing:
    """Warnings alone: they are no progress."""

    def take(self, event: Event) -> None:
        if isinstance(event, Warned):
            print(f"hsigui: {event.message}", file=sys.stderr, flush=True)

    def tick(self) -> None:
        return

    def close(self) -> None:
        return


class Bar:
    """A bar with the time left, a new one for each phase: what stands before the first comma of the text."""

    def __init__(self, title: str) -> None:
        from tqdm import tqdm

        self._form = say("{desc}: {percentage:3.0f}% |{bar:30}| {elapsed} so far, {remaining} left")
        self._tqdm, self._phase = tqdm, ""
        self._bar = self._new(title, 1.0, 0.0)

    def _new(self, title: str, total: float, done: float) -> Any:
        return self._tqdm(total=total, initial=done, desc=title, bar_format=self._form, leave=False)

    def take(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._tqdm.write(f"hsigui: {event.message}", file=sys.stderr)
        elif isinstance(event, Partial) and isinstance(event.value, str):
            self._tqdm.write(event.value, file=sys.stderr)
        elif isinstance(event, Progress):
            phase = event.text.split(",")[0]
            if phase != self._phase:
                self._phase = phase
                self._bar.close()
                self._bar = self._new(phase, max(event.total, 1e-9), event.done)
            self._bar.n = event.done
            self._bar.set_description_str(event.text, refresh=False)

    def tick(self) -> None:
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


class Lines:
    """A line at the start, at most one a minute, and one at the end, for logs of batch jobs: the share done of the
    phase, the time it has left, and the last figure. What is done is told as it comes.

    Args:
        title: of the work.
        clock: seconds that only ever grow.
    """

    def __init__(
        self, title: str, stream: TextIO, every: float = EVERY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._every, self._clock = stream, every, clock
        self._title, self._started = title, clock()
        self._told = self._phase_since = self._started
        self._phase, self._last, self._figure = "", Progress(0, 0.0, 0.0, title), ""
        self._write(say("{title} …", title=title))

    def take(self, event: Event) -> None:
        if isinstance(event, Warned):
            self._write(f"hsigui: {event.message}")
        elif isinstance(event, Partial) and isinstance(event.value, str):
            self._write(event.value)
        elif isinstance(event, Metric):
            self._figure = f"{event.name} {event.value:.4g}"
        elif isinstance(event, Progress):
            phase = event.text.split(",")[0]
            if phase != self._phase:
                self._phase, self._phase_since, self._figure = phase, self._clock(), ""
            self._last = event
        elif isinstance(event, Finished):
            self._end(event)

    def tick(self) -> None:
        if self._clock() - self._told >= self._every:
            self._write(self._now())

    def close(self) -> None:
        return

    def _now(self) -> str:
        share = shares(self._last)
        parts = [self._last.text or self._title]
        if share is not None:
            parts.append(say("{share:.0f} % done", share=100 * share))
            left = left_of(share, self._clock() - self._phase_since)
            parts += [] if left is None else [say("{time} left", time=time_in_words(left))]
        return say(", ").join([*parts, *([self._figure] if self._figure else [])])

    def _end(self, event: Finished) -> None:
        taken = time_in_words(self._clock() - self._started)
        if event.outcome is Outcome.COMPLETED:
            figure = say(", {figure}", figure=self._figure) if self._figure else ""
            self._write(say("Done in {time}{figure}", time=taken, figure=figure))
        else:  # why is told by who runs it
            self._write(say("Ended after {time}: {text}", time=taken, text=self._now()))

    def _write(self, text: str) -> None:
        self._told = self._clock()
        print(text, file=self._stream, flush=True)


class Objects:
    """JSON objects, one a line, for programs: `event` is "start", "progress", "metric", "insight", "message", "warning"
    or "end".

    Progress and metrics come at most once a second each; `seconds` is the time since the start, `share` from 0 to 1 or
    null where it is not known, `left` the seconds that the phase still takes or null. An insight has what of an
    `Insight` is small, so all but the superpixels; null for what the training has not.
    """

    def __init__(
        self, title: str, stream: TextIO, every: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream, self._every, self._clock = stream, every, clock
        self._started, self._phase, self._phase_since = clock(), "", clock()
        self._waiting: dict[str, Event] = {}  # newest that is not yet told, by what it tells of
        self._told = float("-inf")
        self._write("start", title=title)

    def take(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._waiting["progress"] = event
        elif isinstance(event, Metric):
            self._waiting[f"metric {event.name}"] = event
        elif isinstance(event, Warned):
            self._write("warning", text=event.message)
        elif isinstance(event, Partial) and isinstance(event.value, str):
            self._write("message", text=event.value)
        elif isinstance(event, Partial) and isinstance(event.value, Insight):
            self._waiting["insight"] = event
        elif isinstance(event, Finished):
            self._flush()
            self._write("end", outcome=event.outcome.value)
            return
        self.tick()

    def tick(self) -> None:
        if self._waiting and self._clock() - self._told >= self._every:
            self._told = self._clock()
            self._flush()

    def close(self) -> None:
        return

    def _flush(self) -> None:
        for event in self._waiting.values():
            if isinstance(event, Metric):
                self._write("metric", name=event.name, value=event.value, step=event.step)
            elif isinstance(event, Partial):
                self._write("insight", **_small(cast("Insight", event.value)))
            elif isinstance(event, Progress):
                phase = event.text.split(",")[0]
                if phase != self._phase:
                    self._phase, self._phase_since = phase, self._clock()
                share = shares(event)
                left = None if share is None else left_of(share, self._clock() - self._phase_since)
                self._write("progress", phase=phase, text=event.text, share=share, left=left)
        self._waiting.clear()

    def _write(self, event: str, /, **values: object) -> None:
        found = {"event": event, "seconds": round(self._clock() - self._started, 3), **values}
        for key, value in found.items():
            if isinstance(value, float) and not abs(value) < float("inf"):  # JSON has no name for it
                found[key] = None
        print(json.dumps(found, ensure_ascii=False), file=self._stream, flush=True)


def _small(insight: Insight) -> dict[str, object]:
    """What a line tells of an insight."""
    arrays = {name: None if (found := getattr(insight, name)) is None else found.tolist() for name in ("used", "pairs")}
    numbers = {name: getattr(insight, name) for name in ("step", "rate", "memory_mb", "device_mb")}
    return {**numbers, **arrays}


def shares(event: Progress) -> float | None:
    """How much is done, 0 to 1; None where that is not known."""
    return min(1.0, max(0.0, event.done / event.total)) if event.total > 0 else None


def left_of(share: float, taken: float) -> float | None:
    """Seconds left of what has taken so many for a share; None as long as that says nothing."""
    return taken * (1 - share) / share if share > 0.001 and taken > 1 else None


def time_in_words(seconds: float) -> str:
    """Such as "45 s", "12 min" or "3 h 20 min"."""
    whole = round(seconds)
    if whole < 90:
        return say("{seconds} s", seconds=whole)
    minutes = round(seconds / 60)
    if minutes < 120:
        return say("{minutes} min", minutes=minutes)
    return say("{hours} h {minutes} min", hours=minutes // 60, minutes=minutes % 60)
