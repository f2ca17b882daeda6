"""A method of one's own: a linear map of each spectrum that its features can be turned back into.

What the program must know of it is a row: name, presets with their settings, and where its networks and its training
are. `hsigui.add_method` adds the row for this Python alone. To have the method in the window and in the commands, and
to read its runs later, put the same into a package with the entry point `hsigui.methods`.
"""

from dataclasses import dataclass

import torch
from torch import nn

import hsigui
from hsigui.methods.encoders import Network
from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.plan import Plan
from hsigui.methods.settings import MethodSettings, setting


@dataclass(frozen=True)
class Settings(MethodSettings):
    """Each with a default, a range, a unit and a sentence: shown in the window, checked, and kept in the record."""

    rate: float = setting(0.01, 1e-6, 1.0, "", "Learning rate.")
    width: int = setting(8, 2, 64, "", "Features of a pixel.")
    pixels: int = setting(256, 8, 4096, "pixels", "Pixels in a step.")


class Linear(Network):
    """1 x channels x rows x cols -> 1 x width x rows x cols."""

    def __init__(self, channels: int, width: int = 8) -> None:
        super().__init__()
        self.width = width
        self.into, self.back = nn.Conv2d(channels, width, 1), nn.Conv2d(width, channels, 1)

    def forward(self, x):
        return self.into(x)


class Reconstruction:
    """The training: `step` is called `steps` times, `parts` are kept so that a training that was cut goes on."""

    def __init__(self, settings, network, scene, steps, device, seed):
        self.steps, self._scene, self._device, self._settings = steps, scene, device, settings
        self._network = network.to(device).train()
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=settings.rate)
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def parts(self):
        return {"network": self._network, "optimizer": self._optimizer, "generator": self._generator}

    def shrink(self):
        """Whether a smaller step was found after memory ran out."""
        return False

    def step(self, number, check):
        check()
        scene = self._scene
        which = torch.randint(0, len(scene.filled), (self._settings.pixels,), generator=self._generator)
        pixels = [scene.window(row, col, 1, 1)[0][0, 0] for row, col in scene.filled[which.numpy()].tolist()]
        x = torch.stack([torch.from_numpy(pixel) for pixel in pixels]).T[None, :, :, None].to(self._device)
        loss = (self._network.back(self._network(x)) - x).square().mean()
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss


def plan(settings):
    """What the network reads (all bands, standardised) and which it is."""
    return Plan(components=None, pixel_range=False, kind="linear", sizes={"width": settings.width})


def training(settings, network, scene, epochs, device, seed):
    return Reconstruction(settings, network, scene, epochs, device, seed)


QUICK = Preset("quick", "Quick", "A linear map that spectra come back from.", 300, "steps", Settings)
ROW = MethodInfo(
    "linear", "Linear reconstruction", "", __name__, (QUICK,), networks={"linear": f"{__name__}:Linear"}
)  # fmt: skip


def main():
    hsigui.add_method(ROW)
    scene, truth_file = hsigui.write_demo("demo")
    cube = hsigui.open(scene)
    split = hsigui.sample(hsigui.read_labels(truth_file, cube), per_class=10, seed=0)
    encoder = hsigui.pretrain(cube, method="linear", settings={"rate": 0.02})
    features = hsigui.embed(cube, encoder)
    score = hsigui.evaluate(hsigui.classify(features, hsigui.fit(features, split.train)), split.test)
    print(f"loss {encoder.losses[0]:.3f} -> {encoder.losses[-1]:.3f}, overall accuracy {100 * score.oa:.1f} %")


if __name__ == "__main__":
    main()
