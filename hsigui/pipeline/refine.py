"""Refined features for few labels: how strongly, how compact the classes become, and synthetic ones where labels lack.

For encoders whose features come in several variants (ContrastDM: `methods.refined`), each refined by one denoising step
at another diffusion time, 0 meaning not at all. Labels decide which serves. Loads no torch: the features carry what the
diffusion model is needed for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.methods import folds
from hsigui.methods.probe import Refinement
from hsigui.pipeline.features import ENCODER, Features

DEFAULT_TIME = 100  # where there are too few labels to choose by
MARGIN = 0.01  # of accuracy: what lies within it is a tie; few labels tell no smaller differences apart
LEAST_LABELS = 3  # of a class, for its labels to be worth testing on
REPEATS = 3  # of the cross-validation, with other folds
MOST_TO_CHOOSE = 30  # labels of a class that the choice is made with
SPARSE = 10  # a class with fewer labels than this gets synthetic features
COPIES = 20  # synthetic features of each label of a sparse class, before the filter
SYNTHETIC_START = 200  # diffusion time up to which they are perturbed; beyond some 400 they forget their class
RIDGE = 0.1  # in units of a row's mean product with itself, which is 1 for standardised features
SYNTHETIC_WEIGHT = 0.25  # of a class's synthetic rows together, in parts of its real ones

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class FittingRows:
    """What a probe is fitted to.

    Attributes:
        rows: standardised features, (labels + synthetic) x columns; real ones first.
        labels: class number of each row.
        weights: of each row; None where all are alike.
        parents: which label each row stems from, as an index; of a real row its own.
        columns: of the scene's features that the rows hold.
        refinement: how they came to be.
    """

    rows: Rows
    labels: NDArray[np.integer]
    weights: NDArray[np.float64] | None
    parents: NDArray[np.intp]
    columns: NDArray[np.intp]
    refinement: Refinement


def refine(
    features: Features, raw: NDArray[np.float16], labels: NDArray[np.integer], seed: int = 0, *, synthetic: bool = True
) -> FittingRows:
    """Chooses the variant of the features and adds synthetic rows to sparse classes. `raw` is pixels x features,
    `labels` one a pixel.

    Args:
        features: of the scene, with variants.
        raw: all columns of the labelled pixels, as `features.array` holds them.
        labels: class number of each, at least two different ones.
        seed: of the folds and of the synthetic rows.
        synthetic: whether to add any; they also need `features.synthesise`.
    """
    of_variant = [features.of_variant(number) for number in range(len(features.variants))]
    every = [features.standardised(raw, columns) for columns in of_variant]
    chosen, scores = choose(every, features.variants, labels, seed)
    columns, rows = of_variant[chosen], every[chosen]
    width = _width(features)
    made, parents = (np.empty((0, rows.shape[1]), np.float32), np.empty(0, np.intp))
    if synthetic and features.synthesise is not None:
        made, parents = _synthetic(features, raw, rows, labels, chosen, seed)
    refinement = Refinement(
        t_star=features.variants[chosen],
        compactness_before=scatter(every[0][:, :width], labels),
        compactness_after=scatter(rows[:, :width], labels),
        synthetic_rows=len(parents),
        separation_before=fisher_ratio(every[0][:, :width], labels),
        separation_after=fisher_ratio(rows[:, :width], labels),
        scores=scores,
    )
    if not len(parents):
        return FittingRows(rows, labels, None, np.arange(len(rows)), columns, refinement)
    weights = np.concatenate([np.ones(len(rows)), _weights(labels, labels[parents])])
    return FittingRows(
        np.concatenate([rows, made]), np.concatenate([labels, labels[parents]]), weights,
        np.concatenate([np.arange(len(rows)), parents]), columns, refinement,
    )  # fmt: skip


def choose(
    every: Sequence[Rows], times: Sequence[int], labels: NDArray[np.integer], seed: int = 0
) -> tuple[int, dict[int, float]]:
    """The number of the variant with the best cross-validated accuracy; ties (a point or less) go to the weaker.

    Stratified three-fold cross-validation of least squares, three times; the mean over the classes. Least squares and
    not the probe itself, because it takes milliseconds and the map is drawn anew at every stroke. Compactness alone
    would always choose the strongest. With fewer than two classes of three labels nothing can be tested: the variant of
    time 100 is taken then.

    Args:
        every: standardised features of the labelled pixels for each variant, labels x features.
        times: diffusion time of each variant.

    Returns:
        The number, and the accuracy by time (empty where nothing could be tested).
    """
    _, counts = np.unique(labels, return_counts=True)
    if (counts >= LEAST_LABELS).sum() < 2:
        return int(np.argmin(np.abs(np.asarray(times) - DEFAULT_TIME))), {}
    kept = folds.at_most(labels, MOST_TO_CHOOSE, seed)
    y = labels[kept]
    dealt = [folds.stratified(y, seed + repeat) for repeat in range(REPEATS)]
    means = []
    for rows in every:
        predict = _least_squares(rows[kept], y)
        means.append(float(np.mean([folds.accuracy(y, fold, predict) for fold in dealt])))
    best = max(means)
    chosen = next(number for number, mean in enumerate(means) if mean >= best - MARGIN)
    return chosen, dict(zip(times, means, strict=True))


def _least_squares(rows: Rows, labels: NDArray[np.integer]) -> folds.Predictor:
    """Regularised least squares on one indicator a class, by way of the rows' products."""
    numbers, which = np.unique(labels, return_inverse=True)
    wide = rows.astype(np.float64)
    products = wide @ wide.T / wide.shape[1] + 1.0  # the 1 stands for a constant feature
    targets = np.eye(len(numbers))[which] - 1.0 / len(numbers)

    def predict(train: NDArray[np.bool_], test: NDArray[np.bool_]) -> NDArray[np.integer]:
        inner = products[np.ix_(train, train)] + RIDGE * np.eye(int(train.sum()))
        scores = products[np.ix_(test, train)] @ np.linalg.solve(inner, targets[train])
        return np.asarray(numbers[scores.argmax(axis=1)])

    return predict


def scatter(rows: Rows, labels: NDArray[np.integer]) -> float:
    """Mean distance of a row to the mean of its class, over the root of the number of features; small is compact. Rows
    are labels x features, `labels` one a row.

    Classes with one label have none and are left out; NaN when there is no other.
    """
    inside = _from_class_means(rows, labels)
    return float(np.sqrt((inside**2).mean(axis=1)).mean()) if len(inside) else float("nan")


def fisher_ratio(rows: Rows, labels: NDArray[np.integer]) -> float:
    """Scatter between the class means over the scatter within the classes (sums of squares); large is separable. Rows
    are labels x features, `labels` one a row."""
    inside = float((_from_class_means(rows, labels) ** 2).sum())
    if inside <= 0:
        return float("nan")
    numbers = [n for n in np.unique(labels) if (labels == n).sum() > 1]
    centre = rows[np.isin(labels, numbers)].mean(axis=0)
    between = sum((labels == n).sum() * float(((rows[labels == n].mean(axis=0) - centre) ** 2).sum()) for n in numbers)
    return float(between / inside)


def _from_class_means(rows: Rows, labels: NDArray[np.integer]) -> Rows:
    """Rows of classes with two or more, minus the mean of their class."""
    found = [rows[labels == n] - rows[labels == n].mean(axis=0) for n in np.unique(labels) if (labels == n).sum() > 1]
    return np.concatenate(found) if found else np.empty((0, rows.shape[1]), np.float32)


def _width(features: Features) -> int:
    """Columns of one variant."""
    block = features.columns[ENCODER]
    return int((block.stop - block.start) // len(features.variants))


def _synthetic(
    features: Features, raw: NDArray[np.float16], rows: Rows, labels: NDArray[np.integer], chosen: int, seed: int
) -> tuple[Rows, NDArray[np.intp]]:
    """Synthetic rows of the sparse classes, refined like the real ones, and the number of each one's parent.

    What stands beside the encoder's features is the parent's. A row that lies nearer to the mean of another class than
    its own is dropped.
    """
    assert features.synthesise is not None
    numbers, counts = np.unique(labels, return_counts=True)
    parents = np.flatnonzero(np.isin(labels, numbers[counts < SPARSE]))
    if not len(parents):
        return np.empty((0, rows.shape[1]), np.float32), parents
    block, width = features.columns[ENCODER], _width(features)
    clean = raw[parents, block.start : block.start + width].astype(np.float32)
    made = features.synthesise(clean, SYNTHETIC_START, COPIES, seed)
    parents = np.repeat(parents, COPIES)
    columns = features.of_variant(chosen)
    whole = raw[parents].astype(np.float32)
    whole[:, block] = made
    found = (whole[:, columns] - features.mean[columns]) / features.sd[columns]
    means = np.stack([rows[labels == n, :width].mean(axis=0) for n in numbers])
    apart = ((found[:, None, :width] - means[None]) ** 2).sum(axis=2)
    good = numbers[apart.argmin(axis=1)] == labels[parents]
    return found[good], parents[good]


def _weights(labels: NDArray[np.integer], made: NDArray[np.integer]) -> NDArray[np.float64]:
    """Of synthetic rows of the given classes: those of a class weigh a quarter of its real ones together."""
    real = {n: int((labels == n).sum()) for n in np.unique(made)}
    copies = {n: int((made == n).sum()) for n in np.unique(made)}
    return np.array([SYNTHETIC_WEIGHT * real[n] / copies[n] for n in made])
