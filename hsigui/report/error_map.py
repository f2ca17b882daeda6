"""Where a map is right and where it is wrong, and which class it takes for which: as rasters of the very pixels that
`metrics.confusion` counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassInfo, ClassTable, Color
from hsigui.labels.palettes import color_for
from hsigui.report.metrics import UNCLASSIFIED, Accuracy
from hsigui.texts import say

NOT_TESTED, RIGHT, WRONG, OTHERWISE = 0, 1, 2, 3
# Sky blue and vermilion of Okabe & Ito (2008): told apart by the colour-blind, too.
COLORS: Mapping[int, Color] = {RIGHT: (86, 180, 233), WRONG: (213, 94, 0), OTHERWISE: (150, 150, 150)}
NAMES: Mapping[int, str] = {RIGHT: say("right"), WRONG: say("wrong"), OTHERWISE: say("wrong otherwise")}
PALE: Color = (226, 229, 233)  # of right pixels where each pair of classes has a colour of its own
MOST_PAIRS = 252  # with right pixels and the rest of the errors they fit into a byte


@dataclass(frozen=True)
class Confused:
    """Which errors are meant: those of one class of the reference, those taken for one class, or both.

    Attributes:
        of: number of the class in the reference; None for every one.
        taken_for: number of the class that the map says, 0 for pixels that it leaves unclassified; None for any.
    """

    of: int | None = None
    taken_for: int | None = None

    def words(self, classes: ClassTable) -> str:
        """Such as "Meadow taken for Trees", "Errors of Meadow" or "Errors of the map"."""
        if self.of is None and self.taken_for is None:
            return say("Errors of the map")
        if self.taken_for is None:
            return say("Errors of {name}", name=called(self.of or 0, classes))
        of = say("Others") if self.of is None else called(self.of, classes)
        return say("{name} taken for {other}", name=of, other=called(self.taken_for, classes))


@dataclass(frozen=True)
class Pair:
    """Pixels of a class of the reference that the map gives to another (0: to none)."""

    of: int
    taken_for: int
    pixels: int

    def words(self, classes: ClassTable) -> str:
        """Such as "Meadow taken for Trees"."""
        return Confused(self.of, self.taken_for).words(classes)


ALL = Confused()


def called(number: int, classes: ClassTable) -> str:
    """The name of a class; that of pixels which the map leaves out for 0."""
    return classes.get(number).name if number else UNCLASSIFIED


def states(predicted: NDArray[np.integer], test: NDArray[np.integer], meant: Confused = ALL) -> NDArray[np.uint8]:
    """NOT_TESTED, RIGHT, WRONG of each pixel; and OTHERWISE, of the class that is meant, for its other errors. Rows x
    cols.

    Args:
        predicted: the map, rows x cols, 0 = unclassified.
        test: reference labels, rows x cols, 0 where a pixel is not tested: see `pipeline.scoring.tested`.
        meant: of one class of the reference, its pixels alone; of one that it is taken for alone, those of the map.
    """
    counted = test != 0
    if meant.of is not None:
        counted &= test == meant.of
    elif meant.taken_for is not None:
        counted &= predicted == meant.taken_for
    found = np.where(predicted == test, np.uint8(RIGHT), np.uint8(WRONG))
    if meant.taken_for is not None:
        found[(predicted != test) & (predicted != meant.taken_for)] = OTHERWISE
    found[~counted] = NOT_TESTED
    return found


def counts(found: NDArray[np.uint8]) -> dict[int, int]:
    """Pixels of each state of a raster, rows x cols."""
    return dict(enumerate(np.bincount(found.ravel(), minlength=OTHERWISE + 1).tolist()))


def counted(accuracy: Accuracy, meant: Confused = ALL) -> dict[int, int]:
    """The same pixels, but those that are not tested, from the confusion matrix.

    Raises:
        KeyError: a class that is meant is not in it.
    """
    matrix, size = accuracy.matrix, len(accuracy.classes)
    place = {number: i for i, number in enumerate(accuracy.classes)} | {0: size}
    rows, columns = np.indices(matrix.shape)
    pixels, wrong = np.ones(matrix.shape, dtype=bool), rows != columns
    if meant.of is not None:
        pixels = rows == place[meant.of]
    elif meant.taken_for is not None:
        pixels = columns == place[meant.taken_for]
    if meant.taken_for is not None:
        wrong &= columns == place[meant.taken_for]
    found = {RIGHT: rows == columns, WRONG: wrong, OTHERWISE: (rows != columns) & ~wrong}
    return {state: int(matrix[pixels & cells].sum()) for state, cells in found.items()}


def pairs(predicted: NDArray[np.integer], test: NDArray[np.integer]) -> tuple[NDArray[np.uint16], tuple[Pair, ...]]:
    """The number of the pair of each wrong pixel (rows x cols, 0 where it is right or not tested), and the pairs, most
    pixels first: that of number 1, 2, ...; both rasters as in `states`. Those after the 65,534th share a number."""
    wrong = (test != 0) & (predicted != test)
    codes = (test[wrong].astype(np.int64) << 16) | predicted[wrong]
    kinds, places, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    numbers = np.empty(len(kinds), dtype=np.uint16)
    numbers[order] = np.minimum(np.arange(1, len(kinds) + 1), np.iinfo(np.uint16).max)
    raster = np.zeros(test.shape, dtype=np.uint16)
    raster[wrong] = numbers[places.ravel()]
    listed = (Pair(int(kinds[i]) >> 16, int(kinds[i]) & 0xFFFF, int(sizes[i])) for i in order)
    return raster, tuple(listed)


def error_map(
    predicted: NDArray[np.integer], test: NDArray[np.integer], classes: ClassTable, *, by_pair: bool = False
) -> tuple[NDArray[np.uint16], ClassTable]:
    """What is written as a map: 0 not tested, 1 right, 2 wrong; or from 2 on the pairs of classes, most pixels first.
    Both rasters, rows x cols, as in `states`; the one returned has the same size.

    Args:
        classes: names of those in the map and the reference.
        by_pair: beyond `MOST_PAIRS` the rarest share the last number.
    """
    found = states(predicted, test)
    right = ClassInfo(RIGHT, NAMES[RIGHT], PALE if by_pair else COLORS[RIGHT])
    if not by_pair:
        return found.astype(np.uint16), ClassTable((right, ClassInfo(WRONG, NAMES[WRONG], COLORS[WRONG])))
    numbers, kinds = pairs(predicted, test)
    numbers = np.minimum(numbers, MOST_PAIRS + 1)
    array = np.where(numbers > 0, numbers + 1, found).astype(np.uint16)
    rows = [ClassInfo(n, pair.words(classes), color_for(n)) for n, pair in enumerate(kinds[:MOST_PAIRS], start=WRONG)]
    if len(kinds) > MOST_PAIRS:
        rows.append(ClassInfo(MOST_PAIRS + WRONG, NAMES[OTHERWISE], COLORS[OTHERWISE]))
    return array, ClassTable((right, *rows))
