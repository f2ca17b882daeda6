"""Rates of false alarms: what is expected is what a scene without targets shows."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis.false_alarms import TAILS, fitted, tail_of, threshold_of_all
from hsigui.analysis.layer import Target
from tests.analysis.scenes import cube_of, derived


@pytest.fixture(scope="module")
def normal() -> np.ndarray:
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(12, 12))
    return (rng.normal(size=(200, 200, 12)) @ mixing + 30).astype(np.float32)


@pytest.mark.parametrize("kind", TAILS)
@pytest.mark.parametrize("rate", [1e-2, 1e-3])
def test_of_a_normal_background_as_many_pass_as_are_expected(normal, kind, rate):
    layer = derived(cube_of(normal), kind, Target("it", tuple(np.linspace(20, 50, 12).tolist())))
    tail = tail_of(layer, 0)
    passed = float((layer.array >= tail.threshold(rate)).mean())
    assert passed == pytest.approx(rate, rel=0.35)
    assert tail.rate(tail.threshold(rate)) == pytest.approx(rate)
    whole = threshold_of_all(layer, 0, rate)
    assert (layer.array >= whole).mean() == pytest.approx(rate, rel=1e-3)


def test_few_targets_do_not_move_the_tail(normal):
    scores = normal[..., 0].ravel()
    wanted = fitted("normal", scores).threshold(1e-3)
    with_targets = np.concatenate([scores, np.full(len(scores) // 100, 1e4)])
    assert fitted("normal", with_targets).threshold(1e-3) == pytest.approx(wanted, rel=0.02)


def test_scores_that_tell_nothing_have_no_tail(normal):
    assert fitted("normal", np.zeros(100)) is None
    assert fitted("beta", np.zeros(100)) is None
    assert fitted("normal", np.arange(5.0)) is None
    layer = derived(cube_of(normal[:20, :20]), "sam", Target("it", tuple(range(1, 13))))
    assert tail_of(layer, 0) is None
    empty = derived(cube_of(normal[:20, :20]), "mf", Target("it", tuple(range(1, 13))))
    empty.array[:] = np.nan
    assert tail_of(empty, 0) is None
    assert threshold_of_all(empty, 0, 0.1) is None
