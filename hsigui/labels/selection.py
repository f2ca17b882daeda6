"""Pixels selected by what their spectra are like: a flood fill from a seed.

The spectral angle is that of Kruse et al., "The Spectral Image Processing System (SIPS)", Remote Sensing of Environment
44, 1993. The Euclidean distance is divided by the length of the seed's spectrum, so that its tolerance means the same
in every scene.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say

LEAST = 0.1  # degrees or percent
WINDOW = 512  # side of the square that a large scene is searched in, round the seed
MOST_PIXELS = WINDOW * WINDOW  # scenes up to this are searched as a whole
BLOCK_VALUES = 2_000_000  # read at once
Box = tuple[int, int, int, int]


def spectral_angles(spectra: NDArray[np.float32], seed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Angles between spectra (..., bands) and one (bands), in degrees, 0 to 180; infinite where either is zero."""
    norms = np.linalg.norm(spectra, axis=-1) * np.linalg.norm(seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        angles = np.degrees(np.arccos(np.clip(spectra @ seed / norms, -1, 1)))
    return np.where(norms > 0, angles, np.inf).astype(np.float32)


def relative_distances(spectra: NDArray[np.float32], seed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean distances of spectra (..., bands) to one (bands), in percent of its length."""
    length = float(np.linalg.norm(seed))
    if length == 0:
        return np.where((spectra == 0).all(axis=-1), 0, np.inf).astype(np.float32)
    return np.asarray(100 * np.linalg.norm(spectra - seed, axis=-1) / length, dtype=np.float32)


MEASURES: Mapping[str, Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]] = {
    "angle": spectral_angles,
    "euclidean": relative_distances,
}


@dataclass(frozen=True)
class Likeness:
    """How far the spectra of a part of a scene are from that of a seed.

    Attributes:
        seed: the pixel of the scene (row, column).
        top, left: where the part begins.
        distances: rows x cols of the part; degrees or percent, infinite where there is no data.
        cut: whether the scene goes on outside the part.
    """

    seed: tuple[int, int]
    top: int
    left: int
    distances: NDArray[np.float32]
    cut: bool


def window_around(shape: tuple[int, int], row: int, col: int) -> Box:
    """The part of a scene that is searched: all of it, or of a large one the square round a pixel, moved inside."""
    rows, cols = shape
    if rows * cols <= MOST_PIXELS:
        return 0, 0, rows, cols
    height, width = min(rows, WINDOW), min(cols, WINDOW)
    top = min(max(row - height // 2, 0), rows - height)
    left = min(max(col - width // 2, 0), cols - width)
    return top, left, top + height, left + width


def likeness(
    cube: Cube, row: int, col: int, measure: str = "angle", *, check: Callable[[], None] = lambda: None
) -> Likeness:
    """Compares the good bands of the pixels round a seed with the seed's; reads the cube by blocks of rows.

    Args:
        measure: "angle" or "euclidean".
        check: called before each block; may raise to stop.

    Raises:
        HsiError: the seed has no data.
    """
    bands = cube.good_bands.tolist()
    seed = cube.read(slice(row, row + 1), slice(col, col + 1), bands)[0, 0]
    if not np.isfinite(seed).all():
        raise HsiError(
            say("Row {row}, column {col} has no data.", row=row, col=col), say("Click on a pixel that has values.")
        )
    top, left, bottom, right = window_around((cube.rows, cube.cols), row, col)
    out = np.empty((bottom - top, right - left), dtype=np.float32)
    step = max(1, BLOCK_VALUES // max(1, (right - left) * len(bands)))
    for start in range(top, bottom, step):
        check()
        block = cube.read(slice(start, min(start + step, bottom)), slice(left, right), bands)
        found = MEASURES[measure](block, seed)
        out[start - top : start - top + len(found)] = np.where(np.isnan(found), np.inf, found)
    cut = (bottom - top) * (right - left) < cube.rows * cube.cols
    return Likeness((row, col), top, left, out, cut)


def flood(like: Likeness, tolerance: float, *, connected: bool = True) -> Area:
    """The pixels within a tolerance of the seed; those that hang together with it (by edges), or all of the part.

    The seed itself is always among them.
    """
    near = like.distances <= tolerance
    row, col = like.seed[0] - like.top, like.seed[1] - like.left
    near[row, col] = True
    if connected:
        pieces, _ = ndimage.label(near)
        near = pieces == pieces[row, col]
    area = trimmed(like.top, like.left, near)
    assert area is not None
    return area


def usual_distance(like: Likeness) -> float:
    """A tolerance to begin with: three quarters of the 7 x 7 pixels round the seed are within it; degrees or percent.

    If those were strewn at random, 59 % would have to be for the selection to hang together by edges (percolation).
    How far the spectra of one field lie apart differs from scene to scene with noise, bits and bands, so no fixed
    tolerance fits all. Never less than LEAST, because equal spectra differ by rounding.
    """
    row, col = like.seed[0] - like.top, like.seed[1] - like.left
    near = like.distances[max(0, row - 3) : row + 4, max(0, col - 3) : col + 4]
    found = near[np.isfinite(near)]
    return max(LEAST, float(np.quantile(found, 0.75)))  # the seed itself has data


def touches_edge(like: Likeness, area: Area) -> bool:
    """Whether a selection reaches the border of the part of a larger scene, and so might go on."""
    top, left, mask = area
    rows, cols = like.distances.shape
    inside = top > like.top and left > like.left
    inside = inside and top + mask.shape[0] < like.top + rows and left + mask.shape[1] < like.left + cols
    return like.cut and not inside
