"""The training of what is not trained: no step. Baselines go through the same loop as every method."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer


class NoTraining:
    """A training that is complete before its first step; the network stays as it was made."""

    steps = 0

    @property
    def parts(self) -> Mapping[str, nn.Module | Optimizer | Generator | Tensor]:
        """Nothing changes, so nothing has to be saved."""
        return {}

    def shrink(self) -> bool:
        """There is no batch that could be smaller."""
        return False

    def step(self, number: int, check: Callable[[], None]) -> torch.Tensor:
        """Never called. There is no loss, which would be a scalar.

        Raises:
            AssertionError: always.
        """
        del check
        raise AssertionError(f"step {number} of a training without steps")
