"""Paired differences over draws: mean, standard error, t-test, Holm's correction, and the mean over several cells.

Two methods that are scored on the same draws of labels differ by far less from draw to draw than each of them varies,
so it is the differences that are tested. What is not defined is None: never 0, never 1.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtr

ROUNDING = 1e-12  # a spread of differences of shares below it is that of floating-point numbers


@dataclass(frozen=True)
class Difference:
    """Mean of differences, its standard error, and the p of a two-sided t-test of a mean of 0.

    Attributes:
        count: how many differences.
        se: standard deviation (n - 1) over the root of n; None for less than two.
        p: None for less than two, and where all are the same.
    """

    count: int
    mean: float
    se: float | None
    p: float | None


def difference(values: Sequence[float]) -> Difference:
    """What differences, one a draw and one at least, tell of their mean (Student's paired t-test)."""
    count, mean = len(values), statistics.fmean(values)
    if count < 2:
        return Difference(count, mean, None, None)
    se = statistics.stdev(values) / math.sqrt(count)
    if se <= ROUNDING:
        return Difference(count, mean, 0.0, None)
    return Difference(count, mean, se, float(2 * stdtr(count - 1, -abs(mean / se))))


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Values of p that are corrected for being several, in their order; those that are None are none of them.

    Source: S. Holm, A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6, 1979.
    """
    known = sorted((p, place) for place, p in enumerate(values) if p is not None)
    corrected: list[float | None] = [None] * len(values)
    highest = 0.0
    for rank, (p, place) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        corrected[place] = highest
    return corrected


def over_cells(cells: Sequence[Mapping[int, float]]) -> Difference | None:
    """The mean over cells, with the draws as what varies: first the mean over the cells in each draw, then over draws.

    Args:
        cells: draw -> difference, of each cell. Draws that are not in all of them are left out.

    Returns:
        None where no draw is in all cells.
    """
    shared = set.intersection(*map(set, cells)) if cells else set()
    if not shared:
        return None
    return difference([statistics.fmean(cell[draw] for cell in cells) for draw in sorted(shared)])
