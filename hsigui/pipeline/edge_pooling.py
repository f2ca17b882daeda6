"""Edge-aware smoothing of a scene's features, some columns at a time, and the edges it goes by. Loads no torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.edge_filter import GUIDE_COMPONENTS, Edges, EdgeScale, edge_smoothed, find_edges
from hsigui.cube.transform import BandTransform, fit_transform
from hsigui.jobs import Context
from hsigui.pipeline import cores, edges_by_rows, mapped
from hsigui.texts import say

HELD_VALUES = 64_000_000  # float32 values smoothed at once (256 MB)
HELD_EACH = 8  # bytes that each takes: itself, and as it is read from the features
ENCODER_REACH = 60.0  # pixels: the encoder's features are averaged over whole fields
COMPONENT_REACH = 20.0
FLOAT16_RANGE = 6e4


@dataclass(frozen=True)
class Pooling:
    """Some columns of the features, to be smoothed with this reach (pixels) and tolerance (median changes)."""

    columns: slice
    reach: float
    tolerance: float


@dataclass(frozen=True)
class Guide:
    """By what the edges of a scene are found in any part of it: its leading components and the scale of its changes."""

    transform: BandTransform
    scale: EdgeScale

    def edges(self, part: Cube, valid: NDArray[np.bool_], ctx: Context) -> Edges:
        """The edges of a part of the scene; `valid` is rows x cols of it. Right but for five pixels at its border."""
        return find_edges(guide_components(part, self.transform, valid, ctx), valid, self.scale)


def scene_edges(cube: Cube, valid: NDArray[np.bool_], seed: int, ctx: Context) -> Edges:
    """The edges of a scene, from its own leading components; 6 bytes a pixel are held meanwhile, 4 in the end. `valid`
    is rows x cols."""
    transform = fit_transform(cube, GUIDE_COMPONENTS, seed=seed, check=ctx.check)
    components = guide_components(cube, transform, valid, ctx)
    if edges_by_rows.too_large(cube.rows * cube.cols):
        return edges_by_rows.find_edges_by_rows(components, valid, ctx.check)
    return find_edges(components, valid)


def guide_components(
    cube: Cube, transform: BandTransform, valid: NDArray[np.bool_], ctx: Context
) -> NDArray[np.float16]:  # fmt: skip
    """The leading components of every pixel, rows x cols x components, 0 where `valid` (rows x cols) says no data."""
    components = mapped.scratch((cube.rows, cube.cols, transform.channels), np.float16)
    for rows in cube.blocks():
        ctx.check()
        values = transform.apply(cube.read(rows))
        values[~valid[rows]] = 0.0
        components[rows] = np.clip(values, -FLOAT16_RANGE, FLOAT16_RANGE)
        mapped.let_go(components)
    return components


def pool(array: NDArray[np.float16], edges: Edges, poolings: Iterable[Pooling], ctx: Context) -> None:
    """Smooths columns of the features (rows x cols x features) in place. The whole scene is smoothed at once, as many
    columns at a time as fit into memory, some on each core: nothing depends on how the features were computed."""
    rows, cols, _ = array.shape
    at_once = max(1, working_memory.within(HELD_VALUES, 0.4, HELD_EACH) // (rows * cols) // cores.count())
    steps = [
        (slice(start, min(start + at_once, pooling.columns.stop)), pooling)
        for pooling in poolings
        for start in range(pooling.columns.start, pooling.columns.stop, at_once)
    ]
    told = iter(range(len(steps)))

    def smooth(step: tuple[slice, Pooling]) -> None:
        columns, pooling = step
        ctx.progress(next(told), len(steps), say("Averaging within edges"))
        _smooth(array, columns, edges, pooling, ctx)

    cores.each(smooth, steps)


def _smooth(array: NDArray[np.float16], columns: slice, edges: Edges, pooling: Pooling, ctx: Context) -> None:
    """Smooths some columns of the features (rows x cols x features) in place, half as many at once where memory runs
    out."""
    start, width = columns.start, columns.stop - columns.start
    while start < columns.stop:
        part, ran_out = slice(start, min(start + width, columns.stop)), False
        try:
            values = mapped.columns_of(array, part, ctx.check)
            smooth = edge_smoothed(values, edges, pooling.reach, pooling.tolerance, ctx.check)
            mapped.put_columns(array, part, smooth, ctx.check)
            del values, smooth
        except MemoryError:
            if width == 1:
                raise
            ran_out = True
        # Outside of the handler: there the error's frames would still hold what is to be freed.
        if ran_out:
            width = max(1, width // 2)
        else:
            start = part.stop
