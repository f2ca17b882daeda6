"""The linear probe: multinomial logistic regression on frozen, standardised features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Probe:
    """A fitted probe: class numbers (classes,), weights (classes x features), bias (classes,)."""

    numbers: NDArray[np.uint16]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities of standardised features: (..., features) -> (..., classes), ordered as `numbers`."""
        scores = features @ self.weights.T + self.bias
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        return np.asarray(scores, dtype=np.float32)


def fit(features: NDArray[np.float32], labels: NDArray[np.integer], strength: float = 1.0) -> Probe:
    """Fits the probe by L-BFGS; the result depends on nothing random.

    Args:
        features: pixels x features, standardised.
        labels: class number of each pixel, at least two different ones.
        strength: inverse weight of the L2 penalty.
    """
    with warnings.catch_warnings():
        # Some hundred iterations give the same map as the exact optimum: not worth a word to the user.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=300).fit(features, labels)
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes: the log-odds of the second
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return Probe(model.classes_.astype(np.uint16), weights.astype(np.float32), bias.astype(np.float32))
