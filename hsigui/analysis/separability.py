"""How well pairs of classes can be told apart by their means and covariances: distances of two normal distributions.

Bhattacharyya's distance B and the divergence D of two classes with means m and covariances S are

    B = (m1 - m2)' ((S1 + S2) / 2)^-1 (m1 - m2) / 8 + ln(|(S1 + S2) / 2| / sqrt(|S1| |S2|)) / 2
    D = tr((S1 - S2)(S2^-1 - S1^-1)) / 2 + tr((S1^-1 + S2^-1)(m1 - m2)(m1 - m2)') / 2

and those that saturate as accuracy does are the Jeffries-Matusita distance 2 (1 - exp(-B)) and the transformed
divergence 2 (1 - exp(-D / 8)): both from 0 (the same) to 2 (as good as never confused); below 1.9 classes overlap.

Sources: P. H. Swain and S. M. Davis, Remote Sensing: The Quantitative Approach, McGraw-Hill 1978, chapter 3; J. A.
Richards, Remote Sensing Digital Image Analysis, chapter 10 (the factor 2 of the Jeffries-Matusita distance is his).
A class of fewer pixels than measurements has no covariance that could be inverted: it is drawn towards equal variances
by as much as Y. Chen, A. Wiesel, Y. C. Eldar and A. O. Hero, "Shrinkage algorithms for MMSE covariance estimation",
IEEE Transactions on Signal Processing 58, 2010, find best (OAS), which is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from hsigui.analysis.class_statistics import ClassStatistics, Statistics
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.texts import say

FEW = 10  # times as many pixels as measurements should a class have (Swain and Davis); fewer, and all looks separable
SINGULAR = 1e-10  # of the largest eigenvalue; smaller ones are rounding
NAMED = 3  # names in a note
OVERLAP = 1.9  # below, classes are taken to overlap


@dataclass(frozen=True)
class Pair:
    """Two classes.

    Attributes:
        first, second: their numbers.
        names: their names.
        jeffries_matusita, divergence: 0 to 2; NaN where a class has too few pixels, or its values do not differ.
        best: the places of the two measurements that part them best by themselves; of one where there is but one.
        regularised: whether a covariance could not be inverted as it is.
        few: whether a class has so few pixels that both distances are too large.
    """

    first: int
    second: int
    names: tuple[str, str]
    jeffries_matusita: float
    divergence: float
    best: tuple[int, ...] = ()
    regularised: bool = False
    few: bool = False


@dataclass(frozen=True, eq=False)
class Separability:
    """All pairs of classes, those first that are hardest to tell apart.

    Attributes:
        names: of the measurements.
        wavelengths: in nm, one a measurement; None where they are no bands, or that is not known.
        pairs: those that could not be computed stand at the end.
        notes: what was assumed or left out, a sentence each.
    """

    names: tuple[str, ...]
    pairs: tuple[Pair, ...]
    wavelengths: tuple[float, ...] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Model:
    """A class as a normal distribution, in standardised measurements."""

    mean: NDArray[np.float64]
    matrix: NDArray[np.float64]
    inverse: NDArray[np.float64]
    log_det: float
    regularised: bool


def separability(statistics: Statistics, ctx: Context | None = None) -> Separability:
    """The distances of all pairs of classes of some statistics, and the two measurements that part each pair best.

    Raises:
        HsiError: there are fewer than two classes.
        Cancelled: through the context.
    """
    on, classes = ctx or quiet(), statistics.classes
    if len(classes) < 2:
        raise HsiError(say("Separability is of pairs of classes, and there is only one."), say("Label a second class."))
    spread, varying = _spread(classes)
    models = [_model(each, spread, varying) for each in classes]
    count = int(varying.sum())
    pairs: list[Pair] = []
    total = len(classes) * (len(classes) - 1) // 2
    for a in range(len(classes)):
        for b in range(a + 1, len(classes)):
            on.progress(len(pairs), total, say("Comparing classes"))
            one, two, first, second = classes[a], classes[b], models[a], models[b]
            jm, td = (np.nan, np.nan) if first is None or second is None else _distances(first, second)
            fewest = min(one.pixels, two.pixels)
            known = not np.isnan(jm)
            pairs.append(
                Pair(
                    one.info.number, two.info.number, (one.name, two.name), jm, td,
                    best_measurements(one, two) if known else (),
                    known and bool(first and second and (first.regularised or second.regularised)),
                    known and fewest < FEW * count,
                )
            )  # fmt: skip
    pairs.sort(key=lambda pair: (np.isnan(pair.jeffries_matusita), pair.jeffries_matusita, pair.divergence))
    notes = (*statistics.notes, *_notes(statistics, models, varying, pairs))
    return Separability(statistics.names, tuple(pairs), statistics.wavelengths, notes)


def bhattacharyya(
    means: tuple[NDArray[np.float64], NDArray[np.float64]], matrices: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> float:
    """The distance of two normal distributions with means (one number a measurement) and covariances (measurements x
    measurements) that can be inverted."""
    shift, middle = means[0] - means[1], (matrices[0] + matrices[1]) / 2
    factor = linalg.cho_factor(middle, lower=True)
    logs = [float(np.linalg.slogdet(matrix)[1]) for matrix in matrices]
    log_middle = 2 * float(np.log(np.diag(factor[0])).sum())
    return float(shift @ linalg.cho_solve(factor, shift)) / 8 + (log_middle - sum(logs) / 2) / 2


def best_measurements(one: ClassStatistics, two: ClassStatistics) -> tuple[int, ...]:
    """The places of the two measurements in which two classes lie farthest apart by Bhattacharyya's distance, the
    better one by itself first; of one where there is but one, and of none where nothing varies."""
    varying = np.flatnonzero((one.deviation > 0) & (two.deviation > 0))
    if len(varying) < 2:
        return tuple(varying.tolist())
    spread = np.sqrt((one.deviation[varying] ** 2 + two.deviation[varying] ** 2) / 2)
    scale = np.outer(spread, spread)
    a, b = (each.covariance[np.ix_(varying, varying)] / scale for each in (one, two))
    shift = (one.mean[varying] - two.mean[varying]) / spread
    middle = (a + b) / 2  # ones in its diagonal
    both = [np.outer(np.diag(m), np.diag(m)) - m**2 for m in (middle, a, b)]
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (np.add.outer(shift**2, shift**2) - 2 * middle * np.outer(shift, shift)) / both[0]
        found = squares / 8 + np.log(both[0] / np.sqrt(both[1] * both[2])) / 2
    usable = (both[0] > SINGULAR) & (both[1] > 0) & (both[2] > 0) & np.isfinite(found)
    alone = shift**2 / 8 - np.log(np.diag(a) * np.diag(b)) / 4
    if not usable.any():
        return tuple(varying[np.argsort(-alone, kind="stable")[:2]].tolist())
    found[~usable | ~np.triu(np.ones_like(usable), 1).astype(bool)] = -np.inf
    i, j = np.unravel_index(int(found.argmax()), found.shape)
    pair = (int(i), int(j)) if alone[i] >= alone[j] else (int(j), int(i))
    return tuple(int(varying[place]) for place in pair)


def _spread(classes: Sequence[ClassStatistics]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Deviations inside the classes, by which measurements of all units become alike (the distances do not change by
    that), and which measurements vary at all; one a measurement."""
    sums, weights = np.zeros(len(classes[0].mean)), 0
    for each in classes:
        if each.pixels > 1:
            sums += (each.pixels - 1) * np.diag(each.covariance)
            weights += each.pixels - 1
    spread = np.sqrt(np.maximum(sums / max(weights, 1), 0.0))
    return spread, np.asarray(spread > 0)


def _model(found: ClassStatistics, spread: NDArray[np.float64], varying: NDArray[np.bool_]) -> _Model | None:
    """None where it has too few pixels, or they are all alike."""
    if found.pixels < 2 or not varying.any():
        return None
    unit = spread[varying]
    matrix = found.covariance[np.ix_(varying, varying)] / np.outer(unit, unit)
    values = np.linalg.eigvalsh(matrix)
    if values[-1] <= 0:
        return None
    regularised = found.pixels <= len(unit) or values[0] <= SINGULAR * values[-1]
    if regularised:
        matrix = shrunk(matrix, found.pixels)
    factor = linalg.cholesky(matrix, lower=True)
    inverse = linalg.cho_solve((factor, True), np.eye(len(unit)))
    return _Model(found.mean[varying] / unit, matrix, inverse, 2 * float(np.log(np.diag(factor)).sum()), regularised)


def shrunk(matrix: NDArray[np.float64], pixels: int) -> NDArray[np.float64]:
    """A covariance (measurements x measurements) of so many pixels, drawn towards equal variances without correlation
    by the share of Chen et al. (2010), equation 23; at least by so much that it can be inverted."""
    count = len(matrix)
    trace, squares = float(np.trace(matrix)), float((matrix * matrix).sum())
    below = (pixels + 1 - 2 / count) * (squares - trace**2 / count)
    share = 1.0 if below <= 0 else min(1.0, ((1 - 2 / count) * squares + trace**2) / below)
    share = max(share, 100 * SINGULAR)
    return np.asarray((1 - share) * matrix + share * trace / count * np.eye(count))


def _distances(one: _Model, two: _Model) -> tuple[float, float]:
    shift, middle = one.mean - two.mean, (one.matrix + two.matrix) / 2
    factor = linalg.cholesky(middle, lower=True)
    solved = linalg.solve_triangular(factor, shift, lower=True)
    log_middle = 2 * float(np.log(np.diag(factor)).sum())
    b = float(solved @ solved) / 8 + (log_middle - (one.log_det + two.log_det) / 2) / 2
    inverses = one.inverse + two.inverse
    d = (_traced(one.matrix, two.inverse) + _traced(two.matrix, one.inverse)) / 2 - len(shift)
    d += float(shift @ inverses @ shift) / 2
    return 2 * -float(np.expm1(-max(b, 0.0))), 2 * -float(np.expm1(-max(d, 0.0) / 8))


def _traced(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """The trace of the product of two symmetric matrices."""
    return float((one * two).sum())


def _few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    if len(names) <= NAMED + 1:
        return ", ".join(names)
    return say("{names} and {count} more", names=", ".join(names[:NAMED]), count=len(names) - NAMED)


def _notes(
    statistics: Statistics, models: Sequence[_Model | None], varying: NDArray[np.bool_], pairs: Sequence[Pair]
) -> list[str]:
    notes, classes = [], statistics.classes
    known = [(each, model) for each, model in zip(classes, models, strict=True) if model is not None]
    if out := [each.name for each, model in zip(classes, models, strict=True) if model is None]:
        notes.append(say("Too few pixels, or pixels that are all alike: {names}.", names=_few(out)))
    if still := [name for name, varies in zip(statistics.names, varying, strict=True) if not varies]:
        notes.append(say("Left out, because they do not vary inside the classes: {names}.", names=_few(still)))
    if short := [each.name for each, model in known if model.regularised]:
        notes.append(
            say("The covariance of {names} cannot be inverted as it is, and was regularised (OAS).",
                names=_few(short))
        )  # fmt: skip
    if any(pair.few for pair in pairs):
        few = [each.name for each, _ in known if each.pixels < FEW * int(varying.sum())]
        notes.append(
            say("{names}: fewer than {times} pixels for each of {count} measurements, so the distances look larger "
                "than they are. Choose fewer bands, or components.",
                names=_few(few), times=FEW, count=int(varying.sum()))
        )  # fmt: skip
    return notes
