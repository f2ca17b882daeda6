"""The baselines without an encoder: a classifier on the bands themselves or on smoothed components.

Which features and which classifier is their recipe's business (`registry`); here is only what makes them runs like
those of any method: an empty network, behind the standardised good bands, and a training of no step.
"""

from __future__ import annotations

import torch
from torch import nn

from hsigui.methods.loop import Training
from hsigui.methods.plan import Plan
from hsigui.methods.scene import Scene
from hsigui.methods.untrained import NoTraining


def plan(preset: str) -> Plan:
    """No encoder; one plan whatever the preset."""
    del preset
    return Plan(components=None, pixel_range=False, kind="none")


def training(
    preset: str, encoder: nn.Module, scene: Scene, epochs: int,
    device: torch.device, seed: int,
) -> Training:  # fmt: skip
    """Nothing to learn."""
    del preset, encoder, scene, epochs, device, seed
    return NoTraining()
