"""What is known of the whole scene before its tiles are made: the guide to its edges. Loads no torch.

The median change of a scene, in which edges are measured, is that of all pixels where there are few enough, else of
windows that are spread over the scene: of millions of changes the median of a sample is as good.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.edge_filter import GUIDE_COMPONENTS, edge_scale
from hsigui.cube.transform import SCAN_PIXELS, BandTransform, fit_transform
from hsigui.jobs import Context
from hsigui.pipeline.edge_pooling import Guide, guide_components
from hsigui.preparing.cut import Crop
from hsigui.texts import say

SIDE = 256  # of a window
WINDOWS = 48  # with data
LOOKED_AT = 1_024  # windows at most, in a scene that is mostly empty
THIN = 16  # of how many rows and columns one tells whether a window has data
FILLED = 0.2  # of a window, at least


def guide_of(cube: Cube, seed: int, ctx: Context) -> Guide:
    """The guide to the edges of a scene; of a small one what `edge_pooling.scene_edges` goes by.

    Args:
        cube: in the bands of the run.
        seed: of the pixels and windows that are looked at.

    Raises:
        HsiError: fewer than 10 pixels are valid, or no band is good.
    """
    ctx.progress(0, 0, say("Finding out how much the scene changes from pixel to pixel"))
    transform = fit_transform(cube, GUIDE_COMPONENTS, seed=seed, check=ctx.check)
    parts = [cube] if cube.rows * cube.cols <= SCAN_PIXELS else _windows(cube, seed, ctx)
    return Guide(transform, edge_scale([_seen(part, transform, ctx) for part in parts]))


def _seen(part: Cube, transform: BandTransform, ctx: Context) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """The leading components of a part, rows x cols x components, and where it has data, rows x cols."""
    valid = np.empty((part.rows, part.cols), dtype=bool)
    for rows in part.blocks():
        ctx.check()
        valid[rows] = np.isfinite(part.read(rows)[..., transform.good]).all(axis=2)
    return guide_components(part, transform, valid, ctx), valid


def _windows(cube: Cube, seed: int, ctx: Context) -> list[Cube]:
    """Windows with data, spread by chance; of a scene that has hardly any those that have a little."""
    tops, lefts = (range(0, max(1, length - SIDE + 1), SIDE) for length in (cube.rows, cube.cols))
    order = np.random.default_rng(seed).permutation(len(tops) * len(lefts))[:LOOKED_AT]
    filled, some = list[Cube](), list[Cube]()
    for number in order.tolist():
        ctx.check()
        top, left = tops[number // len(lefts)], lefts[number % len(lefts)]
        ends = (top, min(cube.rows, top + SIDE)), (left, min(cube.cols, left + SIDE))
        part = Crop(*ends).on(cube)
        share = float(np.isfinite(part.read(slice(None, None, THIN), slice(None, None, THIN))).all(axis=2).mean())
        if share >= FILLED:
            filled.append(part)
        elif share:
            some.append(part)
        if len(filled) == WINDOWS:
            break
    return filled or some[:WINDOWS] or [part]
