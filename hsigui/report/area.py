"""How much of each class there is: what the map counts, and what a designed sample of test pixels says of it.

A map's pixel counts carry its errors. Where the test pixels were drawn by a design, the error matrix corrects them.

Source: P. Olofsson, G. M. Foody, M. Herold, S. V. Stehman, C. E. Woodcock and M. A. Wulder, Good Practices for
Estimating Area and Assessing Accuracy of Land Change, Remote Sensing of Environment 148, 2014 (equations 1 to 11).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from hsigui.errors import HsiError
from hsigui.report.intervals import LEVEL
from hsigui.report.metrics import Accuracy
from hsigui.texts import say

DESIGNS = ("stratified", "random")


@dataclass(frozen=True)
class Figures:
    """Shares of 1, one entry a class: estimated share of the area, user's and producer's accuracy, each with standard
    error; and the overall accuracy. NaN where not defined: all three of a class without test pixels, about which the
    sample says nothing, and the user's accuracy of a class that the map lacks."""

    share: tuple[float, ...]
    share_se: tuple[float, ...]
    users: tuple[float, ...]
    users_se: tuple[float, ...]
    producers: tuple[float, ...]
    producers_se: tuple[float, ...]
    overall: float
    overall_se: float


@dataclass(frozen=True)
class AreaEstimate:
    """Areas and area-weighted accuracies.

    Attributes:
        design: "stratified" (test pixels drawn at random in each class of the map) or "random" (over the whole map).
        classes: class numbers, in the order of the figures.
        mapped: pixels of each class on the map.
        total: pixels of all strata.
        outside: pixels that the map leaves unclassified and that no test pixel is of: not part of the area.
        figures: what was estimated.
        square_metres: of all strata; None where it is not known.
    """

    design: str
    classes: tuple[int, ...]
    mapped: tuple[int, ...]
    total: int
    outside: int
    figures: Figures
    square_metres: float | None = None

    def pixels(self, i: int, level: float = LEVEL) -> tuple[float, float]:
        """Estimated pixels of the i-th class and half the width of their interval (normal); NaN where not defined."""
        z = float(ndtri((1 + level) / 2))
        return self.figures.share[i] * self.total, z * self.figures.share_se[i] * self.total

    def hectares(self, i: int, level: float = LEVEL) -> tuple[float, float] | None:
        """The same as `pixels` in hectares; None where the size of pixels is not known."""
        if self.square_metres is None:
            return None
        of_pixel = self.square_metres / self.total / 10_000
        pixels, half = self.pixels(i, level)
        return pixels * of_pixel, half * of_pixel


def area_estimate(
    measured: Accuracy, mapped: Mapping[int, int], design: str, areas: Mapping[int, float] | None = None
) -> AreaEstimate:
    """Unbiased areas and accuracies from a sample, the map's classes as strata.

    With n_ij the test pixels of map class i and reference class j, W_i the share of class i on the map and
    p_ij = W_i n_ij / n_i+ (eq. 4): overall accuracy Σ p_ii (1), user's U_i = p_ii / p_i+ (2), producer's
    P_j = p_jj / p_+j (3), area share p_+j = Σ_i W_i n_ij / n_i+ (9). Variances:

    - V(O) = Σ W_i² U_i (1 − U_i) / (n_i+ − 1) (5); V(U_i) = U_i (1 − U_i) / (n_i+ − 1) (6);
    - V(P_j) = [N_j² (1 − P_j)² U_j (1 − U_j) / (n_j+ − 1)
      + P_j² Σ_{i≠j} N_i² (n_ij/n_i+) (1 − n_ij/n_i+) / (n_i+ − 1)] / N̂_+j² (7), N̂_+j = Σ_i N_i n_ij / n_i+;
    - V(p_+j) = Σ_i (W_i p_ij − p_ij²) / (n_i+ − 1) (10).

    W_i is the share of the area, which is that of the pixels only where they are all as large. Estimated pixels are
    then such of the average size.

    After a simple random sample the same formulas are those of poststratification, which is what is done for "random".

    Args:
        measured: the matrix of the test pixels.
        mapped: pixels of each class number on the whole map, 0 (unclassified) too.
        design: "stratified" or "random".
        areas: square metres of each class number on the whole map; None where they are not known.

    Raises:
        HsiError: the design is unknown, or a class of the map has fewer than two test pixels.
    """
    if design not in DESIGNS:
        raise HsiError(
            say("Unknown design “{design}”.", design=design),
            say("Choose one of {designs}.", designs=", ".join(DESIGNS)),
        )
    counts, numbers, outside = _strata(measured, mapped)
    pixels = np.array([mapped.get(number, 0) for number in numbers], dtype=float)
    n = counts.sum(axis=1)
    _require_sampled(measured, numbers, pixels, n)
    sizes = pixels if areas is None else np.array([areas.get(number, 0.0) for number in numbers])
    there = pixels > 0
    column = np.array([i if number in measured.classes else -1 for i, number in enumerate(numbers)])
    on_map = tuple(mapped.get(number, 0) for number in measured.classes)
    figures = estimates(counts[there], sizes[there], column[there])
    metres = None if areas is None else float(sizes.sum())
    return AreaEstimate(design, measured.classes, on_map, int(pixels.sum()), outside, figures, metres)


def estimates(counts: NDArray[np.floating], sizes: NDArray[np.floating], column: NDArray[np.intp]) -> Figures:
    """The figures of `area_estimate`. `sizes` and `column` are one a stratum.

    Args:
        counts: strata x reference classes; two or more test pixels in every row.
        sizes: of each stratum, in pixels or square metres.
        column: reference class of each stratum; -1 for none (unclassified).
    """
    n, classes = counts.sum(axis=1), counts.shape[1]
    weight = sizes / sizes.sum()
    within = counts / n[:, None]  # n_ij / n_i+
    spread = within * (1 - within) / (n - 1)[:, None]  # the variance of each
    p = weight[:, None] * within
    share = p.sum(axis=0)
    share_se = np.sqrt((weight[:, None] ** 2 * spread).sum(axis=0))
    users, users_se, producers, producers_se = (np.full(classes, np.nan) for _ in range(4))
    strata = np.flatnonzero(column >= 0)
    own = column[strata]
    users[own], users_se[own] = within[strata, own], np.sqrt(spread[strata, own])
    for j in np.flatnonzero(share).tolist():
        mine = column == j
        producers[j] = p[mine, j].sum() / share[j]
        parts = weight**2 * spread[:, j] * np.where(mine, (1 - producers[j]) ** 2, producers[j] ** 2)
        producers_se[j] = math.sqrt(parts.sum()) / share[j]
    unseen = counts.sum(axis=0) == 0
    for part in (share, share_se, users, users_se):
        part[unseen] = np.nan
    overall = float(p[strata, own].sum())
    overall_se = math.sqrt((weight[strata] ** 2 * spread[strata, own]).sum())
    a, b, c, d, e, f = (tuple(v.tolist()) for v in (share, share_se, users, users_se, producers, producers_se))
    return Figures(a, b, c, d, e, f, overall, overall_se)


def _strata(measured: Accuracy, mapped: Mapping[int, int]) -> tuple[NDArray[np.float64], list[int], int]:
    """Counts of map class x reference class, the map classes, and the unclassified pixels that are no stratum."""
    counts, numbers = measured.matrix.T.astype(float), list(measured.classes)
    unseen = [number for number, pixels in mapped.items() if number and pixels and number not in numbers]
    numbers += [0] if counts.shape[0] > len(numbers) else []
    outside = 0 if 0 in numbers else mapped.get(0, 0)
    untested = np.zeros((len(unseen), counts.shape[1]))
    return np.concatenate([counts, untested]), numbers + unseen, outside


def _require_sampled(
    measured: Accuracy, numbers: list[int], pixels: NDArray[np.floating], n: NDArray[np.floating]
) -> None:
    for number, mapped, tested in zip(numbers, pixels, n, strict=True):
        if mapped and tested < 2:
            names = {0: "Unclassified", **dict(zip(measured.classes, measured.names, strict=True))}
            name = names.get(number, f"Class {number}")
            raise HsiError(
                say(
                    "{name} covers {mapped:,} pixels of the map, but {tested} test pixels lie there.",
                    name=name,
                    mapped=int(mapped),
                    tested=int(tested),
                ),
                say("Areas can be estimated when every class of the map has two test pixels or more."),
            )
