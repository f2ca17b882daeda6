"""The untrained encoder: LSCoSa's Quick network with the weights that the seed gives it, and no training.

With one seed it is the very network from which LSCoSa's training starts.
"""

from __future__ import annotations

import torch
from torch import nn

from hsigui.methods.loop import Training
from hsigui.methods.plan import Plan
from hsigui.methods.random_encoder.row import Untrained
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.untrained import NoTraining


def plan(settings: MethodSettings) -> Plan:
    """The plan of LSCoSa's Quick preset (methods do not import each other; a test holds the two equal)."""
    assert isinstance(settings, Untrained)
    sizes = {"width": settings.width, "blocks": settings.blocks, "box": settings.box}
    return Plan(components=settings.components, pixel_range=False, kind="dense", sizes=sizes)


def training(
    settings: MethodSettings, encoder: nn.Module, scene: SceneValues, epochs: int,
    device: torch.device, seed: int,
) -> Training:  # fmt: skip
    """Nothing to learn."""
    del settings, encoder, scene, epochs, device, seed
    return NoTraining()
