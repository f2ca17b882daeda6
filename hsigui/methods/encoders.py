"""Networks that turn pixels with their surroundings into feature vectors.

`PatchEncoder` sees one patch a pixel, as the published methods do. `DenseEncoder` is fully convolutional: one pass
gives the features of every pixel of a tile. The two are different functions, because zero padding at the border of a
patch is not its true surroundings: an encoder is always used the way it was trained.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional


class Network(nn.Module):
    """What every encoder's network says of itself.

    Attributes:
        width: length of the feature vectors.
        patch: side of the patch that it sees of each pixel (odd); 0 for a dense network.
        halo: pixels around a tile that a dense network's features depend on.
        branches: widths of its parts, where the features are those of several networks side by side.
        variants: what tells several versions of the features apart, which then stand one after the other along the
            width, each as wide as the others; empty for one version.
    """

    width: int
    patch: int = 0
    halo: int = 0
    branches: tuple[int, ...] = ()
    variants: tuple[int, ...] = ()

    def plain(self, x: Tensor) -> Tensor:
        """The features of `forward`, of several versions the first alone: batch x width, or
        batch x width x rows x cols, where width is that of one version."""
        found: Tensor = self(x)
        return found


class NoEncoder(Network):
    """The empty encoder of the baselines that have none: vectors of length 0."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        del channels
        self.width = 0

    def forward(self, x: Tensor) -> Tensor:
        """Vectors of length 0: batch x 0 x rows x cols."""
        return x[:, :0]


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch normalisation and a shortcut (He et al., CVPR 2016, "basic block").

    `inputs` is the number of channels that come in where it is not `width`.
    """

    def __init__(self, width: int, stride: int = 1, inputs: int | None = None) -> None:
        super().__init__()
        inputs = width if inputs is None else inputs
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != width:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """Batch x inputs x rows x cols -> batch x width x rows x cols; stride 2 halves rows and cols, rounded up."""
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(self.norm2(self.conv2(y)) + self.shortcut(x))


class PatchEncoder(Network):
    """LSCoSa's encoder: a residual network of three stages on 15 x 15 patches (doi 10.1109/TGRS.2023.3331888).

    Input: batch x bands x 15 x 15; output: batch x width, the spatial mean of the last map.
    """

    patch = 15

    def __init__(self, bands: int, width: int = 128) -> None:
        super().__init__()
        self.width = width
        self.stem = nn.Conv2d(bands, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 1, 1)
        self.block1 = ResidualBlock(width)
        self.block2 = ResidualBlock(width, stride=2)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width of batch x bands x 15 x 15."""
        x = self.pool(functional.relu(self.norm(self.stem(x))))
        y: Tensor = self.block2(self.block1(x))
        return y.mean(dim=(2, 3))


class Projector(nn.Sequential):
    """Three linear layers, batch normalisation and ReLU after the first two; used for the loss only."""

    def __init__(self, width: int = 128, out: int = 128) -> None:
        super().__init__(
            nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Linear(width, out, bias=False),
        )  # fmt: skip


class _DenseBlock(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1, padding_mode="reflect", bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, padding_mode="reflect", bias=False)
        self.norm2 = nn.BatchNorm2d(width)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        return functional.relu(x + self.norm2(self.conv2(y)))


def box_mean(x: Tensor, side: int) -> Tensor:
    """Means over squares (side odd, borders reflected) of a batch of maps, in two passes: a column of means of rows is
    many times cheaper than the square at once. Batch x channels x rows x cols, in and out."""
    if side == 1:
        return x
    half = side // 2
    padded = functional.pad(x, (half, half, half, half), mode="reflect")
    return functional.avg_pool2d(functional.avg_pool2d(padded, (1, side), 1), (side, 1), 1)


class DenseEncoder(Network):
    """A fully convolutional encoder: 1 x 1 spectral stem, residual 3 x 3 blocks, a box average of about a patch's size.

    Input: batch x channels x rows x cols; output: batch x width x rows x cols, one vector a pixel.

    Args:
        channels: of the input, after the spectral transform.
        width: of the features.
        blocks: number of residual blocks; each widens the receptive field by 4 pixels.
        box: side of the closing average in pixels (odd).
    """

    def __init__(self, channels: int, width: int = 64, blocks: int = 2, box: int = 9) -> None:
        super().__init__()
        if box % 2 == 0:
            raise ValueError(f"the box side must be odd, not {box}")
        self.width = width
        self.box = box
        self.halo = 2 * blocks + box // 2
        self.stem = nn.Sequential(
            nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        )  # fmt: skip
        self.blocks = nn.Sequential(*(_DenseBlock(width) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        """Batch x width x rows x cols of batch x channels x rows x cols."""
        return box_mean(self.blocks(self.stem(x)), self.box)


def normalised(x: Tensor) -> Tensor:
    """Vectors (last axis) of unit length. Of any shape, such as vectors x width."""
    return functional.normalize(x, dim=-1)


def channels_last(module: nn.Module) -> nn.Module:
    """The module with its convolutions laid out for channels-last input: about a third faster on processors."""
    for parameter in module.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return module


def copy_without_gradient(module: nn.Module) -> nn.Module:
    """A copy of a module that no optimiser moves: the momentum encoder."""
    twin = copy.deepcopy(module)
    for parameter in twin.parameters():
        parameter.requires_grad_(False)
    return twin


@torch.no_grad()
def move_average(average: nn.Module, source: nn.Module, momentum: float | Tensor) -> None:
    """Exponential moving average of the parameters; batch-normalisation buffers are left alone, as published.
    `momentum` is a scalar."""
    for old, new in zip(average.parameters(), source.parameters(), strict=True):
        old.lerp_(new.detach(), 1.0 - momentum)
