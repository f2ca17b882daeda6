"""ResNet-18 for patches: the local branch of purified contrastive learning.

He et al., CVPR 2016, with the changes of PCL (doi 10.1109/TGRS.2024.3409378): the first convolution is 3 x 3 without
stride, there is no first pool, and what is left is the mean of the last map.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from hsigui.methods.encoders import ResidualBlock


class ResNet18(nn.Module):
    """Batch x bands x rows x cols -> batch x `features`.

    Args:
        width: of the first stage, doubled in each of the three that follow (64 leads to 512 features).
    """

    def __init__(self, bands: int, width: int = 64) -> None:
        super().__init__()
        self.features = 8 * width
        self.stem = nn.Conv2d(bands, width, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        stages = [ResidualBlock(width), ResidualBlock(width)]
        for factor in (2, 4, 8):
            stages += [ResidualBlock(factor * width, 2, factor * width // 2), ResidualBlock(factor * width)]
        self.stages = nn.Sequential(*stages)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """Batch x features of batch x bands x side x side."""
        y: Tensor = self.stages(functional.relu(self.norm(self.stem(x))))
        return y.mean(dim=(2, 3))


class ResidualProjector(nn.Sequential):
    """From the features to the embedding that the loss sees: two linear layers (512-256-128 as published)."""

    def __init__(self, features: int = 512, out: int = 128) -> None:
        super().__init__(
            nn.Linear(features, features // 2, bias=False), nn.BatchNorm1d(features // 2), nn.ReLU(),
            nn.Linear(features // 2, out),
        )  # fmt: skip
