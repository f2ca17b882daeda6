"""LARS against the equation, and the schedules at their ends."""

from __future__ import annotations

import pytest
import torch

from hsigui.methods.optim import LARS, cosine, set_lr, warmed_cosine


def test_lars_scales_matrices_by_their_norm_and_leaves_vectors_alone():
    matrix = torch.nn.Parameter(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    vector = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    optimizer = LARS([matrix, vector], lr=0.5)
    start = matrix.detach().clone(), vector.detach().clone()
    gradient = torch.tensor([[1.0, 2.0], [2.0, 0.0]])
    velocity = torch.zeros(2, 2)
    expected = start[0]
    for _ in range(2):
        matrix.grad, vector.grad = gradient.clone(), torch.ones(2)
        g = gradient + 1.5e-6 * expected
        g = g * 0.001 * expected.norm() / g.norm()
        velocity = 0.9 * velocity + g
        expected = expected - 0.5 * velocity
        optimizer.step()
    assert torch.allclose(matrix.detach(), expected, atol=1e-7)
    assert torch.allclose(vector.detach(), start[1] - 0.5 * (1 + 1.9))


def test_lars_survives_a_zero_gradient_and_a_missing_one():
    a, b = (torch.nn.Parameter(torch.ones(2, 2)) for _ in range(2))
    a.grad = torch.zeros(2, 2)
    LARS([a, b], lr=1.0, weight_decay=0.0).step()
    assert torch.equal(a.detach(), torch.ones(2, 2))
    assert torch.equal(b.detach(), torch.ones(2, 2))


def test_the_schedules_start_end_and_turn_where_they_should():
    assert cosine(0.3, 0.02, 0.0) == pytest.approx(0.3)
    assert cosine(0.3, 0.02, 0.5) == pytest.approx(0.16)
    assert cosine(0.3, 0.02, 1.0) == pytest.approx(0.02)
    assert warmed_cosine(1.0, 0.05) == pytest.approx(0.5)
    assert warmed_cosine(1.0, 0.1) == pytest.approx(1.0)
    assert warmed_cosine(1.0, 1.0) == pytest.approx(0.01)


def test_the_rate_is_set_in_every_group():
    parameters = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
    optimizer = torch.optim.SGD([{"params": [p]} for p in parameters], lr=1.0)
    set_lr(optimizer, 0.25)
    assert [g["lr"] for g in optimizer.param_groups] == [0.25, 0.25]


def test_lars_takes_its_rate_from_a_tensor_that_stays_where_it_is():
    p = torch.nn.Parameter(torch.ones(3))
    optimizer = LARS([p], lr=1.0)
    rate = optimizer.param_groups[0]["lr"]
    set_lr(optimizer, 0.5)
    assert optimizer.param_groups[0]["lr"] is rate
    p.grad = torch.ones(3)
    optimizer.step()
    assert torch.equal(p.detach(), torch.full((3,), 0.5))
