"""The two trainings: seeded, finite, learning, and blind to invalid pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.methods import lscosa
from hsigui.methods.plan import Plan
from hsigui.methods.scene import Scene


def _nothing() -> None:
    return None


def _trained(preset: str, scene, seed: int = 0, steps: int = 4, epochs: int = 1) -> tuple[torch.nn.Module, list[float]]:
    values, valid = scene
    plan = lscosa.plan(preset)
    small = Plan(plan.components, plan.pixel_range, plan.kind, {**plan.sizes, "width": 16})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = small.network(values.shape[2])
        training = lscosa.training(preset, network, Scene.of(values, valid), epochs, torch.device("cpu"), seed)
    losses = [float(training.step(n, _nothing).detach()) for n in range(min(steps, training.steps))]
    return network, losses


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_one_seed_gives_one_result_and_another_seed_another(preset, scene):
    (one, losses), (two, again), (_, other) = (_trained(preset, scene, s, epochs=4) for s in (0, 0, 1))
    assert losses == again
    assert losses != other
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_every_step_is_finite_and_moves_the_weights(preset, scene):
    before, _ = _trained(preset, scene, steps=0)
    after, losses = _trained(preset, scene, steps=4, epochs=4)
    assert np.isfinite(losses).all()
    changed = [not torch.equal(a, b) for a, b in zip(before.parameters(), after.parameters(), strict=True)]
    assert all(changed)


def test_an_epoch_of_paper_is_one_pass_over_the_valid_pixels_in_batches_of_32(scene):
    values, valid = scene
    network = lscosa.plan("paper").network(values.shape[2])
    training = lscosa.training("paper", network, Scene.of(values, valid), 3, torch.device("cpu"), 0)
    assert training.steps == 3 * (valid.sum() // 32)


def test_the_loss_of_quick_falls(scene):
    _, losses = _trained("quick", scene, steps=60, epochs=60)
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_a_step_asks_several_times_whether_to_stop(preset, scene):
    values, valid = scene
    network = lscosa.plan(preset).network(values.shape[2])
    training = lscosa.training(preset, network, Scene.of(values, valid), 2, torch.device("cpu"), 0)
    asked = []
    training.step(0, lambda: asked.append(1))
    assert len(asked) >= 4


def test_a_scene_smaller_than_a_batch_can_be_pretrained():
    values = np.random.default_rng(0).standard_normal((16, 16, 4)).astype(np.float32)
    valid = np.zeros((16, 16), dtype=bool)
    valid[4:8, 4:8] = True
    for preset in ("quick", "paper"):
        _, losses = _trained(preset, (values, valid), steps=2, epochs=2)
        assert np.isfinite(losses).all()
