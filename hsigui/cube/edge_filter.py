"""Edge-aware smoothing: means over a pixel's own field that stop at the field's border.

The recursive filter of the domain transform (Gastal and Oliveira, ACM TOG 30(4) 2011, "Domain Transform for Edge-Aware
Image and Video Processing", section 4.2): a first-order recursion along rows and columns, forth and back, whose memory
fades with the distance between pixels plus the change of a guide image between them. Its cost does not grow with its
reach. Here the guide are the leading principal components of the scene, and a change is measured in units of the
scene's own median change, so that one setting serves noisy and clean scenes, wide fields and narrow ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

GUIDE_COMPONENTS = 4
GUIDE_SIGMA = 1.0  # pixels; without it the noise of single pixels counts as an edge
ITERATIONS = 3
LINES, LINE_VALUES = (
    256,
    16_384,
)  # rows smoothed along themselves at once; or as many as have so many values in a column
PASSED_VALUES = 4_000_000  # of what passes between lines, that are held at once


@dataclass(frozen=True)
class Edges:
    """How much a scene changes from each pixel to the next, in units of the scene's median change.

    Attributes:
        across: rows x (cols - 1) float16, between a pixel and its right neighbour; infinite where one has no data.
        down: (rows - 1) x cols float16, between a pixel and the one below; infinite likewise.
    """

    across: NDArray[np.float16]
    down: NDArray[np.float16]

    @property
    def shape(self) -> tuple[int, int]:
        return self.across.shape[0], self.down.shape[1]

    def part(self, top: int, left: int, bottom: int, right: int) -> Edges:
        """Those of a part of the scene; the last two are exclusive."""
        return Edges(self.across[top:bottom, left : right - 1], self.down[top : bottom - 1, left:right])


@dataclass(frozen=True)
class EdgeScale:
    """In what the changes of a scene are measured: known of the whole, it makes the same edges of each of its parts.

    Attributes:
        spreads: standard deviation of each smoothed component over the scene; 0 for one that does not vary.
        unit: the scene's median change, a sum of differences over `spreads`; 0 in a scene without any change.
    """

    spreads: tuple[float, ...]
    unit: float


def find_edges(
    components: NDArray[np.floating], valid: NDArray[np.bool_], scale: EdgeScale | None = None
) -> Edges:  # fmt: skip
    """The changes of a scene from its leading principal components.

    Args:
        components: rows x cols x k, of which the first few are used, whatever their scale.
        valid: rows x cols, where the scene has data.
        scale: of the scene that this is a part of; None for its own.
    """
    across, down = _changes(components, valid, None if scale is None else scale.spreads)
    joined_across, joined_down = _joined(valid)
    unit = _unit([across[joined_across], down[joined_down]]) if scale is None else scale.unit
    times = 1.0 / unit if unit > 0 else 0.0
    held = np.float32(np.finfo(np.float16).max)
    return Edges(
        np.where(joined_across, np.minimum(across * times, held), np.inf).astype(np.float16),
        np.where(joined_down, np.minimum(down * times, held), np.inf).astype(np.float16),
    )


def edge_scale(parts: Sequence[tuple[NDArray[np.floating], NDArray[np.bool_]]]) -> EdgeScale:
    """The scale of a scene from parts that stand for it; from the whole of it the one that `find_edges` goes by.

    Args:
        parts: of each the leading components, rows x cols x k, and where it has data, rows x cols.
    """
    spreads = _spreads(parts)
    changes = []
    for components, valid in parts:
        across, down = _changes(components, valid, spreads)
        joined_across, joined_down = _joined(valid)
        changes += [across[joined_across], down[joined_down]]
    return EdgeScale(spreads, _unit(changes))


def _smooth_layers(
    components: NDArray[np.floating], valid: NDArray[np.bool_]
) -> Iterator[NDArray[np.float32]]:  # fmt: skip
    """The leading components without the noise of single pixels, rows x cols each, one after the other."""
    weight = gaussian_filter(valid.astype(np.float32), GUIDE_SIGMA)
    weight[~valid] = 1.0
    for number in range(min(GUIDE_COMPONENTS, components.shape[2])):
        layer = np.where(valid, components[..., number], 0).astype(np.float32)
        yield gaussian_filter(layer, GUIDE_SIGMA) / weight


def _spreads(parts: Sequence[tuple[NDArray[np.floating], NDArray[np.bool_]]]) -> tuple[float, ...]:
    """Standard deviations of the smoothed components over the pixels with data of all parts."""
    held = [[layer[valid] for layer in _smooth_layers(components, valid)] for components, valid in parts]
    joined = (each[0] if len(each) == 1 else np.concatenate(each) for each in zip(*held, strict=True))
    return tuple(_spread(values) for values in joined)


def _spread(values: NDArray[np.float32]) -> float:
    return float(values.std()) if values.size else 0.0


def _changes(
    components: NDArray[np.floating], valid: NDArray[np.bool_], spreads: Sequence[float] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:  # fmt: skip
    """Summed differences of the smoothed components to the right neighbour, rows x (cols - 1), and to the one below,
    (rows - 1) x cols; each over its spread, which is its own here where none are given."""
    rows, cols = valid.shape
    across, down = np.zeros((rows, cols - 1), dtype=np.float32), np.zeros((rows - 1, cols), dtype=np.float32)
    for number, layer in enumerate(_smooth_layers(components, valid)):
        spread = _spread(layer[valid]) if spreads is None else spreads[number]
        if spread > 0:
            across += np.abs(np.diff(layer, axis=1)) / spread
            down += np.abs(np.diff(layer, axis=0)) / spread
    return across, down


def _joined(valid: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where both of two neighbours have data: rows x (cols - 1), and (rows - 1) x cols."""
    return valid[:, 1:] & valid[:, :-1], valid[1:] & valid[:-1]


def _unit(parts: Sequence[NDArray[np.float32]]) -> float:
    """The median of changes, one number each."""
    changes = np.concatenate(parts)
    unit = float(np.median(changes)) if changes.size else 0.0
    if unit == 0.0 and changes.any():
        unit = float(np.median(changes[changes > 0]))  # without noise most pixels are as their neighbours
    return unit


def edge_smoothed(
    values: NDArray[np.floating], edges: Edges, reach: float, tolerance: float, check: Callable[[], None] = lambda: None
) -> NDArray[np.float32]:
    """Edge-aware means of some layers.

    Args:
        values: rows x cols x layers; finite. What lies in pixels without data stays apart from the rest.
        reach: standard deviation of the smoothing in pixels where nothing changes.
        tolerance: how large a change, in median changes of the scene, counts as far as `reach` pixels.
        check: called between passes; may raise to stop.

    Returns:
        rows x cols x layers float32.
    """
    out = np.array(values, dtype=np.float32, order="C")  # one copy, whatever comes in: it may be hundreds of MB
    lines = max(LINES, LINE_VALUES // out.shape[2])
    for number in range(ITERATIONS):
        sigma = _sigma(reach, number)
        for top in range(0, len(out), lines):
            check()
            rows = slice(top, top + lines)  # a row knows nothing of the others yet
            changes = np.ascontiguousarray(edges.across[rows].T)
            _recurse(out[rows].transpose(1, 0, 2), changes, reach / tolerance, sigma)
        check()
        _recurse(out, edges.down, reach / tolerance, sigma)
    return out


def source_of(
    edges: Edges, reach: float, tolerance: float, rows: NDArray[np.integer], cols: NDArray[np.integer],
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:  # fmt: skip
    """For each of some pixels one of those that its edge-aware mean is made of, drawn by the weight that it has there:
    a few of them tell what the mean of something is that is known of single pixels only.

    A recursion keeps some of what passes and takes the rest from the pixel: read backwards it is a walk that stops at
    each pixel with that chance, so the pixels are found without the weights of a whole scene.

    Args:
        edges, reach, tolerance: as of `edge_smoothed`.
        rows, cols: of the pixels, one a pixel; a pixel that is named often is answered as often.
        rng: draws the walks.

    Returns:
        Rows and columns, one a pixel.
    """
    at = [np.array(rows, dtype=np.intp), np.array(cols, dtype=np.intp)]
    for number in reversed(range(ITERATIONS)):
        fade = _sigma(reach, number) / math.sqrt(2)
        for axis, changes, back in (
            (0, edges.down, 1),
            (0, edges.down, -1),
            (1, edges.across, 1),
            (1, edges.across, -1),
        ):
            _walk(at, axis, changes, reach / tolerance, back, rng.exponential(fade, len(at[0])))
    return at[0], at[1]


def _walk(
    at: list[NDArray[np.intp]], axis: int, changes: NDArray[np.float16], scale: float, step: int,
    left: NDArray[np.float64],
) -> None:  # fmt: skip
    """Moves pixels along an axis, in place, one by one as far as the way is no longer than what is `left` for each."""
    last = changes.shape[axis]  # pixels along the axis less one
    walking = np.arange(len(left))
    while len(walking):
        place = [at[0][walking], at[1][walking]]
        inside = place[axis] < last if step > 0 else place[axis] > 0
        walking, place = walking[inside], [one[inside] for one in place]
        if step < 0:
            place[axis] = place[axis] - 1  # the change between a pixel and the one before stands there
        ahead = left[walking] - (1.0 + scale * changes[place[0], place[1]].astype(np.float64))
        walking = walking[ahead >= 0]
        left[walking] = ahead[ahead >= 0]
        at[axis][walking] += step


def _sigma(reach: float, number: int) -> float:
    """Of a pass of the filter, such that all together reach as far as is asked (equation 14 of the paper)."""
    return reach * math.sqrt(3) * 2 ** (ITERATIONS - number - 1) / math.sqrt(4**ITERATIONS - 1)


def _recurse(lines: NDArray[np.float32], changes: NDArray[np.float16], scale: float, sigma: float) -> None:
    """Runs the recursion over the lines (first axis) forth and back, in place.

    Args:
        changes: of the scene from each line to the next, (lines - 1) x pixels of a line: what passes between two
            follows from them. It is found as it is needed, some lines at once: for the whole scene it would take
            several times the memory of the edges themselves.
    """
    step = np.empty(lines.shape[1:], dtype=np.float32)
    each = max(1, PASSED_VALUES // max(1, changes.shape[1]))
    starts = range(0, len(changes), each)
    for first in starts:
        kept = _passing(changes[first : first + each], scale, sigma)
        for n in range(len(kept)):
            _pass_on(lines, first + n, first + n + 1, kept[n], step)
    for first in reversed(starts):
        if first != starts[-1]:  # those of the last lines are there
            kept = _passing(changes[first : first + each], scale, sigma)
        for n in range(len(kept) - 1, -1, -1):
            _pass_on(lines, first + n + 1, first + n, kept[n], step)


def _passing(changes: NDArray[np.float16], scale: float, sigma: float) -> NDArray[np.float32]:
    """The part of a value that passes from a line to the next, of the shape of the changes."""
    apart = 1.0 + scale * changes.astype(np.float32)
    return np.asarray(np.exp(-math.sqrt(2) / sigma * apart), dtype=np.float32)


def _pass_on(
    lines: NDArray[np.float32], before: int, n: int, kept: NDArray[np.float32], step: NDArray[np.float32]
) -> None:
    np.subtract(lines[before], lines[n], out=step)
    step *= kept[:, None]
    lines[n] += step
