"""The objective and the dictionary against loops written from the equations, and where the published code broke."""

from __future__ import annotations

import math

import pytest
import torch

from hsigui.methods.lscosa import loss as lscosa


def _unit(rows: int, dim: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    x = torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + shift
    return torch.nn.functional.normalize(x, dim=1)


def _dot(a, b) -> float:
    return sum(float(x) * float(y) for x, y in zip(a, b, strict=True))


def _slow_softmax(row: list[float]) -> list[float]:
    top = max(row)
    z = sum(math.exp(v - top) for v in row)
    return [math.exp(v - top) / z for v in row]


def _slow_prototypes(W) -> list[list[float]]:
    return [[float(x) / math.sqrt(_dot(column, column)) for x in column] for column in W.T]


def _slow_alpha(logits: list[list[float]], mode: str) -> float:
    batch, K = len(logits), len(logits[0])
    if mode == "none":
        return 0.0
    if mode == "reference":
        p = [sum(row[k] / math.sqrt(_dot(row, row)) for row in logits) / batch for k in range(K)]
    else:
        p = [sum(_slow_softmax(row)[k] for row in logits) / batch for k in range(K)]
    H = -sum(v * math.log(v) for v in p)
    return 1 / (1 + math.exp(H / math.log(K) if mode == "normalised" else H))


def _slow_kl(logits: list[list[float]], mode: str, rho: float) -> float:
    batch, K = len(logits), len(logits[0])
    if mode == "none":
        return 0.0
    if mode == "probability":
        p = [sum(_slow_softmax(row)[k] for row in logits) / batch for k in range(K)]
        return sum(v * math.log(v * K) for v in p)
    total = 0.0
    for k in range(K):
        a = sum(row[k] / math.sqrt(_dot(row, row)) for row in logits) / batch
        total += a * math.log(a / rho) + (1 - a) * math.log((1 - a) / (1 - rho))
    return total


def _slow_loss(q, keys, W, objective: lscosa.Objective, alpha: float | None = None) -> float:
    """Section by section, with loops and plain numbers; alpha may be given as a number."""
    D = _slow_prototypes(W)
    K = len(D)
    logits = [[_dot(x, d) / objective.temperature for d in D] for x in q]
    order = [sorted(range(K), key=lambda k, key=key: -_dot(key, D[k])) for key in keys]
    alpha = _slow_alpha(logits, objective.alpha) if alpha is None else alpha
    total = 0.0
    for row, near in zip(logits, order, strict=True):
        y = [0.0] * K
        for place, k in enumerate(near[: objective.positives]):
            y[k] = 1.0 if place == 0 else alpha
        length = math.sqrt(_dot(y, y))
        p = _slow_softmax(row)
        total -= sum(y[k] / length * math.log(p[k] + 1e-7) for k in range(K) if y[k])
    return total / len(logits) + objective.kl_weight * _slow_kl(logits, objective.kl, objective.rho)


def _given(seed: int):
    """Queries and keys of both views, and a dictionary, all on one side: no reference activation is 0 or less."""
    q, keys = ((_unit(6, 5, seed + n, 0.8), _unit(6, 5, seed + n + 1, 0.8)) for n in (0, 10))
    W = torch.randn(5, 9, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).abs() + 0.1
    return q, keys, W


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("kl", lscosa.KL_MODES)
@pytest.mark.parametrize("alpha", lscosa.ALPHA_MODES)
@pytest.mark.parametrize("positives", [1, 4])
def test_the_loss_equals_a_loop_written_from_the_equations_in_every_mode(seed, kl, alpha, positives):
    (q, _), (_, keys), W = _given(seed)
    objective = lscosa.Objective(0.3, positives, kl, 1.6, 0.2, alpha)
    found = lscosa.step_loss(q, keys, W, objective)
    # With one positive the published loss has its 1e-7 inside the logarithm; plain cross-entropy has none.
    assert float(found.loss) == pytest.approx(_slow_loss(q, keys, W, objective), rel=1e-5)
    logits = (q @ lscosa.unit_columns(W) / 0.3).tolist()
    assert float(found.alpha) == pytest.approx(_slow_alpha(logits, alpha), rel=1e-9)
    assert float(found.kl) == pytest.approx(_slow_kl(logits, kl, 0.2), rel=1e-9)


@pytest.mark.parametrize("alpha", ["entropy", "normalised"])
def test_the_gradient_of_the_loss_is_that_of_the_loop(alpha):
    (q, _), (_, keys), W = _given(3)
    objective = lscosa.Objective(0.3, 4, "probability", 0.7, 0.2, alpha)
    x = q.clone().requires_grad_()
    lscosa.step_loss(x, keys, W, objective).loss.backward()
    fixed = _slow_alpha((q @ lscosa.unit_columns(W) / 0.3).tolist(), alpha)  # alpha is a number without gradient
    for i, d in ((0, 0), (2, 3), (5, 4)):
        ends = []
        for h in (1e-6, -1e-6):
            moved = q.clone()
            moved[i, d] += h
            ends.append(_slow_loss(moved, keys, W, objective, fixed))
        assert float(x.grad[i, d]) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-8)


def test_the_published_loss_is_that_of_the_first_view_and_the_symmetric_one_the_mean_of_both():
    q, keys, W = _given(1)
    for symmetric in (False, True):
        objective = lscosa.Objective(0.3, 4, "reference", 1.6, 0.2, "entropy", symmetric)
        one, two = _slow_loss(q[0], keys[1], W, objective), _slow_loss(q[1], keys[0], W, objective)
        expected = 0.5 * (one + two) if symmetric else one
        assert float(lscosa.views_loss(q, keys, W, objective).loss) == pytest.approx(expected, rel=1e-5)


def test_the_filling_loss_equals_a_loop_written_from_the_equation():
    (q, _), (_, keys), W = _given(2)
    D = _slow_prototypes(W)
    total = 0.0
    for x, key in zip(q, keys, strict=True):
        total -= math.log(_slow_softmax([_dot(x, key) / 0.2, *(_dot(x, d) / 0.2 for d in D)])[0])
    assert float(lscosa.filling_loss(q, keys, W)) == pytest.approx(total / len(q), rel=1e-9)


@pytest.mark.parametrize("settings", [{"kl": "forward"}, {"alpha": "sigmoid"}])
def test_a_mode_that_does_not_exist_is_refused_at_once(settings):
    with pytest.raises(ValueError, match="no such mode"):
        lscosa.Objective(**settings)


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


def test_alpha_is_nothing_in_the_published_form_little_with_entropy_and_counts_in_the_normalised_one():
    logits = _unit(32, 256, 0, 1.0).float() / 0.08
    assert float(lscosa.positive_weight(logits, "reference")) < 1e-12
    assert 1 / 257 < float(lscosa.positive_weight(logits, "entropy")) < 0.1
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
