"""How much each level of context counts, by what the labels and the map of single pixels say. Loads no torch.

Three questions are asked of every level and of its twin, with ridge regression, which has a closed form for each:

* *Held back*: each stroke is predicted from all the others, where its class has another. It says noise and blur at
  once, as the rest of the scene would, and the more strokes say it the more it counts.
* *Far ends*: one end of every stroke is predicted from the other ends. It sees noise, and is blind to blur, as both
  ends lie in one field.
* *Vote*: the share of pixels that the level gives the class of most of their neighbours, in the map drawn from single
  pixels. It sees blur, and is blind to noise, which the majority takes away. It is asked only as far as classes have
  a single stroke, and pixels labelled on their own are neither strokes with ends nor voted on.

Log-probabilities of the levels are mixed with weights proportional to exp(spare strokes x held back + 30 x share of
labels in strokes x (far ends + share of classes of one stroke x vote)); spare is every stroke of a class but one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

RIDGE = 0.1
ONES = 1.0  # in the column beside the features, whose rows have length 1 on average
SHARPNESS = 8.0  # of the softmax over the closed form's scores, which lie between 0 and 1
TEMPERATURE = 30.0  # of far ends and votes; flat between 10 and 40
LEAST_IN_STROKE = 4  # pixels; shorter strokes have no ends
MOST_AT_END = 4  # pixels of an end of a stroke that are asked for
MOST_IN_STROKE = 8  # pixels of a stroke by which levels are weighed
MOST_WEIGHED = 2_000  # labelled pixels by which levels are weighed
MOSTLY = 0.9  # share of the labelled pixels above which the labels are strokes
SURE_PER_LABEL = 2  # pixels that the map is sure of, for each labelled pixel of a class
MOST_SURE = 200  # such pixels of the class that has most labels
SURE_IMPORTANCE = 0.5  # of such a pixel, where a labelled one has 1
NEAREST = 5
SHRINKAGE = 0.3

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


@dataclass(frozen=True)
class Evidence:
    """What the labels of a scene can be asked for.

    Attributes:
        spare: strokes beyond the first of their class, which tell how sure the answer of those held back is.
        alone: share of the classes that have one stroke only.
        drawn: share of the labelled pixels that lie in strokes long enough to have ends.
    """

    spare: int
    alone: float
    drawn: float

    @property
    def wants_votes(self) -> bool:
        """Whether the levels' maps count, which takes drawing them all."""
        return self.alone > 0 and self.drawn > 0

    @property
    def wants_sure_pixels(self) -> bool:
        """Whether the map's own sure pixels should be learned from: where labels are mostly strokes, which say little
        of their classes. Spread over the scene they say enough, and balanced they do not tell how common a class is.
        """
        return self.drawn > MOSTLY


def evidence_of(classes: NDArray[np.integer], strokes: NDArray[np.intp], ends: NDArray[np.int8]) -> Evidence:
    """What can be asked for.

    Args:
        classes, strokes, ends: class number, stroke and end of each labelled pixel, one a pixel.
    """
    of_stroke = classes[np.unique(strokes, return_index=True)[1]]
    counts = np.unique(of_stroke, return_counts=True)[1]
    return Evidence(int((counts - 1).sum()), float((counts == 1).mean()), float((ends >= 0).mean()))


def weighed_by(strokes: NDArray[np.intp], most: int = MOST_IN_STROKE) -> NDArray[np.intp]:
    """Which labelled pixels the levels are weighed by: all, or some of each stroke, evenly, where there are very many.

    Args:
        strokes: of the labelled pixels, one a pixel.
        most: of one stroke.

    Returns:
        Rising indices of pixels, 1-D.
    """
    kept = []
    for here in groups_of(strokes):
        kept.append(here[spread(len(here), most)])
    found = np.sort(np.concatenate(kept))
    return np.asarray(found[spread(len(found), MOST_WEIGHED)])


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
    for here in groups_of(strokes):
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
    """Ridge regression on the indicators of the classes, each less 1 / classes.

    With Z the rows over the root of their length and a column of ones beside them, Y the indicators and D the pixels'
    importance: weights = (Z' D Z + 0.1 I)^-1 Z' D Y, or the same by pixels where they are fewer than features. The
    ones matter where a class covers most of the scene: its features are about 0, which no weights tell from the rest.
    Scores are sharpened eightfold, so that a softmax over them says how sure they are.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each, at least two different ones.
        importance: of the pixels, one a pixel; None where all are alike.

    Returns:
        Class numbers (rising), weights (classes x features) and bias (one a class).
    """
    numbers, scaled, wanted = equations_of(rows, classes)
    if importance is not None:
        root = np.sqrt(importance).astype(np.float32)[:, None]
        scaled, wanted = scaled * root, wanted * root
    solved = SHARPNESS * _solution(scaled, wanted)
    return numbers, solved[:-1].T / np.float32(math.sqrt(rows.shape[1])), ONES * solved[-1]


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
    numbers, scaled, wanted = equations_of(rows, classes)
    scores = np.full(wanted.shape, np.nan)
    for near, far in ((1, 2), (2, 1)):
        known, asked = (ends == near) | (ends < 0), ends == far
        if asked.any():
            scores[asked] = scaled[asked] @ _solution(scaled[known], wanted[known])
    return _mean_accuracy(scores, numbers, classes, ends > 0)


def held_back(rows: Floats, classes: NDArray[np.integer], strokes: NDArray[np.intp]) -> float:
    """Share of the pixels that are found when their own stroke is held back; mean over the classes.

    In closed form, without fitting again: with H = Z (Z' Z + 0.1 I)^-1 Z' and the fitted scores F = H Y, the scores of
    a stroke s left out are Y_s - (I - H_ss)^-1 (Y_s - F_s).

    Args:
        rows: pixels x features, standardised.
        classes: class number of each pixel.
        strokes: of each pixel, as `strokes_of` numbers them; only classes with several are asked for.

    Returns:
        Between 0 and 1; NaN where no class has two strokes.
    """
    groups = groups_of(strokes)
    of_stroke = np.array([classes[here[0]] for here in groups])
    found, counts = np.unique(of_stroke, return_counts=True)
    several = np.isin(of_stroke, found[counts > 1])
    if not several.any():
        return float("nan")
    numbers, scaled, wanted = equations_of(rows, classes)
    left, block = _leftovers(scaled, wanted)
    scores = np.full(wanted.shape, np.nan)
    for number in np.flatnonzero(several):
        here = groups[number]
        scores[here] = wanted[here] - np.linalg.solve(block(here), left[here])
    return _mean_accuracy(scores, numbers, classes, np.isfinite(scores[:, 0]))


def majority(drawn: NDArray[np.integer], valid: NDArray[np.bool_], count: int) -> NDArray[np.intp]:
    """The class that most of a pixel's eight neighbours have, itself left out; of several the first.

    Args:
        drawn: rows x cols, the class of every pixel as an index below `count`.
        valid: rows x cols, where the scene has data; other pixels have no vote.
        count: number of classes.

    Returns:
        rows x cols indices.
    """
    most, best = np.zeros(drawn.shape, dtype=np.uint8), np.zeros(drawn.shape, dtype=np.intp)
    for number in range(count):
        own = ((drawn == number) & valid).view(np.uint8)
        framed = np.pad(own, 1)
        beside = framed[:, :-2] + framed[:, 1:-1] + framed[:, 2:]
        votes = beside[:-2] + beside[1:-1] + beside[2:] - own
        np.copyto(best, number, where=votes > most)
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


def weights_of(
    held: NDArray[np.floating], far: NDArray[np.floating], votes: NDArray[np.floating], evidence: Evidence
) -> NDArray[np.float64]:
    """Weights of the levels' log-probabilities, as the head of this module says.

    Args:
        held, far, votes: `held_back`, `far_ends` and `vote`, one a level; NaN for what could not be asked, which says
            nothing.
        evidence: what could be.

    Returns:
        One a level; they sum to 1, and are even where nothing could be asked.
    """
    far, votes = np.nan_to_num(far), np.nan_to_num(votes)
    scores = evidence.spare * np.nan_to_num(held)
    scores = scores + TEMPERATURE * evidence.drawn * (far + evidence.alone * votes)
    found = np.exp(scores - scores.max())
    return np.asarray(found / found.sum(), dtype=np.float64)


def sure_pixels(
    mixed: NDArray[np.integer],
    levels: Sequence[NDArray[np.integer]],
    labels: NDArray[np.integer],
    valid: NDArray[np.bool_],
) -> NDArray[np.integer]:
    """Pixels to learn from beside the labelled ones: those that every level gives the class that the mixture has.

    In each class twice as many as it has labels, or less but in the same proportion, evenly over the scene: as many of
    each would say that rare classes are common.

    Args:
        mixed: rows x cols class numbers, as the mixture has them.
        levels: the same of every level that counts, each rows x cols.
        labels: rows x cols class numbers, 0 for unlabelled.
        valid: rows x cols, where the scene has data.

    Returns:
        rows x cols class numbers, 0 elsewhere and where there is a label.
    """
    agreed = valid & (labels == 0)
    for drawn in levels:
        agreed &= drawn == mixed
    found = np.zeros_like(labels)
    numbers, counts = np.unique(labels[labels > 0], return_counts=True)
    each = min(SURE_PER_LABEL, MOST_SURE / counts.max())
    for number, count in zip(numbers, counts, strict=True):
        here = np.flatnonzero(agreed & (mixed == number))
        found.flat[here[spread(len(here), math.ceil(each * count))]] = number
    return found


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


def equations_of(rows: Floats, classes: NDArray[np.integer]) -> tuple[NDArray[np.integer], Floats, Floats]:
    """Class numbers (rising), and Z and Y of `ridge_fit`: pixels x (features + 1), pixels x classes."""
    numbers = np.unique(classes)
    wanted = (classes[:, None] == numbers) - 1.0 / len(numbers)
    return numbers, scaled_of(rows), wanted.astype(np.float32)


def scaled_of(rows: Floats) -> Floats:
    """Rows as ridge regression sees them: over the root of their length, with a column of ones beside them. Pixels x
    features to pixels x (features + 1)."""
    scaled = np.full((len(rows), rows.shape[1] + 1), ONES, dtype=np.float32)
    scaled[:, :-1] = rows / np.float32(math.sqrt(rows.shape[1]))
    return scaled


def _solution(scaled: Floats, wanted: Floats) -> Floats:
    """Ridge weights, features x columns of `wanted`: by pixels or by features, whichever are fewer."""
    if len(scaled) <= scaled.shape[1]:
        return np.asarray(scaled.T @ np.linalg.solve(damped(scaled @ scaled.T), wanted).astype(np.float32))
    return np.linalg.solve(damped(scaled.T @ scaled), scaled.T @ wanted).astype(np.float32)


def _leftovers(
    scaled: Floats, wanted: Floats
) -> tuple[NDArray[np.floating], Callable[[NDArray[np.intp]], NDArray[np.floating]]]:
    """(I - H) Y for the hat matrix H, and what gives the blocks of I - H between some pixels."""
    if len(scaled) <= scaled.shape[1]:
        inverse = RIDGE * np.linalg.inv(damped(scaled @ scaled.T))
        return inverse @ wanted, lambda here: inverse[np.ix_(here, here)]
    root = np.linalg.inv(np.linalg.cholesky(damped(scaled.T @ scaled))).astype(np.float32)
    white = scaled @ root.T
    left = wanted - white @ (white.T @ wanted)
    return left, lambda here: np.eye(len(here), dtype=np.float32) - white[here] @ white[here].T


def damped(products: Floats) -> NDArray[np.float64]:
    """A matrix of products, pixels x pixels or features x features, with 0.1 added to its diagonal."""
    found = products.astype(np.float64)
    found.flat[:: len(found) + 1] += RIDGE
    return found


def groups_of(strokes: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The indices of each stroke's pixels, 1-D each, in the order of the strokes' numbers."""
    order = np.argsort(strokes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(strokes[order])) + 1)


def spread(count: int, most: int) -> NDArray[np.intp]:
    """At most so many of some indices, evenly: rising, 1-D."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.intp)


def _mean_accuracy(
    scores: NDArray[np.floating], numbers: NDArray[np.integer], classes: NDArray[np.integer], asked: NDArray[np.bool_]
) -> float:
    if not asked.any():
        return float("nan")
    right = numbers[np.argmax(scores[asked], axis=1)] == classes[asked]
    return float(np.mean([right[classes[asked] == number].mean() for number in np.unique(classes[asked])]))
