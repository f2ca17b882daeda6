"""The optimiser of the published loop and its schedules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class LARS(torch.optim.Optimizer):
    """Layer-wise adaptive rate scaling with momentum (You et al., arXiv 1708.03888) as used by LSCoSa.

    Tensors of more than one axis get weight decay and a step in proportion to their own norm; vectors (batch
    normalisation) get neither. The rate is a tensor and the velocities are there from the start, so that a step can be
    captured in a CUDA graph and the rate changed between its replays.
    """

    def __init__(
        self, parameters: Iterable[nn.Parameter], lr: float, *, momentum: float = 0.9, weight_decay: float = 1.5e-6,
        trust: float = 1e-3,
    ) -> None:  # fmt: skip
        moved = list(parameters)
        rate = torch.tensor(lr, dtype=torch.float32, device=moved[0].device)
        super().__init__(moved, {"lr": rate, "momentum": momentum, "weight_decay": weight_decay, "trust": trust})
        for p in moved:
            self.state[p]["velocity"] = torch.zeros_like(p, requires_grad=False)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        del closure  # the loops call backward themselves
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                if p.ndim > 1:
                    g = g.add(p, alpha=group["weight_decay"])
                    p_norm, g_norm = p.norm(), g.norm()
                    # As a tensor expression: no wait for the device, and a zero norm leaves the gradient as it is.
                    scale = torch.where(
                        (p_norm > 0) & (g_norm > 0), group["trust"] * p_norm / g_norm, torch.ones_like(p_norm)
                    )
                    g = g * scale
                velocity = self.state[p]["velocity"]
                velocity.mul_(group["momentum"]).add_(g)
                p.sub_(velocity * group["lr"])


def cosine(start: float, end: float, at: float) -> float:
    """From `start` (at 0) to `end` (at 1) along half a cosine."""
    return end + 0.5 * (1 + math.cos(math.pi * at)) * (start - end)


def warmed_cosine(peak: float, at: float, warm: float = 0.1) -> float:
    """A rise to `peak` over the first part `warm` of the way, then half a cosine down to a hundredth of it."""
    if at < warm:
        return peak * max(0.01, at / warm)
    return cosine(peak, peak * 0.01, (at - warm) / (1 - warm))


def set_lr(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Sets the rate of every group, in place where it is a tensor."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr
