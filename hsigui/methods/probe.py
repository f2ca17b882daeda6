"""What every probe can do, and the linear one: multinomial logistic regression on frozen, standardised features. Loads
scikit-learn only to fit."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.methods.calibration import Calibration

SAFE = 40.0  # size of scores whose exponentials float32 holds, with room for their sum


@dataclass(frozen=True)
class Refinement:
    """How the features of a probe were refined, for an encoder that offers several versions of them.

    Attributes:
        t_star: the version chosen: noise level of the one refining step; 0 for none.
        compactness_before, compactness_after: mean distance of a labelled pixel to the mean of its class, in the
            features as they were and in those chosen; NaN where no class has two labels.
        synthetic_rows: how many made feature vectors were added to the labelled ones.
        separation_before, separation_after: Fisher ratio of the labelled pixels: scatter between over within classes.
        scores: cross-validated accuracy of each version; empty where there were too few labels to choose by.
    """

    t_star: int
    compactness_before: float
    compactness_after: float
    synthetic_rows: int = 0
    separation_before: float = float("nan")
    separation_after: float = float("nan")
    scores: Mapping[int, float] = field(default_factory=dict)


class Probe(Protocol):
    """A fitted classifier of feature vectors.

    Attributes:
        numbers: of the classes, rising.
        columns: of the features that it uses, None for all.
        refinement: how those were chosen, where the features come in several versions.
        calibration: what its probabilities are calibrated by when a map is drawn; None for a part of another probe.
    """

    @property
    def numbers(self) -> NDArray[np.uint16]:
        """The class numbers, one a class, rising."""

    @property
    def columns(self) -> NDArray[np.intp] | None:
        """Numbers of the features' columns that it was fitted on, one a column; None for all."""

    @property
    def refinement(self) -> Refinement | None: ...

    @property
    def calibration(self) -> Calibration | None: ...

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Class probabilities of standardised features: (..., features used) -> (..., classes), ordered as `numbers`.

        They sum to 1, and the class of the largest is the classifier's own decision. They are its own too:
        `calibration` is heeded where a map is drawn from them (`pipeline.classify`).
        """

    def refined(self, columns: NDArray[np.intp], refinement: Refinement) -> Self:
        """The same probe, which says that it was fitted on these columns of the features, and how they were chosen.
        `columns` is one number a column."""

    def calibrated(self, calibration: Calibration) -> Self:
        """The same probe, whose maps are drawn with this calibration."""


class OfColumns:
    """What the probes share: all are frozen dataclasses with `columns`, `refinement` and `calibration`."""

    def refined(self, columns: NDArray[np.intp], refinement: Refinement) -> Self:
        """See `Probe`. `columns` is one number a column."""
        return replace(self, columns=columns, refinement=refinement)  # type: ignore[type-var]

    def calibrated(self, calibration: Calibration) -> Self:
        """See `Probe`."""
        return replace(self, calibration=calibration)  # type: ignore[type-var]


@dataclass(frozen=True)
class LinearProbe(OfColumns):
    """Logistic regression: class numbers (classes,), weights (classes x features), bias (classes,)."""

    numbers: NDArray[np.uint16]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    columns: NDArray[np.intp] | None = None
    refinement: Refinement | None = None
    calibration: Calibration | None = None

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Probe`. Pixels x features to pixels x classes."""
        return softmax(features @ self.weights.T + self.bias)

    def of_unstandardised(self, mean: NDArray[np.float32], sd: NDArray[np.float32]) -> LinearProbe:
        """The probe that finds in features what this one finds in (features - mean) / sd. `mean` and `sd` are one a
        feature."""
        weights = self.weights.astype(np.float64) / sd
        return replace(self, weights=weights.astype(np.float32), bias=(self.bias - weights @ mean).astype(np.float32))


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """exp(scores) over their sum along the last axis; changes the scores in place. Pixels x classes or the like, in and
    out."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.asarray(scores, dtype=np.float32)


def shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """As `softmax`, several times as fast where all scores are small: without looking for the largest of each row, and
    summing by a product. Changes the scores in place. Pixels x classes or the like, in and out."""
    if not -SAFE < float(scores.min(initial=0.0)) <= float(scores.max(initial=0.0)) < SAFE:  # NaN too
        return softmax(scores)
    np.exp(scores, out=scores)
    scores /= (scores @ np.ones(scores.shape[-1], dtype=np.float32))[..., None]
    return scores


def fit(
    features: NDArray[np.float32], labels: NDArray[np.integer], strength: float = 1.0,
    weights: NDArray[np.float64] | None = None,
) -> LinearProbe:  # fmt: skip
    """Fits logistic regression by L-BFGS; the result depends on nothing random.

    Args:
        features: pixels x features, standardised.
        labels: class number of each pixel, at least two different ones.
        strength: inverse weight of the L2 penalty.
        weights: of the pixels; None where all are alike.
    """
    # Here, as it takes a second: who only reads of probes does without.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        # Some hundred iterations give the same map as the exact optimum: not worth a word to the user.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=300).fit(features, labels, sample_weight=weights)
    coefficients, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes: the log-odds of the second
        coefficients, bias = np.vstack([-coefficients, coefficients]) / 2, np.concatenate([-bias, bias]) / 2
    return LinearProbe(model.classes_.astype(np.uint16), coefficients.astype(np.float32), bias.astype(np.float32))
