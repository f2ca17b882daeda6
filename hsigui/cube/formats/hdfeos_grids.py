"""Where an array of a grid of HDF-EOS 5 lies, by the structure metadata that the file writes down.

Source: "HDF-EOS5 Data Model, File Format and Library" (ESDS-RFC-008), grids; USGS, "GCTP", packed degrees.
"""

from __future__ import annotations

import math
import re
from typing import Any

from hsigui.cube.cube import Geo
from hsigui.cube.formats.array_file import Place
from hsigui.cube.formats.cf_crs import wkt_of_code, wkt_or_none
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.hdf5_attributes import Attributes, text_in
from hsigui.cube.formats.hdf5_links import is_array, item_of
from hsigui.texts import say

_STRUCTURES = ("HDFEOS INFORMATION/StructMetadata.0",)


def place_in_grid(file: Any, name: str, layout: Layout) -> Place:
    """Where an array lies that is one of a grid of HDF-EOS 5; an empty place for every other.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    grid = re.match(r"/?HDFEOS/GRIDS/([^/]+)/", name)
    text = next((text for path in _STRUCTURES if (text := _structure(file, path))), "")
    if not grid or not text:
        return Place()
    for block in re.findall(r"GROUP=GRID_\d+\s(.*?)END_GROUP=GRID_\d+", text, re.DOTALL):
        if f'GridName="{grid[1]}"' in block:
            return _of_grid(file, grid[1], block, layout)
    return Place()


def _structure(file: Any, path: str) -> str:
    item = item_of(file, path)
    return text_in(item) if is_array(item) and item.shape in ((), (1,)) else ""


def _of_grid(file: Any, grid: str, block: str, layout: Layout) -> Place:
    upper, lower = _pair(block, "UpperLeftPointMtrs"), _pair(block, "LowerRightMtrs")
    if upper is None or lower is None or re.search(r"GridOrigin=(?!HE5_HDFE_GD_UL\b)", block):
        return Place()
    projection = _projection(block)
    if projection == "GEO":
        upper, lower = _degrees(upper), _degrees(lower)
    (left, top), (right, bottom) = upper, lower
    rows, cols, _ = layout.shape
    if left == right or top == bottom:
        return Place()
    transform = ((right - left) / cols, 0.0, left, 0.0, (bottom - top) / rows, top)
    around = Attributes.around(file, f"HDFEOS/GRIDS/{grid}")
    code = around.number("epsg_code", "epsg")
    wkt = wkt_of_code(code) or (wkt_or_none("EPSG:4326") if projection == "GEO" else _utm(block))
    if wkt is None:
        said = say("The projection “{name}” that the file names is not known: the scene has no coordinate system.",
                   name=projection)  # fmt: skip
        return Place(Geo(transform), (said,))
    return Place(Geo(transform, wkt))


def _projection(block: str) -> str:
    found = re.search(r"Projection=(?:HE5_)?GCTP_(\w+)", block)
    return found[1] if found else ""


def _degrees(corner: tuple[float, float]) -> tuple[float, float]:
    """Longitude and latitude of a corner that is packed as DDDMMMSSS.SS; one that is not so large is in degrees."""
    if max(map(abs, corner)) <= 360:
        return corner
    return _unpacked(corner[0]), _unpacked(corner[1])


def _unpacked(value: float) -> float:
    degrees, rest = divmod(abs(value), 1e6)
    minutes, seconds = divmod(rest, 1e3)
    return math.copysign(degrees + minutes / 60 + seconds / 3600, value)


def _pair(block: str, key: str) -> tuple[float, float] | None:
    found = re.search(key + r"=\(([^,()]+),([^,()]+)\)", block)
    try:
        pair = (float(found[1]), float(found[2])) if found else None
    except ValueError:
        return None
    return pair if pair and all(map(math.isfinite, pair)) else None


def _utm(block: str) -> str | None:
    """UTM on WGS 84 by the zone of GCTP, which is negative in the south."""
    zone = re.search(r"Projection=HE5_GCTP_UTM\s.*?ZoneCode=(-?\d+)", block, re.DOTALL)
    if not zone or not 1 <= abs(int(zone[1])) <= 60:
        return None
    number = int(zone[1])
    return wkt_or_none(f"EPSG:{(32600 if number > 0 else 32700) + abs(number)}")
