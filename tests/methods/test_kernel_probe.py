"""The support vector machine against scikit-learn's own decisions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import SVC

from hsigui.methods import kernel_probe


def _drawn(classes: int, each: int, seed: int = 0, spread: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Features around the means of some classes, and the class numbers 4, 7, 10..."""
    rng = np.random.default_rng(seed)
    means = spread * np.random.default_rng(9).standard_normal((classes, 12))
    kind = np.repeat(np.arange(classes), each)
    return (means[kind] + rng.standard_normal((len(kind), 12))).astype(np.float32), kind * 3 + 4


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_decisions_and_classes_are_those_of_scikit_learn(classes):
    features, labels = _drawn(classes, 8)
    fitted = kernel_probe.fit(features, labels)
    model = SVC(C=fitted.penalty, gamma=fitted.gamma, break_ties=classes > 2).fit(features, labels)
    others = np.concatenate([_drawn(classes, 200, seed=1)[0], 30 * _drawn(classes, 5, seed=2)[0]])
    assert np.array_equal(fitted.numbers, model.classes_)
    assert np.array_equal(fitted.numbers[fitted.probabilities(others).argmax(axis=1)], model.predict(others))
    if classes == 2:
        assert np.allclose(-fitted.decisions(others)[:, 0], model.decision_function(others), atol=1e-4)
    else:
        assert np.allclose(fitted.scores(others), model.decision_function(others), atol=1e-4)
        model.decision_function_shape = "ovo"
        assert np.allclose(fitted.decisions(others), model.decision_function(others), atol=1e-4)


def test_probabilities_sum_to_one_in_any_shape_and_blocks_do_not_show(monkeypatch):
    features, labels = _drawn(4, 6)
    fitted = kernel_probe.fit(features, labels)
    whole = fitted.probabilities(features)
    assert np.allclose(whole.sum(axis=1), 1, atol=1e-6)
    monkeypatch.setattr(kernel_probe, "BLOCK_VALUES", 50)
    assert np.allclose(fitted.probabilities(features.reshape(4, 6, 12)), whole.reshape(4, 6, 4), atol=1e-6)


@pytest.mark.parametrize("counts", [(1, 1, 1), (1, 5, 2), (2, 2, 2)])
def test_classes_with_one_or_two_labels_are_fitted_and_known(counts):
    features, labels = _drawn(3, 5, spread=3.0)
    rows = np.concatenate([np.flatnonzero(labels == n)[:c] for n, c in zip(np.unique(labels), counts, strict=True)])
    fitted = kernel_probe.fit(features[rows], labels[rows])
    found = fitted.numbers[fitted.probabilities(features).argmax(axis=1)]
    assert (found == labels).mean() > 0.9
    if counts == (1, 1, 1):
        assert fitted.penalty == kernel_probe.PENALTIES[0]


def test_cross_validation_finds_the_penalty_that_noisy_labels_need():
    rng = np.random.default_rng(0)
    labels = np.repeat([1, 2], 60)
    features = rng.standard_normal((120, 8)).astype(np.float32)
    features[:, 0] += 2.4 * labels
    wrong = rng.choice(120, 30, replace=False)
    labels[wrong] = 3 - labels[wrong]
    assert kernel_probe.fit(features, labels).penalty < 100


def test_one_seed_gives_one_machine_also_when_labels_are_thinned(monkeypatch):
    monkeypatch.setattr(kernel_probe, "MOST_TO_FIT", 10)
    features, labels = _drawn(3, 40)
    one, two, other = (kernel_probe.fit(features, labels, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.pairs, two.pairs)
    assert one.penalty == two.penalty
    assert len(one.support) <= 30
    assert one.support.shape != other.support.shape or not np.array_equal(one.support, other.support)
