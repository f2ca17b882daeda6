"""What commands say on the terminal, and how a work is watched and stopped there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from hsigui.commands import progress
from hsigui.jobs import Context, Finished, JobRunner, Outcome
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from hsigui.labels.raster import ClassRaster

T = TypeVar("T")


def tell(text: str) -> None:
    print(f"hsigui: {text}", file=sys.stderr)


def tell_all(notes: Iterable[str]) -> None:
    for note in notes:
        tell(note)


def tell_of(labels: ClassRaster) -> None:
    """What was assumed in reading labels, and which of their numbers is no label."""
    tell_all(labels.notes)
    if labels.background is not None and not labels.background.reasons:
        tell(labels.background.words)


def counted(array: NDArray[np.uint16], what: str) -> str:
    """Such as "160 labels of 16 classes". `array` holds class numbers, rows x cols."""
    count, classes = int(np.count_nonzero(array)), len(np.unique(array[array > 0]))
    if what == "label":
        counted_things = say_number("{count} label", "{count} labels", count)
    else:
        counted_things = say_number("{count} pixel", "{count} pixels", count)
    of_classes = say_number("{count} class", "{count} classes", classes)
    return say("{things} of {classes}", things=counted_things, classes=of_classes)


def run_with_progress(work: Callable[[Context], T], title: str) -> T:
    """Runs a work on a thread and tells of it on stderr (see `progress`); Ctrl-C cancels it and is raised again.

    Raises:
        KeyboardInterrupt, BrokenPipeError: after the work has ended.
        Exception: what the work raised.
    """
    runner = JobRunner()
    job = runner.start(work, title)
    try:
        end = _watch(runner, title)
    except (KeyboardInterrupt, BrokenPipeError):  # the latter: who listened is gone
        job.cancel()
        job.wait()
        raise
    if end.outcome is Outcome.FAILED and end.error is not None:
        raise end.error
    if end.outcome is Outcome.CANCELLED:
        raise KeyboardInterrupt
    return cast("T", end.result)


def _watch(runner: JobRunner, title: str) -> Finished:
    """Reads events, and tells of them, until the job has ended."""
    telling = progress.telling(title)
    try:
        while True:
            event = runner.next_event(timeout=0.2)
            if event is not None:
                telling.take(event)
            if isinstance(event, Finished):
                return event
            telling.tick()
    finally:
        telling.close()
