"""Heavy work (pretraining, opening a run): one job at a time over all scenes, the others wait in a list.

A job carries its scene's id and the revision of the input that it learns from: those alone decide where its result
goes.
Light work, such as a stroke's fit and map, runs beside it and never comes here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from hsigui.document.events import QueueChanged
from hsigui.document.hub import Events
from hsigui.document.identity import Origin
from hsigui.jobs import Job
from hsigui.texts import say

_numbers = itertools.count(1)


class Kind(Enum):
    """What a heavy job does."""

    TRAINING = "training"
    OPENING = "opening a run"
    STUDY = "a study"
    MAPPING = "a map by tiles"


class State(Enum):
    """How far a heavy job is, in a word for the list."""

    WAITING = "waiting"
    RUNNING = "running"
    HELD = "held"
    ENDING = "ending"

    @property
    def word(self) -> str:
        """What is said of it."""
        words = {
            State.WAITING: say("waiting"),
            State.RUNNING: say("running"),
            State.HELD: say("held"),
            State.ENDING: say("ending"),
        }
        return words[self]


@dataclass(eq=False)
class HeavyJob:
    """One entry of the list.

    Args:
        title: what is done, in words.
        scene: the id of the scene that it is done for; scene_name, its name.
        begin: starts the work; returns its job and the input that it is done with, or None where there is nothing to
            do any more.
        taken_out: told when it is taken out before it began.

    Attributes:
        origin: the scene and the revision of its input that it works on; None before it has begun.
        job: None before it has begun.
    """

    kind: Kind
    title: str
    scene: int
    scene_name: str
    begin: Callable[[], tuple[Job, Origin] | None]
    taken_out: Callable[[], None] = lambda: None
    number: int = field(default_factory=lambda: next(_numbers))
    origin: Origin | None = None
    job: Job | None = None

    @property
    def state(self) -> State:
        if self.job is None:
            return State.WAITING
        if self.job.cancelling:
            return State.ENDING
        return State.HELD if self.job.paused else State.RUNNING


class HeavyQueue:
    """Begins one heavy job after the other. Whoever watches a job calls `ended` when it has."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._entries: list[HeavyJob] = []

    @property
    def entries(self) -> tuple[HeavyJob, ...]:
        """The job at work, then those that wait in the order in which they will begin."""
        return tuple(self._entries)

    @property
    def running(self) -> HeavyJob | None:
        """The job at work, held or not."""
        first = self._entries[0] if self._entries else None
        return None if first is None or first.job is None else first

    @property
    def training(self) -> HeavyJob | None:
        """The training at work; what Pause and Cancel act on."""
        running = self.running
        return running if running is not None and running.kind is Kind.TRAINING else None

    def training_of(self, scene: int) -> HeavyJob | None:
        """The training of a scene, at work or waiting."""
        return next((e for e in self._entries if e.scene == scene and e.kind is Kind.TRAINING), None)

    def add(self, entry: HeavyJob) -> None:
        """Puts a job at the end; begins it when none is at work."""
        self._entries.append(entry)
        self._go_on()

    def ended(self, entry: HeavyJob) -> None:
        """A job has come to its end, whichever: the next one begins."""
        if entry in self._entries:
            self._entries.remove(entry)
            self._go_on()

    def take_out(self, entry: HeavyJob) -> None:
        """Takes a job out that waits, or asks the one at work to stop; it leaves the list at its end."""
        if entry not in self._entries:
            return
        if entry.job is None:
            self._entries.remove(entry)
            entry.taken_out()
        else:
            entry.job.cancel()
        self._events.emit(QueueChanged())

    def take_out_of(self, scene: int) -> None:
        """Takes out all jobs of a scene, those that wait first."""
        for entry in reversed(self.entries):
            if entry.scene == scene:
                self.take_out(entry)

    def hold(self, held: bool) -> None:
        """Holds the training at work, or lets it go on."""
        training = self.training
        if training is None or training.job is None or training.job.paused == held:
            return
        if held:
            training.job.pause()
        else:
            training.job.resume()
        self._events.emit(QueueChanged())

    def _go_on(self) -> None:
        while self._entries and self._entries[0].job is None:
            first = self._entries[0]
            begun = first.begin()
            if begun is not None:
                first.job, first.origin = begun
            elif first in self._entries:
                self._entries.remove(first)
        self._events.emit(QueueChanged())
