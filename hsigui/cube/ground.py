"""Where the pixels of a scene lie on the earth: from pixels to map coordinates, to longitude and latitude, to any other
system, and back; and how far apart places are.

Positions in pixels are row and column with (0, 0) the outer corner of the upper left pixel and centres at .5. Places
that another system does not have are NaN there, never an error: whoever moves the mouse over a world map meets some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hsigui.cube.cube import Geo
from hsigui.texts import say

if TYPE_CHECKING:
    from pyproj import CRS, Geod, Transformer

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
LONLAT = "EPSG:4326"
_SYMBOLS = {
    "metre": say("m"), "meter": say("m"), "kilometre": say("km"), "foot": say("ft"), "US survey foot": say("ft (US)"),
    "degree": say("°"), "grad": say("gon"),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ground:
    """The place of a scene.

    Attributes:
        transform: from (col, row) to map x, y, as in `Geo`.
        crs: the horizontal coordinate reference system; None where none is known.
        base: the longitude and latitude that it is made of; None where it is not of the earth or another body.
    """

    transform: tuple[float, float, float, float, float, float]
    crs: CRS | None
    base: CRS | None
    _others: dict[str, Transformer | None] = field(default_factory=dict, repr=False)

    @property
    def named(self) -> str:
        """What the coordinate system is called; empty where none is known."""
        return "" if self.crs is None else str(self.crs.name)

    @property
    def geographic(self) -> bool:
        """Whether map coordinates are longitude and latitude."""
        return self.crs is not None and bool(self.crs.is_geographic)

    @property
    def unit(self) -> str:
        """The symbol of the unit of map coordinates; empty where it is not known."""
        return unit_of(self.crs)

    @property
    def pixel(self) -> float:
        """The smaller side of a pixel in units of the map."""
        a, b, _, d, e, _ = self.transform
        return min(math.hypot(a, d), math.hypot(b, e))

    @property
    def on_earth(self) -> bool:
        """Whether longitude and latitude are known."""
        return self._to_lonlat is not None

    @property
    def ellipsoid(self) -> str:
        """The name of the one that lengths and areas are measured on; empty where there is none."""
        return "" if self.base is None or self.base.ellipsoid is None else str(self.base.ellipsoid.name)

    # Map coordinates

    def to_map(self, rows: ArrayLike, cols: ArrayLike) -> Pair:
        """Map x, y of positions in pixels, of their shape."""
        a, b, c, d, e, f = self.transform
        row, col = np.asarray(rows, dtype=np.float64), np.asarray(cols, dtype=np.float64)
        return a * col + b * row + c, d * col + e * row + f

    def to_pixels(self, x: ArrayLike, y: ArrayLike) -> Pair:
        """Rows and columns of map coordinates, of their shape: the inverse of `to_map`."""
        a, b, c, d, e, f = self.transform
        determinant = a * e - b * d
        east, north = np.asarray(x, dtype=np.float64) - c, np.asarray(y, dtype=np.float64) - f
        return (a * north - d * east) / determinant, (e * east - b * north) / determinant

    # Longitude and latitude, and other systems

    @cached_property
    def _to_lonlat(self) -> tuple[Transformer, str] | None:
        """What brings map coordinates to longitude and latitude, and the name of those: of WGS 84 on the earth, else
        of the body's own."""
        from pyproj import CRS

        if self.base is None:
            return None
        for target in (CRS.from_user_input(LONLAT), self.base):  # the second for another celestial body
            transformer = _between(self.crs, target)
            if transformer is not None:
                return transformer, str(target.name)
        return None

    @property
    def lonlat_named(self) -> str:
        """The system of `to_lonlat`; empty where there is none."""
        return "" if self._to_lonlat is None else self._to_lonlat[1]

    def to_lonlat(self, rows: ArrayLike, cols: ArrayLike) -> Pair:
        """Degrees of longitude and latitude of positions in pixels, of their shape; NaN where they are not known."""
        x, y = self.to_map(rows, cols)
        if self._to_lonlat is None:
            return np.full_like(x, np.nan), np.full_like(y, np.nan)
        return _moved(self._to_lonlat[0], x, y)

    def from_lonlat(self, longitude: ArrayLike, latitude: ArrayLike) -> Pair:
        """Rows and columns of degrees of longitude and latitude, of their shape; NaN where they have none."""
        lon, lat = np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64)
        if self._to_lonlat is None:
            return np.full_like(lon, np.nan), np.full_like(lat, np.nan)
        return self.to_pixels(*_moved(self._to_lonlat[0], lon, lat, back=True))

    def to_system(self, crs: CRS, rows: ArrayLike, cols: ArrayLike) -> Pair:
        """x and y in another system (longitude and latitude where it is geographic) of positions in pixels, of their
        shape; NaN where they have none."""
        x, y = self.to_map(rows, cols)
        transformer = self._other(crs)
        return (np.full_like(x, np.nan), np.full_like(y, np.nan)) if transformer is None else _moved(transformer, x, y)

    def from_system(self, crs: CRS, x: ArrayLike, y: ArrayLike) -> Pair:
        """Rows and columns of x and y in another system, of their shape; NaN where they have none."""
        east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        transformer = self._other(crs)
        if transformer is None:
            return np.full_like(east, np.nan), np.full_like(north, np.nan)
        return self.to_pixels(*_moved(transformer, east, north, back=True))

    def _other(self, crs: CRS) -> Transformer | None:
        if self.base is None:
            return None
        name = str(crs.srs)
        if name not in self._others:
            self._others[name] = _between(self.crs, crs)
        return self._others[name]

    # Lengths and areas

    @cached_property
    def _measures(self) -> tuple[Transformer, float, Geod] | None:
        """To longitude and latitude without a change of datum, their unit in degrees, and the ellipsoid."""
        if self.base is None or self.base.ellipsoid is None:
            return None
        unit = self.base.axis_info[0].unit_conversion_factor if self.base.axis_info else math.radians(1)
        transformer = _between(self.crs, self.base)
        return None if transformer is None else (transformer, math.degrees(unit), self.base.get_geod())

    def _geodetic(self, rows: ArrayLike, cols: ArrayLike) -> tuple[Floats, Floats, Geod] | None:
        if self._measures is None:
            return None
        transformer, degrees, geod = self._measures
        lon, lat = _moved(transformer, *self.to_map(rows, cols))
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            return None
        return lon * degrees, lat * degrees, geod

    def length(self, rows: ArrayLike, cols: ArrayLike) -> float | None:
        """Metres along a line of positions in pixels (n each): on the ellipsoid, along geodesics; None where places
        are not known."""
        found = self._geodetic(np.atleast_1d(rows), np.atleast_1d(cols))
        return None if found is None else float(found[2].line_length(found[0], found[1]))

    def area(self, rows: ArrayLike, cols: ArrayLike) -> float | None:
        """Square metres inside a polygon of positions in pixels (n each, closed by itself): on the ellipsoid, between
        geodesics; None where places are not known."""
        found = self._geodetic(np.atleast_1d(rows), np.atleast_1d(cols))
        return None if found is None else abs(float(found[2].polygon_area_perimeter(found[0], found[1])[0]))


@lru_cache(maxsize=16)
def ground_of(geo: Geo) -> Ground | None:
    """The place of a scene; None where it has none, or one that has no inverse."""
    if geo.transform is None:
        return None
    a, b, _, d, e, _ = geo.transform
    if not (a * e - b * d) or not all(map(math.isfinite, geo.transform)):
        return None
    crs = horizontal(geo.crs_wkt) if geo.crs_wkt else None
    return Ground(geo.transform, crs, None if crs is None else base_of(crs))


def horizontal(wkt: str) -> CRS | None:
    """A horizontal coordinate system; None for a text that is none."""
    from pyproj import CRS  # slow to import, and most calls do not need it
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_wkt(wkt)
    except CRSError:
        return None
    while crs.is_compound or crs.is_bound:
        inner = crs.sub_crs_list[0] if crs.is_compound else crs.source_crs
        if inner is None:
            return None
        crs = inner
    return crs


def base_of(crs: CRS) -> CRS | None:
    """The longitude and latitude that a system is made of; None for systems that are not of the earth."""
    base = crs.source_crs or crs
    return base if base.is_geographic else None


def unit_of(crs: CRS | None) -> str:
    """The symbol of the unit of a system's coordinates; empty where it is not known."""
    if crs is None or not crs.axis_info:
        return ""
    name = str(crs.axis_info[0].unit_name)
    return _SYMBOLS.get(name, name if name != "unknown" else "")


def _between(one: CRS | None, other: CRS) -> Transformer | None:
    """What brings coordinates from one system to another; None where nothing does, as between two planets."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        return Transformer.from_crs(one, other, always_xy=True)
    except ProjError:
        return None


def _moved(transformer: Transformer, x: Floats, y: Floats, *, back: bool = False) -> Pair:
    """Coordinates in the other system; NaN in both where there are none."""
    from pyproj.enums import TransformDirection

    way = TransformDirection.INVERSE if back else TransformDirection.FORWARD
    one, other = (np.asarray(values, dtype=np.float64) for values in transformer.transform(x, y, direction=way))
    lost = ~(np.isfinite(one) & np.isfinite(other))
    return np.where(lost, np.nan, one), np.where(lost, np.nan, other)
