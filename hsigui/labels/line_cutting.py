"""Lines cut to a box: what is drawn into formats that cannot hide what lies outside.

Source: Liang & Barsky, A New Concept and Method for Line Clipping, ACM Transactions on Graphics 3 (1), 1984.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float64]


def cut_to_box(
    points: Corners, goes_on: NDArray[np.bool_], low: tuple[float, float], high: tuple[float, float]
) -> tuple[Corners, NDArray[np.bool_]]:
    """The parts of lines that lie in a box, its edges included.

    Args:
        points: n x 2, the corners of all lines.
        goes_on: n, whether a line leads from a corner to the next one.
        low, high: opposite corners of the box, in the columns' order.

    Returns:
        Corners m x 2, and for each whether a line leads on from it. Corners that no line leads to or from are left out.
    """
    firsts = np.flatnonzero(goes_on[:-1])
    start, along = points[firsts], points[firsts + 1] - points[firsts]
    enters, leaves = np.zeros(len(firsts)), np.ones(len(firsts))
    seen = np.ones(len(firsts), dtype=bool)
    for axis in (0, 1):
        step, at = along[:, axis], start[:, axis]
        flat = step == 0
        seen &= ~flat | ((at >= low[axis]) & (at <= high[axis]))
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (low[axis] - at) / step, (high[axis] - at) / step
        enters = np.where(flat, enters, np.maximum(enters, np.minimum(one, other)))
        leaves = np.where(flat, leaves, np.minimum(leaves, np.maximum(one, other)))
    seen &= enters <= leaves
    firsts, start, along = firsts[seen], start[seen], along[seen]
    enters, leaves = enters[seen], leaves[seen]
    goes_through = np.zeros(len(firsts), dtype=bool)  # to the piece behind it, at a corner inside the box
    goes_through[:-1] = (leaves[:-1] == 1) & (enters[1:] == 0) & (np.diff(firsts) == 1)
    begins = np.concatenate([[True], ~goes_through[:-1]])[: len(firsts)]
    corners = np.stack([start + enters[:, None] * along, start + leaves[:, None] * along], axis=1).reshape(-1, 2)
    kept = np.stack([begins, np.ones(len(firsts), dtype=bool)], axis=1).ravel()
    on = np.stack([np.ones(len(firsts), dtype=bool), goes_through], axis=1).ravel()
    return corners[kept], on[kept]
