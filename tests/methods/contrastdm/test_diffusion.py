"""The diffusion of feature vectors: its equations against slow loops, and what one step does to clusters."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from hsigui.methods.contrastdm import diffusion
from hsigui.methods.contrastdm.diffusion import Denoiser
from hsigui.pipeline.refine import fisher_ratio


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """The matrices are small: on a busy machine several threads would wait for each other most of the time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _kept_by_loop(time: int) -> float:
    kept = 1.0
    for step in range(1, time + 1):
        beta = 1e-4 + (0.02 - 1e-4) * (step - 1) / 999
        kept *= 1 - beta
    return kept


class Halving(torch.nn.Module):
    """A denoiser whose answer can be worked out by hand."""

    kept = diffusion.signal_kept()

    def forward(self, x, times):
        return 0.5 * x + 0.001 * times[:, None]


@pytest.mark.parametrize(("time", "about"), [(0, 1.0), (100, 0.897), (200, 0.659), (300, 0.396), (400, 0.195)])
def test_the_signal_kept_is_that_of_the_linear_schedule(time, about):
    kept = float(diffusion.signal_kept()[time])
    assert kept == pytest.approx(_kept_by_loop(time), rel=1e-5)
    assert kept == pytest.approx(about, abs=2e-3)


def test_noising_gives_every_vector_the_share_of_its_own_time():
    clean, noise = torch.randn(3, 4, generator=_generator(1)), torch.randn(3, 4, generator=_generator(2))
    times = torch.tensor([1, 300, 1000])
    found = diffusion.noised(clean, times, noise, diffusion.signal_kept())
    for row, time in enumerate(times.tolist()):
        for col in range(4):
            kept = _kept_by_loop(time)
            slow = math.sqrt(kept) * float(clean[row, col]) + math.sqrt(1 - kept) * float(noise[row, col])
            assert float(found[row, col]) == pytest.approx(slow, abs=1e-5)


def test_the_loss_is_the_mean_squared_distance_to_the_clean_vectors():
    clean, noise = torch.randn(5, 3, generator=_generator(1)), torch.randn(5, 3, generator=_generator(2))
    times = torch.tensor([10, 200, 300, 400, 999])
    found = diffusion.denoising_loss(Halving(), clean, times, noise)
    slow = 0.0
    for row, time in enumerate(times.tolist()):
        kept = _kept_by_loop(time)
        for col in range(3):
            noisy = math.sqrt(kept) * float(clean[row, col]) + math.sqrt(1 - kept) * float(noise[row, col])
            slow += (float(clean[row, col]) - (0.5 * noisy + 0.001 * time)) ** 2 / 15
    assert float(found) == pytest.approx(slow, rel=1e-5)


def test_refinement_asks_the_denoiser_once_for_the_scaled_vector():
    clean = torch.randn(4, 3, generator=_generator())
    found = diffusion.refined(Halving(), clean, 300)
    assert torch.allclose(found, 0.5 * math.sqrt(_kept_by_loop(300)) * clean + 0.3, atol=1e-5)
    assert diffusion.refined(Halving(), clean, 0) is clean


def test_one_time_for_all_vectors_is_that_time_for_each():
    torch.manual_seed(0)
    denoiser = Denoiser(6, 16)
    for block in denoiser.blocks:
        torch.nn.init.normal_(block.leave[2].weight)
    torch.nn.init.normal_(denoiser.leave[2].weight)
    clean = torch.randn(5, 6, generator=_generator())
    with torch.no_grad():
        one, each = denoiser(clean, torch.tensor([70])), denoiser(clean, torch.full((5,), 70))
        other = denoiser(clean, torch.tensor([300]))
    assert torch.allclose(one, each, atol=1e-5)
    assert not torch.allclose(one, other, atol=1e-3)


def test_the_deterministic_chain_follows_its_equations():
    noisy = torch.randn(2, 3, generator=_generator())
    found = diffusion.sampled(Halving(), noisy, 300)
    for row in range(2):
        for col in range(3):
            x = float(noisy[row, col])
            for now in range(300, 0, -30):
                kept, then = _kept_by_loop(now), _kept_by_loop(now - 30)
                clean = 0.5 * x + 0.001 * now
                noise = (x - math.sqrt(kept) * clean) / math.sqrt(1 - kept)
                x = math.sqrt(then) * clean + math.sqrt(1 - then) * noise
            assert float(found[row, col]) == pytest.approx(x, abs=1e-4)


def test_a_chain_of_more_steps_than_times_skips_those_that_do_not_move():
    assert torch.isfinite(diffusion.sampled(Halving(), torch.ones(2, 3), 3, steps=10)).all()


def test_a_new_denoiser_says_zero_so_its_loss_starts_at_the_variance():
    torch.manual_seed(0)
    clean = torch.randn(2000, 8, generator=_generator())
    times = torch.randint(1, 1001, (2000,), generator=_generator(3))
    noise = torch.randn(2000, 8, generator=_generator(4))
    loss = diffusion.denoising_loss(Denoiser(8, 32), clean, times, noise).detach()
    assert float(loss) == pytest.approx(float(clean.square().mean()), rel=1e-5)


@pytest.fixture(scope="module")
def mixture(one_thread: None) -> tuple[Denoiser, torch.Tensor, np.ndarray, list[float]]:
    """A denoiser trained on a mixture of eight wide Gaussians in 24 dimensions; vectors, classes, losses."""
    torch.manual_seed(0)
    generator = _generator()
    classes = torch.arange(1600) % 8
    means = 0.9 * torch.randn(8, 24, generator=generator)
    vectors = means[classes] + torch.randn(1600, 24, generator=generator)
    vectors = (vectors - vectors.mean(0)) / vectors.std(0)
    denoiser = Denoiser(24, 96, blocks=2)
    optimizer = torch.optim.AdamW(denoiser.parameters(), lr=2e-3, weight_decay=0.01)
    losses = []
    for _ in range(500):
        clean = vectors[torch.randint(0, 1600, (128,), generator=generator)]
        times = torch.randint(1, 1001, (128,), generator=generator)
        loss = diffusion.denoising_loss(denoiser, clean, times, torch.randn(128, 24, generator=generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return denoiser.eval(), vectors, classes.numpy(), losses


def test_the_loss_falls(mixture):
    losses = mixture[3]
    assert np.mean(losses[-50:]) < 0.85 * np.mean(losses[:20])


def _few_shot(rows: np.ndarray, classes: np.ndarray) -> float:
    found = []
    for draw in range(4):
        rng = np.random.default_rng(draw)
        few = np.concatenate([rng.choice(np.flatnonzero(classes == n), 3, replace=False) for n in range(8)])
        found.append(LogisticRegression(max_iter=300).fit(rows[few], classes[few]).score(rows, classes))
    return float(np.mean(found))


@torch.no_grad()
def test_one_step_of_refinement_makes_classes_compact_and_helps_few_labels_where_a_whole_chain_does_not(mixture):
    denoiser, vectors, classes, _ = mixture
    refined = diffusion.refined(denoiser, vectors, 300).numpy()
    chain = diffusion.synthetic(denoiser, vectors, 300, 1, _generator(5)).numpy()
    plain = vectors.numpy()
    assert fisher_ratio(refined, classes) > 1.5 * fisher_ratio(plain, classes)
    assert _few_shot(refined, classes) > _few_shot(plain, classes) + 0.03
    assert _few_shot(chain, classes) < _few_shot(plain, classes) + 0.01


@torch.no_grad()
def test_synthetic_vectors_are_seeded_stay_near_their_parents_and_keep_together(mixture):
    denoiser, vectors, _, _ = mixture
    parents = vectors[:40]
    one, again, other = (diffusion.synthetic(denoiser, parents, 200, 3, _generator(s)) for s in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    apart = torch.cdist(one, parents)
    own = apart[torch.arange(120), torch.arange(40).repeat_interleave(3)]
    assert float(own.mean()) < 0.8 * float(apart.mean())
    assert float(own.min()) > 0
