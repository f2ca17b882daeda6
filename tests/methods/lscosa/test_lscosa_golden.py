"""Agreement with the published code's own numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from hsigui.methods.encoders import PatchEncoder, Projector
from hsigui.methods.lscosa import loss as lscosa_loss
from tests.methods.golden import fill

RELATIVE = 1e-4

# Our names for the parameters that the golden files name.
NAMES = {
    "stem.": "conv1.", "norm.": "bn1.",
    "block1.conv1.": "layer1.0.conv1.", "block1.norm1.": "layer1.0.bn1.",
    "block1.conv2.": "layer1.0.conv2.", "block1.norm2.": "layer1.0.bn2.",
    "block2.conv1.": "layer2.0.conv1.", "block2.norm1.": "layer2.0.bn1.",
    "block2.conv2.": "layer2.0.conv2.", "block2.norm2.": "layer2.0.bn2.",
    "block2.shortcut.": "layer2.0.downsample.",
}  # fmt: skip


def _close(ours: torch.Tensor | np.ndarray, theirs: np.ndarray) -> bool:
    ours = ours.detach().numpy() if isinstance(ours, torch.Tensor) else ours
    return bool(np.abs(ours - theirs).max() <= RELATIVE * np.abs(theirs).max())


def _settings(golden_step: Path) -> dict:
    listed = json.loads((golden_step.parent / "lscosa_step.json").read_text(encoding="utf-8"))
    return listed[golden_step.stem.removeprefix("lscosa_step_")]


def test_golden_step_gives_the_published_loss_gradient_positives_and_dictionary(golden_step):
    settings = _settings(golden_step)
    given = {name: torch.from_numpy(np.array(array)) for name, array in np.load(golden_step).items()}
    full = settings["objective"] != "caco"
    objective = lscosa_loss.Objective(
        temperature=settings["temperature"],
        rho=settings["rho"],
        kl="reference" if full else "none",
        alpha="reference" if full else "none",
    )
    q1 = given["q1"].clone().requires_grad_()
    found = lscosa_loss.step_loss(q1, given["k2"], given["W"], objective)
    found.loss.backward()
    assert _close(found.loss, given["loss"].numpy())
    assert _close(q1.grad, given["grad_q1"].numpy())
    assert np.array_equal(found.positives[:, 0], given["positive"])

    logits = given["q1"] @ lscosa_loss.unit_columns(given["W"]) / objective.temperature
    kl = lscosa_loss.reference_kl(lscosa_loss.reference_activation(logits), objective.rho)
    assert _close(kl, given["kl"].numpy())
    assert _close(lscosa_loss.positive_weight(logits, "reference"), given["alpha"].numpy())
    top4 = (given["k2"] @ lscosa_loss.unit_columns(given["W"])).topk(4, dim=1).indices
    assert np.array_equal(top4, given["top4"])

    W, V = given["W"].clone(), given["V"].clone()
    views = ((given["q1"], given["k2"]), (given["q2"], given["k1"]))
    lscosa_loss.update_dictionary(
        W, V, views, objective.temperature, settings["dictionary_lr"], settings["dictionary_momentum"]
    )
    assert _close(W, given["W_new"].numpy())
    assert _close(V, given["V_new"].numpy())


def _theirs(name: str) -> str:
    prefix = next(p for p in sorted(NAMES, key=len, reverse=True) if name.startswith(p))
    return NAMES[prefix] + name.removeprefix(prefix)


def test_golden_encoder_gives_the_published_features_and_projection(golden_encoder):
    listed = json.loads((golden_encoder.parent / "lscosa_encoder_parameters.json").read_text(encoding="utf-8"))
    given = np.load(golden_encoder)
    encoder, projector = PatchEncoder(given["x"].shape[1]), Projector()
    used = fill(encoder, listed, _theirs) | fill(projector, listed, lambda name: f"fc.{name}")
    assert used == set(listed)
    with torch.no_grad():
        features = encoder.eval()(torch.from_numpy(given["x"]))
        projection = projector.eval()(features)
    assert _close(features, given["features"])
    assert _close(projection, given["projection"])
