"""The linear probe against scikit-learn's own predictions."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from hsigui.methods import probe


@pytest.mark.parametrize("classes", [2, 5])
def test_probabilities_are_those_of_scikit_learn(classes):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, 80) * 3 + 4
    features = (rng.standard_normal((80, 6)) + labels[:, None] * 0.3).astype(np.float32)
    fitted = probe.fit(features, labels, 0.7)
    model = LogisticRegression(C=0.7, max_iter=300).fit(features, labels)
    assert np.array_equal(fitted.numbers, model.classes_)
    assert np.allclose(fitted.probabilities(features), model.predict_proba(features), atol=1e-4)


def test_probabilities_sum_to_one_even_for_extreme_scores():
    fitted = probe.LinearProbe(
        np.array([1, 2], np.uint16), np.array([[1e4], [-1e4]], np.float32), np.zeros(2, np.float32)
    )
    p = fitted.probabilities(np.array([[1.0], [-1.0]], dtype=np.float32))
    assert np.array_equal(p, [[1, 0], [0, 1]])
