"""Views with something missing: runs of bands erased, squares covered by what lets some light through.

After the earlier work of ContrastDM's authors: random occlusion (ROBYOL, GRSL 2022, doi 10.1109/LGRS.2022.3204442) and
band erasure (UPDA, Remote Sensing 2023, 15, 3123), as their abstracts describe them; sizes and shares are ours.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hsigui.methods.distributed.share import Share, drawn


def erased(x: Tensor, generator: Generator, part: float = 0.2, share: Share | None = None) -> Tensor:
    """Band erasure: a run of neighbouring bands, another for each patch, is set to 0 (the mean). Patches x channels x
    side x side, in and out. `share` is which part of the batch they are, where processes share it."""
    bands = x.shape[1]
    length = max(1, round(part * bands))
    first = drawn(lambda n: torch.randint(0, bands - length + 1, (n, 1), generator=generator), len(x), share)
    band = torch.arange(bands)[None]
    gone = (band >= first) & (band < first + length)
    return x * (~gone).to(x)[:, :, None, None]


def occluded(
    x: Tensor, generator: Generator, *, side: int, part: float, light: float = 0.5, share: Share | None = None
) -> Tensor:
    """Translucent occlusion: squares cover about `part` of the area (at least one a patch) and let some light through.

    Args:
        side: of the squares in pixels, at most the image's.
        light: most that a square lets through.
        share: which part of the batch the patches are, where processes share it.
    """
    count, _, rows, cols = x.shape
    side = min(side, rows, cols)
    squares = max(1, round(part * rows * cols / side**2))
    seen = torch.ones(count, rows, cols)
    row, col = torch.arange(rows)[:, None], torch.arange(cols)[None]
    for _ in range(squares):
        top = drawn(lambda n: torch.randint(0, rows - side + 1, (n, 1, 1), generator=generator), count, share)
        left = drawn(lambda n: torch.randint(0, cols - side + 1, (n, 1, 1), generator=generator), count, share)
        lets = light * drawn(lambda n: torch.rand(n, 1, 1, generator=generator), count, share)
        under = (row >= top) & (row < top + side) & (col >= left) & (col < left + side)
        seen = torch.where(under, lets, seen)
    return x * seen[:, None].to(x)
