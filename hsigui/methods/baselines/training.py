"""The baselines without an encoder: a classifier on the bands themselves or on smoothed components.

Which features and which classifier is their recipe's business (`registry`); here is only what makes them runs like
those of any method: an empty network, behind the standardised good bands, and a training of no step.
"""

from __future__ import annotations

import torch
from torch import nn

from hsigui.methods.loop import Training
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from hsigui.methods.settings import MethodSettings
from hsigui.methods.untrained import NoTraining


def plan(settings: MethodSettings) -> Plan:
    """No encoder, and nothing to set of it."""
    del settings
    return Plan(components=None, pixel_range=False, kind="none")


def training(
    settings: MethodSettings, encoder: nn.Module, scene: SceneValues, epochs: int,
    device: torch.device, seed: int,
) -> Training:  # fmt: skip
    """Nothing to learn."""
    del settings, encoder, scene, epochs, device, seed
    return NoTraining()
