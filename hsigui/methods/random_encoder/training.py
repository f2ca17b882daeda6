"""The untrained encoder: LSCoSa's Quick network with the weights that the seed gives it, and no training.

With one seed it is the very network from which LSCoSa's training starts.
"""

from __future__ import annotations

import torch
from torch import nn

from hsigui.methods.loop import Training
from hsigui.methods.plan import Plan
from hsigui.methods.scene import Scene
from hsigui.methods.untrained import NoTraining


def plan(preset: str) -> Plan:
    """The plan of LSCoSa's Quick preset (methods do not import each other; a test holds the two equal)."""
    del preset
    return Plan(components=32, pixel_range=False, kind="dense", sizes={"width": 64, "blocks": 2, "box": 9})


def training(
    preset: str, encoder: nn.Module, scene: Scene, epochs: int,
    device: torch.device, seed: int,
) -> Training:  # fmt: skip
    """Nothing to learn."""
    del preset, encoder, scene, epochs, device, seed
    return NoTraining()
