"""Fitting the probe on the labelled pixels of a scene. Loads no torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import require_same_size
from hsigui.methods import probe as linear
from hsigui.methods.probe import Probe
from hsigui.pipeline.features import Features
from hsigui.specs import ProbeSpec

# Beyond so many labels of a class more add nothing but time.
MOST_PER_CLASS = 2_000


def fit_probe(features: Features, labels: NDArray[np.integer], spec: ProbeSpec, ctx: Context) -> Probe:
    """Fits the probe on every labelled pixel that has data.

    Args:
        labels: rows x cols class numbers, 0 for unlabelled.

    Raises:
        HsiError: the labels have another size than the scene, or fewer than two classes have a label.
    """
    require_same_size(labels.shape, features.shape, "labels")
    ctx.check()
    mask = (labels > 0) & features.valid
    numbers = np.unique(labels[mask])
    if len(numbers) < 2:
        found = "no class has" if len(numbers) == 0 else f"only class {numbers[0]} has"
        raise HsiError(
            f"A map needs labels of at least two classes; {found} any.", "Label some pixels of another class."
        )
    mask = _thinned(mask, labels, numbers)
    fitted = linear.fit(features.at(mask), labels[mask], spec.strength)
    ctx.check()
    return fitted


def _thinned(mask: NDArray[np.bool_], labels: NDArray[np.integer], numbers: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Every n-th pixel of classes that have very many."""
    for number in numbers:
        flat = np.flatnonzero(mask & (labels == number))
        if len(flat) > MOST_PER_CLASS:
            keep = flat[np.linspace(0, len(flat) - 1, MOST_PER_CLASS).astype(int)]
            mask.flat[np.setdiff1d(flat, keep)] = False
    return mask
