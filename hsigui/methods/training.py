"""What a method gives the loop, what the loop is told beside it, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from numpy.typing import NDArray

from hsigui.methods.snapshot import Parts


class Training(Protocol):
    """What a method gives the loop. A training with several stages may say in `stage` which one is under way, and in
    `insight()` what is at work in it: an `insight.Insight`, made without any draw."""

    @property
    def steps(self) -> int:
        """How many steps there are."""

    @property
    def parts(self) -> Parts:
        """Everything that must be kept so that going on later gives what not stopping gives."""

    def step(self, number: int, check: Callable[[], None]) -> torch.Tensor:
        """Makes step `number` (from 0) and returns its loss; calls `check` between its costly parts. The loss is a
        scalar."""

    def shrink(self) -> bool:
        """Makes the batch half as large, for want of memory; False when it is at its smallest."""


@dataclass(frozen=True)
class Watch:
    """A monitor: a number that says how good the features are, the higher the better.

    Attributes:
        name: of the curve.
        measure: gives the number; called with the check for cancelling. It changes nothing of the training.
        due: whether to measure after so many steps.
        patience: stop when so many readings in a row are no better than the best, and keep the weights of that one;
            None never stops.
    """

    name: str
    measure: Callable[[Callable[[], None]], float]
    due: Callable[[int], bool]
    patience: int | None = None


@dataclass(frozen=True)
class Keep:
    """Where an unfinished training is written.

    Attributes:
        folder: of the run; a file is written there every `seconds`, or less often where writing takes more than a
            fiftieth of the time, and when the training is cancelled.
        about, transform: what it is a training of; see `Unfinished`.
    """

    folder: Path
    about: Mapping[str, Any] = field(default_factory=dict)
    transform: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    seconds: float = 15.0


@dataclass(frozen=True)
class TrainingResult:
    """How a training went: seconds, the loss of every step, the monitor's readings (steps made, value), why it ended
    before its last step (empty when it did not), after which step the weights were that are kept, what else was at
    work (`insight.recorded`), and on how many processes (`Course.processes`)."""

    seconds: float
    losses: tuple[float, ...]
    readings: tuple[tuple[int, float], ...] = ()
    stopped: str = ""
    kept_step: int = 0
    course: Mapping[str, Any] = field(default_factory=dict)
    processes: tuple[tuple[int, int], ...] = ()
