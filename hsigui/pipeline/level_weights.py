"""How much each level of context counts, by what the labels and the map of single pixels say. Loads no torch.

Two faults of a level are looked for. *Far ends* sees noise: a classifier that learned one end of every stroke is asked
for the other end. It is blind to blur, as both ends lie in one field. *Vote* sees blur: the share of pixels that the
level gives the class of most of their neighbours, in the map drawn from single pixels. It is blind to noise, which the
majority takes away. Each alone fails on some scenes; their sum does not. Where a class has several strokes, or pixels
on their own, those held back one after the other say both at once. The classifier is ridge regression, which has a
closed form for each of these questions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate, label

RIDGE = 0.1
SHARPNESS = 8.0  # of the softmax over the closed form's scores, which lie between 0 and 1
TEMPERATURE = 20.0
LEAST_IN_STROKE = 4  # pixels; shorter strokes have no ends
MOST_AT_END = 4  # pixels of an end of a stroke that are asked for
NEAREST = 5
SHRINKAGE = 0.3
_AROUND = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.float32)

Floats = NDArray[np.float32]


def strokes_of(labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Which stroke each labelled pixel belongs to: pixels of one class that touch, corners included.

    Args:
        labels: rows x cols class numbers, 0 for unlabelled.

    Returns:
        One number a labelled pixel, counted from 0, in the order of `labels[labels > 0]`.
    """
    found = np.zeros(labels.shape, dtype=np.intp)
    count = 0
    for number in np.unique(labels[labels > 0]):
        parts, new = label(labels == number, structure=np.ones((3, 3)))
        found += np.where(parts > 0, parts + count, 0)
        count += new
    return np.asarray(found[labels > 0] - 1)


def ends_of(
    rows: NDArray[np.intp], cols: NDArray[np.intp], strokes: NDArray[np.intp], most: int = MOST_AT_END
) -> NDArray[np.int8]:
    """The two ends of every stroke: a third of its pixels each, along its longest axis.

    Args:
        rows, cols: of the labelled pixels, one a pixel.
        strokes: the stroke of each, as `strokes_of` numbers them.
        most: pixels an end has at most.

    Returns:
        One number a pixel: 1 and 2 for the ends, 0 between them and -1 in strokes too short to have any.
    """
    found = np.zeros(len(strokes), dtype=np.int8)
    order = np.argsort(strokes, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(strokes[order])) + 1):
        if len(here) < LEAST_IN_STROKE:
            found[here] = -1
            continue
        at = np.stack([rows[here], cols[here]], axis=1).astype(np.float64)
        at -= at.mean(axis=0)
        axis = np.linalg.eigh(at.T @ at)[1][:, -1]
        along = here[np.argsort(np.round(at @ axis, 6), kind="stable")]
        size = min(most, len(here) // 3)
        found[along[:size]], found[along[len(along) - size :]] = 1, 2
    return found


def ridge_fit(
    rows: Floats, classes: NDArray[np.integer], importance: NDArray[np.floating] | None = None
) -> tuple[NDArray[np.integer], Floats, Floats]:
    """Ridge regression on the indicators of the classes, each less 1 / classes, without an intercept.

    With Z the rows over the root of their length and Y the indicators: weights = Z' (Z Z' + 0.1 D)^-1 Y, D = 1 over
    the pixels' importance. Scores are sharpened eightfold, so that a softmax over them says how sure they are.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each, at least two different ones.
        importance: of the pixels, one a pixel; None where all are alike.

    Returns:
        Class numbers (rising), weights (classes x features) and bias (one a class, 0).
    """
    numbers, scaled, wanted = _equations(rows, classes)
    diagonal = np.full(len(rows), RIDGE) if importance is None else RIDGE / importance
    solved = np.linalg.solve(scaled @ scaled.T + np.diag(diagonal), wanted)
    weights = SHARPNESS / np.sqrt(rows.shape[1]) * (scaled.T @ solved)
    return numbers, weights.T.astype(np.float32), np.zeros(len(numbers), dtype=np.float32)


def far_ends(rows: Floats, classes: NDArray[np.integer], ends: NDArray[np.int8]) -> float:
    """Share of the pixels at an end of a stroke that a classifier finds which was fitted to the other ends, both ways;
    mean over the classes.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each pixel.
        ends: of each pixel, as `ends_of` gives them; pixels of strokes without ends are always learned from.

    Returns:
        Between 0 and 1; NaN where no stroke has ends.
    """
    numbers, scaled, wanted = _equations(rows, classes)
    scores = np.full(wanted.shape, np.nan)
    for near, far in ((1, 2), (2, 1)):
        known, asked = (ends == near) | (ends < 0), ends == far
        if asked.any():
            kernel = scaled[known] @ scaled[known].T
            solved = np.linalg.solve(kernel + RIDGE * np.eye(len(kernel)), wanted[known])
            scores[asked] = scaled[asked] @ (scaled[known].T @ solved)
    return _mean_accuracy(scores, numbers, classes, ends > 0)


def held_back(rows: Floats, classes: NDArray[np.integer], strokes: NDArray[np.intp]) -> float:
    """Share of the pixels that are found when their own stroke is held back; mean over the classes.

    In closed form, without fitting again: with A = (Z Z' + 0.1 I)^-1, the scores of a stroke s left out are
    Y_s - (A_ss)^-1 (A Y)_s.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each pixel.
        strokes: of each pixel, as `strokes_of` numbers them; only classes with several are asked for.

    Returns:
        Between 0 and 1; NaN where no class has two strokes.
    """
    numbers, scaled, wanted = _equations(rows, classes)
    inverse = np.linalg.inv(scaled @ scaled.T + RIDGE * np.eye(len(rows)))
    solved, scores = inverse @ wanted, np.full(wanted.shape, np.nan)
    order = np.argsort(strokes, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(strokes[order])) + 1)
    several = {
        number
        for number in numbers
        if len({int(strokes[group[0]]) for group in groups if classes[group[0]] == number}) > 1
    }
    for group in groups:
        if classes[group[0]] in several:
            scores[group] = wanted[group] - np.linalg.solve(inverse[np.ix_(group, group)], solved[group])
    return _mean_accuracy(scores, numbers, classes, np.isin(classes, list(several)))


def majority(drawn: NDArray[np.integer], valid: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """The class that most of a pixel's eight neighbours have, itself left out; of several the first.

    Args:
        drawn: rows x cols, the class of every pixel as an index below `count`.
        valid: rows x cols, where the scene has data; other pixels have no vote.
        count: number of classes.

    Returns:
        rows x cols indices.
    """
    most, best = np.full(drawn.shape, -1, dtype=np.float32), np.zeros(drawn.shape, dtype=np.intp)
    for number in range(count):
        votes = correlate(((drawn == number) & valid).astype(np.float32), _AROUND, mode="constant")
        best[votes > most] = number
        np.maximum(most, votes, out=most)
    return best


def vote(drawn: NDArray[np.integer], neighbours: NDArray[np.integer], valid: NDArray[np.bool_]) -> float:
    """Share of pixels that a map gives the class of their neighbours in the map of single pixels.

    Args:
        drawn: rows x cols, the class of every pixel in a level's map.
        neighbours: rows x cols, `majority` of the map of single pixels.
        valid: rows x cols, where the scene has data.
    """
    return float((drawn == neighbours)[valid].mean())


def weights_of(scores: NDArray[np.floating], temperature: float = TEMPERATURE) -> NDArray[np.float64]:
    """Weights of the levels' log-probabilities, proportional to exp(20 x score).

    Args:
        scores: one a level; NaN for what is not known, which counts as the least of the others.

    Returns:
        One a level; they sum to 1.
    """
    known = np.isfinite(scores)
    if not known.any():
        return np.full(len(scores), 1 / len(scores))
    filled = np.where(known, scores, np.min(scores[known]))
    found = np.exp(temperature * (filled - filled.max()))
    return np.asarray(found / found.sum(), dtype=np.float64)


def twin_whitening(means: Floats) -> Floats | None:
    """What makes differences between like fields small: the whitening of a level's twin.

    The scatter of the differences between superpixels that are among each other's five nearest, scaled to a mean
    square of 1 and shrunk by 0.3 towards the identity, to the power -1/2; scaled so that the superpixels keep their
    mean square.

    Args:
        means: superpixels x features, means of a level's standardised features over superpixels.

    Returns:
        features x features, to multiply rows by from the right; None where too few superpixels are like each other.
    """
    squares = np.einsum("ij,ij->i", means, means)
    distances = squares[:, None] + squares - 2 * (means @ means.T)
    np.fill_diagonal(distances, np.inf)
    near = np.zeros(distances.shape, dtype=bool)
    nearest = min(NEAREST, len(means) - 1)
    if nearest < 1:
        return None
    np.put_along_axis(near, np.argpartition(distances, nearest - 1, axis=1)[:, :nearest], True, axis=1)
    first, second = np.nonzero(np.triu(near & near.T))
    if len(first) < 3:
        return None
    apart = (means[first] - means[second]).astype(np.float64)
    scatter = apart.T @ apart
    mean = np.trace(scatter) / len(scatter)
    if mean <= 0:
        return None
    scatter = (1 - SHRINKAGE) / mean * scatter + SHRINKAGE * np.eye(len(scatter))
    values, axes = np.linalg.eigh(scatter)
    found = (axes * values**-0.5) @ axes.T
    kept = float(np.sqrt(np.square(means @ found).mean() / np.square(means).mean()))
    return np.asarray(found / kept, dtype=np.float32)


def _equations(
    rows: Floats, classes: NDArray[np.integer]
) -> tuple[NDArray[np.integer], NDArray[np.float64], NDArray[np.float64]]:
    numbers = np.unique(classes)
    scaled = rows.astype(np.float64) / np.sqrt(rows.shape[1])
    return numbers, scaled, (classes[:, None] == numbers) - 1.0 / len(numbers)


def _mean_accuracy(
    scores: NDArray[np.float64], numbers: NDArray[np.integer], classes: NDArray[np.integer], asked: NDArray[np.bool_]
) -> float:
    if not asked.any():
        return float("nan")
    right = numbers[np.argmax(scores[asked], axis=1)] == classes[asked]
    return float(np.mean([right[classes[asked] == number].mean() for number in np.unique(classes[asked])]))
