"""Grids that a cube can be brought to, and where the pixels of one lie in another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Cube, Geo
from hsigui.cube.ground import ground_of, horizontal
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.labels.on_scene import grid_of
from hsigui.preparing.cut import moved
from hsigui.texts import say

if TYPE_CHECKING:
    from rasterio.crs import CRS

_SLACK = 1e-3  # pixels by which a corner may miss the side of a pixel
_MOST = 1_000_000  # rows or columns: no scene has more, and a wrong unit easily gives them


@dataclass(frozen=True)
class System:
    """The pixels of a coordinate system.

    Attributes:
        crs: its name, such as EPSG:32633.
        size: of a pixel in its units; None for that which keeps the number of pixels along the diagonal, as gdalwarp
            has it.
    """

    crs: str
    size: float | None = None

    @property
    def told(self) -> str:
        return self.crs if self.size is None else f"{self.crs},{self.size!r}"

    def grid_of(self, cube: Cube) -> Grid:
        """The north-up pixels of the system that cover a cube.

        Raises:
            HsiError: the system is not known, the cube has none, or there would be far too many pixels.
        """
        wanted = self._known()
        if not cube.geo.crs_wkt:
            raise HsiError(
                say("{name} names no coordinate system.", name=cube.name),
                say("Only a scene with one can be brought to another."),
            )
        transform, rows, cols = _suggested(cube, wanted)
        a, _, c, _, e, f = transform
        if self.size is not None:
            if not 0 < self.size < math.inf:
                raise HsiError(say("A pixel must be larger than 0."), say("Write its size in units of the system."))
            cols, rows = (max(1, int(span / self.size + 0.5)) for span in (cols * a, -rows * e))
            a, e = self.size, -self.size
        _require_few(rows, cols)
        return Grid(rows, cols, Geo((a, 0.0, c, 0.0, e, f), str(wanted.to_wkt())))

    def _known(self) -> CRS:
        from rasterio.errors import CRSError

        try:
            return crs_of(self.crs)
        except CRSError:
            raise HsiError(
                say("“{text}” is neither a file nor a coordinate system.", text=self.crs),
                say("Name a scene whose grid is wanted, or a system with a size of pixels, such as EPSG:32633,20."),
            ) from None


def grid_named(text: str) -> Grid | System:
    """The grid of a scene's file, or a coordinate system with or without a size of pixels: "EPSG:32633,20".

    Raises:
        HsiError: it is neither, or the scene has no place on a map.
    """
    named = text.strip()
    path = Path(named).expanduser()
    if not named or not path.exists():
        crs, mark, size = named.rpartition(",")
        try:
            found = System(crs.strip(), float(size)) if mark else System(named)
        except ValueError:
            found = System(named)
        found._known()
        return found
    other = open_cube(path, gaps=False)
    if other.geo.transform is None:
        raise HsiError(say("{name} has no place on a map.", name=other.name), say("Name a file that has one."))
    return grid_of(other)


def continued(grid: Grid, cube: Cube) -> Grid:
    """The pixels of a grid, continued on all sides, that cover a cube.

    Raises:
        HsiError: nobody knows where the cube lies in the grid, or there would be far too many pixels.
    """
    corners = Grid(cube.rows, cube.cols).corners()
    found = positions_in(grid.geo, grid_of(cube), corners[:, 1], corners[:, 0])
    if not np.isfinite(found).all():
        raise HsiError(
            say("{name} lies outside of what the coordinate system of the first holds for.", name=cube.name),
            say("Bring all to one that holds for them (--grid)."),
        )
    top, left = (math.floor(float(place.min()) + _SLACK) for place in found)
    bottom, right = (math.ceil(float(place.max()) - _SLACK) for place in found)
    _require_few(bottom - top, right - left)
    return Grid(bottom - top, right - left, moved(grid.geo, top, left))


def _require_few(rows: int, cols: int) -> None:
    if max(rows, cols) > _MOST:
        raise HsiError(
            say("There would be {rows:,} x {cols:,} pixels.", rows=rows, cols=cols),
            say("Is the size of a pixel in the units of the coordinate system?"),
        )


def positions_in(
    geo: Geo, grid: Grid, rows: NDArray[np.float64], cols: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and columns of one raster of positions in the pixels of another, of their shape; NaN where there is none.

    Args:
        geo: of the raster; where only one of both names a coordinate system it is taken for that of both.
        grid: whose positions are given.
    """
    own, other = ground_of(geo), ground_of(grid.geo)
    if own is None or other is None:
        return np.full_like(rows, np.nan), np.full_like(rows, np.nan)
    x, y = other.to_map(rows, cols)
    crs = horizontal(grid.geo.crs_wkt) if grid.geo.crs_wkt and geo.crs_wkt else None
    if crs is None or own.crs is None or own.crs == crs:
        return own.to_pixels(x, y)
    return own.from_system(crs, x, y)


def _suggested(cube: Cube, crs: CRS) -> tuple[tuple[float, float, float, float, float, float], int, int]:
    """Transform, rows and columns that GDAL proposes for a cube in another system."""
    from rasterio.errors import RasterioError
    from rasterio.vrt import WarpedVRT

    from hsigui.cube.formats.raster_files import open_quietly

    assert cube.geo.transform is not None
    a, b, c, d, e, f = cube.geo.transform
    numbers = ", ".join(map(repr, (c, a, b, f, d, e)))
    text = (
        f'<VRTDataset rasterXSize="{cube.cols}" rasterYSize="{cube.rows}"><SRS>{escape(str(cube.geo.crs_wkt))}</SRS>'
        f'<GeoTransform>{numbers}</GeoTransform><VRTRasterBand dataType="Byte" band="1"/></VRTDataset>'
    )
    try:
        with open_quietly(text, ("VRT",)) as empty, WarpedVRT(empty, crs=crs) as warped:
            at = warped.transform
            return (at.a, at.b, at.c, at.d, at.e, at.f), int(warped.height), int(warped.width)
    except RasterioError as error:
        raise HsiError(
            say("{name} cannot be brought to this system: {error}.", name=cube.name, error=error),
            say("Does the system hold for the place of the scene?"),
        ) from error
