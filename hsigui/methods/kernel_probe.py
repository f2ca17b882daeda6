"""The support vector machine with RBF kernel as a probe.

scikit-learn (libsvm) fits it; the decisions of a scene are computed here in float32 by matrix products, which is three
to four times faster than libsvm's own loop and gives the same classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.methods import folds
from hsigui.methods.calibration import Calibration
from hsigui.methods.probe import OfColumns, Refinement, softmax

if TYPE_CHECKING:
    from sklearn.svm import SVC

# Tried by cross-validation, the default first: it wins ties, and stands where no class has two labels.
PENALTIES = (100.0, 10.0, 1000.0, 1.0)
# More labels a class than this neither change the choice, nor the fit; the time would grow with their square.
MOST_TO_CHOOSE, MOST_TO_FIT = 30, 500
BLOCK_VALUES = 8_000_000  # of the kernel matrix held at once


@dataclass(frozen=True)
class KernelProbe(OfColumns):
    """A fitted machine: one decision for each pair of classes.

    Attributes:
        numbers: of the classes, rising.
        support: support vectors, vectors x features.
        pairs: coefficient of each vector in each pair's decision, vectors x pairs; pairs in the order (0, 1), (0, 2)...
        bias: of each pair; a decision above 0 is for the first of the pair.
        gamma: of the kernel exp(-gamma |x - y|^2).
        penalty: C.
    """

    numbers: NDArray[np.uint16]
    support: NDArray[np.float32]
    pairs: NDArray[np.float32]
    bias: NDArray[np.float32]
    gamma: float
    penalty: float
    columns: NDArray[np.intp] | None = None
    refinement: Refinement | None = None
    calibration: Calibration | None = None

    def decisions(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Decision of every pair: pixels x features -> pixels x pairs."""
        out = np.empty((len(features), len(self.bias)), dtype=np.float32)
        step = max(1, BLOCK_VALUES // max(1, len(self.support)))
        lengths = (self.support**2).sum(axis=1)
        for start in range(0, len(features), step):
            block = features[start : start + step]
            kernel = block @ self.support.T
            kernel *= -2.0
            kernel += (block**2).sum(axis=1, keepdims=True)
            kernel += lengths
            kernel *= -self.gamma
            np.minimum(kernel, 0.0, out=kernel)
            np.exp(kernel, out=kernel)
            out[start : start + step] = kernel @ self.pairs + self.bias
        return out

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Votes of the pairs for each class, and a third at most for how clear they were: pixels x classes.

        As scikit-learn's `decision_function` (shape "ovr"): its largest entry is `SVC(break_ties=True).predict`.
        """
        decisions = self.decisions(features)
        first, second = _incidence(len(self.numbers))
        votes = (decisions >= 0).astype(np.float32) @ first + (decisions < 0).astype(np.float32) @ second
        sums = decisions @ (first - second)
        return np.asarray(votes + sums / (3.0 * (np.abs(sums) + 1.0)), dtype=np.float32)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Probe`: the softmax of `scores`. Pixels x features to pixels x classes.

        Platt's scaling would need held-out labels, of which there are too few; it also gives other classes than the
        machine's own decision. The softmax keeps the decision and its order; as a probability it is
        not calibrated before the temperature of `calibration` is applied.
        """
        flat = features.reshape(-1, features.shape[-1])
        return softmax(self.scores(flat)).reshape(*features.shape[:-1], len(self.numbers))


def _incidence(classes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Which class is the first and which the second of each pair: twice pairs x classes, of 0 and 1."""
    one, two = zip(*combinations(range(classes), 2), strict=True)
    unit = np.eye(classes, dtype=np.float32)
    return unit[list(one)], unit[list(two)]


def fit(
    features: NDArray[np.float32], labels: NDArray[np.integer], seed: int = 0, penalty: float | None = None
) -> KernelProbe:
    """Fits the machine; C is chosen among 1, 10, 100 and 1000 by cross-validation on the labels.

    Three stratified folds; ties go to C = 100, which also stands when no class has two labels. A class with one label
    is trained on in every fold and never tested. gamma is 1 over the number of features and their variance in the
    labels (scikit-learn's "scale"): to choose it as well from 5 or 10 labels a class gave no better maps of Indian
    Pines (within about 1 % either way), only slower ones.

    Args:
        features: pixels x features, standardised.
        labels: class number of each pixel, at least two different ones.
        seed: of the folds, and of the labels that are taken where a class has very many.
        penalty: C, where it is chosen already.
    """
    rows = folds.at_most(labels, MOST_TO_FIT, seed)
    features, labels = features[rows], labels[rows]
    from sklearn.svm import SVC  # scikit-learn takes a second to load

    gamma = 1.0 / (features.shape[1] * max(float(features.var()), 1e-6))
    penalty = _choose(features, labels, gamma, seed) if penalty is None else penalty
    # It draws nothing, but would take its unused seed from numpy's global generator.
    return _from_model(SVC(C=penalty, gamma=gamma, random_state=seed).fit(features, labels), penalty, gamma)


def _choose(features: NDArray[np.float32], labels: NDArray[np.integer], gamma: float, seed: int) -> float:
    """The C of the best cross-validated accuracy."""
    from sklearn.metrics.pairwise import rbf_kernel

    rows = folds.at_most(labels, MOST_TO_CHOOSE, seed)
    x, y = features[rows].astype(np.float64), labels[rows]
    fold = folds.stratified(y, seed)
    kernel = rbf_kernel(x, gamma=gamma)
    best, chosen = -1.0, PENALTIES[0]
    for penalty in PENALTIES:
        score = folds.accuracy(y, fold, _predictor(kernel, y, penalty))
        if score > best + 1e-9:
            best, chosen = score, penalty
    return chosen


def _predictor(kernel: NDArray[np.float64], labels: NDArray[np.integer], penalty: float) -> folds.Predictor:
    from sklearn.svm import SVC

    def predict(train: NDArray[np.bool_], test: NDArray[np.bool_]) -> NDArray[np.integer]:
        model = SVC(C=penalty, kernel="precomputed", random_state=0).fit(kernel[np.ix_(train, train)], labels[train])
        return np.asarray(model.predict(kernel[np.ix_(test, train)]))

    return predict


def _from_model(model: SVC, penalty: float, gamma: float) -> KernelProbe:
    """The numbers of a fitted machine, one column of coefficients for each pair of classes."""
    classes = len(model.classes_)
    # For two classes scikit-learn turns the sign, so that a decision above 0 is for the second.
    sign = -1.0 if classes == 2 else 1.0
    starts = np.concatenate([[0], np.cumsum(model.n_support_)])
    pairs = np.zeros((len(model.support_), classes * (classes - 1) // 2))
    for number, (i, j) in enumerate(combinations(range(classes), 2)):
        of_i, of_j = slice(starts[i], starts[i + 1]), slice(starts[j], starts[j + 1])
        # libsvm keeps, for a vector of one class, a row for each other class: those before it, then those after.
        pairs[of_i, number] = sign * model.dual_coef_[j - 1, of_i]
        pairs[of_j, number] = sign * model.dual_coef_[i, of_j]
    return KernelProbe(
        model.classes_.astype(np.uint16), model.support_vectors_.astype(np.float32), pairs.astype(np.float32),
        (sign * model.intercept_).astype(np.float32), gamma, penalty,
    )  # fmt: skip
