"""Whether one map is better than another: tests on the same test pixels, or over the same draws.

Sources: Q. McNemar, Note on the Sampling Error of the Difference Between Correlated Proportions, Psychometrika 12,
1947, with A. L. Edwards' continuity correction (Psychometrika 13, 1948); for maps, G. M. Foody, Thematic Map
Comparison, PE&RS 70(5), 2004. Student's paired t test and F. Wilcoxon's signed-rank test (Biometrics Bulletin 1, 1945)
over draws.

What is not defined is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.report.intervals import LEVEL, Interval, Mean, over_draws
from hsigui.texts import say

FEW = 25  # disagreements below which the chi-square approximation is poor and the exact test is done


@dataclass(frozen=True)
class McNemar:
    """Two maps on the same test pixels.

    Attributes:
        both, only_first, only_second, neither: pixels that both maps, the first, the second or none has right.
        statistic: chi-square of one degree of freedom with continuity correction; NaN where the test is exact.
        p: two-sided; 1 where the maps never differ in being right.
        difference: overall accuracy of the first minus that of the second.
        interval: of the difference (normal, of paired proportions).
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    statistic: float
    p: float
    difference: float
    interval: Interval

    @property
    def exact(self) -> bool:
        return math.isnan(self.statistic)

    @property
    def n(self) -> int:
        """Test pixels."""
        return self.both + self.only_first + self.only_second + self.neither


def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_], level: float = LEVEL) -> McNemar:
    """McNemar's test of which test pixels two maps have right. Both are one a test pixel.

    With b and c the pixels that only the first or only the second has right: χ² = (|b − c| − 1)² / (b + c) with one
    degree of freedom; with fewer than 25 such pixels the exact two-sided binomial test of b of b + c at one half. The
    difference (b − c)/n has the variance (b + c − (b − c)²/n)/n². Neighbouring pixels are not independent, which makes
    the test find differences too readily.

    Args:
        first, second: whether each test pixel is right, in the same order.

    Raises:
        ValueError: the lengths differ, or there is no pixel.
    """
    if first.shape != second.shape or not first.size:
        raise ValueError(f"{first.shape} and {second.shape} test pixels")
    from scipy import stats  # here, as it takes half a second: windows that compare nothing do without

    b, c = int(np.count_nonzero(first & ~second)), int(np.count_nonzero(second & ~first))
    both, n = int(np.count_nonzero(first & second)), int(first.size)
    if b + c < FEW:
        statistic = math.nan
        p = float(stats.binomtest(b, b + c, 0.5).pvalue) if b + c else 1.0
    else:
        statistic = max(0, abs(b - c) - 1) ** 2 / (b + c)
        p = float(stats.chi2.sf(statistic, 1))
    difference = (b - c) / n
    half = float(stats.norm.ppf((1 + level) / 2)) * math.sqrt(max(0.0, b + c - (b - c) ** 2 / n)) / n
    return McNemar(
        both, b, c, n - both - b - c, statistic, p, difference, Interval(difference - half, difference + half)
    )


@dataclass(frozen=True)
class Paired:
    """A figure of two maps over the same draws.

    Attributes:
        difference: first minus second: mean, deviation and Student's interval.
        t, p: of the paired t test, two-sided; NaN for one draw, or where all differences are equal.
        wilcoxon_p: of the signed-rank test, two-sided; NaN where no difference is other than 0.
    """

    difference: Mean
    t: float
    p: float
    wilcoxon_p: float


def require_pairs(first: Sequence[object], second: Sequence[object]) -> None:
    """Refuses draws that cannot be compared one by one.

    Raises:
        HsiError: there are not as many of the one as of the other.
    """
    if len(first) != len(second):
        raise HsiError(
            say(
                "{count} maps cannot be compared with {second_count} in pairs.",
                count=len(first),
                second_count=len(second),
            ),
            say("Give one of each for every draw."),
        )


def paired(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Paired:
    """Paired tests of a figure (such as the overall accuracy) over draws.

    t = mean(d) / (sd(d) / sqrt(n)) of the differences d, with n − 1 degrees of freedom. Draws in which one of the
    two is NaN are left out. Draws of one scene share test pixels, so p is too small rather than too large.

    Raises:
        HsiError: there are not as many draws of the one as of the other.
    """
    require_pairs(first, second)
    from scipy import stats  # as above

    d = np.array([a - b for a, b in zip(first, second, strict=True) if not math.isnan(a - b)], dtype=float)
    mean = over_draws(d.tolist(), level)
    t = p = math.nan
    if d.size > 1 and mean.sd > 0:
        t = mean.mean / (mean.sd / math.sqrt(d.size))
        p = float(2 * stats.t.sf(abs(t), d.size - 1))
    ranked = float(stats.wilcoxon(d, method="auto").pvalue) if d.size > 1 and d.any() else math.nan
    return Paired(mean, t, p, ranked)
