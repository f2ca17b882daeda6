"""The loop: every loss is told, a number that is none stops it, cancel comes through."""

from __future__ import annotations

import pytest
import torch

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import loop


class Scripted:
    def __init__(self, losses: list[float]) -> None:
        self._losses = losses

    @property
    def steps(self) -> int:
        return len(self._losses)

    def step(self, number, check):
        check()
        return torch.tensor(self._losses[number])


class Listening(SilentContext):
    def __init__(self, cancel_after: int | None = None) -> None:
        self.metrics: list[tuple[str, float, int]] = []
        self.done: list[float] = []
        self._left = cancel_after

    def metric(self, name, value, step):
        self.metrics.append((name, value, step))

    def progress(self, done, total, text=""):
        self.done.append(done / total)

    def check(self):
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Cancelled


def test_every_loss_is_told_once_in_order_and_progress_ends_at_the_end():
    ctx = Listening()
    trained = loop.run(Scripted([3.0, 2.0, 1.0]), ctx, "Pretraining")
    assert ctx.metrics == [("loss", 3.0, 1), ("loss", 2.0, 2), ("loss", 1.0, 3)]
    assert trained.losses == (3.0, 2.0, 1.0)
    assert ctx.done[-1] == 1.0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_with_its_step_and_a_hint(bad):
    with pytest.raises(HsiError, match="step 2 of 3") as raised:
        loop.run(Scripted([1.0, bad, 1.0]), SilentContext(), "Pretraining")
    assert raised.value.hint


def test_cancel_stops_before_the_next_part_of_a_step():
    ctx = Listening(cancel_after=3)
    with pytest.raises(Cancelled):
        loop.run(Scripted([1.0] * 10), ctx, "Pretraining")
    assert len(ctx.metrics) <= 2
