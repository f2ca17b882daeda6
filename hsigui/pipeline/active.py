"""Where the next label pays most: spots that the map is in doubt about and that are unlike all that was labelled.

Pool-based active learning (Settles, "Active Learning Literature Survey", 2009, section 2.3): the doubt is the margin
between the two most likely classes (Scheffer et al., 2001), and it is multiplied by the distance in feature space to
the closest label, the rule of farthest-first traversal (Gonzalez 1985; as a query rule Sener and Savarese, "Active
Learning for Convolutional Neural Networks: A Core-Set Approach", ICLR 2018). Doubt alone asks again and again along the
border of two fields; distance alone asks for whatever is odd. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from hsigui.labels.label_map import require_same_size
from hsigui.pipeline.feature_file import pixels_of
from hsigui.pipeline.features import Features
from hsigui.texts import say

NEIGHBOURHOOD = 3  # pixels a side over which doubt is averaged, so that a pixel of noise alone is not asked for
MOST_CANDIDATES = 20_000  # of all pixels the most doubtful ones, if there are more
MOST_KNOWN = 2_000  # labelled pixels that distances are taken to, spread evenly, if there are more


@dataclass(frozen=True)
class Spot:
    """A pixel worth labelling, and how much (0 to 1; to be compared within one question only)."""

    row: int
    col: int
    score: float


def next_spots(
    features: Features, margin: NDArray[np.floating] | None, labels: NDArray[np.integer], count: int = 1, *,
    asked: Iterable[tuple[int, int]] = (), allowed: NDArray[np.bool_] | None = None,
    check: Callable[[], None] = lambda: None,
) -> list[Spot]:  # fmt: skip
    """The most informative unlabelled pixels, best first; each is unlike the labels and unlike the spots before it.

    Nothing here is random: the same labels and the same map give the same spots.

    Args:
        features: of the scene.
        margin: rows x cols, of the class probabilities of each pixel, 0 (two are alike) to 1 (sure), of the map as it
            is drawn; None before there is a map: then the spots that are farthest from each other.
        labels: rows x cols class numbers, 0 for unlabelled.
        count: how many are wanted; fewer come when fewer pixels are left.
        asked: pixels (row, column) that were asked for before, labelled since or not: neither they nor what looks like
            them is asked for again.
        allowed: rows x cols, False where no spot may lie.
        check: called now and then; may raise to stop.

    Raises:
        HsiError: the labels have another size than the scene.
    """
    require_same_size(labels.shape, features.shape, say("labels"))
    cols = features.shape[1]
    before = np.array([row * cols + col for row, col in asked], dtype=np.int64)
    free = features.valid & (labels == 0)
    if allowed is not None:
        free &= allowed
    free.flat[before] = False
    candidates = np.flatnonzero(free)
    if len(candidates) == 0:
        return []
    doubt = np.ones(len(candidates), dtype=np.float32)
    if margin is not None:
        doubt = _mean_around(1.0 - margin, features.valid).ravel()[candidates]
        if len(candidates) > MOST_CANDIDATES:
            most = np.argpartition(doubt, -MOST_CANDIDATES)[-MOST_CANDIDATES:]
            most.sort()
            candidates, doubt = candidates[most], doubt[most]
    elif len(candidates) > MOST_CANDIDATES:
        candidates = candidates[np.linspace(0, len(candidates) - 1, MOST_CANDIDATES).astype(int)]
        doubt = doubt[: len(candidates)]
    check()
    rows = features.standardised(pixels_of(features.array, candidates))
    known = np.concatenate([_spread(np.flatnonzero((labels > 0) & features.valid)), before])
    distance = _Distance(rows)
    if len(known):
        for start in range(0, len(known), 64):
            check()
            distance.to(features.standardised(pixels_of(features.array, known[start : start + 64])))
    else:  # the first spot of all is the most typical one
        distance.towards_mean()
    found = []
    for _ in range(min(count, len(candidates))):
        check()
        best, score = distance.best(doubt)
        found.append(Spot(*divmod(int(candidates[best]), cols), score))
        distance.to(rows[best : best + 1])
        distance.drop(best)
    return found


class _Distance:
    """Distance of every candidate to the closest of what is known so far, in standardised features."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows, self._lengths = rows, np.einsum("ij,ij->i", rows, rows)
        self._closest: NDArray[np.float32] | None = None
        self._typical: NDArray[np.float32] | None = None
        self._dropped: list[int] = []

    def drop(self, number: int) -> None:
        """Takes a candidate out."""
        self._dropped.append(number)

    def to(self, known: NDArray[np.float32]) -> None:
        """Takes more into what is known."""
        squares = self._rows @ (-2.0 * known.T)
        squares += self._lengths[:, None]
        squares += np.einsum("ij,ij->i", known, known)
        found = np.maximum(squares.min(axis=1), 0.0)
        self._closest = found if self._closest is None else np.minimum(self._closest, found)
        self._typical = None

    def towards_mean(self) -> None:
        """While nothing is known, the best is what is closest to the mean of all."""
        away = np.linalg.norm(self._rows - self._rows.mean(axis=0), axis=1)
        self._typical = 1.0 / (1.0 + away)

    def best(self, doubt: NDArray[np.float32]) -> tuple[int, float]:
        """The candidate of the largest doubt times distance, and that number, at most 1."""
        if self._typical is not None or self._closest is None:
            value = doubt.copy() if self._typical is None else doubt * self._typical
        else:
            away = np.sqrt(self._closest)
            # Levels off beyond the median: what is odder than all else is not worth more for that.
            value = doubt * away / np.maximum(away + np.median(away), 1e-6)
        value[self._dropped] = -1.0
        best = int(value.argmax())
        return best, float(value[best])


def _mean_around(values: NDArray[np.floating], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Means over a small neighbourhood, of the valid pixels in it."""
    weight = uniform_filter(valid.astype(np.float32), NEIGHBOURHOOD)
    total = uniform_filter(np.where(valid, values, 0.0).astype(np.float32), NEIGHBOURHOOD)
    return np.asarray(total / np.maximum(weight, 1e-6), dtype=np.float32)


def _spread(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """All, or so many of them, evenly."""
    if len(places) <= MOST_KNOWN:
        return places
    spread: NDArray[np.intp] = places[np.linspace(0, len(places) - 1, MOST_KNOWN).astype(int)]
    return spread
