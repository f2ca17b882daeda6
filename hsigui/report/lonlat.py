"""Maps in longitude and latitude of WGS 84, which is all that globes and GeoJSON know."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rasterio.crs import CRS
from rasterio.warp import transform

from hsigui.cube.crs import Unplaceable, system_of
from hsigui.cube.cube import Geo
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import Shape, transformed
from hsigui.texts import say

LONLAT = "EPSG:4326"
_FEWEST_DIGITS = 8  # of degrees: a millimetre
_DIGITS_OF_PIXEL = 3  # a thousandth of one

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


def box_of(geo: Geo | None, shape: tuple[int, ...], what: str) -> Box:
    """The degrees that a map covers.

    Args:
        shape: rows and columns of the map.
        what: the format that needs them, “a KMZ”.

    Raises:
        Unplaceable: the map has no place on the earth, or crosses the 180th meridian.
        HsiError: its coordinate system is not understood.
    """
    crs = system_of(geo)
    if geo is None or geo.transform is None or crs is None:
        raise Unplaceable(
            say("The map has no place on the earth, which {what} needs.", what=what),
            say("Choose GeoTIFF, ENVI or PNG, or georeference the scene first."),
        )
    grid = Grid(shape[0], shape[1], geo)
    edges = grid.to_map(grid.corners())
    xs, ys = transform(crs, CRS.from_epsg(4326), edges[:, 0].tolist(), edges[:, 1].tolist())
    west, south, east, north = min(xs), min(ys), max(xs), max(ys)
    if not all(map(math.isfinite, (west, south, east, north))) or not -90 <= south < north <= 90:
        raise Unplaceable(
            say("The place of the map cannot be told in latitude and longitude."), say("Choose another format.")
        )
    if east - west > 180:
        raise Unplaceable(
            say("The map crosses the 180th meridian, which {what} cannot show.", what=what),
            say("Choose GeoTIFF or GeoPackage."),
        )
    return west, south, east, north


def digits_for(box: Box, shape: tuple[int, ...]) -> int:
    """How many digits degrees are written with: a thousandth of a pixel, and a millimetre at least."""
    west, south, east, north = box
    pixel = min((north - south) / max(shape), (east - west) / max(shape))
    return max(_FEWEST_DIGITS, math.ceil(_DIGITS_OF_PIXEL - math.log10(pixel)))


def in_lonlat(shapes: Iterable[Shape], geo: Geo, name: str) -> Iterator[Shape]:
    """Shapes of map coordinates in degrees; corners that neighbours share stay the same to the last digit.

    Raises:
        HsiError: they have no place there.
    """
    found: Sequence[Shape] = list(shapes)
    rings = [ring for shape in found for ring in shape.rings]
    if not rings:
        return
    points = transformed(np.concatenate(rings), str(geo.crs_wkt), LONLAT, name)
    ends = np.cumsum([len(ring) for ring in rings]).tolist()
    pieces = iter(points[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True))
    for shape in found:
        yield Shape(shape.number, shape.kind, tuple(next(pieces) for _ in shape.rings))
