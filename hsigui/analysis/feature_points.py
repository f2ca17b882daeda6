"""Where single pixels lie by two of their measurements: those of classes, or some that are named."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.feature_space import Cloud
from hsigui.jobs import Context

MOST_POINTS = 5000  # of classes that are drawn one by one


@dataclass(frozen=True, eq=False)
class Points:
    """Some pixels of classes.

    Attributes:
        x, y: where they lie, one number a pixel.
        numbers: their classes, one a pixel.
        of: how many pixels with a class and data there are.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    numbers: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, dtype=np.uint16))
    of: int = 0


def points_of(
    cloud: Cloud, numbers: NDArray[np.integer], ctx: Context, most: int = MOST_POINTS, seed: int = 0
) -> Points:
    """Where the pixels of classes lie (class numbers, rows x cols of the scene, 0 for none), or so many of them drawn
    at random; each class has its share of these, and twenty at least where it has so many. Of a scene that was looked
    at in part the drawn ones are read.

    Raises:
        Cancelled: through the context.
    """
    top, left, bottom, right = cloud.box
    flat = numbers[top:bottom, left:right].ravel()
    places = np.flatnonzero(flat)
    own = flat[places].astype(np.uint16)
    ctx.check()
    if cloud.step == 1:
        known = np.isfinite(cloud.columns.ravel()[places])
        places, own = places[known], own[known]
    kept = _drawn(own, most, np.random.default_rng(seed))
    places, own, of = places[kept], own[kept], len(places)
    if cloud.step == 1:
        return Points(cloud.columns.ravel()[places], cloud.lines.ravel()[places], own, of)
    x, y = _read_at(cloud, top + places // (right - left), left + places % (right - left), ctx)
    known = np.isfinite(x) & np.isfinite(y)
    return Points(x[known], y[known], own[known], of)


def points_at(
    cloud: Cloud, rows: NDArray[np.intp], cols: NDArray[np.intp], ctx: Context, most: int = MOST_POINTS, seed: int = 0
) -> Points:
    """Where some pixels lie, or so many of them drawn at random; those outside the box and without data are left out.

    Args:
        rows, cols: of the scene, one a pixel.

    Raises:
        Cancelled: through the context.
    """
    top, left, bottom, right = cloud.box
    there = np.flatnonzero((rows >= top) & (rows < bottom) & (cols >= left) & (cols < right))
    of = len(there)
    if of > most:
        there = np.sort(np.random.default_rng(seed).choice(there, most, replace=False))
    rows, cols = rows[there], cols[there]
    if cloud.step == 1:
        x, y = cloud.columns[rows - top, cols - left], cloud.lines[rows - top, cols - left]
    else:
        x, y = _read_at(cloud, rows, cols, ctx)
    known = np.isfinite(x) & np.isfinite(y)
    return Points(x[known], y[known], np.ones(int(known.sum()), dtype=np.uint16), of)


def _drawn(own: NDArray[np.integer], most: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """The places of those that are drawn, ascending; `own` has the class of each pixel."""
    if len(own) <= most:
        return np.arange(len(own))
    share, kept = most / len(own), []
    for number in np.unique(own).tolist():
        mine = np.flatnonzero(own == number)
        kept.append(rng.choice(mine, min(len(mine), max(20, round(share * len(mine)))), replace=False))
    return np.sort(np.concatenate(kept))


def _read_at(
    cloud: Cloud, rows: NDArray[np.intp], cols: NDArray[np.intp], ctx: Context
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both measurements of single pixels, row by row."""
    x, y = np.full((2, len(rows)), np.nan, dtype=np.float32)
    for row in np.unique(rows).tolist():
        ctx.check()
        here = np.flatnonzero(rows == row)
        first, last = int(cols[here].min()), int(cols[here].max())
        window = slice(row, row + 1), slice(first, last + 1)
        x[here] = cloud.x.read(*window)[0, cols[here] - first]
        y[here] = cloud.y.read(*window)[0, cols[here] - first]
    return x, y
