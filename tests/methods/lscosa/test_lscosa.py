"""The two trainings: seeded, finite, learning, and blind to invalid pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from hsigui.methods import devices
from hsigui.methods.encoders import PatchEncoder
from hsigui.methods.lscosa import loss as lscosa_loss
from hsigui.methods.lscosa import training as lscosa
from hsigui.methods.lscosa.row import Paper
from hsigui.methods.optim import set_lr
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from tests.methods.presets import settings


def _nothing() -> None:
    return None


def _trained(preset: str, scene, seed: int = 0, steps: int = 4, epochs: int = 1) -> tuple[torch.nn.Module, list[float]]:
    values, valid = scene
    plan = lscosa.plan(settings("lscosa", preset))
    small = Plan(plan.components, plan.pixel_range, plan.kind, {**plan.sizes, "width": 16})
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = small.network(values.shape[2])
        training = lscosa.training(
            settings("lscosa", preset), network, SceneValues.of(values, valid), epochs, torch.device("cpu"), seed
        )
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
    network = lscosa.plan(settings("lscosa", "paper")).network(values.shape[2])
    training = lscosa.training(
        settings("lscosa", "paper"), network, SceneValues.of(values, valid), 3, torch.device("cpu"), 0
    )
    assert training.steps == 3 * (valid.sum() // 32)


def test_the_loss_of_quick_falls(scene):
    _, losses = _trained("quick", scene, steps=60, epochs=60)
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_a_step_asks_several_times_whether_to_stop(preset, scene):
    values, valid = scene
    network = lscosa.plan(settings("lscosa", preset)).network(values.shape[2])
    training = lscosa.training(
        settings("lscosa", preset), network, SceneValues.of(values, valid), 2, torch.device("cpu"), 0
    )
    asked = []
    training.step(0, lambda: asked.append(1))
    assert len(asked) >= 4


def _paper(scene, device: str = "cpu", batch: int = 8) -> lscosa.PaperTraining:
    values, valid = scene
    torch.manual_seed(0)
    made = lscosa.PaperTraining(
        Paper(), PatchEncoder(values.shape[2], 16), SceneValues.of(values, valid), 4, torch.device(device), 0
    )
    made._batch.fill_(batch)
    return made


def _plain_step(training: lscosa.PaperTraining, patches: torch.Tensor, at: float) -> float:
    """The published step written out: .grad by hand, plain numbers for the rates, nothing kept from step to step but
    the networks, the velocities and the dictionary."""
    twins, noise = training._twins, training._noise
    lr, m = 0.02 + 0.28 * (1 + math.cos(math.pi * at)) / 2, 1 - 0.01 * (1 + math.cos(math.pi * at)) / 2
    shape = (len(patches), 15, 15, patches.shape[1])
    views = [patches * (1 + 0.5 * torch.randn(shape, generator=noise).permute(0, 3, 1, 2)) for _ in range(2)]
    q = [functional.normalize(twins.projector(twins.encoder(v)), dim=1) for v in views]
    pairs = ((twins.momentum_encoder, twins.encoder), (twins.momentum_projector, twins.projector))
    with torch.no_grad():
        for slow, fast in pairs:
            for a, b in zip(slow.parameters(), fast.parameters(), strict=True):
                a.copy_(m * a + (1 - m) * b)
        k = [functional.normalize(twins.momentum_projector(twins.momentum_encoder(v)), dim=1) for v in views]
    loss = lscosa_loss.step_loss(q[0], k[1], training._W, lscosa.objective(Paper())).loss
    parameters = twins.parameters()
    with torch.no_grad():
        for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            if p.ndim > 1:
                g = g + 1.5e-6 * p
                g = g * 0.001 * p.norm() / g.norm()
            velocity = training._optimizer.state[p]["velocity"]
            velocity.copy_(0.9 * velocity + g)
            p.copy_(p - lr * velocity)
    views_of = ((q[0], k[1]), (q[1], k[0]))
    lscosa_loss.update_dictionary(training._W, training._V, views_of, 0.08, lr)
    return float(loss.detach())


def test_the_static_step_computes_what_the_published_step_written_out_computes(scene):
    with devices.wanted_precision("float32"):
        one, two = _paper(scene), _paper(scene)
        for training in (one, two):
            training._fill_dictionary(_nothing)
        for number in range(3):
            two._draw(two._epoch_order(0)[8 * number : 8 * number + 8])
            expected = _plain_step(two, two._patches(two._drawn), 0.0)
            one._draw(one._epoch_order(0)[8 * number : 8 * number + 8])
            set_lr(one._optimizer, 0.3)
            one._momentum.fill_(0.99)
            assert float(one.static_step()) == pytest.approx(expected, rel=1e-6)
    for name, part in one.parts.items():
        if isinstance(part, torch.nn.Module | torch.Tensor):
            for a, b in zip(_values(part), _values(two.parts[name]), strict=True):
                assert torch.allclose(a.double(), b.double(), rtol=1e-5, atol=1e-6), name


def _values(part) -> list[torch.Tensor]:
    return [part] if isinstance(part, torch.Tensor) else list(part.state_dict().values())


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_all_state_stays_in_the_tensors_that_it_was_in(preset, scene):
    values, valid = scene
    network = lscosa.plan(settings("lscosa", preset)).network(values.shape[2])
    training = lscosa.training(
        settings("lscosa", preset), network, SceneValues.of(values, valid), 3, torch.device("cpu"), 0
    )
    places = [t.data_ptr() for part in training.parts.values() if not _is_other(part) for t in _values(part)]
    for number in range(2):
        training.step(number, _nothing)
    assert places == [t.data_ptr() for part in training.parts.values() if not _is_other(part) for t in _values(part)]


def _is_other(part) -> bool:
    return isinstance(part, torch.Generator | torch.optim.Optimizer)


@pytest.mark.parametrize(("preset", "smallest"), [("quick", lscosa.SMALLEST_PIXELS), ("paper", lscosa.SMALLEST_BATCH)])
def test_a_batch_is_halved_down_to_the_smallest_and_every_size_trains(preset, smallest, scene):
    values, valid = scene
    network = lscosa.plan(settings("lscosa", preset)).network(values.shape[2])
    training = lscosa.training(
        settings("lscosa", preset), network, SceneValues.of(values, valid), 2, torch.device("cpu"), 0
    )
    size = training.parts["batch" if preset == "paper" else "pixels"]
    steps = training.steps
    while training.shrink():
        pass
    assert int(size) == smallest
    assert training.steps == steps
    assert np.isfinite(float(training.step(1, _nothing).detach()))


def test_an_epoch_visits_pixels_once_in_an_order_of_its_own(scene):
    training = _paper(scene)
    one, two = training._epoch_order(0).tolist(), training._epoch_order(1).tolist()
    assert sorted(one) == sorted(two) == training._pixels.tolist()
    assert one != two
    assert training._epoch_order(0).tolist() == one


@pytest.mark.skipif(not torch.cuda.is_available(), reason="a CUDA graph needs a CUDA device, and there is none")
def test_the_captured_step_gives_the_numbers_of_the_plain_one(scene):
    plain, graphed = (_paper(scene, "cuda") for _ in range(2))
    plain._graphed._plain = True
    for number in range(8):
        a, b = (float(training.step(number, _nothing)) for training in (plain, graphed))
        assert a == pytest.approx(b, rel=1e-3)
    assert graphed._graphed.captured
    assert not plain._graphed.captured


def test_a_scene_smaller_than_a_batch_can_be_pretrained():
    values = np.random.default_rng(0).standard_normal((16, 16, 4)).astype(np.float32)
    valid = np.zeros((16, 16), dtype=bool)
    valid[4:8, 4:8] = True
    for preset in ("quick", "paper"):
        _, losses = _trained(preset, (values, valid), steps=2, epochs=2)
        assert np.isfinite(losses).all()
