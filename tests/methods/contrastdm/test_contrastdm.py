"""ContrastDM: two stages in one training, seeded and taken up again without a trace; a network that emits variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from hsigui.cube.transform import BandTransform
from hsigui.methods import checkpoint, loop, snapshot
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.contrastdm import diffusion
from hsigui.methods.contrastdm import training as contrastdm
from hsigui.methods.contrastdm.diffusion_stage import balanced
from hsigui.methods.contrastdm.occlusion import erased, occluded
from hsigui.methods.contrastdm.refined import RefinedEncoder
from hsigui.methods.plan import Plan
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.methods.twin_losses import barlow_twins
from hsigui.specs import PretrainSpec
from tests.methods.presets import settings

CPU = torch.device("cpu")
QUICK = settings("contrastdm", "quick", first_part=0.4)
PAPER = settings("contrastdm", "paper")
SETTINGS = {"quick": QUICK, "paper": PAPER}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """The matrices are small: on a busy machine several threads would wait for each other most of the time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _nothing() -> None:
    return None


def _small(preset: str) -> Plan:
    plan = contrastdm.plan(SETTINGS[preset])
    return Plan(plan.components, plan.pixel_range, plan.kind, {**plan.sizes, "width": 12, "hidden": 32})


def _made(preset: str, scene, seed: int = 0, epochs: int = 2, **changes) -> tuple[RefinedEncoder, contrastdm.TwoStages]:
    values, valid = scene
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _small(preset).network(values.shape[2])
        training = contrastdm.training(
            replace(SETTINGS[preset], **changes), network, SceneValues.of(values, valid), epochs, CPU, seed
        )
    return network, training


def _same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_barlow_twins_is_the_sum_over_the_correlations_of_the_two_views():
    generator = torch.Generator().manual_seed(0)
    one, two = torch.randn(50, 4, generator=generator), torch.randn(50, 4, generator=generator)
    slow = 0.0
    for i in range(4):
        for j in range(4):
            a, b = one[:, i].numpy(), two[:, j].numpy()
            r = float(np.corrcoef(a, b)[0, 1])
            slow += (1 - r) ** 2 if i == j else 0.005 * r**2
    assert float(barlow_twins(one, two)) == pytest.approx(slow / 4, rel=1e-4)


def test_barlow_twins_of_a_constant_feature_is_finite_and_so_is_its_gradient():
    one = torch.ones(20, 3, requires_grad=True)
    barlow_twins(one, one * 2).backward()
    assert torch.isfinite(one.grad).all()


def test_erased_bands_are_one_run_for_each_patch_and_the_rest_is_untouched():
    x = torch.ones(40, 30, 5, 5)
    view = erased(x, torch.Generator().manual_seed(0), part=0.2)
    gone = (view == 0).all(dim=(2, 3))
    assert (gone.sum(dim=1) == 6).all()
    assert ((gone[:, 1:] != gone[:, :-1]).sum(dim=1) <= 2).all()
    assert torch.equal(view[~gone], x[~gone])
    assert len({tuple(row) for row in gone.tolist()}) > 5


def test_occlusion_covers_its_share_of_every_patch_and_lets_half_through_at_most():
    view = occluded(torch.ones(30, 4, 20, 20), torch.Generator().manual_seed(0), side=5, part=0.25)
    assert torch.equal(view[:, 0], view[:, 3])
    under = view[:, 0] < 1
    assert float(view[:, 0][under].max()) <= 0.5
    assert (under.flatten(1).sum(dim=1) >= 25).all()
    assert 0.15 < float(under.float().mean()) < 0.25
    small = occluded(torch.ones(2, 1, 3, 4), torch.Generator().manual_seed(0), side=9, part=0.1)
    assert small.shape == (2, 1, 3, 4)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_one_seed_gives_one_result_and_another_seed_another(preset, scene):
    found = []
    for seed in (0, 0, 1):
        network, training = _made(preset, scene, seed)
        found.append((network, [float(training.step(n, _nothing).detach()) for n in range(training.steps)]))
    (one, losses), (two, again), (_, other) = found
    assert losses == again
    assert np.isfinite(losses).all()
    assert losses != other
    assert _same(one, two)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_stopping_after_any_step_and_going_on_gives_what_not_stopping_gives(preset, scene):
    epochs = {"quick": 5, "paper": 1}[preset]
    whole, training = _made(preset, scene, epochs=epochs)
    kept, stages = {}, []
    for number in range(training.steps):
        if number == 1 or stages[-1:] != stages[-2:-1] or len(stages) == training.steps - 1:
            kept[number] = snapshot.take(training.parts, number)
        training.step(number, _nothing)
        stages.append(training.stage)
    first = stages.index(contrastdm.STAGES[1])
    assert {1, first + 1, training.steps - 1} <= set(kept)
    assert first >= 2
    for start, state in kept.items():
        again, other = _made(preset, scene, epochs=epochs)
        snapshot.restore(other.parts, state)
        for number in range(start, other.steps):
            other.step(number, _nothing)
        assert _same(whole, again), start


def test_the_encoder_rests_in_the_second_stage_and_the_denoiser_in_the_first(scene):
    network, training = _made("quick", scene, epochs=5)
    seen = []
    for number in range(training.steps):
        before = {k: v.clone() for k, v in network.state_dict().items()}
        training.step(number, _nothing)
        moved = {k.split(".")[0] for k, v in network.state_dict().items() if not torch.equal(v, before[k])}
        seen.append((training.stage, moved))
    assert [stage for stage, _ in seen] == [contrastdm.STAGES[0]] * 2 + [contrastdm.STAGES[1]] * 3
    assert all(moved == {"encoder"} for _, moved in seen[:2])
    assert seen[2][1] == {"mean", "axes", "back", "denoiser"}
    assert all(moved == {"denoiser"} for _, moved in seen[3:])


def test_both_losses_of_quick_fall(scene):
    # The fields of this scene are noise around few means: pixels of one have next to nothing in common.
    _, training = _made("quick", scene, epochs=80, partner="pixel")
    losses = [float(training.step(n, _nothing).detach()) for n in range(training.steps)]
    assert np.mean(losses[24:32]) < 0.9 * np.mean(losses[:4])
    assert np.mean(losses[-10:]) < 0.97 * losses[32]


def test_a_trained_encoder_stands_in_for_the_first_stage(scene):
    values, valid = scene
    start = Plan(None, False, "dense", {"width": 10, "blocks": 1, "box": 3})
    trained = start.network(values.shape[2])
    plan = contrastdm.plan(QUICK, start)
    network = plan.network(values.shape[2])
    training = contrastdm.training(QUICK, network, SceneValues.of(values, valid), 3, CPU, 0, start=trained)
    assert training.stage == contrastdm.STAGES[1]
    for number in range(training.steps):
        training.step(number, _nothing)
    assert _same(network.encoder, trained)
    assert network.width == 5 * 10
    assert network.halo == trained.halo


def test_the_denoiser_sees_white_features_and_what_comes_out_is_evened_out(scene):
    network, training = _made("quick", scene)
    loop.run(training, _Silent(), "Pretraining")
    network.eval()
    values, valid = scene
    with torch.inference_mode():
        emitted = network(torch.from_numpy(values).permute(2, 0, 1)[None])[0].flatten(1).T
        assert emitted.shape == (24 * 28, 5 * 12)
        plain, last = emitted[:, :12], emitted[:, -12:]
        features = network.encoder(torch.from_numpy(values).permute(2, 0, 1)[None])[0].flatten(1).T
        white = network.whitened(features)
        assert torch.allclose(white @ network.back, plain, atol=1e-5)
        assert torch.allclose(diffusion.refined(network.denoiser, white, 400) @ network.back, last, atol=1e-5)
    inside = white[torch.from_numpy(valid.reshape(-1))]
    assert torch.allclose(inside.mean(dim=0), torch.zeros(12), atol=1e-3)
    covariance = torch.cov(inside.T)
    strong = torch.diagonal(covariance) > 0.9
    assert int(strong.sum()) >= 4
    assert float((covariance - torch.diag(torch.diagonal(covariance))).abs().max()) < 0.02
    spread = [torch.linalg.eigvalsh(torch.cov(rows[torch.from_numpy(valid.reshape(-1))].T)) for rows in (
        (features - features.mean(dim=0)) / features.std(dim=0).clamp(min=1e-6), plain,
    )]  # fmt: skip
    # The largest and the fifth variance differ by the third root of what they differ by in the encoder's.
    ratios = [float(values[-1] / values[-5]) for values in spread]
    assert ratios[1] == pytest.approx(ratios[0] ** (1 / 3), rel=0.1)


@pytest.mark.parametrize("preset", ["quick", "paper"])
@pytest.mark.parametrize("mode", [True, False])
def test_the_plain_features_are_the_first_of_the_versions(preset, mode, scene):
    network, training = _made(preset, scene, epochs=1)
    for number in range(training.steps):
        training.step(number, _nothing)
    network.train(mode)  # the monitor and the map look at rest, but the two must agree in training too
    values = torch.from_numpy(scene[0]).permute(2, 0, 1)[None]
    x = values[:, :, :15, :15].repeat(20, 1, 1, 1) if network.patch else values
    with torch.no_grad():
        plain, all_of_them = network.plain(x), network(x)
    width = network.width // len(network.variants)
    assert plain.shape[1] == width
    torch.testing.assert_close(plain, all_of_them[:, :width])


class _Silent:
    """A context that listens to nothing."""

    def progress(self, done: float, total: float, text: str = "") -> None: ...

    def metric(self, name: str, value: float, step: int) -> None: ...

    def partial(self, value: object) -> None: ...

    def warn(self, text: str) -> None: ...

    def check(self) -> None: ...


def test_synthetic_features_are_seeded_and_their_first_variant_is_refined_like_real_ones(scene):
    torch.manual_seed(0)
    network = _small("quick").network(scene[0].shape[2]).eval()
    torch.nn.init.normal_(network.denoiser.leave[2].weight, std=0.1)
    rows = np.random.default_rng(0).standard_normal((3, 12)).astype(np.float32)
    one, again, other = (network.synthesise(rows, 200, 4, seed) for seed in (1, 1, 2))
    assert one.shape == (12, network.width)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    with torch.inference_mode():
        clean = torch.from_numpy(one[:, :12].copy()) @ torch.linalg.pinv(network.back)
        assert np.allclose(network.refine(clean).numpy(), one, atol=1e-4)


def test_a_saved_run_gives_the_same_features(scene, tmp_path):
    values, _ = scene
    network, training = _made("quick", scene)
    loop.run(training, _Silent(), "Pretraining")
    ones = np.ones(6, np.float32)
    transform = BandTransform(np.arange(6), 0 * ones, ones)
    encoder = Encoder(network.eval(), transform, _small("quick"), PretrainSpec(method="contrastdm"), 2)
    checkpoint.save(encoder, tmp_path)
    read = checkpoint.load(tmp_path)
    x = torch.from_numpy(values).permute(2, 0, 1)[None]
    with torch.inference_mode():
        assert torch.allclose(network(x), read.network(x), atol=1e-6)
    assert read.network.variants == network.variants


def test_features_for_the_second_stage_are_those_of_the_valid_pixels_tile_by_tile(scene, monkeypatch):
    values, valid = scene
    network = _small("quick").network(values.shape[2]).encoder.eval()
    with torch.inference_mode():
        whole = network(torch.from_numpy(values).permute(2, 0, 1)[None])[0].permute(1, 2, 0)
    for side in (256, 16):
        monkeypatch.setattr("hsigui.methods.scene_features.TILE", side)
        found = features_of_scene(network, SceneValues.of(values, valid), CPU, 10_000, 0, _nothing)
        assert len(found) == valid.sum()
        order = lambda rows: rows[np.lexsort(rows.T.round(4))]  # noqa: E731
        assert np.allclose(order(found.numpy()), order(whole[torch.from_numpy(valid)].numpy()), atol=1e-4)
    assert len(features_of_scene(network, SceneValues.of(values, valid), CPU, 100, 0, _nothing)) < 160


def test_every_cluster_is_drawn_as_often_whatever_its_size():
    rng = np.random.default_rng(0)
    rows = torch.from_numpy(np.concatenate([rng.normal(-9, 0.1, (950, 2)), rng.normal(9, 0.1, (50, 2))])).float()
    until = balanced(rows, 2, 0, _nothing)
    assert float(until[-1]) == pytest.approx(1.0)
    assert float(until[949]) == pytest.approx(0.5, abs=1e-6)


def test_batches_are_halved_to_a_smallest_one(scene):
    for preset in ("quick", "paper"):
        _, training = _made(preset, scene)
        while training.shrink():
            pass
        assert np.isfinite(float(training.step(0, _nothing).detach()))
        while training.stage == contrastdm.STAGES[0]:
            training.step(training.steps - 1, _nothing)
        assert training.shrink()
