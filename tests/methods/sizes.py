"""How large networks are, to compare with what is published."""

from __future__ import annotations

from torch import nn


def count_parameters(module: nn.Module) -> int:
    """How many numbers a network learns."""
    return sum(p.numel() for p in module.parameters())
