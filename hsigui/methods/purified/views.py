"""The views of purified contrastive learning: a slight enlargement, a change of brightness, a flip or turn.

PCL (doi 10.1109/TGRS.2024.3409378) enlarges every patch, and multiplies and shifts its raw numbers by one factor and
one offset that fit one sensor. Here bands are standardised and the offset is in their standard deviations. The eight
flips and turns are ours.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hsigui.methods.distributed.share import Share, drawn
from hsigui.methods.purified.row import Paper


def view(patches: Tensor, settings: Paper, generator: Generator, share: Share | None = None) -> Tensor:
    """One view of each patch: batch x channels x side x side, drawn anew for every patch. `share` is which part of the
    batch they are, where processes share it."""
    return brightened(enlarged_and_turned(patches, settings, generator, share), settings, generator, share)


def enlarged_and_turned(patches: Tensor, settings: Paper, generator: Generator, share: Share | None = None) -> Tensor:
    """A random part of each patch, such as 95 % of its side, stretched to the whole (nearest neighbour) in one of 8
    poses. Patches x bands x side x side, in and out."""
    batch, _, side, _ = patches.shape
    part = int(settings.enlarged * side)
    corner = drawn(lambda n: torch.randint(0, side - part + 1, (n, 2, 1, 1), generator=generator), batch, share)
    flips = drawn(lambda n: torch.randint(0, 2, (n, 3, 1, 1), generator=generator), batch, share).bool()
    steps = torch.arange(side).expand(batch, side, side)
    i, j = steps.transpose(1, 2), steps
    i, j = torch.where(flips[:, 0], j, i), torch.where(flips[:, 0], i, j)
    i = torch.where(flips[:, 1], side - 1 - i, i)
    j = torch.where(flips[:, 2], side - 1 - j, j)
    rows = (corner[:, 0] + i * part // side).to(patches.device)
    cols = (corner[:, 1] + j * part // side).to(patches.device)
    number = torch.arange(batch, device=patches.device)[:, None, None]
    return patches.permute(0, 2, 3, 1)[number, rows, cols].permute(0, 3, 1, 2)


def brightened(patches: Tensor, settings: Paper, generator: Generator, share: Share | None = None) -> Tensor:
    """Some of the patches, such as four of five, times one factor plus one offset, the same for all their elements.
    Patches x bands x side x side, in and out."""
    count = len(patches)

    def uniform() -> Tensor:
        return drawn(lambda n: torch.rand((n, 1, 1, 1), generator=generator), count, share)

    changed = uniform() < settings.brightened
    low, high = settings.darkest, settings.brightest
    factor = torch.where(changed, low + (high - low) * uniform(), 1.0)
    normal = drawn(lambda n: torch.randn((n, 1, 1, 1), generator=generator), count, share)
    offset = torch.where(changed, settings.offset * normal, 0.0)
    return patches * factor.to(patches) + offset.to(patches)
