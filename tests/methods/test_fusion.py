"""Decision fusion: what each probe sees, and how their probabilities are mixed."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.methods import probe
from hsigui.methods.fusion import PUBLISHED, fit_fused


@pytest.fixture
def labelled() -> tuple[np.ndarray, np.ndarray]:
    """Features of 60 pixels (3 of one branch, 4 of another, 2 of none) and labels of three classes."""
    rng = np.random.default_rng(0)
    labels = np.repeat([2, 5, 9], 20)
    return (rng.standard_normal((60, 9)) + 0.4 * labels[:, None]).astype(np.float32), labels


def test_the_mixture_is_the_weighted_mean_of_a_probe_on_each_branch_and_the_rest(labelled):
    features, labels = labelled
    fused = fit_fused(features, labels, (3, 4), (3.0, 1.0))
    wide, near = features[:, [0, 1, 2, 7, 8]], features[:, 3:]
    expected = 0.75 * probe.fit(wide, labels).probabilities(wide)
    expected += 0.25 * probe.fit(near, labels).probabilities(near)
    assert fused.numbers.tolist() == [2, 5, 9]
    assert np.allclose(fused.probabilities(features), expected, atol=1e-6)
    as_image = features.reshape(6, 10, 9)
    assert np.allclose(fused.probabilities(as_image), expected.reshape(6, 10, 3), atol=1e-6)
    assert np.allclose(expected.sum(axis=1), 1, atol=1e-5)


def test_a_weight_of_zero_takes_a_branch_out(labelled):
    features, labels = labelled
    changed = features.copy()
    changed[:, 3:7] = 0
    one, two = (fit_fused(each, labels, (3, 4), (1.0, 0.0)).probabilities(each) for each in (features, changed))
    assert np.array_equal(one, two)


def test_the_published_mixture_is_four_to_one(labelled):
    features, labels = labelled
    assert fit_fused(features, labels, (3, 4)).weights == PUBLISHED == (0.8, 0.2)


@pytest.mark.parametrize(
    ("branches", "weights"), [((3, 4), (1.0,)), ((3, 4), (-1.0, 2.0)), ((3, 4), (0.0, 0.0)), ((6, 4), (0.8, 0.2))]
)
def test_branches_and_weights_that_do_not_fit_are_refused(labelled, branches, weights):
    with pytest.raises(ValueError, match="branches"):
        fit_fused(*labelled, branches, weights)
