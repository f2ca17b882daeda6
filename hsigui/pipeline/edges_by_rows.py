"""The edges of a scene by blocks of rows, where `edge_filter.find_edges` would hold too much at once:
the same numbers, bit for bit, for some more passes over the components. Loads no torch.

What is known only of the whole scene is found exactly: deviations from all values of one component at a time, and the
median of all changes from two passes that count them by the upper and the lower half of their bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube import working_memory
from hsigui.cube.edge_filter import GUIDE_COMPONENTS, GUIDE_SIGMA, Edges
from hsigui.pipeline import mapped

WHOLE_BYTES = 44  # that `find_edges` takes of each pixel at its peak, components included
BLOCK_BYTES = 60  # that a pixel of a block takes here
HALO = int(4.0 * GUIDE_SIGMA + 0.5) + 1  # rows around a block: as far as the Gaussian reaches, and the next pixel
HALF = 16  # bits

_Numbers = Callable[[], Iterator[NDArray[np.float32]]]


def too_large(pixels: int) -> bool:
    """Whether a scene of so many pixels is better looked at by rows, under the present limit of memory."""
    return working_memory.within(pixels, 0.5, WHOLE_BYTES) < pixels


def find_edges_by_rows(
    components: NDArray[np.floating], valid: NDArray[np.bool_], check: Callable[[], None] = lambda: None
) -> Edges:
    """As `edge_filter.find_edges`.

    Args:
        components: rows x cols x k, of which the first few are used, whatever their scale.
        valid: rows x cols, where the scene has data.
        check: called between blocks; may raise to stop.
    """
    scene = _Scene(components, valid, check)
    spreads = [scene.spread(number) for number in range(min(GUIDE_COMPONENTS, components.shape[2]))]

    def changes() -> Iterator[NDArray[np.float32]]:
        for block in scene.blocks():
            across, down, joined_across, joined_down = scene.changes(block, spreads)
            yield across[joined_across]
            yield down[joined_down]

    unit = median(changes)
    if unit == 0.0:
        unit = median(lambda: (each[each > 0] for each in changes()))  # as nothing but noise makes most pixels differ
    times = 1.0 / unit if unit > 0 else 0.0
    held = np.float32(np.finfo(np.float16).max)
    rows, cols = valid.shape
    found = Edges(mapped.scratch((rows, cols - 1), np.float16), mapped.scratch((rows - 1, cols), np.float16))
    for block in scene.blocks():
        across, down, joined_across, joined_down = scene.changes(block, spreads)
        last = block.start + len(down)
        found.across[block] = np.where(joined_across, np.minimum(across * times, held), np.inf)
        found.down[block.start : last] = np.where(joined_down, np.minimum(down * times, held), np.inf)
    return found


@dataclass(frozen=True)
class _Scene:
    """A scene whose components are looked at by blocks of rows. The attributes are as in `find_edges_by_rows`."""

    components: NDArray[np.floating]
    valid: NDArray[np.bool_]
    check: Callable[[], None]

    def blocks(self) -> Iterator[slice]:
        rows, cols = self.valid.shape
        each = max(4 * HALO, working_memory.within(rows * cols, 0.2, BLOCK_BYTES) // cols - 2 * HALO)
        for top in range(0, rows, each):
            self.check()
            mapped.let_go(self.components)
            yield slice(top, min(rows, top + each))

    def layers(self, block: slice, wanted: range) -> tuple[list[NDArray[np.float32]], NDArray[np.bool_], slice]:
        """Some components without the noise of single pixels, in the rows of a block and HALO more at either side;
        which of these have data; and where the block lies among them."""
        outer = slice(max(0, block.start - HALO), min(len(self.valid), block.stop + HALO))
        valid = self.valid[outer]
        weight = gaussian_filter(valid.astype(np.float32), GUIDE_SIGMA)
        weight[~valid] = 1.0
        values = self.components[outer]
        found = [
            gaussian_filter(np.where(valid, values[..., number], 0).astype(np.float32), GUIDE_SIGMA) / weight
            for number in wanted
        ]
        return found, valid, slice(block.start - outer.start, block.stop - outer.start)

    def spread(self, number: int) -> float:
        """The standard deviation of a component over the pixels with data, 0 without any."""
        values = mapped.scratch((int(np.count_nonzero(self.valid)),), np.float32)
        start = 0
        for block in self.blocks():
            (layer,), valid, inside = self.layers(block, range(number, number + 1))
            part = layer[inside][valid[inside]]
            values[start : start + len(part)] = part
            start += len(part)
        return float(np.asarray(values).std()) if len(values) else 0.0

    def changes(
        self, block: slice, spreads: list[float]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
        """Changes to the right neighbour, of the rows of a block, and to the one below, of those of its rows that have
        one; and where both of the two have data."""
        layers, valid, inside = self.layers(block, range(len(spreads)))
        below = slice(inside.start, min(inside.stop + 1, len(valid)))
        right = np.zeros((inside.stop - inside.start, valid.shape[1] - 1), dtype=np.float32)
        down = np.zeros((below.stop - below.start - 1, valid.shape[1]), dtype=np.float32)
        for layer, spread in zip(layers, spreads, strict=True):
            if spread > 0:
                right += np.abs(np.diff(layer[inside], axis=1)) / spread
                down += np.abs(np.diff(layer[below], axis=0)) / spread
        known, next_known = valid[inside], valid[below]
        return right, down, known[:, 1:] & known[:, :-1], next_known[1:] & next_known[:-1]


def median(parts: _Numbers) -> float:
    """The median of float32 numbers of 0 or more, that come in parts as often as they are asked for: that of numpy, bit
    for bit, without holding them. 0 where there are none."""
    upper = np.zeros(1 << HALF, dtype=np.int64)
    for part in parts():
        upper += np.bincount(_bits(part) >> HALF, minlength=len(upper))
    count = int(upper.sum())
    if not count:
        return 0.0
    ranks = [count // 2] if count % 2 else [count // 2 - 1, count // 2]
    until = np.cumsum(upper)
    wanted = [int(np.searchsorted(until, rank, side="right")) for rank in ranks]
    lower = {number: np.zeros(1 << HALF, dtype=np.int64) for number in wanted}
    for part in parts():
        bits = _bits(part)
        for number, counts in lower.items():
            counts += np.bincount(bits[bits >> HALF == number] & ((1 << HALF) - 1), minlength=len(counts))
    found = []
    for rank, number in zip(ranks, wanted, strict=True):
        within = rank - (int(until[number - 1]) if number else 0)
        low = int(np.searchsorted(np.cumsum(lower[number]), within, side="right"))
        found.append((number << HALF) | low)
    return float(np.mean(np.array(found, dtype=np.uint32).view(np.float32)))


def _bits(numbers: NDArray[np.float32]) -> NDArray[np.int64]:
    """The bits of numbers of 0 or more, which are ordered as the numbers are."""
    return np.ascontiguousarray(np.abs(numbers)).view(np.uint32).astype(np.int64)
