"""Few-shot samples that are apart in space: training and test pixels lie in different blocks, a guard band between.

Where training pixels are drawn at random over a scene, the surroundings that a network (or a smoothing filter) sees of
a test pixel hold training pixels, and the accuracy says little about places far from any label. Source: J. Nalepa,
M. Myller and M. Kawulok, Validating Hyperspectral Image Segmentation, IEEE GRSL 16(8), 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from hsigui.labels.sampling import NothingToTestError, Split, reference
from hsigui.texts import say

BLOCK = 16  # side in pixels: a block lies in one or a few fields, and some tens of them in a scene of 128 x 128
GUARD = 8  # half of what the dense encoders see of a pixel; published ones see a patch of 15 x 15, half of which is 7
TRAINING_SHARE = 0.15  # of each class's pixels, the aim for what lies in training blocks
KEPT_SHARE = 0.15  # of each class's pixels, what choosing a training block must leave to test

Box = tuple[slice, slice]


@dataclass(frozen=True)
class BlockSplit(Split):
    """A split whose parts are apart in space.

    Attributes:
        area: rows x cols, the training blocks.
        guard: between them and every test pixel lie at least so many pixels that are in neither part.

    Raises:
        ValueError: as `Split` does; and where a training pixel is outside the area, or a test pixel is in it or within
            the guard.
    """

    area: NDArray[np.bool_]
    guard: int

    def __post_init__(self) -> None:
        super().__post_init__()
        outside = int(np.count_nonzero((self.train != 0) & ~self.area))
        if outside:
            raise ValueError(f"{outside} training pixels are outside the training blocks")
        near = maximum_filter(self.area, size=2 * self.guard + 1, mode="constant", cval=False)
        close = int(np.count_nonzero((self.test != 0) & near))
        if close:
            raise ValueError(f"{close} test pixels are within {self.guard} pixels of a training block")


def draw_blocks(
    truth: NDArray[np.integer],
    per_class: int | None,
    seed: int = 0,
    valid: NDArray[np.bool_] | None = None,
    *,
    block: int = BLOCK,
    guard: int = GUARD,
    percent: float = 0.0,
) -> BlockSplit:
    """Draws training pixels of each class from some blocks of the scene; what is far enough from them is for testing.

    A grid of square blocks is laid over the scene, its origin at random. Training blocks are chosen at random, for the
    classes in turn (that in the fewest blocks first), until about 15 % of each class's pixels lie in them; a block that
    would leave a class without at least 15 % of its pixels to test is passed over. Every class gets one block at
    least, so that each can be learned: a small class, all of whose pixels are then too near to it, has no test pixel.
    Which pixels can be tested depends on the seed alone, not on `per_class`, and a larger sample holds every smaller
    one of the same seed. A class gives fewer pixels than asked for when fewer lie in training blocks. A share above
    15 % takes as many more blocks.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        per_class: pixels a class, 1 or more; None for a share.
        seed: 0 or more; the same seed draws the same pixels.
        valid: pixels with data, rows x cols; others are in neither part.
        block: side of a block in pixels, 1 or more.
        guard: pixels between a training block and a test pixel that are in neither part, 0 or more.
        percent: where `per_class` is None: of each class's pixels, rounded, one at least; above 0 and below 100.

    Raises:
        HsiError: the ground truth holds no class (on valid pixels), no pixel is left to test, or `valid` has another
            size.
        ValueError: `per_class`, `percent`, `block` or `guard` is out of range, or a class number does not fit into 16
            bits.
    """
    enough = 0 < percent < 100 if per_class is None else per_class >= 1
    if not enough or block < 1 or guard < 0:
        raise ValueError(f"{per_class} pixels or {percent} % a class, blocks of {block}, a guard of {guard}")
    labelled = reference(truth, valid)
    share = TRAINING_SHARE if per_class is not None else max(TRAINING_SHARE, percent / 100)
    chosen = _Choice(labelled, block, guard, share, np.random.default_rng([seed, 0]))
    chosen.choose()
    test = np.where(chosen.near, 0, labelled).astype(np.uint16)
    if not test.any():
        raise NothingToTestError(
            say(
                "Blocks of {block} pixels with a guard of {guard} leave no pixel of this ground truth to test.",
                block=block,
                guard=guard,
            ),
            say("Choose smaller blocks, a smaller guard or a random split."),
        )
    train = np.zeros_like(test)
    for number in np.unique(labelled[labelled > 0]).tolist():
        candidates = np.flatnonzero(chosen.area & (labelled == number))
        count = per_class or max(1, math.floor(np.count_nonzero(labelled == number) * percent / 100 + 0.5))
        train.flat[np.random.default_rng([seed, number]).permutation(candidates)[:count]] = number
    return BlockSplit(train, test, chosen.area, guard)


class _Choice:
    """The choice of training blocks.

    Attributes:
        area: rows x cols, the training blocks so far.
        near: rows x cols, those and what is within the guard.
    """

    def __init__(
        self, labelled: NDArray[np.uint16], block: int, guard: int, share: float, rng: np.random.Generator
    ) -> None:
        self._share = share  # of each class's pixels, that training blocks are to hold
        self._numbers, index = np.unique(labelled, return_inverse=True)
        self._index = index.reshape(labelled.shape)  # 0 is unlabelled, unless every pixel is labelled
        self._first = int(self._numbers[0] == 0)
        self._guard = guard
        self.area = np.zeros(labelled.shape, dtype=bool)
        self.near = np.zeros(labelled.shape, dtype=bool)
        self._pixels = self._count(self._index)
        self._left = self._pixels.copy()  # to test
        self._inside = np.zeros_like(self._pixels)  # of training blocks
        boxes = _grid((labelled.shape[0], labelled.shape[1]), block, rng)
        self._boxes = [boxes[i] for i in rng.permutation(len(boxes))]
        self._held = np.array([self._count(self._index[box]) for box in self._boxes])
        self._free = np.ones(len(self._boxes), dtype=bool)

    def choose(self) -> None:
        """Chooses blocks for the classes in turn, that in the fewest blocks first."""
        for k in np.argsort((self._held > 0).sum(axis=0), kind="stable").tolist():
            if k < self._first:
                continue
            for position in np.flatnonzero(self._held[:, k]).tolist():
                if self._inside[k] >= self._share * self._pixels[k]:
                    break
                if self._free[position] and not self._starved(position):
                    self._take(position)
            if not self._inside[k]:
                self._take(self._least_harm(k))

    def _count(self, index: NDArray[np.intp]) -> NDArray[np.intp]:
        return np.bincount(index.ravel(), minlength=len(self._numbers))

    def _around(self, position: int) -> Box:
        rows, cols = self._boxes[position]
        g = self._guard
        return slice(max(0, rows.start - g), rows.stop + g), slice(max(0, cols.start - g), cols.stop + g)

    def _lost(self, position: int) -> NDArray[np.intp]:
        """How many pixels of each class could no longer be tested if a block were taken."""
        around = self._around(position)
        return self._count(self._index[around][~self.near[around]])

    def _starved(self, position: int) -> int:
        """How many classes would then keep too few pixels to test that now have enough."""
        needed = np.maximum(1, KEPT_SHARE * self._pixels)
        after = self._left - self._lost(position)
        return int(((self._left >= needed) & (after < needed))[self._first :].sum())

    def _least_harm(self, k: int) -> int:
        """The block of a class that takes the test from the fewest classes; the most of its own pixels among equals."""
        found = [p for p in np.flatnonzero(self._held[:, k]).tolist() if self._free[p]]
        return min(found, key=lambda p: (self._starved(p), int(self._lost(p)[k] >= self._left[k]), -self._held[p, k]))

    def _take(self, position: int) -> None:
        self._left -= self._lost(position)
        self._inside += self._held[position]
        self.area[self._boxes[position]] = True
        self.near[self._around(position)] = True
        self._free[position] = False


def _grid(shape: tuple[int, int], block: int, rng: np.random.Generator) -> list[Box]:
    """The blocks of a grid with a random origin, cut off at the scene's border."""
    edges = [_edges(length, block, int(rng.integers(block))) for length in shape]
    rows, cols = ([slice(a, b) for a, b in pairwise(e)] for e in edges)
    return [(r, c) for r in rows for c in cols]


def _edges(length: int, block: int, origin: int) -> list[int]:
    return sorted({0, length, *range(origin, length, block)})
