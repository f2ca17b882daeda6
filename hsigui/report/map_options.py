"""How a map is written, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MapOptions:
    """How a map is written; each format heeds what it can.

    Attributes:
        title: above pictures with a legend, and of a KMZ.
        cloud: GeoTIFF: cloud-optimised.
        bare: pictures: the map alone, one pixel each, with world file, instead of the map with its legend.
        simplify: polygons: tolerance in pixels, 0 for none.
        smallest: polygons: mapping unit in pixels, 0 for none.
        north_up: all formats: resampled to rows that run from west to east, see `north_up`.
    """

    title: str = ""
    cloud: bool = False
    bare: bool = False
    simplify: float = 0.0
    smallest: int = 0
    north_up: bool = False
