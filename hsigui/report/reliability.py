"""Whether a map is as often right as it says that it is: mean confidence against accuracy, overall, by class and in
bins of confidence.

Sources: M. P. Naeini, G. F. Cooper and M. Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning,
AAAI 2015 (expected calibration error); M. H. DeGroot and S. E. Fienberg, The Comparison and Evaluation of Forecasters,
The Statistician 32, 1983 (reliability diagram).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassTable, Color
from hsigui.report.tables import cell, csv_text
from hsigui.texts import say

BINS = 10  # of equal width, from 0 to 1; a confidence on a border counts above it, and 1 in the last


@dataclass(frozen=True)
class Counted:
    """Some test pixels: how many, the sum of what the map is sure of them, and how many of them are right."""

    pixels: int = 0
    sure: float = 0.0
    right: int = 0

    @property
    def confidence(self) -> float:
        """Mean confidence, 0 to 1; NaN of no pixels."""
        return self.sure / self.pixels if self.pixels else math.nan

    @property
    def accuracy(self) -> float:
        """Share that is right, 0 to 1; NaN of no pixels."""
        return self.right / self.pixels if self.pixels else math.nan

    @property
    def gap(self) -> float:
        """Mean confidence less accuracy: above 0 the map is too sure."""
        return self.confidence - self.accuracy

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.pixels + other.pixels, self.sure + other.sure, self.right + other.right)


@dataclass(frozen=True)
class Bins:
    """Test pixels by confidence: one entry for each of `BINS`."""

    parts: tuple[Counted, ...]

    @property
    def all(self) -> Counted:
        """Those of all bins."""
        return sum(self.parts, Counted())

    @property
    def ece(self) -> float:
        """Expected calibration error: the mean over the pixels of the distance between mean confidence and accuracy in
        their bin; NaN of no pixels."""
        total = self.all.pixels
        return sum(part.pixels * abs(part.gap) for part in self.parts if part.pixels) / total if total else math.nan

    def __add__(self, other: Bins) -> Bins:
        return Bins(tuple(a + b for a, b in zip(self.parts, other.parts, strict=True)))


@dataclass(frozen=True)
class ClassReliability:
    """The test pixels that the map gives to one class."""

    number: int
    name: str
    color: Color
    bins: Bins


@dataclass(frozen=True)
class Reliability:
    """How far a map's confidence can be relied on.

    Attributes:
        bins: of all test pixels that have a class on the map.
        classes: of the pixels that the map gives to each class, of those with any.
    """

    bins: Bins
    classes: tuple[ClassReliability, ...]

    @property
    def words(self) -> str:
        """Mean confidence, accuracy and expected calibration error, a sentence."""
        return say(
            "The map is {confidence:.1f} % sure of them on average, {accuracy:.1f} % are right; expected calibration "
            "error {ece:.1f} %.",
            confidence=100 * self.bins.all.confidence,
            accuracy=100 * self.bins.all.accuracy,
            ece=100 * self.bins.ece,
        )


def counted(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> Bins:
    """Pixels by confidence; both arrays are 1-D, one a pixel.

    Args:
        confidence: of each pixel, 0 to 1.
        right: whether its class is.
    """
    place = np.clip((confidence * BINS).astype(np.intp), 0, BINS - 1)
    pixels = np.bincount(place, minlength=BINS)
    sure = np.bincount(place, confidence.astype(np.float64), minlength=BINS)
    good = np.bincount(place[right], minlength=BINS)
    parts = zip(pixels.tolist(), sure.tolist(), good.tolist(), strict=True)
    return Bins(tuple(Counted(*part) for part in parts))


def reliability(
    confidence: NDArray[np.floating], predicted: NDArray[np.integer], test: NDArray[np.integer], classes: ClassTable
) -> Reliability | None:
    """Confidence against accuracy; None where no test pixel has both a class and a confidence.

    Args:
        confidence: of every pixel, rows x cols, 0 to 1; NaN where it is not known.
        predicted: the map, rows x cols, 0 = unclassified.
        test: the reference on the test pixels, rows x cols, 0 elsewhere.
        classes: names and colours of both.
    """
    here = (test != 0) & (predicted != 0) & np.isfinite(confidence)
    if not here.any():
        return None
    sure, mapped = confidence[here], predicted[here]
    right = mapped == test[here]
    found = []
    for number in np.unique(mapped).tolist():
        info, own = classes.get(number), mapped == number
        found.append(ClassReliability(number, info.name, info.color, counted(sure[own], right[own])))
    return Reliability(counted(sure, right), tuple(found))


def added_up(found: Sequence[Reliability | None]) -> Reliability | None:
    """That of several draws, whose pixels are counted together; None where it is not known of one."""
    known = [one for one in found if one is not None]
    if not known or len(known) < len(found):
        return None
    classes: dict[int, ClassReliability] = {}
    for one in (one for draw in known for one in draw.classes):
        before = classes.get(one.number)
        bins = one.bins if before is None else before.bins + one.bins
        classes[one.number] = ClassReliability(one.number, one.name, one.color, bins)
    bins = known[0].bins
    for draw in known[1:]:
        bins = bins + draw.bins
    return Reliability(bins, tuple(classes[number] for number in sorted(classes)))


def to_json(found: Reliability) -> dict[str, Any]:
    """JSON-ready; null for what is not defined. `resources/help/report-json.md` describes the keys."""
    return {
        **_figures(found.bins),
        "bins": [
            {"from": n / BINS, "to": (n + 1) / BINS, "pixels": part.pixels,
             "mean_confidence": _or_null(part.confidence), "accuracy": _or_null(part.accuracy)}
            for n, part in enumerate(found.bins.parts)
        ],
        "classes": [{"number": one.number, "name": one.name, **_figures(one.bins)} for one in found.classes],
    }  # fmt: skip


def _figures(bins: Bins) -> dict[str, Any]:
    total = bins.all
    return {
        "ece": _or_null(bins.ece),
        "mean_confidence": _or_null(total.confidence),
        "accuracy": _or_null(total.accuracy),
        "pixels": total.pixels,
    }


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value


def bins_csv(found: Reliability) -> str:
    """One line a bin."""
    table: list[list[object]] = [["from", "to", "pixels", "mean_confidence", "accuracy"]]
    for n, part in enumerate(found.bins.parts):
        table.append([n / BINS, (n + 1) / BINS, part.pixels, cell(part.confidence), cell(part.accuracy)])
    return csv_text(table)


def classes_csv(found: Reliability) -> str:
    """One line for each class of the map, and one for all."""
    table: list[list[object]] = [["number", "name", "pixels", "mean_confidence", "accuracy", "ece"]]
    rows = [*((one.number, one.name, one.bins) for one in found.classes), ("", "all", found.bins)]
    for number, name, bins in rows:
        total = bins.all
        table.append([number, name, total.pixels, cell(total.confidence), cell(total.accuracy), cell(bins.ece)])
    return csv_text(table)
