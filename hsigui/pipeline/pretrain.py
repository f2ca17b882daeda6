"""Pretraining: an encoder learned from a cube without a single label."""

from __future__ import annotations

import importlib
from pathlib import Path

import torch

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.transform import fit_transform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import checkpoint, devices, loop, registry
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.scene import Scene
from hsigui.specs import PretrainSpec

SMALLEST_SIDE = 16


def pretrain(cube: Cube, spec: PretrainSpec, ctx: Context, out: Path | None = None, *, command: str = "") -> Encoder:
    """Trains an encoder on all valid pixels of a cube.

    Tells the context the loss of every step as the metric "loss".

    Args:
        out: folder to write the run to; None keeps it in memory.
        command: the command line that asked for it, kept with the run.

    Raises:
        HsiError: the scene is too small or empty, the method or device does not exist, or the loss became non-finite.
        Cancelled: through the context; nothing is written then.
    """
    info = registry.method(spec.method)
    preset = info.preset(spec.preset)
    require_learnable(cube)
    device = devices.choose(spec.device)
    method = importlib.import_module(info.module)
    plan = method.plan(spec.preset)
    ctx.progress(0, 1, "Preparing the cube")
    transform = fit_transform(cube, plan.components, pixel_range=plan.pixel_range, seed=spec.seed, check=ctx.check)
    scene = Scene(cube, transform, ctx.check)
    ctx.check()
    epochs = spec.epochs or preset.epochs
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(spec.seed)
        network = plan.network(transform.channels)
        training = method.training(spec.preset, network, scene, epochs, device, spec.seed)
    trained = loop.run(training, ctx, "Pretraining")
    encoder = Encoder(
        network.cpu().eval(), transform, plan, spec, epochs, _scene(cube), devices.title(device), trained.seconds,
        trained.losses, command,
    )  # fmt: skip
    if out is not None:
        checkpoint.save(encoder, out)
    return encoder


def require_learnable(cube: Cube) -> None:
    """Refuses scenes that are smaller than what an encoder looks at.

    Raises:
        HsiError: a side is shorter than 16 pixels.
    """
    if min(cube.rows, cube.cols) < SMALLEST_SIDE:
        raise HsiError(
            f"{cube.name} is {cube.rows} x {cube.cols} pixels: too small to learn from.",
            f"Encoders need at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels.",
        )


def _scene(cube: Cube) -> dict[str, object]:
    return {
        "name": cube.name,
        "shape": list(cube.shape),
        "wavelengths_nm": list(cube.info.wavelengths),
        "fingerprint": fingerprint(cube),
    }
