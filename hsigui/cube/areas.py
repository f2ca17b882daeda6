"""How large pixels are on the ground: on the ellipsoid of their coordinate system, wherever and however they lie.

A pixel of a tenth of a degree is half as large at 60 degrees as at the equator, one of Web Mercator a quarter, and one
of UTM up to 0.08 % larger than its sides say. So the corners of blocks of pixels are brought into coordinates that keep
areas, and the areas between the middles of the blocks interpolated.

Source: J. P. Snyder, Map Projections: A Working Manual, U.S. Geological Survey Professional Paper 1395, 1987, chapters
3 (authalic latitude), 10 (cylindrical) and 24 (azimuthal equal-area projection).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.ground import base_of, horizontal
from hsigui.texts import say

if TYPE_CHECKING:
    from pyproj import CRS

Floats = NDArray[np.float64]
_BLOCKS = 160  # along each side
_AT_ONCE = 4_000_000  # pixels
_POLAR = math.radians(80)  # from where on meridians come together


@dataclass(frozen=True)
class PixelAreas:
    """Square metres of the pixels of a raster.

    Attributes:
        shape: rows and columns.
        blocks: square metres of a pixel in the middle of each block, down x across.
        ellipsoid: its name.
    """

    shape: tuple[int, int]
    blocks: Floats
    ellipsoid: str

    def rows(self, rows: slice) -> Floats:
        """Square metres of the pixels of some rows, rows x cols."""
        down, across = self.blocks.shape
        first, share = _between(np.arange(self.shape[0])[rows], self.shape[0], down)
        lower = np.minimum(first + 1, down - 1)
        lines = self.blocks[first] * (1 - share)[:, None] + self.blocks[lower] * share[:, None]
        first, share = _between(np.arange(self.shape[1]), self.shape[1], across)
        right = np.minimum(first + 1, across - 1)
        return np.asarray(lines[:, first] * (1 - share) + lines[:, right] * share)

    def of_classes(self, array: NDArray[np.integer]) -> Floats:
        """Square metres of each class, by number from 0 on, of a map of rows x cols."""
        found = np.zeros(int(array.max(initial=0)) + 1)
        for rows in self._parts():
            found += np.bincount(array[rows].ravel(), weights=self.rows(rows).ravel(), minlength=len(found))
        return found

    @property
    def mean(self) -> float:
        """Square metres of a pixel, on average."""
        return float(self.blocks.mean())  # all blocks have as many pixels

    @property
    def about(self) -> str:
        """A sentence on how areas were found, for a report."""
        low, high = float(self.blocks.min()), float(self.blocks.max())
        how = say("Areas are those on the ellipsoid {ellipsoid}, pixel by pixel", ellipsoid=self.ellipsoid)
        if high - low <= 1e-4 * high:
            return say("{how}: {mean:.6g} m² each.", how=how, mean=self.mean)
        return say("{how}: {low:.6g} to {high:.6g} m² each.", how=how, low=low, high=high)

    def _parts(self) -> Iterator[slice]:
        step = max(1, _AT_ONCE // self.shape[1])
        for start in range(0, self.shape[0], step):
            yield slice(start, min(self.shape[0], start + step))


def pixel_areas(geo: Geo, shape: tuple[int, ...]) -> PixelAreas | None:
    """The areas of the pixels of a raster; None where it has no place on the earth, or some of it lies beside it.

    Args:
        shape: rows and columns.
    """
    if geo.transform is None or not geo.crs_wkt:
        return None
    crs = horizontal(geo.crs_wkt)
    base = None if crs is None else base_of(crs)
    if crs is None or base is None or base.ellipsoid is None:
        return None
    rows, cols = shape[0], shape[1]
    down, across = np.linspace(0, rows, min(rows, _BLOCKS) + 1), np.linspace(0, cols, min(cols, _BLOCKS) + 1)
    a, b, c, d, e, f = geo.transform
    x, y = a * across + b * down[:, None] + c, d * across + e * down[:, None] + f
    longitude, latitude = _radians(crs, base, x, y)
    if not (np.isfinite(longitude).all() and np.isfinite(latitude).all()):
        return None
    axis = base.ellipsoid.semi_major_metre
    flattening = 1 / base.ellipsoid.inverse_flattening if base.ellipsoid.inverse_flattening else 0.0
    east, north = _equal_area(longitude, latitude, axis, flattening * (2 - flattening), polar=crs != base)
    pixels = np.diff(down)[:, None] * np.diff(across)
    return PixelAreas((rows, cols), _quads(east, north) / pixels, str(base.ellipsoid.name))


def _between(at: NDArray[np.intp], pixels: int, blocks: int) -> tuple[NDArray[np.intp], Floats]:
    """The block before the middle of each pixel and how far the pixel is on the way to the next, beyond the last ones
    too."""
    position = (at + 0.5) * blocks / pixels - 0.5
    first = np.clip(np.floor(position), 0, max(0, blocks - 2)).astype(np.intp)
    return first, position - first if blocks > 1 else np.zeros(len(at))


def _radians(crs: CRS, base: CRS, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude of places, without a change of datum."""
    from pyproj import Transformer

    if crs != base:
        x, y = Transformer.from_crs(crs, base, always_xy=True).transform(x, y)
    unit = base.axis_info[0].unit_conversion_factor if base.axis_info else math.radians(1)
    return np.asarray(x) * unit, np.asarray(y) * unit


def _equal_area(longitude: Floats, latitude: Floats, axis: float, e2: float, *, polar: bool) -> tuple[Floats, Floats]:
    """Metres in a projection that keeps areas.

    Args:
        axis: the semi-major one, in metres.
        e2: square of the eccentricity.
        polar: whether a pole may lie on the raster, where longitude jumps.
    """
    q, pole = _q(np.sin(latitude), e2), float(_q(np.array(1.0), e2))
    if not polar or np.abs(latitude).max() < _POLAR:
        east = np.unwrap(np.unwrap(longitude, axis=1), axis=0) if polar else longitude
        return axis * east, axis * q / 2
    beta, radius = np.arcsin(np.clip(q / pole, -1, 1)), axis * math.sqrt(pole / 2)
    centre = tuple(side // 2 for side in beta.shape)
    b0, turn = beta[centre], longitude - longitude[centre]
    towards = 1 + math.sin(b0) * np.sin(beta) + math.cos(b0) * np.cos(beta) * np.cos(turn)
    scale = radius * np.sqrt(2 / np.maximum(towards, 1e-12))
    north = math.cos(b0) * np.sin(beta) - math.sin(b0) * np.cos(beta) * np.cos(turn)
    return scale * np.cos(beta) * np.sin(turn), scale * north


def _q(sine: Floats, e2: float) -> Floats:
    """Snyder's q (3-12) of the sine of latitude."""
    e = math.sqrt(e2)
    if not e:
        return 2 * sine
    return np.asarray((1 - e2) * (sine / (1 - e2 * sine**2) + np.arctanh(e * sine) / e))


def _quads(x: Floats, y: Floats) -> Floats:
    """The areas between four neighbouring nodes each: half the cross product of the diagonals."""
    dx, dy = x[1:, 1:] - x[:-1, :-1], y[1:, 1:] - y[:-1, :-1]
    ex, ey = x[:-1, 1:] - x[1:, :-1], y[:-1, 1:] - y[1:, :-1]
    return np.asarray(np.abs(dx * ey - dy * ex) / 2)
