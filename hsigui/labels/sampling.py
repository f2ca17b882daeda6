"""Samples of a ground truth: so many pixels (or per cent) of each class for training, all others for testing; or the
pixels that two files name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt

from hsigui.errors import HsiError
from hsigui.labels.label_map import require_same_size
from hsigui.texts import say


class NothingToTestError(HsiError):
    """A guard around the training pixels leaves no pixel to test."""


@dataclass(frozen=True)
class Split:
    """Two label rasters of one scene, rows x cols uint16, 0 where a pixel belongs to neither. Never a pixel in both.

    Raises:
        ValueError: the sizes differ, or a pixel is in both.
    """

    train: NDArray[np.uint16]
    test: NDArray[np.uint16]

    def __post_init__(self) -> None:
        # Not an `assert`: an accuracy on training pixels must be impossible under `python -O` too.
        if self.train.shape != self.test.shape:
            raise ValueError(f"training labels of {self.train.shape} and test labels of {self.test.shape}")
        shared = int(np.count_nonzero((self.train != 0) & (self.test != 0)))
        if shared:
            raise ValueError(f"{shared} pixels are in training and in test")

    @property
    def gap(self) -> int | None:
        """Pixels in neither part between the closest training and test pixel, in rows or columns, whichever is more.

        0 where two are neighbours (by an edge or a corner); None where a part is empty.
        """
        if not self.train.any() or not self.test.any():
            return None
        distance = distance_transform_cdt(self.train == 0, metric="chessboard")
        return int(distance[self.test != 0].min()) - 1


def draw(truth: NDArray[np.integer], per_class: int, seed: int = 0, valid: NDArray[np.bool_] | None = None) -> Split:
    """Draws pixels of each class at random for training; the rest of the ground truth is for testing.

    A class of c pixels gives `per_class` of them, yet at most half (rounded down), so that something is left to test,
    and at least one: the single pixel of a class goes to training and the class has no test pixel. What one class gives
    depends on the seed and its own pixels alone, and a larger sample holds every smaller one of the same seed.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        per_class: pixels a class, 1 or more.
        seed: 0 or more; the same seed draws the same pixels.
        valid: pixels with data, rows x cols; others are in neither part, as no map can be right or wrong there.

    Raises:
        HsiError: the ground truth holds no class (on valid pixels), or `valid` has another size.
        ValueError: `per_class` is below 1, or a class number does not fit into 16 bits.
    """
    if per_class < 1:
        raise ValueError(f"{per_class} pixels a class")
    return _drawn(reference(truth, valid), seed, lambda pixels: max(1, min(per_class, pixels // 2)))


def draw_percent(
    truth: NDArray[np.integer], percent: float, seed: int = 0, valid: NDArray[np.bool_] | None = None
) -> Split:
    """Draws a share of each class's pixels at random for training; the rest of the ground truth is for testing. `truth`
    and `valid` are rows x cols.

    A class of c pixels gives c percent / 100 of them, rounded, yet at least one, and one at least is left to test; the
    single pixel of a class goes to training. Otherwise as `draw`, whose order of pixels it shares.

    Args:
        percent: above 0 and below 100.

    Raises:
        HsiError: as `draw`.
        ValueError: `percent` is out of range, or a class number does not fit into 16 bits.
    """
    if not 0 < percent < 100:
        raise ValueError(f"{percent} per cent of a class")
    return _drawn(reference(truth, valid), seed, lambda n: max(1, min(math.floor(n * percent / 100 + 0.5), n - 1)))


def from_masks(
    train: NDArray[np.integer], test: NDArray[np.integer], truth: NDArray[np.integer] | None = None,
    valid: NDArray[np.bool_] | None = None,
) -> Split:  # fmt: skip
    """The split that two rasters name, as benchmarks with fixed training and test areas have it.

    Args:
        train, test: rows x cols, 0 for pixels that are not in the part. Without a truth their numbers are the classes.
        truth: class numbers, rows x cols; then the two are masks, and what is 0 in the truth is in neither part.
        valid: as for `draw`.

    Raises:
        HsiError: pixels are in both, a part holds no class, or the sizes differ.
    """
    require_same_size(test.shape, (train.shape[0], train.shape[1]), say("test pixels"))
    shared = int(np.count_nonzero((train != 0) & (test != 0)))
    if shared:
        raise HsiError(
            say("{shared} pixels are both in the training and in the test file.", shared=shared),
            say("An accuracy on training pixels says nothing: give files that share no pixel."),
        )
    parts = []
    for part, what in ((train, say("training")), (test, say("test"))):
        if truth is not None:
            require_same_size(truth.shape, (part.shape[0], part.shape[1]), say("ground truth"))
        numbers = part if truth is None else np.where(part != 0, truth, 0)
        if not numbers.any():
            raise HsiError(
                say("The {what} file holds no labelled pixel.", what=what), say("0 means that a pixel is not in it.")
            )
        parts.append(reference(numbers, valid))
    return Split(*parts)


def reference(truth: NDArray[np.integer], valid: NDArray[np.bool_] | None = None) -> NDArray[np.uint16]:
    """A copy of a ground truth in 16 bits, 0 also where the scene has no data. Rows x cols.

    Raises:
        HsiError: it holds no class (on valid pixels), or `valid` has another size.
        ValueError: a class number does not fit into 16 bits.
    """
    if truth.size and (truth.min() < 0 or truth.max() > np.iinfo(np.uint16).max):
        raise ValueError(f"class numbers from {truth.min()} to {truth.max()}")
    labelled = truth.astype(np.uint16)
    if valid is not None:
        require_same_size(labelled.shape, (valid.shape[0], valid.shape[1]), say("ground truth"))
        labelled[~valid] = 0
    if not labelled.any():
        where = "" if valid is None or not truth.any() else say(" where the scene has data")
        raise HsiError(
            say("The ground truth holds no class{where}: all its pixels are 0.", where=where),
            say("0 means unlabelled."),
        )
    return labelled


def _drawn(test: NDArray[np.uint16], seed: int, wanted: Callable[[int], int]) -> Split:
    """Moves so many pixels of each class, by its size, from `test` into a new raster."""
    train = np.zeros_like(test)
    for number, pixels in _by_class(test, np.flatnonzero(test)):
        drawn = np.random.default_rng([seed, number]).permutation(pixels)[: max(1, wanted(len(pixels)))]
        train.flat[drawn] = number
        test.flat[drawn] = 0
    return Split(train, test)


def _by_class(truth: NDArray[np.uint16], labelled: NDArray[np.intp]) -> list[tuple[int, NDArray[np.intp]]]:
    """The flat positions of each class, ascending, found by one sort instead of one pass a class."""
    numbers = truth.ravel()[labelled]
    order = np.argsort(numbers, kind="stable")
    found, starts = np.unique(numbers[order], return_index=True)
    return list(zip(found.tolist(), np.split(labelled[order], starts[1:]), strict=True))
