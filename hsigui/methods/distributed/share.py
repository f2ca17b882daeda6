"""Which part of a batch a process has, and how random numbers for it are drawn.

Every process draws the numbers of the whole batch from generators that are in one state everywhere, and keeps those of
its own part: so a batch has the same views however many processes share it, and the generators stay in one state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Share:
    """The samples `start` to `stop` (not included) of a batch of `total`."""

    start: int
    stop: int
    total: int

    @property
    def count(self) -> int:
        return self.stop - self.start

    def of(self, whole: Tensor, axis: int = 0) -> Tensor:
        """The part of something of any shape that has an entry for every sample along an axis."""
        return whole.narrow(axis, self.start, self.count)


def drawn(draw: Callable[[int], Tensor], own: int, share: Share | None) -> Tensor:
    """Random numbers for the samples of a process: own x whatever `draw` gives of a sample.

    Args:
        draw: gives the numbers of so many samples, the first axis.
        own: how many samples there are, where they are the whole batch.
        share: which part of the batch they are; None for all of it.
    """
    return draw(own) if share is None else share.of(draw(share.total))
