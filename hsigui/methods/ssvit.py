"""SSViT: the global branch of purified contrastive learning, a small transformer on 25 tokens of a 15 x 15 patch.

PCL: IEEE TGRS 2024, doi 10.1109/TGRS.2024.3409378. A 3-D spectral stem, two convolutional stems in parallel, then
blocks of spatial attention (25 x 25), attention between channels, and a perceptron.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from hsigui.methods.chance import Dropout, DropPath

GRID = 5  # tokens a side: what two pools of stride 2 leave of a patch of 15
FEWEST_BANDS = 15  # that the spectral stem needs
FILTERS = 8


class ChannelNorm(nn.Module):
    """Layer normalisation over the channels of a map, with 1e-5 beside the standard deviation, as published."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.g = nn.Parameter(torch.ones(1, width, 1, 1))
        self.b = nn.Parameter(torch.zeros(1, width, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width x rows x cols, in and out."""
        sd = x.var(dim=1, unbiased=False, keepdim=True).sqrt()
        return (x - x.mean(dim=1, keepdim=True)) / (sd + 1e-5) * self.g + self.b


def _depthwise(width: int) -> nn.Conv2d:
    return nn.Conv2d(width, width, 3, padding=1, groups=width)


class SpatialSpectralAttention(nn.Module):
    """Attention between the tokens, then between the channels of what came out: batch x width x rows x cols."""

    def __init__(self, width: int, heads: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.q, self.k, self.v = _depthwise(width), _depthwise(width), _depthwise(width)
        self.project = nn.Sequential(nn.Conv2d(width, width, 1), nn.BatchNorm2d(width))
        self.channel_q, self.channel_k, self.channel_v = _depthwise(width), _depthwise(width), _depthwise(width)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width x rows x cols, in and out."""
        x = self.project(self._between_tokens(x))
        return self._between_channels(x)

    def _between_tokens(self, x: Tensor) -> Tensor:
        batch, width, rows, cols = x.shape
        split = (batch, self.heads, width // self.heads, rows * cols)
        q, k = (functional.leaky_relu(conv(x)).reshape(split) for conv in (self.q, self.k))
        attention = self.dropout((q.transpose(2, 3) @ k * self.scale).softmax(dim=-1))  # tokens x tokens
        seen: Tensor = self.v(x).reshape(split) @ attention.transpose(2, 3)
        return seen.reshape(x.shape)

    def _between_channels(self, x: Tensor) -> Tensor:
        q, k = (functional.leaky_relu(conv(x)).flatten(2) for conv in (self.channel_q, self.channel_k))
        attention = self.dropout((q @ k.transpose(1, 2) * self.scale).softmax(dim=-1))  # channels x channels
        seen: Tensor = attention @ self.channel_v(x).flatten(2)
        return seen.reshape(x.shape)


class AttentionBlock(nn.Module):
    """Both attentions and a perceptron, each after a normalisation and beside a shortcut."""

    def __init__(self, width: int, heads: int, hidden: int, drop_path: float, dropout: float = 0.1) -> None:
        super().__init__()
        self.norm1, self.norm2 = ChannelNorm(width), ChannelNorm(width)
        self.attention = SpatialSpectralAttention(width, heads, dropout)
        self.mlp = nn.Sequential(
            nn.Conv2d(width, hidden, 1),
            nn.GELU(),
            Dropout(dropout),
            nn.Conv2d(hidden, width, 1),
            Dropout(dropout),
        )
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width x rows x cols, in and out."""
        x = x + self.drop_path(self.attention(self.norm1(x)))
        y: Tensor = x + self.drop_path(self.mlp(self.norm2(x)))
        return y


def _spectral_layer(inputs: int, length: int, stride: int, padding: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(inputs, FILTERS, (length, 1, 1), (stride, 1, 1), (padding, 0, 0)),
        nn.BatchNorm3d(FILTERS), nn.LeakyReLU(),
    )  # fmt: skip


def _spatial_stem(inputs: int, width: int, side: int) -> nn.Sequential:
    quarter, half = width // 4, width // 2
    return nn.Sequential(
        nn.Conv2d(inputs, quarter, 1), nn.BatchNorm2d(quarter), nn.LeakyReLU(),
        nn.Conv2d(quarter, half, side, padding=side // 2), nn.BatchNorm2d(half), nn.LeakyReLU(), nn.MaxPool2d(2, 2, 1),
        nn.Conv2d(half, width, side, padding=side // 2), nn.BatchNorm2d(width), nn.LeakyReLU(), nn.MaxPool2d(2, 2, 1),
    )  # fmt: skip


class PatchEmbedding(nn.Module):
    """From patches (batch x bands x 15 x 15) to normalised tokens (batch x 25 x width), row-major."""

    def __init__(self, bands: int, width: int) -> None:
        super().__init__()
        # Fewer bands than the stem's three convolutions are long are filled up with zeros.
        self.missing = max(0, FEWEST_BANDS - bands)
        self.spectral = nn.Sequential(
            _spectral_layer(1, 7, 2, 0), _spectral_layer(FILTERS, 5, 1, 0), _spectral_layer(FILTERS, 3, 1, 1)
        )
        channels = FILTERS * ((bands + self.missing - 7) // 2 + 1 - 4)
        self.stem3, self.stem5 = _spatial_stem(channels, width, 3), _spatial_stem(channels, width, 5)
        self.project = nn.Sequential(nn.Conv2d(2 * width, width, 1), nn.BatchNorm2d(width), nn.LeakyReLU())
        self.norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        """Batch x 25 x width of batch x bands x 15 x 15."""
        x = functional.pad(x, (0, 0, 0, 0, 0, self.missing))
        x = self.spectral(x[:, None]).flatten(1, 2)
        x = self.project(torch.cat([self.stem3(x), self.stem5(x)], dim=1))
        y: Tensor = self.norm(x.flatten(2).transpose(1, 2))
        return y


class SSViT(nn.Module):
    """The whole branch: batch x bands x 15 x 15 -> batch x width.

    Args:
        width: of tokens and features; a multiple of 4 and of `heads`.
        depth: number of blocks; drop-path rises along them from 0 to `drop_path`.
        dropout: part of the numbers that is left out in training.
    """

    def __init__(
        self, bands: int, width: int = 128, depth: int = 6, heads: int = 4, *,
        dropout: float = 0.1, drop_path: float = 0.1,
    ) -> None:  # fmt: skip
        super().__init__()
        self.embedding = PatchEmbedding(bands, width)
        self.position = nn.Parameter(torch.zeros(1, GRID * GRID, width))
        self.dropout = Dropout(dropout)
        drops = torch.linspace(0, drop_path, depth).tolist()
        self.blocks = nn.Sequential(*(AttentionBlock(width, heads, 4 * width, part, dropout) for part in drops))
        self.norm = nn.LayerNorm(width)
        nn.init.trunc_normal_(self.position, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_uniform_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width of batch x bands x 15 x 15."""
        tokens = self.dropout(self.embedding(x) + self.position)
        y = self.blocks(tokens.transpose(1, 2).unflatten(2, (GRID, GRID))).flatten(2).transpose(1, 2)
        mean: Tensor = self.norm(y).mean(dim=1)
        return mean
