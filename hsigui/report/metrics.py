"""How good a map is, counted on labelled pixels that were not trained on.

Sources: R. G. Congalton and K. Green, Assessing the Accuracy of Remotely Sensed Data, CRC Press (error matrix, overall,
producer's and user's accuracy); J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and Psychological
Measurement 20, 1960 (kappa); P. Jaccard, The Distribution of the Flora in the Alpine Zone, New Phytologist 11, 1912
(intersection over union).

What is not defined is NaN, shown as n/a and written to JSON as null: never 0, never 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable, Color
from hsigui.report.intervals import UNKNOWN, Interval, kappa_interval, wilson
from hsigui.texts import say, say_number

UNCLASSIFIED = "Unclassified"
_NUMBERS = np.iinfo(np.uint16).max + 1


@dataclass(frozen=True)
class Accuracy:
    """The agreement of a map with reference labels. Tuples have one entry a class, in the order of `classes`.

    Attributes:
        classes: class numbers: those of the class table, then others found in the reference or in the map there.
        names, colors: of these classes.
        matrix: test pixels, rows = reference, columns = predicted, int64. Square in the order of `classes`, with one
            more column at the end where some test pixels are unclassified (predicted 0): they are errors.
        oa: overall accuracy, the correct share of all test pixels.
        aa: average accuracy, the mean of the producer's accuracies that are defined.
        kappa: agreement beyond chance; NaN when chance alone agrees fully (one class in reference and map).
        producers: producer's accuracy (recall): correct share of the reference pixels, TP / (TP + FN).
        users: user's accuracy (precision): correct share of the predicted pixels, TP / (TP + FP); NaN for a class never
            predicted.
        f1: 2 TP / (2 TP + FP + FN).
        iou: intersection over union, TP / (TP + FP + FN). These four are NaN for a class without test pixels, or that
            was not trained on while others were: no map can be right there, and none was tried.
        support: test pixels of each class.
        train_support: training pixels of each class; None, like the next two, when no training labels were given.
        n_train: all training pixels.
        overlap: pixels labelled in the reference that were trained on and therefore left out of the test.
        n_test: all test pixels.
        unmapped: test pixels that the map leaves unclassified.
        without_data: labelled pixels of the reference that are not tested because the scene has no data there.
        train_without_data: training pixels that nothing was learned from, for the same reason; not among the others.
    """

    classes: tuple[int, ...]
    names: tuple[str, ...]
    colors: tuple[Color, ...]
    matrix: NDArray[np.int64]
    oa: float
    aa: float
    kappa: float
    producers: tuple[float, ...]
    users: tuple[float, ...]
    f1: tuple[float, ...]
    iou: tuple[float, ...]
    support: tuple[int, ...]
    train_support: tuple[int, ...] | None
    n_train: int | None
    overlap: int | None
    n_test: int
    unmapped: int
    without_data: int = 0
    train_without_data: int = 0

    @property
    def tested(self) -> int:
        """How many classes have a producer's accuracy."""
        return sum(not math.isnan(share) for share in self.producers)

    @property
    def right(self) -> tuple[int, ...]:
        """Correct test pixels of each class."""
        return tuple(int(n) for n in np.diag(self.matrix))

    @property
    def predicted(self) -> tuple[int, ...]:
        """Test pixels that the map gives to each class."""
        return tuple(int(n) for n in self.matrix[:, : len(self.classes)].sum(axis=0))

    @property
    def untrained(self) -> tuple[int, ...]:
        """Positions of the classes that are tested though none of their labels was trained on, while others' were."""
        if self.train_support is None or not any(self.train_support):
            return ()
        pairs = enumerate(zip(self.support, self.train_support, strict=True))
        return tuple(i for i, (test, train) in pairs if test and not train)

    @property
    def untrained_pixels(self) -> int:
        """Test pixels of those classes."""
        return sum(self.support[i] for i in self.untrained)

    @property
    def oa_trained(self) -> float:
        """Overall accuracy on the test pixels of the other classes; NaN where there are none."""
        rest = self.n_test - self.untrained_pixels
        apart = set(self.untrained)
        return sum(n for i, n in enumerate(self.right) if i not in apart) / rest if rest else math.nan

    def producers_interval(self, i: int) -> Interval:
        """Wilson's interval of the i-th producer's accuracy; unknown where that is."""
        return UNKNOWN if math.isnan(self.producers[i]) else wilson(self.right[i], self.support[i])

    def users_interval(self, i: int) -> Interval:
        """Wilson's interval of the i-th user's accuracy; unknown where that is."""
        return UNKNOWN if math.isnan(self.users[i]) else wilson(self.right[i], self.predicted[i])

    @property
    def percent(self) -> NDArray[np.float64]:
        """The matrix in per cent of each row, the reference pixels of a class; NaN where it has none. Classes x
        classes, or with one more column."""
        of = self.matrix.sum(axis=1, keepdims=True).astype(float)
        return 100 * self.matrix / np.where(of > 0, of, np.nan)

    @property
    def percent_of_map(self) -> NDArray[np.float64]:
        """The matrix in per cent of each column, the test pixels that the map gives to a class; NaN where it gives
        none. Classes x classes, or with one more column."""
        of = self.matrix.sum(axis=0, keepdims=True).astype(float)
        return 100 * self.matrix / np.where(of > 0, of, np.nan)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the matrix's columns."""
        return (*self.names, UNCLASSIFIED) if self.matrix.shape[1] > len(self.names) else self.names


def accuracy(
    predicted: NDArray[np.integer],
    truth: NDArray[np.integer],
    classes: ClassTable,
    train: NDArray[np.integer] | None = None,
    valid: NDArray[np.bool_] | None = None,
) -> Accuracy:
    """Compares a map with reference labels, class number by class number.

    Args:
        predicted: the map, rows x cols, 0 = unclassified.
        truth: reference labels, rows x cols, 0 = unlabelled: left out.
        classes: names and colours; classes that it lacks get default ones.
        train: labels that the map was trained on, 0 = none. Their pixels are left out of the test. None: not known.
        valid: rows x cols, False where the scene has no data: no map can be right or wrong there, so such pixels are
            left out and counted. None: not known, and pixels without a class are errors.

    Raises:
        HsiError: the sizes differ, or no test pixel is left.
    """
    _require_size(predicted.shape, truth.shape, say("map"))
    trained = np.zeros(truth.shape, dtype=bool)
    if train is not None:
        _require_size(train.shape, truth.shape, say("raster of training labels"))
        trained = train != 0
    labelled, empty = truth != 0, np.zeros(truth.shape, dtype=bool)
    if valid is not None:
        _require_size(valid.shape, truth.shape, say("mask of the data"))
        empty = ~valid
    lost = int((labelled & ~trained & empty).sum()), int((trained & empty).sum())
    labelled, trained = labelled & ~empty, trained & ~empty
    test = labelled & ~trained
    if not test.any():
        raise _nothing_to_test(int(labelled.sum()), lost[0])
    reference, mapped = truth[test], predicted[test]
    trained_on = None if train is None else train[trained]
    found = {int(n) for part in (reference, mapped, trained_on) if part is not None for n in np.unique(part)}
    table = classes.merged_with(found)
    matrix = confusion(reference, mapped, table.numbers)
    if trained_on is None:
        return measured_of(table, matrix, None, None, lost)
    return measured_of(table, matrix, _counts(trained_on, table.numbers), int((labelled & trained).sum()), lost)


def confusion(
    reference: NDArray[np.integer], predicted: NDArray[np.integer], classes: tuple[int, ...]
) -> NDArray[np.int64]:
    """Counts of each pair of reference class (row) and predicted class (column); both 1-D and of equal length. Classes
    x classes, or classes x (classes + 1).

    Square in the order of `classes`, with one more column for predicted 0 when it occurs.

    Raises:
        ValueError: a number is in neither `classes` nor 0, or a reference is 0.
    """
    size = len(classes)
    index = np.full(_NUMBERS, -1, dtype=np.int64)
    index[list(classes)] = np.arange(size)
    index[0] = size
    rows, cols = index[reference], index[predicted]
    if (rows < 0).any() or (cols < 0).any() or (rows == size).any():
        raise ValueError("a class number that is not in the table")
    matrix = np.bincount(rows * (size + 1) + cols, minlength=size * (size + 1)).reshape(size, size + 1)
    return matrix if matrix[:, size].any() else matrix[:, :size]


def measured_of(
    table: ClassTable, matrix: NDArray[np.int64], train: tuple[int, ...] | None, overlap: int | None,
    lost: tuple[int, int] = (0, 0),
) -> Accuracy:  # fmt: skip
    """The figures of a matrix in the order of the table, as `confusion` gives it, which holds a test pixel at least.
    The matrix is classes x classes, or with one more column; `lost` are the pixels without data, of the reference and
    of the training."""
    size = len(table)
    right = np.diag(matrix[:, :size]).astype(float)
    of_reference, of_map = matrix.sum(axis=1), matrix[:, :size].sum(axis=0)
    total = int(matrix.sum())
    known = of_reference > 0
    if train is not None and any(train):
        known &= np.array(train) > 0
    producers, users, f1, iou = (
        np.where(known, _ratio(part, whole), np.nan)
        for part, whole in (
            (right, of_reference),
            (right, of_map),
            (2 * right, of_reference + of_map),
            (right, of_reference + of_map - right),
        )
    )
    agreed = float(right.sum()) / total
    by_chance = float((of_reference * of_map.astype(float)).sum()) / total**2
    return Accuracy(
        classes=table.numbers,
        names=tuple(c.name for c in table),
        colors=tuple(c.color for c in table),
        matrix=matrix,
        oa=agreed,
        aa=float(np.nanmean(producers)) if known.any() else math.nan,
        kappa=(agreed - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan,
        producers=tuple(producers.tolist()),
        users=tuple(users.tolist()),
        f1=tuple(f1.tolist()),
        iou=tuple(iou.tolist()),
        support=tuple(of_reference.tolist()),
        train_support=train,
        n_train=None if train is None else sum(train),
        overlap=overlap,
        n_test=total,
        unmapped=int(matrix[:, size:].sum()),
        without_data=lost[0],
        train_without_data=lost[1],
    )


def _ratio(part: NDArray[np.floating], whole: NDArray[np.integer] | NDArray[np.floating]) -> NDArray[np.float64]:
    result = np.full(len(part), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def _counts(numbers: NDArray[np.integer], classes: tuple[int, ...]) -> tuple[int, ...]:
    found = np.bincount(numbers, minlength=_NUMBERS)
    return tuple(int(found[n]) for n in classes)


def _require_size(shape: tuple[int, ...], truth: tuple[int, ...], what: str) -> None:
    if shape != truth:
        raise HsiError(
            say(
                "The {what} is {shape} pixels, the test labels are {truth}.",
                what=what,
                shape=" x ".join(map(str, shape)),
                truth=" x ".join(map(str, truth)),
            ),
            say("Choose files made for the same scene."),
        )


def about_untrained(measured: Accuracy) -> str:
    """Why overall and average accuracy part while some classes have no labels yet, in sentences; "" when all have."""
    count, pixels = len(measured.untrained), measured.untrained_pixels
    if not count:
        return ""
    which = say_number("{count} class", "{count} classes", count)
    text = say(
        "{pixels:,} of these pixels are of {which} without training labels: overall accuracy and kappa count them as "
        "errors, average accuracy leaves them out.",
        pixels=pixels,
        which=which,
    )
    rest = measured.oa_trained
    return text if math.isnan(rest) else say("{text} Of the others {rest:.1f} % are right.", text=text, rest=100 * rest)


def about_missing_data(measured: Accuracy) -> str:
    """How many labelled pixels do not count because the scene has no data there, in sentences; "" for none."""
    said = []
    if measured.without_data:
        said.append(
            say_number(
                "{count} labelled pixel of the reference has no data in the scene or is masked out, and is left out of "
                "the test.",
                "{count} labelled pixels of the reference have no data in the scene or are masked out, and are left "
                "out of the test.",
                measured.without_data,
            )
        )
    if measured.train_without_data:
        said.append(
            say_number(
                "{count} training pixel has no data in the scene, or is masked out: nothing was learned from it.",
                "{count} training pixels have no data in the scene, or are masked out: nothing was learned from them.",
                measured.train_without_data,
            )
        )
    return " ".join(said)


def _nothing_to_test(labelled: int, without_data: int = 0) -> HsiError:
    if without_data and not labelled:
        return HsiError(
            say("There is nothing to test on: the scene has no data at the labelled pixels."),
            say("Check the no-data value of the scene, or give test labels of other pixels."),
        )
    if labelled:
        return HsiError(
            say(
                "There is nothing to test on: all {labelled} labelled pixels were used for training.", labelled=labelled
            ),
            say("Train on fewer labels, or give test labels of other pixels."),
        )
    return HsiError(
        say("The test labels hold no class: all their pixels are 0."), say("Choose a file with labelled pixels.")
    )


def to_json(measured: Accuracy, *, intervals: bool = True) -> dict[str, Any]:
    """The figures as JSON-ready values; shares are fractions of 1, null where they are not defined.

    `intervals=False` leaves those null too, for figures of several draws added up.

    The keys are described in `resources/help/report-json.md`.
    """

    def told(interval: Interval) -> list[float] | None:
        return bounds(interval) if intervals else None

    return {
        "oa": _or_null(measured.oa),
        "oa_interval": told(wilson(sum(measured.right), measured.n_test)),
        "aa": _or_null(measured.aa),
        "kappa": _or_null(measured.kappa),
        "kappa_interval": told(kappa_interval(measured.matrix, measured.kappa)),
        "n_test": measured.n_test,
        "n_train": measured.n_train,
        "overlap": measured.overlap,
        "unclassified": measured.unmapped,
        "without_data": measured.without_data,
        "train_without_data": measured.train_without_data,
        "untrained_pixels": measured.untrained_pixels,
        "oa_trained": _or_null(measured.oa_trained),
        "classes": [
            {
                "number": number,
                "name": measured.names[i],
                "producers_accuracy": _or_null(measured.producers[i]),
                "producers_interval": told(measured.producers_interval(i)),
                "users_accuracy": _or_null(measured.users[i]),
                "users_interval": told(measured.users_interval(i)),
                "f1": _or_null(measured.f1[i]),
                "iou": _or_null(measured.iou[i]),
                "test": measured.support[i],
                "train": None if measured.train_support is None else measured.train_support[i],
            }
            for i, number in enumerate(measured.classes)
        ],
        "columns": list(measured.columns),
        "matrix": measured.matrix.tolist(),
        "matrix_percent": [[_or_null(round(v, 4)) for v in row] for row in measured.percent.tolist()],
    }


def bounds(interval: Interval) -> list[float] | None:
    """Lower and upper bound; null where they are not defined."""
    return [interval.low, interval.high] if interval.known else None


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
