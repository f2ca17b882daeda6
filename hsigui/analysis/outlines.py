"""Which of many places in a plane lie inside an outline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.strokes import polygon

Outline = NDArray[np.float64]  # corners x 2, closed by itself
TESTED_AT_ONCE = 65_536  # places: what a processor's cache holds
CELLS = 512  # of the grid over an outline, along each side
_OUT, _IN, _EDGE = 0, 1, 2  # what is known of a cell


def inside(columns: NDArray[np.float32], lines: NDArray[np.float32], outlines: Sequence[Outline]) -> NDArray[np.bool_]:
    """Which places lie inside one of some outlines (even-odd rule where one crosses itself), of the shape of the
    coordinates; NaN lies in none.

    Most places are told by the cell of a grid over the outline that they lie in; those near its edges are tested one by
    one.
    """
    found = np.zeros(columns.size, dtype=bool)
    flat_x, flat_y = columns.ravel(), lines.ravel()
    for outline in outlines:
        low, high = outline.min(axis=0, initial=np.inf), outline.max(axis=0, initial=-np.inf)
        if len(outline) < 3 or not (high > low).all():
            continue
        states, scale = _states((outline - low) / (high - low) * CELLS), CELLS / (high - low)
        for start in range(0, len(flat_x), TESTED_AT_ONCE):
            x = flat_x[start : start + TESTED_AT_ONCE].astype(np.float64)
            y = flat_y[start : start + TESTED_AT_ONCE].astype(np.float64)
            with np.errstate(invalid="ignore"):
                near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
            x, y = x[near], y[near]
            cells = np.minimum((y - low[1]) * scale[1], CELLS - 1).astype(np.intp) * CELLS
            cells += np.minimum((x - low[0]) * scale[0], CELLS - 1).astype(np.intp)
            state = states.take(cells)
            open_ = np.flatnonzero(state == _EDGE)
            state[open_] = _crossed(x[open_], y[open_], outline)
            found[start + near] |= state == _IN
    return found.reshape(columns.shape)


def _states(ring: Outline) -> NDArray[np.uint8]:
    """Of each cell of a grid whether it lies outside, inside, or may be crossed by the edges of an outline; CELLS long
    along each side, one number a cell. The outline is in cells."""
    states = np.zeros((CELLS, CELLS), dtype=np.uint8)
    covered = polygon((CELLS, CELLS), [(y, x) for x, y in ring.tolist()])
    if covered is not None:
        top, left, mask = covered
        states[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    edges = np.zeros((CELLS + 2, CELLS + 2), dtype=bool)
    for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        steps = int(2 * np.abs(end - start).max()) + 1
        at = start + np.linspace(0, 1, steps + 1)[:, None] * (end - start)
        x, y = np.minimum(at, CELLS - 1).astype(np.intp).T + 1
        edges[y, x] = True
    around = _with_neighbours(edges)
    states[around[1:-1, 1:-1]] = _EDGE
    return states


def _with_neighbours(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells of a grid, rows x cols, and all that touch one of them."""
    down = cells.copy()
    down[1:] |= cells[:-1]
    down[:-1] |= cells[1:]
    found = down.copy()
    found[:, 1:] |= down[:, :-1]
    found[:, :-1] |= down[:, 1:]
    return found


def _crossed(x: NDArray[np.float64], y: NDArray[np.float64], outline: Outline) -> NDArray[np.bool_]:
    """Whether a ray from each place towards larger x crosses the outline an odd number of times."""
    order = np.argsort(y, kind="stable")  # an edge concerns the places between the y of its ends only
    x, y = x[order], y[order]
    odd = np.zeros(len(x), dtype=bool)
    following = np.roll(outline, -1, axis=0)
    firsts = np.searchsorted(y, np.minimum(outline[:, 1], following[:, 1])).tolist()
    lasts = np.searchsorted(y, np.maximum(outline[:, 1], following[:, 1])).tolist()
    for (x0, y0), (x1, y1), first, last in zip(outline.tolist(), following.tolist(), firsts, lasts, strict=True):
        if first < last:
            odd[first:last] ^= x[first:last] < x0 + (y[first:last] - y0) * ((x1 - x0) / (y1 - y0))
    found = np.empty_like(odd)
    found[order] = odd
    return found
