"""Places for maps, and where GDAL says that a written map lies."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
import rasterio.transform
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning
from rasterio.warp import transform

from hsigui.cube.cube import Geo
from hsigui.labels.grid import Grid

# Name of the system -> the place of a map in it, in its own units, and a pixel of about 10 m.
SYSTEMS: Mapping[str, tuple[float, float, float]] = {
    "EPSG:32633": (400_000.0, 5_000_000.0, 10.0),
    "EPSG:32719": (300_000.0, 7_000_000.0, 10.0),
    "EPSG:3857": (1_100_000.0, 8_399_000.0, 20.0),
    "EPSG:4326": (15.1, 59.3, 1e-4),
    "EPSG:4807": (3.0, 52.0, 1e-4),  # grads from Paris
    "EPSG:3035": (4_300_000.0, 3_200_000.0, 10.0),
    "EPSG:3031": (1_200_000.0, -600_000.0, 10.0),
    "EPSG:5514": (-740_000.0, -1_040_000.0, 10.0),  # axes south and west
    "EPSG:2272": (2_700_000.0, 240_000.0, 30.0),  # feet
    "+proj=laea +lat_0=10 +lon_0=20 +datum=WGS84": (20_000.0, 30_000.0, 10.0),  # without a code
}
# Rows of the transform's first two columns, for pixels of size 1.
LIE: Mapping[str, tuple[float, float, float, float]] = {
    "north-up": (1.0, 0.0, 0.0, -1.0),
    "south-up": (1.0, 0.0, 0.0, 1.0),
    "west-up": (-1.0, 0.0, 0.0, -1.0),
    "half a turn": (-1.0, 0.0, 0.0, 1.0),
    "turned": (math.cos(0.5), math.sin(0.5), math.sin(0.5), -math.cos(0.5)),
    "turned far": (math.cos(2.4), math.sin(2.4), math.sin(2.4), -math.cos(2.4)),
    "turned, oblong": (math.cos(0.5), 0.7 * math.sin(0.5), math.sin(0.5), -0.7 * math.cos(0.5)),
    "turned and mirrored": (math.cos(0.5), -math.sin(0.5), math.sin(0.5), math.cos(0.5)),
    "sheared": (1.0, 0.3, 0.1, -1.0),
}


def geo_in(system: str, lie: tuple[float, float, float, float]) -> Geo:
    """A map's place in a coordinate system."""
    x, y, size = SYSTEMS[system]
    a, b, d, e = (float(value) * size for value in lie)
    return Geo((a, b, x, d, e, y), CRS.from_user_input(system).to_wkt())


def degrees(points: np.ndarray, crs: CRS) -> np.ndarray:
    """Longitude and latitude of points, n x 2."""
    return np.stack(transform(crs, CRS.from_epsg(4326), points[:, 0], points[:, 1]), axis=1)


def pixels_off(path: Path, array: np.ndarray, geo: Geo) -> float:
    """By how many pixels a raster of distinct numbers lies wrong, as GDAL reads it; infinite where numbers differ."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path) as file:
            held, affine, crs = file.read(1), file.transform, file.crs
    if sorted(held[held > 0].tolist()) != sorted(array.ravel().tolist()):
        return math.inf
    rows, cols = np.nonzero(held)
    x, y = rasterio.transform.xy(affine, rows, cols)
    back = np.argsort(array.ravel())[np.searchsorted(np.sort(array.ravel()), held[rows, cols])]
    return off(
        np.stack([np.array(x), np.array(y)], axis=1),
        crs,
        np.stack(np.divmod(back, array.shape[1])[::-1], axis=1) + 0.5,
        geo,
        array,
    )


def off(points: np.ndarray, crs: CRS | None, wanted: np.ndarray, geo: Geo, array: np.ndarray) -> float:
    """The largest distance between points of a system and pixel positions of a map, in its pixels."""
    grid = Grid(array.shape[0], array.shape[1], geo)
    if crs is not None and geo.crs_wkt and crs != CRS.from_wkt(geo.crs_wkt):
        points = np.stack(transform(crs, CRS.from_wkt(geo.crs_wkt), points[:, 0], points[:, 1]), axis=1)
    return float(np.abs(grid.to_pixels(points) - wanted).max())
