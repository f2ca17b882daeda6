"""Scoring a map against ground truth, on pixels that were not in training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassTable
from hsigui.report.metrics import Accuracy, accuracy


def evaluate(
    predicted: NDArray[np.integer],
    truth: NDArray[np.integer],
    classes: ClassTable,
    train: NDArray[np.integer] | None = None,
) -> Accuracy:
    """The accuracy of a map on the labelled pixels of the truth, those of `train` left out.

    Raises:
        HsiError: the rasters differ in size, or no test pixel is left.
    """
    return accuracy(predicted, truth, classes, train)
