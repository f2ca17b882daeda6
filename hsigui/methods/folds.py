"""Folds for cross-validation on very few labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FOLDS = 3
# Given training rows, their labels and test rows: the class numbers found for the test rows.
Predictor = Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.integer]]


def at_most(labels: NDArray[np.integer], most: int, seed: int) -> NDArray[np.intp]:
    """Rows with at most so many of each class, drawn at random, in their order. `labels` is one a row."""
    rng = np.random.default_rng(seed)
    each = [np.flatnonzero(labels == number) for number in np.unique(labels)]
    return np.sort(np.concatenate([r if len(r) <= most else rng.choice(r, most, replace=False) for r in each]))


def stratified(labels: NDArray[np.integer], seed: int, folds: int = FOLDS) -> NDArray[np.intp]:
    """The fold in which each label is tested: every class is dealt out evenly, at random. One a label, in and out.

    A class with a single label is always trained on and never tested (-1), so that every class is known in every fold;
    one with two is tested in two folds.
    """
    rng = np.random.default_rng(seed)
    fold = np.full(len(labels), -1, dtype=np.intp)
    for number in np.unique(labels):
        rows = np.flatnonzero(labels == number)
        if len(rows) >= 2:
            fold[rng.permutation(rows)] = np.arange(len(rows)) % folds
    return fold


def accuracy(labels: NDArray[np.integer], fold: NDArray[np.intp], predict: Predictor) -> float:
    """Cross-validated mean over the classes of the share of test labels found; NaN when no label is ever tested.
    `labels` and `fold` are one a label; the answer is a scalar.

    The mean over the classes, because painted labels may be very unequal in number.
    """
    found = np.zeros(len(labels), dtype=bool)
    for number in np.unique(fold[fold >= 0]):
        test = fold == number
        found[test] = predict(~test, test) == labels[test]
    tested = fold >= 0
    shares = [found[tested & (labels == n)].mean() for n in np.unique(labels[tested])]
    return float(np.mean(shares)) if shares else float("nan")
