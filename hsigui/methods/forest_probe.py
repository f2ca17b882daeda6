"""The random forest as a probe (Breiman, Machine Learning 2001, doi 10.1023/A:1010933404324)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.methods.calibration import Calibration
from hsigui.methods.probe import OfColumns, Refinement

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

TREES = 300


@dataclass(frozen=True)
class ForestProbe(OfColumns):
    """A fitted forest.

    Attributes:
        numbers: of the classes, rising.
        rows, labels, seed: what it was grown from, and can be again.
    """

    numbers: NDArray[np.uint16]
    forest: RandomForestClassifier
    rows: NDArray[np.float32]
    labels: NDArray[np.integer]
    seed: int
    columns: NDArray[np.intp] | None = None
    refinement: Refinement | None = None
    calibration: Calibration | None = None

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Probe`: the mean over the trees of the shares of the classes in the leaf. Pixels x features to pixels x
        classes."""
        flat = np.ascontiguousarray(features.reshape(-1, features.shape[-1]), dtype=np.float32)
        found = self.forest.predict_proba(flat)
        return np.asarray(found.reshape(*features.shape[:-1], len(self.numbers)), dtype=np.float32)


def fit(features: NDArray[np.float32], labels: NDArray[np.integer], seed: int = 0, trees: int = TREES) -> ForestProbe:
    """Fits a forest: each tree is grown to its end on a bootstrap sample, with the square root of the features at each
    split.

    Args:
        features: pixels x features.
        labels: class number of each pixel, at least two different ones.
        seed: of the samples and splits.
        trees: how many.
    """
    from sklearn.ensemble import RandomForestClassifier  # scikit-learn takes a second to load

    # One thread: with several the trees' votes are added in any order, and two runs may differ in the last digit.
    forest = RandomForestClassifier(trees, random_state=seed, n_jobs=1).fit(features, labels)
    return ForestProbe(forest.classes_.astype(np.uint16), forest, features, labels, seed)
