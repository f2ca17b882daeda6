"""A confusion matrix as it is shown: the numbers of its cells, how strongly they are tinted, and their words."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from hsigui.labels.classes import Color
from hsigui.report.error_map import COLORS, RIGHT, WRONG, Confused
from hsigui.report.metrics import Accuracy
from hsigui.texts import say, say_number

COUNTS, OF_REFERENCE, OF_MAP = "counts", "reference", "map"
KINDS = {
    COUNTS: (say("Pixels"), say("Test pixels of each pair of classes")),
    OF_REFERENCE: (say("% of the reference"), say("Of the test pixels of each class (rows), where the map puts them")),
    OF_MAP: (say("% of the map"), say("Of the test pixels that the map gives to a class (columns), what they are")),
}
NOTHING = "–"  # of a class without such pixels
_STRONGEST = 0.85  # a tint of all of a class, so that its letters can be read on it


def shares(accuracy: Accuracy, kind: str) -> NDArray[np.float64]:
    """Of each cell its share of the row, or of the column where per cent of the map are shown; NaN where that has no
    pixel. Classes x columns."""
    return (accuracy.percent_of_map if kind == OF_MAP else accuracy.percent) / 100


def text_of(accuracy: Accuracy, kind: str, row: int, column: int) -> str:
    """What a cell says; nothing where it has no pixel, so that those with pixels are seen."""
    count = int(accuracy.matrix[row, column])
    if kind == COUNTS:
        return say("{count:,}", count=count) if count else ""
    share = float((accuracy.percent_of_map if kind == OF_MAP else accuracy.percent)[row, column])
    if math.isnan(share):
        return NOTHING
    return say("{share:.1f}", share=share) if count else ""


def words_of(accuracy: Accuracy, row: int, column: int) -> str:
    """A sentence on a cell: pixels, and both shares as far as there are such."""
    of, taken = accuracy.names[row], accuracy.columns[column]
    what = (
        say("{name} found right", name=of) if row == column else say("{name} taken for {other}", name=of, other=taken)
    )
    count = int(accuracy.matrix[row, column])
    parts = [say_number("{what}: {count:,} pixel", "{what}: {count:,} pixels", count, what=what)]
    share, other = float(accuracy.percent[row, column]), float(accuracy.percent_of_map[row, column])
    if not math.isnan(share):
        parts.append(say("{share:.1f} % of the test pixels of {name}", share=share, name=of))
    if not math.isnan(other):
        parts.append(say("{share:.1f} % of those mapped as {name}", share=other, name=taken))
    return say(", ").join(parts)


def pair_of(accuracy: Accuracy, row: int, column: int) -> Confused:
    """The errors of a cell; of a cell with right pixels, all errors of its class."""
    numbers = (*accuracy.classes, 0)
    return Confused(numbers[row]) if row == column else Confused(numbers[row], numbers[column])


def cell_of(accuracy: Accuracy, meant: Confused) -> tuple[int, int] | None:
    """The cell of a pair of classes; None where it is none of a single cell."""
    if meant.of is None or meant.taken_for is None:
        return None
    place = {number: n for n, number in enumerate(accuracy.classes)} | {0: len(accuracy.classes)}
    row, column = place.get(meant.of, -1), place.get(meant.taken_for, -1)
    inside = 0 <= row < accuracy.matrix.shape[0] and 0 <= column < accuracy.matrix.shape[1]
    return (row, column) if inside else None


def tint(share: float, right: bool, ground: QColor) -> QColor:
    """The colour of a cell: that of right or wrong pixels over the ground. Errors by the root of their share, because
    they are a few per cent that should be seen at a glance."""
    if math.isnan(share) or share <= 0:
        return ground
    color: Color = COLORS[RIGHT if right else WRONG]
    much = _STRONGEST * (share if right else math.sqrt(share))
    mixed = (round(much * c + (1 - much) * g) for c, g in zip(color, _rgb(ground), strict=True))
    return QColor(*mixed)


def _rgb(color: QColor) -> Color:
    return color.red(), color.green(), color.blue()
