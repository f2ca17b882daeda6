"""Edge-aware smoothing: means over a pixel's own field that stop at the field's border.

The recursive filter of the domain transform (Gastal and Oliveira, ACM TOG 30(4) 2011, "Domain Transform for Edge-Aware
Image and Video Processing", section 4.2): a first-order recursion along rows and columns, forth and back, whose memory
fades with the distance between pixels plus the change of a guide image between them. Its cost does not grow with its
reach. Here the guide are the leading principal components of the scene, and a change is measured in units of the
scene's own median change, so that one setting serves noisy and clean scenes, wide fields and narrow ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

GUIDE_COMPONENTS = 4
GUIDE_SIGMA = 1.0  # pixels; without it the noise of single pixels counts as an edge
ITERATIONS = 3


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


def find_edges(components: NDArray[np.floating], valid: NDArray[np.bool_]) -> Edges:
    """The changes of a scene from its leading principal components.

    Args:
        components: rows x cols x k, of which the first few are used, whatever their scale.
        valid: rows x cols, where the scene has data.
    """
    across = np.zeros((valid.shape[0], valid.shape[1] - 1), dtype=np.float32)
    down = np.zeros((valid.shape[0] - 1, valid.shape[1]), dtype=np.float32)
    weight = gaussian_filter(valid.astype(np.float32), GUIDE_SIGMA)
    weight[~valid] = 1.0
    for number in range(min(GUIDE_COMPONENTS, components.shape[2])):
        layer = gaussian_filter(np.where(valid, components[..., number], 0).astype(np.float32), GUIDE_SIGMA) / weight
        spread = float(layer[valid].std()) if valid.any() else 0.0
        if spread > 0:
            across += np.abs(np.diff(layer, axis=1)) / spread
            down += np.abs(np.diff(layer, axis=0)) / spread
    joined_across, joined_down = valid[:, 1:] & valid[:, :-1], valid[1:] & valid[:-1]
    changes = np.concatenate([across[joined_across], down[joined_down]])
    unit = float(np.median(changes)) if changes.size else 0.0
    if unit == 0.0 and changes.any():
        unit = float(np.median(changes[changes > 0]))  # without noise most pixels are as their neighbours
    scale = 1.0 / unit if unit > 0 else 0.0
    held = np.float32(np.finfo(np.float16).max)
    return Edges(
        np.where(joined_across, np.minimum(across * scale, held), np.inf).astype(np.float16),
        np.where(joined_down, np.minimum(down * scale, held), np.inf).astype(np.float16),
    )


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
    across = 1.0 + reach / tolerance * edges.across.astype(np.float32)
    down = 1.0 + reach / tolerance * edges.down.astype(np.float32)
    turned = np.ascontiguousarray(across.T)
    for number in range(ITERATIONS):
        sigma = reach * math.sqrt(3) * 2 ** (ITERATIONS - number - 1) / math.sqrt(4**ITERATIONS - 1)
        check()
        _recurse(out.transpose(1, 0, 2), np.exp(-math.sqrt(2) / sigma * turned))
        check()
        _recurse(out, np.exp(-math.sqrt(2) / sigma * down))
    return out


def _recurse(lines: NDArray[np.float32], kept: NDArray[np.float32]) -> None:
    """Runs the recursion over the lines (first axis) forth and back, in place; `kept` is what passes between two."""
    step = np.empty(lines.shape[1:], dtype=np.float32)
    for numbers, before in ((range(1, len(lines)), -1), (range(len(lines) - 2, -1, -1), 1)):
        for n in numbers:
            np.subtract(lines[n + before], lines[n], out=step)
            step *= kept[min(n, n + before)][:, None]
            lines[n] += step
