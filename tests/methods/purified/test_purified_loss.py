"""The purified loss and its weights against loops written from the equations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from hsigui.methods.purified.loss import Objective, pair_weights, purified_nt_xent, superpixel_similarity


def _batch(seed: int, B: int = 7, M: int = 5) -> tuple[torch.Tensor, torch.Tensor, np.ndarray, torch.Tensor]:
    rng = np.random.default_rng(seed)
    one, two = (torch.from_numpy(rng.standard_normal((B, 4))).float() for _ in range(2))
    return one, two, rng.standard_normal((M, 9)).astype(np.float32), torch.from_numpy(rng.integers(0, M, B))


def _slow_weights(S: np.ndarray, u: list[int], base: float, scale: float) -> list[list[float]]:
    def s(a: np.ndarray, b: np.ndarray) -> float:
        a, b = a - a.mean(), b - b.mean()
        return (float((a * b).sum() / math.sqrt((a * a).sum() * (b * b).sum())) + 1) / 2

    B = len(u)
    table = [[s(S[u[i]], S[u[j]]) for j in range(B)] for i in range(B)]
    mean = [sum(table[i][j] for i in range(B)) / B for j in range(B)]
    return [[base ** ((table[i][j] - mean[j]) / scale) for j in range(B)] for i in range(B)]


def _slow_loss(one, two, w, u, objective: Objective) -> float:
    B = len(one)
    z = [v / v.norm() for v in torch.cat([one, two]).double()]
    total = 0.0
    for i in range(2 * B):
        below = 0.0
        for k in range(2 * B):
            if k == i:
                continue
            a, b = i % B, k % B
            factor = 1.0
            if objective.weights == "all" or (objective.weights == "negatives" and a != b):
                factor = w[a][b]
            if a != b and u[a] == u[b]:
                factor *= objective.same
            below += factor * math.exp(float(z[i] @ z[k]) / objective.temperature)
        positive = math.exp(float(z[i] @ z[(i + B) % (2 * B)]) / objective.temperature)
        total -= math.log(positive / below)
    return total / (2 * B)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("weights", ["none", "all", "negatives"])
@pytest.mark.parametrize("same", [1.0, 0.3, 0.0])
def test_the_loss_equals_a_loop_written_from_the_equations(seed, weights, same):
    one, two, S, u = _batch(seed)
    objective = Objective(temperature=0.3, weights=weights, base=0.6, scale=0.4, same=same)
    w = pair_weights(superpixel_similarity(S), u, objective)
    slow_w = _slow_weights(S.astype(float), u.tolist(), 0.6, 0.4)
    assert np.allclose(w.numpy(), slow_w, rtol=1e-5)
    found = float(purified_nt_xent(one, two, w, objective, u))
    assert found == pytest.approx(_slow_loss(one, two, slow_w, u.tolist(), objective), rel=1e-5)


def test_a_constant_superpixel_gets_weight_one():
    _, _, S, _ = _batch(0)
    S[2] = 3.7
    u = torch.tensor([0, 2, 1, 2, 4])
    similarity = superpixel_similarity(S)
    w = pair_weights(similarity, u, Objective())
    assert torch.isfinite(w).all()
    assert (w[1] == 1).all()
    assert (w[:, 3] == 1).all()
    # The others are as if it were not there.
    rest = pair_weights(similarity, torch.tensor([0, 1, 4]), Objective())
    assert torch.allclose(w[[0, 2, 4]][:, [0, 2, 4]], rest)


def test_superpixels_that_are_all_constant_give_the_plain_loss():
    one, two, _, u = _batch(0)
    w = pair_weights(superpixel_similarity(np.ones((5, 9), dtype=np.float32)), u, Objective())
    plain = purified_nt_xent(one, two, None, Objective(weights="none"))
    assert torch.equal(purified_nt_xent(one, two, w, Objective()), plain)


def test_alike_superpixels_weigh_less_and_others_more_within_the_published_range():
    base = np.linspace(-1, 1, 20, dtype=np.float32)
    S = np.stack([base, 2 * base + 5, -base])
    w = pair_weights(superpixel_similarity(S), torch.tensor([0, 1, 2, 2]), Objective())
    assert float(w[0, 1]) == pytest.approx(0.75**2, rel=1e-5)  # s = 1 where the mean is 1/2
    assert float(w[0, 2]) == pytest.approx(0.75**-2, rel=1e-5)


def test_the_positive_pair_is_weighted_in_the_form_of_the_comment_only():
    one, two, S, u = _batch(3)
    w = pair_weights(superpixel_similarity(S), u, Objective())
    heavier = w.clone().fill_diagonal_(9.0)
    for weights, changes in (("negatives", False), ("all", True)):
        a, b = (purified_nt_xent(one, two, each, Objective(weights=weights)) for each in (w, heavier))
        assert torch.equal(a, b) != changes


def test_a_batch_of_one_superpixel_without_its_negatives_has_nothing_to_learn():
    one, two, S, _ = _batch(0)
    u = torch.zeros(7, dtype=torch.long)
    objective = Objective(same=0.0)
    w = pair_weights(superpixel_similarity(S), u, objective)
    one.requires_grad_()
    loss = purified_nt_xent(one, two, w, objective, u)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(0, abs=1e-6)
    assert torch.isfinite(one.grad).all()


def test_another_word_for_the_weights_is_refused():
    with pytest.raises(ValueError, match="negatives"):
        Objective(weights="positives")
