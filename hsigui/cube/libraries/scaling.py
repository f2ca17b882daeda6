"""Libraries and scenes count reflectance differently: from 0 to 1, in per cent, or times 10,000."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.texts import say

# The largest usual value of each way to count, with room for bright and for badly corrected surfaces.
_WAYS = ((2.0, 1.0), (200.0, 100.0), (25_000.0, 10_000.0))
_SIDE = 8  # of the grid of pixels that a scene is looked at by


@dataclass(frozen=True)
class Scaling:
    """What values are to be multiplied by, and why; no note where that is 1."""

    factor: float = 1.0
    note: str = ""


def level(values: NDArray[np.floating]) -> float:
    """How large values usually are, as one number: nearly the largest of any shape; NaN where none is finite."""
    known = np.abs(values[np.isfinite(values)])
    return float(np.percentile(known, 98)) if known.size else float("nan")


def level_of_scene(cube: Cube) -> float:
    """How large the values of a scene are; reads a few pixels."""
    good = cube.good_bands
    rows, cols = (np.unique(np.linspace(0, size - 1, _SIDE).astype(int)).tolist() for size in (cube.rows, cube.cols))
    return level(np.array([cube.spectrum(row, col)[good] for row in rows for col in cols]))


def scaling(library_level: float, scene_level: float) -> Scaling:
    """What the values of a library are to be multiplied by, to be counted as those of a scene are."""
    own, other = _way(library_level), _way(scene_level)
    if own is None or other is None or own == other:
        return Scaling()
    factor = other / own
    return Scaling(factor, say(
        "values × {factor:g}: the library seems to count reflectance from 0 to {own:,.0f}, the scene from 0 to "
        "{other:,.0f}", factor=factor, own=own, other=other,
    ))  # fmt: skip


def _way(size: float) -> float | None:
    """What stands for all of the light, in the way of counting that values of a size speak for."""
    if not size > 0:
        return None
    return next((whole for most, whole in _WAYS if size <= most), None)
