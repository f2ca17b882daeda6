"""The training behind the row: a linear autoencoder of spectra."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from hsigui_plain_method import Quick
from torch import Generator, Tensor, nn

from hsigui.methods.encoders import Network
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.snapshot import Part


class Linear(Network):
    """1 x channels x rows x cols -> 1 x width x rows x cols."""

    def __init__(self, channels: int, width: int = 6) -> None:
        super().__init__()
        self.width = width
        self.into = nn.Conv2d(channels, width, 1)
        self.back = nn.Conv2d(width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.into(x)
        return found


def plan(settings: MethodSettings) -> Plan:
    """All bands, one linear layer."""
    assert isinstance(settings, Quick)
    return Plan(components=None, pixel_range=False, kind="plain", sizes={"width": settings.width})


class Reconstruction:
    """Spectra of random pixels are to come back from their features."""

    def __init__(
        self, settings: Quick, network: Linear, scene: SceneValues, steps: int, device: torch.device, seed: int
    ) -> None:
        self.steps, self._scene, self._device = steps, scene, device
        self._network = network.to(device).train()
        self._generator = Generator().manual_seed(seed)
        self._pixels = torch.tensor(settings.pixels)
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=settings.rate)

    @property
    def parts(self) -> Mapping[str, Part]:
        return {
            "network": self._network, "optimizer": self._optimizer, "generator": self._generator,
            "pixels": self._pixels,
        }  # fmt: skip

    def shrink(self) -> bool:
        return False

    def step(self, number: int, check: Callable[[], None]) -> Tensor:
        check()
        which = torch.randint(0, len(self._scene.filled), (int(self._pixels),), generator=self._generator)
        rows, cols = self._scene.filled[which.numpy()].T
        values, _ = self._scene.window(0, 0, self._scene.rows, self._scene.cols)
        x = torch.from_numpy(values[rows, cols]).T[None, :, :, None].to(self._device)
        loss = (self._network.back(self._network(x)) - x).square().mean()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss


def training(
    settings: MethodSettings, network: nn.Module, scene: SceneValues, epochs: int, device: torch.device, seed: int
) -> Reconstruction:
    """The training of the one preset."""
    assert isinstance(settings, Quick)
    assert isinstance(network, Linear)
    return Reconstruction(settings, network, scene, epochs, device, seed)
