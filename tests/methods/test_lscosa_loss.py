"""The objective and the dictionary against loops written from the equations, and where the published code broke."""

from __future__ import annotations

import math

import pytest
import torch

from hsigui.methods import lscosa_loss as lscosa


def _unit(rows: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    x = torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + shift
    return torch.nn.functional.normalize(x, dim=1)


def _slow_loss(q, keys, W, temperature, rho, weight) -> float:
    """Section by section, with loops and plain numbers."""
    batch, K = len(q), W.shape[1]
    D = [
        [float(W[d, k]) / math.sqrt(sum(float(W[j, k]) ** 2 for j in range(len(W)))) for d in range(len(W))]
        for k in range(K)
    ]
    dot = lambda a, b: sum(float(x) * float(y) for x, y in zip(a, b, strict=True))  # noqa: E731
    logits = [[dot(q[i], D[k]) / temperature for k in range(K)] for i in range(batch)]
    order = [sorted(range(K), key=lambda k, i=i: -dot(keys[i], D[k])) for i in range(batch)]
    norms = [math.sqrt(sum(x * x for x in row)) for row in logits]
    activation = [sum(logits[i][k] / norms[i] for i in range(batch)) / batch for k in range(K)]
    R = sum(a * math.log(a / rho) + (1 - a) * math.log((1 - a) / (1 - rho)) for a in activation)
    H = -sum(a * math.log(a) for a in activation)
    alpha = 1 / (1 + math.exp(H))
    total = 0.0
    for i in range(batch):
        y = [0.0] * K
        for place, k in enumerate(order[i][:4]):
            y[k] = 1.0 if place == 0 else alpha
        length = math.sqrt(sum(v * v for v in y))
        top = max(logits[i])
        z = sum(math.exp(v - top) for v in logits[i])
        total -= sum(y[k] / length * math.log(math.exp(logits[i][k] - top) / z + 1e-7) for k in range(K))
    return total / batch + weight * R


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_loss_equals_a_loop_written_from_the_equations(seed):
    q, keys = _unit(6, 5, seed, 0.8), _unit(6, 5, seed + 10, 0.8)
    W = torch.randn(5, 9, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).abs() + 0.1
    objective = lscosa.Objective(temperature=0.3, rho=0.2, kl_weight=1.6)
    found = lscosa.step_loss(q, keys, W, objective)
    assert float(found.loss) == pytest.approx(_slow_loss(q, keys, W, 0.3, 0.2, 1.6), rel=1e-9)


def test_the_dictionary_moves_as_a_loop_written_from_the_equations():
    q, keys = (_unit(4, 5, 1), _unit(4, 5, 2)), (_unit(4, 5, 3), _unit(4, 5, 4))
    W = torch.randn(5, 7, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    V = torch.randn(5, 7, generator=torch.Generator().manual_seed(8), dtype=torch.float64)
    tau, lr = 0.2, 0.3
    D = W / W.norm(dim=0)
    expected_V = torch.empty_like(V)
    for k in range(7):
        G = torch.zeros(5, dtype=torch.float64)
        for v in range(2):
            for i in range(4):
                P = torch.softmax((q[v][i] @ D) / tau, dim=0)[k]
                if int((keys[v][i] @ D).argmax()) == k:
                    P = 1 - P
                G += (P * q[v][i] - P * (q[v][i] @ D[:, k]) * D[:, k]) / 4
        expected_V[:, k] = 0.9 * V[:, k] - G / (W[:, k].norm() * tau)
    expected_W = W - lr * expected_V
    lscosa.update_dictionary(W, V, ((q[0], keys[0]), (q[1], keys[1])), tau, lr)
    assert torch.allclose(W, expected_W)
    assert torch.allclose(V, expected_V)


def test_prototypes_on_the_far_side_give_a_finite_loss_that_pulls_them_back():
    q = _unit(8, 6, 0, 2.0).float().requires_grad_()
    W = -_unit(12, 6, 1, 2.0).float().T.contiguous()  # every cosine is negative: the published logarithm is NaN here
    found = lscosa.step_loss(q, _unit(8, 6, 2, 2.0).float(), W, lscosa.Objective())
    found.kl.backward()
    assert torch.isfinite(found.loss)
    assert torch.isfinite(q.grad).all()
    moved = torch.nn.functional.normalize(q.detach() - 0.1 * q.grad / q.grad.norm(), dim=1)
    before, after = (float((x @ lscosa.unit_columns(W)).mean()) for x in (q.detach(), moved))
    assert after > before


def test_the_probability_form_is_zero_for_even_use_and_log_k_for_one_prototype():
    assert float(lscosa.probability_kl(torch.zeros(4, 16))) == pytest.approx(0, abs=1e-6)
    one = torch.full((4, 16), -50.0)
    one[:, 3] = 50.0
    assert float(lscosa.probability_kl(one)) == pytest.approx(math.log(16), rel=1e-4)


def test_alpha_is_nothing_in_the_published_form_and_counts_in_the_normalised_one():
    logits = _unit(32, 256, 0, 1.0).float() / 0.08
    assert float(lscosa.positive_weight(logits, "reference")) < 1e-12
    assert 0.26 < float(lscosa.positive_weight(logits, "normalised")) <= 0.5
    assert float(lscosa.positive_weight(logits, "none")) == 0


def test_extra_positives_change_the_loss_only_when_alpha_counts():
    q, keys = _unit(8, 6, 0, 1.0).float(), _unit(8, 6, 1, 1.0).float()
    W = _unit(256, 6, 2, 1.0).float().T.contiguous()
    losses = {
        alpha: float(lscosa.step_loss(q, keys, W, lscosa.Objective(kl="none", alpha=alpha)).loss)
        for alpha in ("none", "reference", "normalised")
    }
    assert losses["reference"] == pytest.approx(losses["none"], rel=1e-3)
    assert losses["normalised"] != pytest.approx(losses["none"], rel=1e-2)
