"""What stands beside the encoder's features: blocks made from a pixel's own spectrum and its surroundings.

A block gives some columns for every pixel of a window of the scene. It says how far around a pixel it looks (`halo`),
so that windows with such a border give what one pass over the whole scene would. To add a kind of block: a setting in
`specs.FeatureSpec`, a class here, and a line in `context_blocks`. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import Cube
from hsigui.cube.superpixels import segment_cube
from hsigui.cube.transform import BandTransform, fit_transform
from hsigui.jobs import Context
from hsigui.specs import FeatureSpec
from hsigui.texts import say

TRUNCATE = 4.0  # standard deviations at which a Gaussian is cut off


class Window:
    """A part of the scene, read once.

    Args:
        good: numbers of the bands in which a pixel must have data.
        rows, cols: place of the part in the scene.
    """

    def __init__(self, cube: Cube, good: NDArray[np.intp], rows: slice, cols: slice) -> None:
        self._cube, self._good, self.rows, self.cols = cube, good, rows, cols
        self._made: list[tuple[BandTransform, NDArray[np.float32]]] = []

    @cached_property
    def _read(self) -> NDArray[np.float32]:
        return self._cube.read(self.rows, self.cols)

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """Which pixels have data in all good bands, rows x cols."""
        return np.asarray(np.isfinite(self._read[..., self._good]).all(axis=2))

    def values(self, transform: BandTransform) -> NDArray[np.float32]:
        """Transformed values, rows x cols x channels, 0 where there is no data; not to be written to."""
        for known, values in self._made:
            if known is transform:
                return values
        values = transform.apply(self._read)
        values[~self.valid] = 0.0
        self._made.append((transform, values))
        return values


class FeatureBlock(Protocol):
    """Some columns of the features.

    Attributes:
        name: for people and reports; no two blocks have the same.
        width: number of columns.
        halo: pixels around a window that its columns depend on.
    """

    @property
    def name(self) -> str: ...

    @property
    def width(self) -> int: ...

    @property
    def halo(self) -> int: ...

    def values(self, window: Window) -> NDArray[np.float32]:
        """The columns of every pixel of a window: rows x cols x width."""


@dataclass(frozen=True)
class RawBands:
    """The good bands, each of mean 0 and unit variance: any scale of numbers fits what features are stored as."""

    transform: BandTransform
    name: str = "bands"
    halo: int = 0

    @property
    def width(self) -> int:
        return self.transform.channels

    def values(self, window: Window) -> NDArray[np.float32]:
        """The block's columns for a window: rows x cols x width."""
        return window.values(self.transform)


@dataclass(frozen=True)
class SmoothedComponents:
    """Principal components, smoothed by a Gaussian of `sigma` pixels over the pixels that have data."""

    transform: BandTransform
    sigma: float

    @property
    def name(self) -> str:
        return say("components, smoothed {sigma:g}", sigma=self.sigma)

    @property
    def width(self) -> int:
        return self.transform.channels

    @property
    def halo(self) -> int:
        return int(TRUNCATE * self.sigma + 0.5)  # where scipy cuts the Gaussian off

    def values(self, window: Window) -> NDArray[np.float32]:
        """The block's columns for a window: rows x cols x width."""
        components = window.values(self.transform)
        return smoothed(components, window.valid, self.sigma) if self.sigma else components


@dataclass(frozen=True)
class EdgeAwareComponents:
    """Principal components that are smoothed up to the borders of fields, once those of the whole scene are there:
    `values` gives them as they are, and `edge_pooling` goes over them."""

    transform: BandTransform
    tolerance: float
    halo: int = 0

    @property
    def name(self) -> str:
        return say("components, edge-aware {tolerance:g}", tolerance=self.tolerance)

    @property
    def width(self) -> int:
        return self.transform.channels

    def values(self, window: Window) -> NDArray[np.float32]:
        """The block's columns for a window: rows x cols x width."""
        return window.values(self.transform)


@dataclass(frozen=True)
class SuperpixelMeans:
    """The mean principal components of the superpixel in which a pixel lies.

    Attributes:
        labels: of the whole scene, rows x cols, -1 for pixels in none: those keep their own components.
        means: superpixels x channels.
        count: how many superpixels were wished for.
    """

    transform: BandTransform
    labels: NDArray[np.int32]
    means: NDArray[np.float32]
    count: int
    halo: int = 0

    @property
    def name(self) -> str:
        return say("components, means of {count} superpixels", count=self.count)

    @property
    def width(self) -> int:
        return self.transform.channels

    def values(self, window: Window) -> NDArray[np.float32]:
        """The block's columns for a window: rows x cols x width."""
        numbers = self.labels[window.rows, window.cols]
        inside = numbers >= 0
        out = window.values(self.transform).copy()
        out[inside] = self.means[numbers[inside]]
        return out


def context_blocks(
    cube: Cube, spec: FeatureSpec, known: Sequence[BandTransform], seed: int, ctx: Context
) -> tuple[FeatureBlock, ...]:
    """The blocks of a recipe, prepared for a scene: transforms fitted, superpixels found. The encoder's is not among
    them.

    Args:
        known: transforms fitted already (the encoder's): used again where one is what a block needs.
        seed: of the samples that transforms are fitted on.

    Raises:
        HsiError: fewer than 10 pixels are valid, or no band is good.
    """
    blocks: list[FeatureBlock] = []
    if spec.raw:
        blocks.append(RawBands(_transform(cube, None, known, seed, ctx)))
    if spec.smoothed or spec.superpixels or spec.edge_aware:
        components = _transform(cube, spec.components, known, seed, ctx)
        blocks += [SmoothedComponents(components, sigma) for sigma in spec.smoothed]
        blocks += [_superpixel_means(cube, components, count, ctx) for count in spec.superpixels]
        blocks += [EdgeAwareComponents(components, tolerance) for tolerance in spec.edge_aware]
    return tuple(blocks)


def context_transforms(
    cube: Cube, spec: FeatureSpec, known: Sequence[BandTransform], seed: int, ctx: Context
) -> tuple[BandTransform, ...]:
    """The transforms that the blocks of a recipe are made with on a scene, in the order of `context_blocks`: given to
    it as known ones, another scene is seen in the same components."""
    found: list[BandTransform] = []
    if spec.raw:
        found.append(_transform(cube, None, known, seed, ctx))
    if spec.smoothed or spec.superpixels or spec.edge_aware:
        found.append(_transform(cube, spec.components, known, seed, ctx))
    return tuple(found)


def _transform(
    cube: Cube, components: int | None, known: Sequence[BandTransform], seed: int, ctx: Context
) -> BandTransform:
    """One of the known transforms if it gives just this, else one fitted on the scene."""
    for transform in known:
        projected = None if transform.components is None else len(transform.components)
        wanted = None if components is None else min(components, len(transform.good))
        if projected == wanted and not transform.pixel_range:
            return transform
    return fit_transform(cube, components, seed=seed, check=ctx.check)


def _superpixel_means(cube: Cube, transform: BandTransform, count: int, ctx: Context) -> SuperpixelMeans:
    """Finds the superpixels of the whole scene (by tiles where it is large, see `superpixels`) and averages over them.

    The labels of the whole scene stay in memory (4 bytes a pixel); the cube is read by blocks of rows.
    """
    ctx.progress(0, 1, say("Finding {count} superpixels", count=count))
    segments = segment_cube(cube, count, check=ctx.check)
    sums = np.zeros((max(1, segments.count), transform.channels))
    sizes = np.zeros(len(sums))
    for rows in cube.blocks():
        ctx.check()
        numbers = segments.labels[rows]
        values = transform.apply(cube.read(rows))[numbers >= 0]
        numbers = numbers[numbers >= 0]
        sizes += np.bincount(numbers, minlength=len(sums))
        for channel in range(transform.channels):
            sums[:, channel] += np.bincount(numbers, weights=values[:, channel], minlength=len(sums))
    means = (sums / np.maximum(sizes, 1)[:, None]).astype(np.float32)
    return SuperpixelMeans(transform, segments.labels, means, count)


def smoothed(values: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float) -> NDArray[np.float32]:
    """Gaussian means over valid pixels only: pixels without data neither give nor take. Rows x cols x channels."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=TRUNCATE)
    weight[~valid] = 1.0
    out = np.empty_like(values)
    for channel in range(values.shape[2]):
        out[..., channel] = gaussian_filter(values[..., channel] * valid, sigma, truncate=TRUNCATE) / weight
    return out
