"""From a cube's values to what a network reads: good bands, per-pixel scaling, standard scores, principal components.

Fitted once on a sample of valid pixels, then applied window by window; saved with the encoder so that another run, or
another scene, is read the same way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

SAMPLE_PIXELS = 200_000
FURTHEST = 1e3  # standard deviations: what lies beyond is a fault of the sensor, and would drown the rest
FEW_PIXELS = 1_000  # of a sample: where rows drawn at random give fewer, data are sought
GRID_PIXELS = 40_000  # looked at to find them
PIECES, PIECE = 200, 512  # of rows that are read there, and their pixels
SCAN_PIXELS = 4_000_000  # a larger scene is sampled by rows and not scanned for its valid pixels


@dataclass(frozen=True)
class BandTransform:
    """A fitted transform of spectra.

    Attributes:
        good: numbers of the bands that are used.
        mean, sd: of every used band, after the per-pixel scaling when that is on.
        components: principal axes, components x used bands; None for no projection.
        sd_components: standard deviation of every component; the projection is divided by its mean square root so that
            the whole vector has unit variance an element on average, while the components keep their proportions.
        pixel_range: True to stretch every spectrum to 0..1 first (its minimum and maximum over the bands).
    """

    good: NDArray[np.intp]
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    components: NDArray[np.float32] | None = None
    sd_components: NDArray[np.float32] | None = None
    pixel_range: bool = False

    @property
    def channels(self) -> int:
        """Length of a transformed spectrum."""
        return len(self.mean) if self.components is None else len(self.components)

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Transforms spectra, (..., bands) of the cube to (..., channels) float32; NaN becomes the mean (0)."""
        picked = values[..., self.good]
        scores = (_stretched(picked) if self.pixel_range else picked) - self.mean
        scores /= self.sd
        np.nan_to_num(scores, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(scores, -FURTHEST, FURTHEST, out=scores)
        if self.components is None:
            return np.asarray(scores, dtype=np.float32)
        assert self.sd_components is not None
        spread = np.float32(np.sqrt(np.mean(self.sd_components**2)))
        return np.asarray(scores @ self.components.T / spread, dtype=np.float32)

    def apply_to_cube(self, cube: Cube, check: Callable[[], None] = lambda: None) -> NDArray[np.float32]:
        """The whole cube transformed, rows x cols x channels float32; pixels without data are 0."""
        out = np.empty((cube.rows, cube.cols, self.channels), dtype=np.float32)
        for rows in cube.blocks():
            check()
            out[rows] = self.apply(cube.read(rows))
        out[~cube.valid_mask(check)] = 0.0
        return out

    def apply_to_window(self, cube: Cube, rows: slice, cols: slice) -> NDArray[np.float32]:
        """A window of a cube transformed, rows x cols x channels; some rows at a time where a limit of memory is too
        small for all of its bands at once."""
        height, width = rows.stop - rows.start, cols.stop - cols.start
        row = max(1, width * cube.bands)
        each = max(1, working_memory.within(height * row, 0.15, 20) // row)
        if each >= height:
            return self.apply(cube.read(rows, cols))
        out = np.empty((height, width, self.channels), dtype=np.float32)
        for top in range(0, height, each):
            part = slice(top, min(height, top + each))
            out[part] = self.apply(cube.read(slice(rows.start + part.start, rows.start + part.stop), cols))
        return out

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """The numbers of the transform, for a weights file: 1-D each, but `components` is components x good bands."""
        arrays: dict[str, NDArray[Any]] = {"good": self.good.astype(np.int64), "mean": self.mean, "sd": self.sd}
        arrays["pixel_range"] = np.array([int(self.pixel_range)], dtype=np.int64)
        if self.components is not None and self.sd_components is not None:
            arrays |= {"components": self.components, "sd_components": self.sd_components}
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> BandTransform:
        """The transform of the numbers of `to_arrays`: each 1-D, but `components` is components x good bands."""
        return cls(
            arrays["good"].astype(np.intp), arrays["mean"], arrays["sd"],
            arrays.get("components"), arrays.get("sd_components"), bool(arrays["pixel_range"][0]),
        )  # fmt: skip


def sampled_pixels(bands: int) -> int:
    """How many spectra of so many bands a transform is fitted on: the usual number, fewer under a limit of memory,
    since statistics hold several copies of them in double precision."""
    return max(1_000, working_memory.within(SAMPLE_PIXELS * bands, 0.4, 48) // max(1, bands))


def fit_transform(
    cube: Cube,
    components: int | None = None,
    *,
    pixel_range: bool = False,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
) -> BandTransform:
    """Fits a transform on a sample of the cube's valid pixels (all of them up to 200 000).

    Args:
        components: principal components to keep; at most the number of good bands; None for all bands as they are.
        pixel_range: stretch every spectrum to 0..1 first.

    Raises:
        HsiError: fewer than 10 pixels of the scene are valid, or no band is good.
    """
    return fit_together([cube], components, pixel_range=pixel_range, seed=seed, check=check)


def fit_together(
    cubes: Sequence[Cube],
    components: int | None = None,
    *,
    pixel_range: bool = False,
    seed: int = 0,
    check: Callable[[], None] = lambda: None,
    weights: Sequence[float] = (),
) -> BandTransform:
    """As `fit_transform`, on several scenes of the same bands and good bands, each of which weighs the same.

    Args:
        weights: how much each scene weighs instead, in relation to the others.

    Raises:
        HsiError: fewer than 10 pixels of a scene are valid, or no band is good.
    """
    good = cubes[0].good_bands
    limit = sampled_pixels(len(good)) // len(cubes)
    samples = [_good_sample(cube, limit, pixel_range=pixel_range, seed=seed, check=check) for cube in cubes]
    mean = _mean([values.mean(axis=0) for values in samples], weights)
    sd = np.sqrt(_mean([((values - mean) ** 2).mean(axis=0) for values in samples], weights))
    sd[sd < 1e-12 * max(1.0, float(np.abs(mean).max()))] = 1.0  # a constant band becomes 0, not infinite
    if components is None:
        return BandTransform(good, mean.astype(np.float32), sd.astype(np.float32), pixel_range=pixel_range)
    scores = [(values - mean) / sd for values in samples]
    variances, axes = np.linalg.eigh(_mean([each.T @ each / len(each) for each in scores], weights))
    order = np.argsort(variances)[::-1][: min(components, len(good))]
    axes = axes[:, order]
    # The sign of an eigenvector is the library's whim: make the largest entry positive so that runs agree.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    spread = np.sqrt(np.maximum(variances[order], 1e-12))
    return BandTransform(
        good, mean.astype(np.float32), sd.astype(np.float32),
        np.ascontiguousarray(axes.T, dtype=np.float32), spread.astype(np.float32), pixel_range,
    )  # fmt: skip


def _mean(values: Sequence[NDArray[np.float64]], weights: Sequence[float]) -> NDArray[np.float64]:
    return np.asarray(np.average(values, axis=0, weights=weights) if len(weights) else np.mean(values, axis=0))


def _good_sample(
    cube: Cube, limit: int, *, pixel_range: bool, seed: int, check: Callable[[], None]
) -> NDArray[np.float64]:
    """Spectra of valid pixels in the good bands, pixels x good bands.

    Raises:
        HsiError: fewer than 10 pixels of the scene are valid, or no band is good.
    """
    good = cube.good_bands
    if len(good) == 0:
        raise HsiError(
            say("Every band of {name} is marked bad.", name=cube.name), say("Mark at least one band as good.")
        )
    sample = sample_spectra(cube, limit, seed=seed, check=check)[:, good]
    if len(sample) < 10:
        raise HsiError(
            say("Only {count} pixels of {name} have data in all good bands.", count=len(sample), name=cube.name),
            say("Check the no-data value, and mark bands without data as bad."),
        )
    return (_stretched(sample) if pixel_range else sample).astype(np.float64)


def sample_spectra(
    cube: Cube, limit: int, *, seed: int = 0, check: Callable[[], None] = lambda: None
) -> NDArray[np.float32]:
    """Spectra of at most `limit` valid pixels drawn at random, pixels x bands, in row-major order."""
    if cube.rows * cube.cols > SCAN_PIXELS:
        return _sample_rows(cube, limit, seed, check)
    chosen = np.flatnonzero(cube.valid_mask(check))
    if len(chosen) > limit:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, limit, replace=False))
    rows, cols = np.divmod(chosen, cube.cols)
    parts = []
    for block in cube.blocks():
        check()
        inside = (rows >= block.start) & (rows < block.stop)
        if inside.any():
            parts.append(cube.read(block)[rows[inside] - block.start, cols[inside]])
    return np.concatenate(parts) if parts else np.empty((0, cube.bands), dtype=np.float32)


def _sample_rows(cube: Cube, limit: int, seed: int, check: Callable[[], None]) -> NDArray[np.float32]:
    """Valid spectra of whole rows drawn at random until there are enough: a large scene is not read to its end."""
    rng = np.random.default_rng(seed)
    wanted, parts, count = max(1, 4 * limit // cube.cols), [], 0
    each = max(1, limit // wanted)
    good = cube.good_bands
    for row in rng.permutation(cube.rows)[: 4 * wanted].tolist():
        check()
        values = cube.read(slice(row, row + 1), slice(None))[0]
        values = values[np.isfinite(values[:, good]).all(axis=1)]
        if len(values) > each:
            values = values[np.sort(rng.choice(len(values), each, replace=False))]
        parts.append(values)
        count += len(values)
        if count >= limit:
            break
    if count < min(FEW_PIXELS, limit // 4):  # nearly empty: data are sought
        parts += _sample_found(cube, limit - count, rng, check)
    return np.concatenate(parts)[:limit]


def _sample_found(
    cube: Cube, limit: int, rng: np.random.Generator, check: Callable[[], None]
) -> list[NDArray[np.float32]]:
    """Valid spectra of pieces of rows, where a grid over the scene finds data; pixels x bands each."""
    good = cube.good_bands
    step = max(1, math.ceil(math.sqrt(cube.rows * cube.cols / GRID_PIXELS)))
    check()
    seen = cube.read(slice(None, None, step), slice(None, None, step), good.tolist())
    places = step * np.argwhere(np.isfinite(seen).all(axis=2))
    places = rng.permutation(places)[:PIECES]
    parts, each = [], max(1, limit // max(1, len(places)))
    for row, col in places.tolist():
        check()
        near = slice(max(0, col - PIECE // 2), min(cube.cols, col + PIECE // 2))
        values = cube.read(slice(row, row + 1), near)[0]
        values = values[np.isfinite(values[:, good]).all(axis=1)]
        parts.append(values[np.sort(rng.permutation(len(values))[:each])])
    return parts


def _stretched(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = spectra.min(axis=-1, keepdims=True), spectra.max(axis=-1, keepdims=True)
    span = high - low
    return np.asarray((spectra - low) / np.where(span > 0, span, 1), dtype=np.float32)
