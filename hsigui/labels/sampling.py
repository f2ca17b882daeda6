"""Few-shot samples of a ground truth: so many pixels of each class for training, all others for testing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.label_map import require_same_size


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
    if truth.size and (truth.min() < 0 or truth.max() > np.iinfo(np.uint16).max):
        raise ValueError(f"class numbers from {truth.min()} to {truth.max()}")
    test = truth.astype(np.uint16)
    if valid is not None:
        require_same_size(test.shape, (valid.shape[0], valid.shape[1]), "ground truth")
        test[~valid] = 0
    labelled = np.flatnonzero(test)
    if not len(labelled):
        where = "" if valid is None or not truth.any() else " where the scene has data"
        raise HsiError(f"The ground truth holds no class{where}: all its pixels are 0.", "0 means unlabelled.")
    train = np.zeros_like(test)
    for number, pixels in _by_class(test, labelled):
        count = max(1, min(per_class, len(pixels) // 2))
        drawn = np.random.default_rng([seed, number]).permutation(pixels)[:count]
        train.flat[drawn] = number
        test.flat[drawn] = 0
    return Split(train, test)


def _by_class(truth: NDArray[np.uint16], labelled: NDArray[np.intp]) -> list[tuple[int, NDArray[np.intp]]]:
    """The flat positions of each class, ascending, found by one sort instead of one pass a class."""
    numbers = truth.ravel()[labelled]
    order = np.argsort(numbers, kind="stable")
    found, starts = np.unique(numbers[order], return_index=True)
    return list(zip(found.tolist(), np.split(labelled[order], starts[1:]), strict=True))
