"""Decision fusion: one linear probe for each branch of an encoder, their class probabilities mixed.

PCL (doi 10.1109/TGRS.2024.3409378) mixes its two branches 0.8 (global) to 0.2 (local) this way.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.methods import probe
from hsigui.methods.calibration import Calibration
from hsigui.methods.probe import OfColumns, Probe, Refinement

PUBLISHED = (0.8, 0.2)


@dataclass(frozen=True)
class FusedProbe(OfColumns):
    """Fitted probes and how they are mixed.

    Attributes:
        probes: one a branch, all of the same classes.
        parts: the numbers of the features that each sees.
        weights: of each in the mixture; they sum to 1.
    """

    probes: tuple[Probe, ...]
    parts: tuple[NDArray[np.intp], ...]
    weights: tuple[float, ...]
    columns: NDArray[np.intp] | None = None
    refinement: Refinement | None = None
    calibration: Calibration | None = None

    @property
    def numbers(self) -> NDArray[np.uint16]:
        """The class numbers (classes,). One a class."""
        return self.probes[0].numbers

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Probe`. Pixels x features to pixels x classes."""
        seen = zip(self.probes, self.parts, self.weights, strict=True)
        mixed = sum(weight * fitted.probabilities(features[..., part]) for fitted, part, weight in seen)
        return np.asarray(mixed, dtype=np.float32)


def fit_fused(
    features: NDArray[np.float32],
    labels: NDArray[np.integer],
    branches: Sequence[int],
    weights: Sequence[float] = PUBLISHED,
    strength: float = 1.0,
) -> FusedProbe:
    """Fits a logistic probe on each branch's features and on those that belong to no branch.

    Args:
        features: pixels x features, standardised; the branches' columns first, one after the other.
        labels: class number of each pixel, at least two different ones.
        branches: how many columns each branch has.
        weights: of each branch in the mixture, not negative; divided by their sum.
        strength: inverse weight of the L2 penalty.

    Raises:
        ValueError: there is not one weight a branch, or the branches have more columns than there are.
    """
    if len(weights) != len(branches) or min(weights) < 0 or sum(weights) <= 0:
        raise ValueError(f"{len(branches)} branches cannot be mixed with the weights {tuple(weights)}")
    if sum(branches) > features.shape[1]:
        raise ValueError(f"branches of {tuple(branches)} columns in {features.shape[1]} features")
    starts = np.cumsum([0, *branches])
    rest = np.arange(starts[-1], features.shape[1])
    parts = tuple(np.concatenate([np.arange(a, b), rest]) for a, b in itertools.pairwise(starts))
    probes = tuple(probe.fit(features[:, part], labels, strength) for part in parts)
    return FusedProbe(probes, parts, tuple(float(w) / float(sum(weights)) for w in weights))
