"""Where the next stroke pays most, once every class has one: places that stand for what no stroke has covered yet.

A scene is seen as its superpixels, each the mean of its features. How badly one is covered is the squared distance to
the closest superpixel that holds a stroke or was asked about; the place to stroke next is the superpixel that takes
most of that away, summed over all, each counted by

    size / sqrt(area of its class in the map) * doubt

where doubt is 1 less the mean margin between its two most likely classes. The root serves small classes beside large
ones, and the doubt the fields that differ from the strokes and that the map does not know how to place. Several places
are chosen one after the other, each as if those before had been stroked already, so that they differ.

Sources: greedy choice of facilities (Nemhauser, Wolsey and Fisher, Mathematical Programming 14, 1978), as a rule of
what to label next (Wei, Iyer and Bilmes, "Submodularity in Data Subset Selection and Active Learning", ICML 2015).
Loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

AREA_POWER = 0.5  # 0: every pixel counts alike, 1: every class
MOST_DISTANCES = 20_000_000  # between candidates and superpixels, held at once (80 MB)
CANDIDATES = 1_000  # superpixels that are tried, if there are more: those that count most for themselves
AT_ONCE = 64  # superpixels with a stroke whose distances are taken together


@dataclass(frozen=True)
class Pieces:
    """The superpixels of a scene.

    Attributes:
        numbers: rows x cols, counted from 0; -1 for pixels in none.
        sizes: pixels of each, one a superpixel.
        order: flat places of all pixels in one, superpixel after superpixel, those farthest from its border first.
    """

    numbers: NDArray[np.int32]
    sizes: NDArray[np.int64]
    order: NDArray[np.int64]

    @classmethod
    def of(cls, numbers: NDArray[np.int32]) -> Pieces:
        """From the superpixel of every pixel, rows x cols."""
        flat = numbers.ravel()
        depth = _depth(numbers).ravel()
        order = np.lexsort((-depth, flat))[np.count_nonzero(flat < 0) :]
        return cls(numbers, np.bincount(flat[flat >= 0]), order)

    @property
    def count(self) -> int:
        return len(self.sizes)

    def means(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """The mean of a layer (rows x cols, NaN counts as 0) over every superpixel, one each."""
        inside = self.numbers >= 0
        sums = np.bincount(self.numbers[inside], np.nan_to_num(values[inside]), self.count)
        return np.asarray(sums / np.maximum(self.sizes, 1))

    def majority(self, classes: NDArray[np.integer]) -> NDArray[np.intp]:
        """The most frequent class number (rows x cols, 0 for none) in every superpixel, one each."""
        inside = self.numbers >= 0
        width = int(classes.max()) + 1
        pairs = self.numbers[inside].astype(np.int64) * width + classes[inside]
        counts = np.bincount(pairs, minlength=self.count * width).reshape(self.count, width)
        return np.asarray(counts.argmax(axis=1))

    def within(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which superpixels hold a pixel of a mask (rows x cols), one each."""
        found = np.zeros(self.count, dtype=bool)
        numbers = self.numbers[mask]
        found[numbers[numbers >= 0]] = True
        return found

    def place(self, number: int, allowed: NDArray[np.bool_]) -> tuple[int, int]:
        """The allowed pixel (row, column) of a superpixel that lies farthest from its border.

        Args:
            allowed: rows x cols; at least one pixel of the superpixel.
        """
        start = int(self.sizes[:number].sum())
        pixels = self.order[start : start + int(self.sizes[number])]
        first = pixels[allowed.ravel()[pixels].argmax()]
        row, col = divmod(int(first), self.numbers.shape[1])
        return row, col


def _depth(numbers: NDArray[np.int32]) -> NDArray[np.float32]:
    """Distance of every pixel to the border of its superpixel or of the scene, rows x cols."""
    edge = np.zeros(numbers.shape, dtype=bool)
    edge[[0, -1]] = edge[:, [0, -1]] = True
    down, across = numbers[1:] != numbers[:-1], numbers[:, 1:] != numbers[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    return np.asarray(distance_transform_edt(~edge), dtype=np.float32)


def joined(levels: Sequence[tuple[NDArray[np.float32], float]]) -> NDArray[np.float32]:
    """Vectors whose squared distances are the weighted means of those of several levels of context.

    Args:
        levels: standardised means, superpixels x features, with the weight of the level; not all weights are 0.

    Returns:
        Superpixels x features of all levels that weigh anything.
    """
    kept = [(vectors, weight) for vectors, weight in levels if weight > 0]
    parts = [vectors * np.float32(np.sqrt(weight / vectors.shape[1])) for vectors, weight in kept]
    return np.concatenate(parts, axis=1)


def importance(
    sizes: NDArray[np.integer], classes: NDArray[np.integer], doubt: NDArray[np.floating]
) -> NDArray[np.float32]:
    """How much each superpixel counts, summing to 1.

    Args:
        sizes: pixels, one a superpixel.
        classes: class numbers in the map, one a superpixel.
        doubt: 0 (sure) to 1, one a superpixel.
    """
    even = sizes / np.maximum(np.bincount(classes, sizes)[classes], 1) ** AREA_POWER
    found = even * np.clip(doubt, 0, 1)
    if not found.any():  # the map is sure everywhere: only the coverage is left to go by
        found = even
    return np.asarray(found / max(float(found.sum()), 1e-12), dtype=np.float32)


def next_pieces(
    vectors: NDArray[np.float32],
    counted: NDArray[np.float32],
    covered: NDArray[np.bool_],
    open_to: NDArray[np.bool_],
    count: int = 1,
    *,
    check: Callable[[], None] = lambda: None,
) -> list[tuple[int, float]]:
    """The superpixels to stroke next, best first, each with the share (0 to 1) of all that is not covered that it
    covers. Nothing is random.

    Args:
        vectors: of the superpixels, superpixels x features.
        counted: how much each counts, one a superpixel.
        covered: which hold a stroke or were asked about, one a superpixel; at least one.
        open_to: which may be asked about, one a superpixel.
        count: how many are wanted; fewer come when fewer may be asked about.
        check: called now and then; may raise to stop.
    """
    away = _to_closest(vectors, np.flatnonzero(covered), check)
    candidates = np.flatnonzero(open_to & ~covered)
    most = int(np.clip(MOST_DISTANCES // max(len(vectors), 1), 200, CANDIDATES))
    if len(candidates) > most:
        own = (counted * away)[candidates]
        candidates = np.sort(candidates[np.argpartition(own, -most)[-most:]])
    if not len(candidates):
        return []
    between = _squared(vectors, vectors[candidates])
    total = max(float(counted @ away), 1e-12)
    free = np.ones(len(candidates), dtype=bool)
    found = []
    for _ in range(min(count, len(candidates))):
        check()
        gains = counted @ np.maximum(away[:, None] - between, 0)
        best = int(np.where(free, gains, -1.0).argmax())
        found.append((int(candidates[best]), float(gains[best]) / total))
        free[best] = False
        away = np.minimum(away, between[:, best])
    return found


def _to_closest(
    vectors: NDArray[np.float32], covered: NDArray[np.intp], check: Callable[[], None]
) -> NDArray[np.float32]:
    """Squared distance of every superpixel to the closest of those that are covered, one each."""
    closest = np.full(len(vectors), np.inf, dtype=np.float32)
    for start in range(0, len(covered), AT_ONCE):
        check()
        some = vectors[covered[start : start + AT_ONCE]]
        np.minimum(closest, _squared(vectors, some).min(axis=1), out=closest)
    return closest


def _squared(vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared distances, vectors x others."""
    found = vectors @ (-2.0 * others.T)
    found += np.einsum("ij,ij->i", vectors, vectors)[:, None]
    found += np.einsum("ij,ij->i", others, others)
    return np.asarray(np.maximum(found, 0.0), dtype=np.float32)
