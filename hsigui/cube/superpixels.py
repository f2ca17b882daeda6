"""Superpixels: small connected fields of similar spectra, found without labels.

SLIC (Achanta et al., IEEE TPAMI 2012, doi 10.1109/TPAMI.2012.120) on the leading principal components of a scene, each
scaled to unit variance. Loads no torch.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform, fit_transform

COMPONENTS, VARIANCE = 10, 0.99  # so many components at most, fewer where they hold so much of the variance
SAMPLE = 200_000  # pixels that the components of an array are fitted on
FURTHEST = 4.0  # standard deviations: one glint must not flatten the rest of the scene
WHOLE = 1_000_000  # pixels segmented in one go; larger scenes by tiles
TILE = 512
SMALL = 0.1  # of the mean size: smaller pieces join a neighbour, as in SLIC itself


@dataclass(frozen=True)
class Segments:
    """Superpixels of a scene: `labels` (rows x cols int32, 0..count-1, -1 without data) and how many there are."""

    labels: NDArray[np.int32]
    count: int


def default_count(pixels: int) -> int:
    """How many superpixels suit a scene of so many pixels: one for 100 pixels, at least 50 and at most 5000."""
    return int(np.clip(pixels // 100, 50, 5000))


def segment(
    components: NDArray[np.float32],
    valid: NDArray[np.bool_],
    count: int,
    *,
    compactness: float = 1.0,
    check: Callable[[], None] = lambda: None,
) -> NDArray[np.int32]:
    """Superpixels of an image of standardised components.

    Args:
        components: rows x cols x k; what lies beyond four standard deviations is taken as four, NaN as no data.
        valid: rows x cols; pixels that belong to superpixels.
        count: how many are wished for; SLIC starts from a regular grid and seldom gives just so many.
        compactness: in standard deviations a grid step, so the same number means the same for every scene: larger
            gives squarer superpixels. (scikit-image stretches the image to 0..1 first; this is converted.)
        check: called before and after SLIC, which cannot be stopped meanwhile; may raise.

    Returns:
        Labels 0..n-1, each connected (by edges), every number used; -1 where there is no data.
    """
    from skimage.segmentation import slic

    check()
    valid = valid & np.isfinite(components).all(axis=2)
    used = int(valid.sum())
    if used == 0:
        return np.full(valid.shape, -1, dtype=np.int32)
    image = np.clip(_filled(components, valid), -FURTHEST, FURTHEST)
    span = float(image.max() - image.min()) or 1.0
    # Without data nothing is segmented: ask for as many more as fall there.
    asked = max(1, round(count * valid.size / used))
    labels = slic(
        image, n_segments=asked, compactness=compactness / span, sigma=1, max_num_iter=20, min_size_factor=SMALL,
        max_size_factor=2, convert2lab=False, start_label=0, channel_axis=-1,
    )  # fmt: skip
    check()
    return _connected(labels, valid, SMALL * used / max(1, count))


def segment_cube(cube: Cube, count: int | None = None, *, check: Callable[[], None] = lambda: None) -> Segments:
    """Superpixels of a cube.

    A scene of more than a million pixels is segmented by tiles of about 512 x 512: superpixels end at their borders.

    Args:
        count: how many are wished for; None for `default_count`.
        check: called between blocks and tiles; may raise to stop.

    Raises:
        HsiError: fewer than 10 pixels are valid, or no band is good.
    """
    transform = _fit(cube, check)
    valid = cube.valid_mask(check)
    return _by_tiles(lambda rows, cols: transform.apply_to_window(cube, rows, cols), valid, count, check)


def segment_image(
    values: NDArray[np.float32],
    valid: NDArray[np.bool_],
    count: int | None = None,
    *,
    check: Callable[[], None] = lambda: None,
) -> Segments:
    """Superpixels of an image whose components are not known yet: as `segment_cube`, for values held in memory.

    Args:
        values: rows x cols x channels, such as standardised bands.
        valid: rows x cols.
    """
    project = component_axes(values, valid)
    return _by_tiles(lambda rows, cols: project(values[rows, cols]), valid, count, check)


def _by_tiles(
    components: Callable[[slice, slice], NDArray[np.float32]],
    valid: NDArray[np.bool_],
    count: int | None,
    check: Callable[[], None],
) -> Segments:
    count = default_count(valid.size) if count is None else count
    labels = np.full(valid.shape, -1, dtype=np.int32)
    total = 0
    for rows, cols in _tiles(*valid.shape):
        check()
        share = max(1, round(count * valid[rows, cols].size / valid.size))
        found = segment(components(rows, cols), valid[rows, cols], share, check=check)
        labels[rows, cols] = np.where(found >= 0, found + total, -1)
        total += int(found.max()) + 1
    return Segments(labels, total)


def component_axes(
    values: NDArray[np.float32], valid: NDArray[np.bool_]
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """Fits the leading principal components of an image, each scaled to unit variance over its valid pixels.

    Args:
        values: rows x cols x channels.
        valid: rows x cols.

    Returns:
        The projection (..., channels) -> (..., k); k is at most 10, less where so few hold 99 % of the variance.
    """
    flat = np.flatnonzero(valid)
    rows, cols = np.divmod(flat[:: max(1, len(flat) // SAMPLE)], valid.shape[1])
    sample = values[rows, cols].astype(np.float64)
    if len(sample) == 0:
        return lambda some: some[..., :1]
    mean = sample.mean(axis=0)
    variances, axes = np.linalg.eigh((sample - mean).T @ (sample - mean) / len(sample))
    variances, axes = np.maximum(variances[::-1], 1e-12), axes[:, ::-1]
    kept = (axes / np.sqrt(variances))[:, : _leading(variances)].astype(np.float32)
    origin = mean.astype(np.float32)
    return lambda some: np.asarray((some - origin) @ kept, dtype=np.float32)


def means(labels: NDArray[np.integer], values: NDArray[np.floating]) -> NDArray[np.float32]:
    """The mean vector of every superpixel, n x k; pixels labelled -1 are left out.

    Args:
        labels: rows x cols, every number from 0 to n - 1 used.
        values: rows x cols x k, finite where the label is not -1.
    """
    inside = labels >= 0
    numbers = labels[inside]
    sizes = np.bincount(numbers)
    picked = values[inside]
    sums = [np.bincount(numbers, weights=picked[:, k], minlength=len(sizes)) for k in range(picked.shape[1])]
    return np.asarray(np.stack(sums, axis=1) / sizes[:, None], dtype=np.float32)


def _leading(variances: NDArray[np.float64]) -> int:
    """How many of the components are kept, their variances in falling order."""
    shares = np.cumsum(variances) / variances.sum()
    return min(COMPONENTS, int(np.searchsorted(shares, VARIANCE)) + 1, len(variances))


def _fit(cube: Cube, check: Callable[[], None]) -> BandTransform:
    """From the cube's values to its leading components, each of unit variance."""
    full = fit_transform(cube, len(cube.good_bands), check=check)
    assert full.components is not None
    assert full.sd_components is not None
    kept = _leading(full.sd_components.astype(np.float64) ** 2)
    scaled = full.components[:kept] / full.sd_components[:kept, None]
    return dataclasses.replace(full, components=scaled, sd_components=np.ones(kept, dtype=np.float32))


def _tiles(rows: int, cols: int) -> list[tuple[slice, slice]]:
    if rows * cols <= WHOLE:
        return [(slice(0, rows), slice(0, cols))]
    return [(r, c) for r in _pieces(rows) for c in _pieces(cols)]


def _pieces(length: int) -> list[slice]:
    """A length cut into nearly equal pieces of about TILE."""
    borders = np.linspace(0, length, max(1, round(length / TILE)) + 1).astype(int)
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(borders)]


def _filled(components: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The image with the nearest valid pixel's vector where there is no data: no false edge along a gap."""
    if valid.all():
        return components
    nearest = ndimage.distance_transform_edt(~valid, return_distances=False, return_indices=True)
    return np.asarray(components[nearest[0], nearest[1]])


def _connected(labels: NDArray[np.integer], valid: NDArray[np.bool_], smallest: float) -> NDArray[np.int32]:
    """Labels cut along the gaps: pieces numbered anew, those smaller than `smallest` joined to a neighbour."""
    from skimage.measure import label

    pieces = label(np.where(valid, labels + 1, 0), connectivity=1, background=0)  # type: ignore[no-untyped-call]
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0  # no data
    target = np.arange(len(sizes))
    pairs = np.concatenate([_touching(pieces), _touching(pieces.T)])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    # By falling size of the neighbour, so that the first pair of a piece is with the largest that it touches.
    pairs = pairs[np.argsort(-sizes[pairs[:, 1]], kind="stable")]
    small, first = np.unique(pairs[:, 0], return_index=True)
    into = pairs[first, 1]
    moves = (sizes[small] < smallest) & (sizes[into] >= smallest)
    target[small[moves]] = into[moves]
    left = np.unique(target[1:])  # of the pieces, 0 not among them
    numbers = np.zeros(len(sizes), dtype=np.int32)
    numbers[left] = np.arange(1, len(left) + 1)
    return numbers[target][pieces] - 1


def _touching(pieces: NDArray[np.integer]) -> NDArray[np.integer]:
    """Pairs of different pieces that share a vertical edge, n x 2."""
    pairs = np.stack([pieces[:, :-1].ravel(), pieces[:, 1:].ravel()], axis=1)
    return np.unique(pairs[(pairs[:, 0] != pairs[:, 1]) & (pairs > 0).all(axis=1)], axis=0)
