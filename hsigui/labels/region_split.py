"""Samples by drawn region: every region of a ground truth is for training or for testing, never for both.

Pixels of one field are alike. Where some of them are trained on and the others tested, the accuracy says how well a
field is filled in; where whole fields are held back, it says how well fields without a label are found. A region is
what hangs together in one class, by edges or corners (`regions.find_regions`): a drawn polygon, or a field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from hsigui.errors import HsiError
from hsigui.labels.regions import Region, find_regions
from hsigui.labels.sampling import NothingToTestError, Split, reference
from hsigui.texts import say

TRAINING_SHARE = 0.3  # of each class's pixels, the aim for what lies in training regions


@dataclass(frozen=True)
class RegionSplit(Split):
    """A split whose parts lie in different regions.

    Attributes:
        area: rows x cols, the training regions.
        guard: between them and every test pixel lie at least so many pixels that are in neither part.
        undivided: classes of one region only: they are learned and cannot be tested.

    Raises:
        ValueError: as `Split` does; and where a region holds pixels of both parts, or a test pixel is within the guard.
    """

    area: NDArray[np.bool_]
    guard: int
    undivided: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        outside = int(np.count_nonzero((self.train != 0) & ~self.area))
        if outside:
            raise ValueError(f"{outside} training pixels are outside the training regions")
        close = int(np.count_nonzero((self.test != 0) & _near(self.area, self.guard)))
        if close:
            raise ValueError(f"{close} test pixels are within {self.guard} pixels of a training region")


def draw_regions(
    truth: NDArray[np.integer], per_class: int | None = None, seed: int = 0, valid: NDArray[np.bool_] | None = None,
    *, guard: int = 0, share: float = TRAINING_SHARE,
) -> RegionSplit:  # fmt: skip
    """Draws whole regions of each class for training; all other regions are for testing.

    Regions of a class are taken in random order until a share of its pixels lies in them, always one at least, and
    always leaving one to test; the only region of a class is learned. Where `per_class` is given, so many pixels of a
    class are drawn from its training regions, and the rest of these regions is in neither part. Which pixels can be
    tested depends on the seed, the share and the guard alone.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        per_class: pixels a class, 1 or more; None for all of the training regions.
        seed: 0 or more; the same seed draws the same regions and pixels.
        valid: as for `sampling.draw`.
        guard: test pixels within so many pixels of a training region (of any class) are left out.
        share: above 0, below 1.

    Raises:
        HsiError: the ground truth holds no class, every class has one region only, the guard leaves nothing to test, or
            there are more than five million labelled pixels.
        ValueError: an argument is out of range.
    """
    if (per_class is not None and per_class < 1) or guard < 0 or not 0 < share < 1:
        raise ValueError(f"{per_class} pixels a class, a guard of {guard}, a share of {share}")
    labelled = reference(truth, valid)
    by_class: dict[int, list[Region]] = {}
    for region in find_regions(labelled):
        by_class.setdefault(region.number, []).append(region)
    undivided = tuple(number for number, found in by_class.items() if len(found) == 1)
    if len(undivided) == len(by_class):
        raise HsiError(
            say("Every class of the ground truth is one region, so none can be split by region."),
            say("Draw several regions a class, or choose a random or block split."),
        )
    area, train = np.zeros(labelled.shape, dtype=bool), np.zeros_like(labelled)
    for number, regions in by_class.items():
        rng = np.random.default_rng([seed, number])
        pixels = np.concatenate([r.pixels for r in _chosen(regions, share, rng)])
        area.flat[pixels] = True
        train.flat[pixels if per_class is None else rng.permutation(pixels)[:per_class]] = number
    test = np.where(_near(area, guard), 0, labelled).astype(np.uint16)
    if not test.any():
        raise NothingToTestError(
            say("A guard of {guard} pixels around the training regions leaves no pixel to test.", guard=guard),
            say("Choose a smaller guard or a random split."),
        )
    return RegionSplit(train, test, area, guard, undivided)


def _chosen(regions: list[Region], share: float, rng: np.random.Generator) -> list[Region]:
    """Regions of one class for training: never all of several, the first at most half of the class if it can be."""
    total = sum(region.size for region in regions)
    order = [regions[position] for position in rng.permutation(len(regions)).tolist()]
    first = next((r for r in order if 2 * r.size <= total), min(order, key=lambda r: r.size))
    chosen, held = [first], first.size
    for region in order:
        if region is not first and held + region.size <= share * total:
            chosen.append(region)
            held += region.size
    return chosen if len(chosen) < len(regions) or len(regions) == 1 else chosen[:-1]


def _near(area: NDArray[np.bool_], guard: int) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = maximum_filter(area, size=2 * guard + 1, mode="constant", cval=False)
    return near
