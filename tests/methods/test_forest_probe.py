"""The random forest against scikit-learn's own predictions."""

from __future__ import annotations

import numpy as np

from hsigui.methods import forest_probe


def test_the_largest_share_is_the_forests_decision_and_one_seed_gives_one_forest(monkeypatch):
    monkeypatch.setattr(forest_probe, "TREES", 30)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 60) * 5 + 2
    features = (rng.standard_normal((60, 6)) + 0.2 * labels[:, None]).astype(np.float32)
    fitted = forest_probe.fit(features, labels, seed=3)
    found = fitted.probabilities(features.reshape(6, 10, 6))
    assert found.shape == (6, 10, 4)
    assert np.allclose(found.sum(axis=2), 1, atol=1e-5)
    assert np.array_equal(fitted.numbers[found.argmax(axis=2)].ravel(), fitted.forest.predict(features))
    again = forest_probe.fit(features, labels, seed=3)
    assert np.array_equal(again.probabilities(features), fitted.probabilities(features))
    other = forest_probe.fit(features, labels, seed=4)
    assert not np.array_equal(other.probabilities(features), fitted.probabilities(features))
