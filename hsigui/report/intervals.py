"""How sure a figure is: confidence intervals of one draw and over several.

Sources: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22, 1927 (a share);
Student, The Probable Error of a Mean, Biometrika 6, 1908 (a mean over draws); J. L. Fleiss, J. Cohen and
B. S. Everitt, Large Sample Standard Errors of Kappa and Weighted Kappa, Psychological Bulletin 72, 1969, in the form of
R. G. Congalton and K. Green, Assessing the Accuracy of Remotely Sensed Data (kappa).

What is not defined is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit  # what `scipy.stats` calls, which takes half a second to load

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """Bounds that hold the true figure with the confidence asked for; NaN where they are not defined."""

    low: float
    high: float

    @property
    def known(self) -> bool:
        return not (math.isnan(self.low) or math.isnan(self.high))


UNKNOWN = Interval(math.nan, math.nan)
EVERYWHERE = Interval(-math.inf, math.inf)


@dataclass(frozen=True)
class Mean:
    """A figure over draws: mean, sample standard deviation (n − 1; NaN for one draw), Student's interval of the mean,
    and of how many draws; draws in which the figure is not defined do not count."""

    mean: float
    sd: float
    interval: Interval
    draws: int


def wilson(right: int, of: int, level: float = LEVEL) -> Interval:
    """Wilson's score interval of a share, without continuity correction.

    With p = right / of and z the normal quantile of (1 + level) / 2:
    (p + z²/2n ± z sqrt(p(1 − p)/n + z²/4n²)) / (1 + z²/n). It stays within 0 and 1 and is not empty where p is 0 or 1.
    It takes the pixels as drawn independently: neighbours are not, so the true uncertainty is larger.

    Raises:
        ValueError: `right` is not within 0 and `of`.
    """
    if not 0 <= right <= of:
        raise ValueError(f"{right} right of {of}")
    if of == 0:
        return UNKNOWN
    z, p = float(ndtri((1 + level) / 2)), right / of
    middle = p + z * z / (2 * of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    low, high = (middle - half) / scale, (middle + half) / scale
    return Interval(0.0 if right == 0 else max(0.0, low), 1.0 if right == of else min(1.0, high))


def over_draws(values: Sequence[float], level: float = LEVEL, within: Interval = EVERYWHERE) -> Mean:
    """Mean, deviation and Student's interval: mean ± t sd / sqrt(n), t the quantile of n − 1 degrees of freedom.

    The interval is cut where the figure ends (`within`): few draws that differ much would give more than 100 %. NaN
    among the values (a class that one draw could not test) is left out. The draws share a scene, so their figures are
    not quite independent and the interval is that of drawing labels, not of other scenes.
    """
    found = np.array([value for value in values if not math.isnan(value)], dtype=float)
    if not found.size:
        return Mean(math.nan, math.nan, UNKNOWN, 0)
    mean = float(found.mean())
    if found.size == 1:
        return Mean(mean, math.nan, UNKNOWN, 1)
    sd = float(found.std(ddof=1))
    half = float(stdtrit(found.size - 1, (1 + level) / 2)) * sd / math.sqrt(found.size)
    bounds = Interval(max(within.low, mean - half), min(within.high, mean + half))
    return Mean(mean, sd, bounds, int(found.size))


def kappa_variance(matrix: NDArray[np.integer]) -> float:
    """The large-sample variance of kappa by the delta method. The matrix is classes x classes, or with one more column.

    With the shares p of a square matrix: t1 = Σ p_ii, t2 = Σ p_i+ p_+i, t3 = Σ p_ii (p_i+ + p_+i),
    t4 = Σ_ij p_ij (p_j+ + p_+i)²;
    [t1(1 − t1)/(1 − t2)² + 2(1 − t1)(2 t1 t2 − t3)/(1 − t2)³ + (1 − t1)²(t4 − 4 t2²)/(1 − t2)⁴] / n.

    Args:
        matrix: counts, rows reference, columns predicted; more columns than rows (unclassified pixels) are completed by
            empty rows.

    Returns:
        NaN where kappa itself is not defined.
    """
    size = max(matrix.shape)
    square = np.zeros((size, size))
    square[: matrix.shape[0], : matrix.shape[1]] = matrix
    n = float(square.sum())
    if n == 0:
        return math.nan
    p = square / n
    rows, cols = p.sum(axis=1), p.sum(axis=0)
    t1, t2 = float(np.trace(p)), float(rows @ cols)
    if t2 >= 1:
        return math.nan
    t3 = float(np.diag(p) @ (rows + cols))
    t4 = float((p * (rows[None, :] + cols[:, None]) ** 2).sum())
    parts = (
        t1 * (1 - t1) / (1 - t2) ** 2,
        2 * (1 - t1) * (2 * t1 * t2 - t3) / (1 - t2) ** 3,
        (1 - t1) ** 2 * (t4 - 4 * t2**2) / (1 - t2) ** 4,
    )
    return max(0.0, sum(parts) / n)


def kappa_interval(matrix: NDArray[np.integer], kappa: float, level: float = LEVEL) -> Interval:
    """The normal interval of kappa, cut at 1. The matrix is classes x classes, or with one more column."""
    variance = kappa_variance(matrix)
    if math.isnan(variance) or math.isnan(kappa):
        return UNKNOWN
    half = float(ndtri((1 + level) / 2)) * math.sqrt(variance)
    return Interval(kappa - half, min(1.0, kappa + half))
