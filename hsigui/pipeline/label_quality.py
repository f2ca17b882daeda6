"""How good labels are: how many, how much they vary, which of them the others contradict, which classes look the same.

What the labels of a region (a stroke, or pixels that hang together) are is asked of a probe that was fitted without
that region: cross-validation by regions, since the pixels of one stroke are near copies of each other and would vouch
for themselves. Where a class has more than FOLDS regions, several are left out at once. The probe is the linear one,
whatever the recipe's: it is quick.
Confident learning (Northcutt et al., JAIR 70, 2021) finds label errors by such out-of-sample probabilities, too. Loads
no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.label_map import require_same_size
from hsigui.labels.regions import Region, find_regions
from hsigui.methods import probe as linear
from hsigui.pipeline.feature_file import pixels_of
from hsigui.pipeline.features import Features
from hsigui.texts import say

FEWEST = 3  # labels a class
FEWEST_TO_COMPARE = 5  # of each of two classes
FOLDS = 10
PER_REGION = 8  # pixels of a region that are looked at
MOST_PIXELS = 1_000
SPREAD_PIXELS = 64  # a class, whose spectra are compared
CONTRADICTED = 0.6  # so much more likely must another class be than the label's own
ALIKE = 0.35  # error of telling two classes apart, where 0.5 is guessing


@dataclass(frozen=True)
class ClassQuality:
    """The labels of a class.

    Attributes:
        number: of the class.
        pixels, regions: how many.
        spread: mean angle between the spectra of its pixels and their mean, in degrees; NaN for a single pixel or
            without spectra.
    """

    number: int
    pixels: int
    regions: int
    spread: float

    @property
    def few(self) -> bool:
        return self.pixels < FEWEST


@dataclass(frozen=True)
class Contradicted:
    """A region that the probe, fitted without it, takes for another class.

    Attributes:
        region: the region.
        says: the class that the probe finds.
        sure: probability of that class, mean over the region.
    """

    region: Region
    says: int
    sure: float


@dataclass(frozen=True)
class Alike:
    """Two classes that the features hardly tell apart: `error` is that of the probe between the two (0.5 guesses)."""

    first: int
    second: int
    error: float


@dataclass(frozen=True)
class LabelQuality:
    """All that is known: classes by number, contradicted regions and like pairs, the worst first.

    Attributes:
        checked: whether there were enough labels (and features) for contradictions to be found at all.
    """

    classes: tuple[ClassQuality, ...]
    contradicted: tuple[Contradicted, ...] = ()
    alike: tuple[Alike, ...] = ()
    checked: bool = False

    @property
    def few(self) -> tuple[int, ...]:
        """Classes with fewer than FEWEST labels."""
        return tuple(c.number for c in self.classes if c.few)


def label_quality(
    labels: NDArray[np.uint16],
    features: Features | None,
    spectra: Callable[[int, int], NDArray[np.float32]] | None = None,
    check: Callable[[], None] = lambda: None,
) -> LabelQuality:
    """Looks at all labels of a scene.

    Args:
        labels: rows x cols class numbers, 0 for unlabelled.
        features: of the scene; without them only counts and spreads are found.
        spectra: gives the spectrum (good bands) of a pixel by row and column.
        check: called now and then; may raise to stop.

    Raises:
        HsiError: the labels have another size than the features, or are too many to be taken apart into regions.
    """
    if features is not None:
        require_same_size(labels.shape, features.shape, say("labels"))
        labels = np.where(features.valid, labels, 0).astype(np.uint16)
    regions = find_regions(labels, check=check)
    classes = tuple(_class_quality(number, regions, spectra, check) for number in sorted({r.number for r in regions}))
    if features is None or len(classes) < 2:
        return LabelQuality(classes)
    held_out = _held_out(regions, features, check)
    if held_out is None:
        return LabelQuality(classes)
    return LabelQuality(classes, _contradicted(regions, held_out), _alike(held_out), True)


def spectral_spread(spectra: NDArray[np.floating]) -> float:
    """Mean angle between spectra (pixels x bands) and their mean, in degrees; NaN for fewer than two."""
    spectra = spectra[np.isfinite(spectra).all(axis=1)].astype(np.float64)
    if len(spectra) < 2:
        return float("nan")
    mean = spectra.mean(axis=0)
    lengths = np.linalg.norm(spectra, axis=1) * np.linalg.norm(mean)
    cosines = np.divide(spectra @ mean, lengths, out=np.ones(len(spectra)), where=lengths > 0)
    return float(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))).mean())


def _class_quality(
    number: int, regions: Sequence[Region], spectra: Callable[[int, int], NDArray[np.float32]] | None,
    check: Callable[[], None],
) -> ClassQuality:  # fmt: skip
    own = [region for region in regions if region.number == number]
    spread = float("nan")
    if spectra is not None:
        places = np.concatenate([region.pixels for region in own])
        places = places[np.unique(np.linspace(0, len(places) - 1, min(SPREAD_PIXELS, len(places))).astype(int))]
        found = []
        for place in places.tolist():
            check()
            found.append(spectra(*divmod(place, own[0].cols)))
        spread = spectral_spread(np.stack(found))
    return ClassQuality(number, sum(region.size for region in own), len(own), spread)


@dataclass(frozen=True)
class _HeldOut:
    """What probes that had not seen them say of labelled pixels.

    Attributes:
        numbers: the classes.
        of: which region each pixel belongs to.
        own: place of each pixel's class in `numbers`.
        probabilities: pixels x classes; NaN for pixels that were never left out.
    """

    numbers: NDArray[np.uint16]
    of: NDArray[np.intp]
    own: NDArray[np.intp]
    probabilities: NDArray[np.float32]


def _held_out(regions: Sequence[Region], features: Features, check: Callable[[], None]) -> _HeldOut | None:
    """None where no class has two regions, or two pixels in its only one."""
    each = max(1, min(PER_REGION, MOST_PIXELS // len(regions)))
    places, of = [], []
    for index, region in enumerate(regions):
        some = region.pixels[np.unique(np.linspace(0, region.size - 1, min(each, region.size)).astype(int))]
        places.append(some)
        of.append(np.full(len(some), index))
    where, which = np.concatenate(places), np.concatenate(of)
    labels = np.array([regions[index].number for index in which], dtype=np.uint16)
    numbers, own = np.unique(labels, return_inverse=True)
    fold = _folds(labels, which)
    if fold.max(initial=-1) < 0:
        return None
    rows = features.standardised(pixels_of(features.array, where), features.unrefined)
    probabilities = np.full((len(rows), len(numbers)), np.nan, dtype=np.float32)
    for number in range(int(fold.max()) + 1):
        check()
        train, test = fold != number, fold == number
        if len(np.unique(labels[train])) < 2:
            continue
        probe = linear.fit(rows[train], labels[train])
        known = np.searchsorted(numbers, probe.numbers)
        probabilities[np.ix_(test, known)] = probe.probabilities(rows[test])
    return _HeldOut(numbers, which, own, probabilities)


def _folds(labels: NDArray[np.uint16], regions: NDArray[np.intp]) -> NDArray[np.intp]:
    """The fold of each pixel, -1 for those that are never left out: a class of several regions is spread by regions, a
    class of one by its pixels, and a class of one pixel stays."""
    fold = np.full(len(labels), -1)
    turn = 0
    for number in np.unique(labels).tolist():
        mine = np.flatnonzero(labels == number)
        groups, group = np.unique(regions[mine], return_inverse=True)
        if len(groups) == 1:
            group = np.arange(len(mine))
        count = int(group.max()) + 1
        if count > 1:
            fold[mine] = (group + turn) % FOLDS if count > FOLDS else (group * FOLDS // count + turn) % FOLDS
            turn += count
    return fold


def _contradicted(regions: Sequence[Region], held: _HeldOut) -> tuple[Contradicted, ...]:
    counts = np.bincount([region.number for region in regions])
    found = []
    for index, region in enumerate(regions):
        if counts[region.number] < 2:
            continue  # nothing but itself says what its class looks like
        mine = held.of == index
        mean = held.probabilities[mine].mean(axis=0)
        own = held.own[mine][0]
        if np.isnan(mean).any():
            continue
        best = int(mean.argmax())
        if mean[best] - mean[own] > CONTRADICTED:
            found.append(Contradicted(region, int(held.numbers[best]), float(mean[best])))
    return tuple(sorted(found, key=lambda entry: -entry.sure))


def _alike(held: _HeldOut) -> tuple[Alike, ...]:
    found = []
    for first, second in combinations(range(len(held.numbers)), 2):
        errors = []
        for own, other in ((first, second), (second, first)):
            mine = held.probabilities[held.own == own]
            mine = mine[~np.isnan(mine).any(axis=1)]
            if len(mine) < FEWEST_TO_COMPARE:
                break
            errors.append(float((mine[:, other] >= mine[:, own]).mean()))
        if len(errors) == 2 and np.mean(errors) >= ALIKE:
            found.append(Alike(int(held.numbers[first]), int(held.numbers[second]), float(np.mean(errors))))
    return tuple(sorted(found, key=lambda pair: -pair.error))
