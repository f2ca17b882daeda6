"""A local and a global branch that see a whole tile in one pass: the dense form of purified contrastive learning.

SSViT cuts a patch of 15 x 15 into 25 tokens that attend to each other. Here the 25 tokens of a pixel are the means of
3 x 3 cells, five by five of them around it, and the pixel's own cell attends to them; channels are weighed by the mean
of all 25 instead of an attention between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from hsigui.methods.dense import pixel_embeddings, rows_at
from hsigui.methods.encoders import DenseEncoder, Network

CELL = 3  # side of a token in pixels, and the distance between tokens
ACROSS = 5  # tokens a side
REACH = CELL * (ACROSS // 2)  # from a pixel to the centres of its outermost tokens
CHUNK = 1_024  # pixels of a whole pass that attend at a time: what they touch stays in the processor's cache


@dataclass(frozen=True)
class Maps:
    """The tokens of a tile, one centred on each of its pixels and of those up to REACH around it.

    Attributes:
        cols: width of the tile in pixels.
        cells: means of the tokens' pixels, flat (positions x width).
        q, k, v: what attends, what is attended to and what is seen there.
    """

    cols: int
    cells: Tensor
    q: Tensor
    k: Tensor
    v: Tensor


class NeighbourhoodAttention(nn.Module):
    """The features of pixels from 25 tokens around each: attention, channel gating and a perceptron.

    Every pixel depends on the surroundings within `halo` only, so tiles that overlap by it agree.

    Args:
        channels: of the input.
        width: of tokens and features; a multiple of `heads`.
    """

    def __init__(self, channels: int, width: int, heads: int = 4) -> None:
        super().__init__()
        self.width, self.heads = width, heads
        self.halo = REACH + CELL // 2
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        )  # fmt: skip
        self.token_norm = nn.LayerNorm(width)
        self.q, self.k, self.v = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.position = nn.Parameter(torch.zeros(ACROSS * ACROSS, heads))
        self.project = nn.Linear(width, width)
        self.gate = nn.Sequential(nn.Linear(width, width // 4), nn.ReLU(), nn.Linear(width // 4, width), nn.Sigmoid())
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def maps(self, x: Tensor) -> Maps:
        """What pixels look up, of a whole tile: 1 x channels x rows x cols."""
        y = self.stem(x)
        means = functional.avg_pool2d(functional.pad(y, (CELL // 2,) * 4, mode="reflect"), CELL, 1)
        cells = functional.pad(means, (REACH,) * 4, mode="reflect")[0].flatten(1).T
        tokens = self.token_norm(cells)
        return Maps(x.shape[3], cells, self.q(tokens), self.k(tokens), self.v(tokens))

    def forward(self, maps: Maps, pixels: Tensor) -> Tensor:
        """Features (pixels x width) of the pixels with the given flat numbers."""
        stride = maps.cols + 2 * REACH
        corner = pixels // maps.cols * stride + pixels % maps.cols  # of the square of tokens, in the padded map
        steps = torch.arange(ACROSS, device=pixels.device) * CELL
        offsets = (steps[:, None] * stride + steps[None, :]).flatten()
        own, around = corner + REACH * stride + REACH, corner[:, None] + offsets
        seen = self._attend(rows_at(maps.q, own), maps.k, maps.v, around)
        found = rows_at(maps.cells, own) + self.project(seen)
        # The cells lie side by side: their mean is that of the square of 15 x 15 pixels.
        return self._mixed(found, rows_at(maps.cells, around).mean(dim=1))

    def everywhere(self, maps: Maps) -> Tensor:
        """Features (pixels x width) of all pixels, as `forward` gives them.

        The tokens that a row of pixels attends to are parts of the maps as they lie in memory: nothing is gathered,
        which is several times faster on a processor.
        """
        stride = maps.cols + 2 * REACH
        cells, q, k, v = (each.reshape(-1, stride, self.width) for each in (maps.cells, maps.q, maps.k, maps.v))
        height = len(cells) - 2 * REACH
        step = max(1, CHUNK // maps.cols)
        strips = [slice(top, min(height, top + step)) for top in range(0, height, step)]
        return torch.cat([self._strip(cells, q, k, v, rows) for rows in strips])

    def _strip(self, cells: Tensor, q: Tensor, k: Tensor, v: Tensor, rows: slice) -> Tensor:
        """Features (pixels x width) of some rows of pixels; the maps are rows x cols x width, padded by REACH."""
        cols = cells.shape[1] - 2 * REACH
        heads = (self.heads, self.width // self.heads)
        places = [(down * CELL, right * CELL) for down in range(ACROSS) for right in range(ACROSS)]

        def part(each: Tensor, down: int, right: int) -> Tensor:
            return each[rows.start + down : rows.stop + down, right : right + cols]

        def split(each: Tensor, down: int, right: int) -> Tensor:
            found = part(each, down, right)
            return found.reshape(*found.shape[:2], *heads)

        asked = split(q, REACH, REACH) * heads[1] ** -0.5
        scores = torch.stack([(asked * split(k, *place)).sum(dim=3) for place in places])
        weights = (scores + self.position[:, None, None]).softmax(dim=0)
        seen = torch.zeros_like(asked)
        for weight, place in zip(weights, places, strict=True):
            seen = seen + weight[..., None] * split(v, *place)
        wide = torch.stack([part(cells, *place) for place in places]).mean(dim=0)
        found = part(cells, REACH, REACH) + self.project(seen.flatten(2))
        return self._mixed(found, wide).flatten(0, 1)

    def _mixed(self, found: Tensor, wide: Tensor) -> Tensor:
        """Channel gating by the mean of all tokens, then the perceptron: (..., width) -> (..., width)."""
        gated = found * (2 * self.gate(wide))
        mixed: Tensor = gated + self.mlp(self.norm(gated))
        return mixed

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, where: Tensor) -> Tensor:
        """Weighted means of the tokens at `where` (pixels x 25) for each pixel's query."""
        heads = (self.heads, self.width // self.heads)
        near = (*where.shape, *heads)
        q, keys, values = q.reshape(-1, *heads), rows_at(k, where).reshape(near), rows_at(v, where).reshape(near)
        scores = torch.einsum("phd,pthd->pth", q, keys) * heads[1] ** -0.5 + self.position
        return torch.einsum("pth,pthd->phd", scores.softmax(dim=1), values).flatten(1)


class DensePair(Network):
    """Both branches: 1 x channels x rows x cols -> 1 x (global + local width) x rows x cols.

    Attributes:
        branches: widths of the global and of the local features, in the order of the columns.

    Args:
        width: of each branch.
        blocks, box: of the local branch, see DenseEncoder.
    """

    def __init__(self, channels: int, width: int = 64, blocks: int = 2, box: int = 9) -> None:
        super().__init__()
        self.global_branch = NeighbourhoodAttention(channels, width)
        self.local_branch = DenseEncoder(channels, width, blocks, box)
        self.branches = (width, width)
        self.width = 2 * width
        self.halo = max(self.global_branch.halo, self.local_branch.halo)

    def at(self, x: Tensor, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Global and local features (pixels x width) of the pixels with the given flat numbers."""
        wide = self.global_branch(self.global_branch.maps(x), pixels)
        return wide, pixel_embeddings(self.local_branch(x), pixels)

    def forward(self, x: Tensor) -> Tensor:
        """Both branches' features, 1 x width x rows x cols, of 1 x channels x rows x cols."""
        wide = self.global_branch.everywhere(self.global_branch.maps(x)).T.reshape(1, -1, *x.shape[2:])
        return torch.cat([wide, self.local_branch(x)], dim=1)
