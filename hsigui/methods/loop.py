"""One loop for every method: progress, cancel, pause, curves, and a guard against numbers that are none."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch

from hsigui.errors import HsiError
from hsigui.jobs import Context


class Training(Protocol):
    """What a method gives the loop."""

    @property
    def steps(self) -> int:
        """How many steps there are."""

    def step(self, number: int, check: Callable[[], None]) -> torch.Tensor:
        """Makes step `number` (from 0) and returns its loss; calls `check` between its costly parts."""


@dataclass(frozen=True)
class Trained:
    """How a training went: seconds, and the loss of every step."""

    seconds: float
    losses: tuple[float, ...]


# The loss is read from the device this often at most: each reading waits for all work queued there.
READ_SECONDS = 0.1


def run(training: Training, ctx: Context, what: str) -> Trained:
    """Runs all steps.

    Raises:
        HsiError: the loss is not finite.
        Cancelled: through the context.
    """
    started = time.perf_counter()
    waiting: list[torch.Tensor] = []
    losses: list[float] = []
    last_read = 0.0
    for number in range(training.steps):
        ctx.check()
        waiting.append(training.step(number, ctx.check).detach())
        last = number == training.steps - 1
        if last or time.perf_counter() - last_read > READ_SECONDS:
            for value in torch.stack(waiting).float().cpu().tolist():
                _require_finite(value, len(losses), training.steps)
                losses.append(value)
                ctx.metric("loss", value, len(losses))
            waiting.clear()
            last_read = time.perf_counter()
            ctx.progress(number + 1, training.steps, f"{what}, step {number + 1} of {training.steps}")
    return Trained(time.perf_counter() - started, tuple(losses))


def _require_finite(value: float, step: int, steps: int) -> None:
    if not math.isfinite(value):
        raise HsiError(
            f"Pretraining stopped at step {step + 1} of {steps}: the loss is no longer a finite number.",
            "Mark noisy or empty bands as bad and check the no-data value; another seed may help too.",
        )
