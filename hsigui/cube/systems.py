"""In which coordinates places are told: of pixels, of the map, longitude and latitude, or a system that has a code."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from hsigui.cube.ground import Ground, unit_of
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from pyproj import CRS

PIXEL, MAP, LONLAT = "pixel", "map", "lonlat"
_CODE = re.compile(r"(?:(EPSG|ESRI|IGNF|IAU_2015|OGC|NKG)\s*:\s*)?([A-Za-z0-9_]+)", re.I)
_DEGREE_DIGITS = 6  # a tenth of a metre, at least
_MOST_DIGITS = 9


@dataclass(frozen=True)
class KnownSystem:
    """A system of the database.

    Attributes:
        code: with its authority, "EPSG:25832".
        covers: whether the scene lies where it is used.
    """

    code: str
    name: str
    covers: bool


@lru_cache(maxsize=8)
def system_of(code: str) -> CRS:
    """The system of a code, "EPSG:25832" or, of EPSG, "25832". Asks no server and reads no file.

    Raises:
        HsiError: there is none, or it has no horizontal coordinates.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    found = _CODE.fullmatch(code.strip())
    try:
        if found is None:
            raise CRSError(code)
        crs = CRS.from_authority((found[1] or "EPSG").upper(), found[2])
    except CRSError:
        raise HsiError(
            say("There is no coordinate system “{code}”.", code=code),
            say("Give a code such as EPSG:25832, or choose one by a part of its name."),
        ) from None
    if not (crs.is_geographic or crs.is_projected):
        raise HsiError(say("“{name}” has no horizontal coordinates.", name=crs.name), say("Choose another one."))
    return crs


def known_or_map(name: str) -> str:
    """A name of coordinates as it is, where it is one of those above or a code that there is; else map coordinates."""
    if name in (PIXEL, MAP, LONLAT):
        return name
    try:
        system_of(name)
    except HsiError:
        return MAP
    return name


def systems_named(text: str, ground: Ground | None, shape: tuple[int, int], most: int = 200) -> list[KnownSystem]:
    """The systems with a code or a name that has all words of a text; those that are used where the scene lies first.

    Args:
        shape: rows and columns of the scene.
        most: how many at most.
    """
    from pyproj.database import query_crs_info

    words = text.casefold().split()
    kinds = {"PROJECTED_CRS", "GEOGRAPHIC_2D_CRS"}
    lon, lat = (math.nan, math.nan) if ground is None else map(float, ground.to_lonlat(shape[0] / 2, shape[1] / 2))
    found: dict[str, KnownSystem] = {}  # some are listed twice
    for info in query_crs_info():
        said = f"{info.auth_name}:{info.code} {info.name}".casefold()
        if info.deprecated or info.type.name not in kinds or not all(word in said for word in words):
            continue
        area = info.area_of_use
        covers = area is not None and area.south <= lat <= area.north and _between(area.west, lon, area.east)
        code = f"{info.auth_name}:{info.code}"
        found[code] = KnownSystem(code, str(info.name), covers)
    return sorted(found.values(), key=lambda system: (not system.covers, len(system.name), system.code))[:most]


def written(ground: Ground | None, row: int, col: int, system: str) -> str:
    """Where a pixel is, as the status bar says it; in pixels alone where the scene has no place in the system."""
    pixel = say("row {row}, col {col} (from 0)", row=row, col=col)
    found = _values(ground, row + 0.5, col + 0.5, system)
    if found is None:
        return pixel
    x, y, digits, unit = found
    if system == LONLAT:
        return f"{pixel}   {latitude(y, digits)}, {longitude(x, digits)}"
    if unit == say("°"):
        place = say("x {x}°, y {y}°", x=number(x, digits), y=number(y, digits))
    else:
        place = say("x {x}, y {y} {unit}", x=number(x, digits), y=number(y, digits), unit=unit).rstrip()
    return f"{pixel}   {place if system == MAP else f'{system}: {place}'}"


def plain(ground: Ground | None, row: int, col: int, system: str) -> str:
    """Where a pixel is, as two numbers for other programs: row and column, x and y, or latitude and longitude."""
    found = _values(ground, row + 0.5, col + 0.5, system)
    if found is None:
        return f"{row}, {col}"
    x, y, digits, _ = found
    one, other = (y, x) if system == LONLAT else (x, y)
    return f"{number(one, digits)}, {number(other, digits)}"


def in_words(ground: Ground | None, row: int, col: int, system: str) -> str:
    """Where a pixel is, with a name before each number: row and column, then what `plain` says of it."""
    pixel = say("row {row}, col {col}", row=row, col=col)
    found = _values(ground, row + 0.5, col + 0.5, system)
    if found is None:
        return pixel
    x, y, digits, _ = found
    if system == LONLAT:
        return say("{pixel}, lat {y}, lon {x}", pixel=pixel, x=number(x, digits), y=number(y, digits))
    code = "" if system == MAP else f"{system} "
    return say("{pixel}, {code}x {x}, y {y}", pixel=pixel, code=code, x=number(x, digits), y=number(y, digits))


def about(ground: Ground | None, system: str) -> str:
    """What the numbers of the status bar are."""
    pixels = say("Rows and columns count from 0.")
    if ground is None:
        return say("{pixels} The scene says of no place on the earth.", pixels=pixels)
    if system == LONLAT and ground.on_earth:
        return say("{pixels} Latitude and longitude: {name}.", pixels=pixels, name=ground.lonlat_named)
    if system == MAP:
        return say("{pixels} x and y: {name}.", pixels=pixels, name=ground.named or say("no known system"))
    if system not in (PIXEL, LONLAT) and ground.on_earth:
        return say("{pixels} x and y: {name}.", pixels=pixels, name=system_of(system).name)
    return pixels


def latitude(degrees: float, digits: int) -> str:
    """Degrees north or south, written."""
    return _sided(degrees, digits, say("N"), say("S"))


def longitude(degrees: float, digits: int) -> str:
    """Degrees east or west, written; 190 degrees east are 170 west."""
    return _sided((degrees + 180) % 360 - 180, digits, say("E"), say("W"))


def _sided(degrees: float, digits: int, positive: str, negative: str) -> str:
    if degrees in (0, -180):  # of no side, or of both
        return f"{abs(degrees):.0f}°"
    side = positive if degrees > 0 else negative
    return say("{degrees}° {side}", degrees=number(abs(degrees), digits), side=side)


def number(value: float, digits: int) -> str:
    """A coordinate with so many digits behind the point, and never a minus zero."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _values(ground: Ground | None, row: float, col: float, system: str) -> tuple[float, float, int, str] | None:
    """x, y, how many digits tell pixels apart, and the unit; None where the scene has no place in the system."""
    if ground is None or system == PIXEL:
        return None
    rows, cols = np.array([row, row, row + 1]), np.array([col, col + 1, col])
    if system == MAP:
        (xs, ys), unit, degrees = ground.to_map(rows, cols), ground.unit, ground.geographic
    elif system == LONLAT:
        (xs, ys), unit, degrees = ground.to_lonlat(rows, cols), say("°"), True
    else:
        crs = system_of(system)
        (xs, ys), unit, degrees = ground.to_system(crs, rows, cols), unit_of(crs), bool(crs.is_geographic)
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        return None
    step = float(min(np.hypot(xs[1] - xs[0], ys[1] - ys[0]), np.hypot(xs[2] - xs[0], ys[2] - ys[0])))
    fewest = _DEGREE_DIGITS if degrees else 1
    needed = math.ceil(1 - math.log10(step)) if step > 0 else fewest
    return float(xs[0]), float(ys[0]), min(max(fewest, needed), _MOST_DIGITS), unit


def _between(west: float, longitude: float, east: float) -> bool:
    """Whether a meridian lies between two, across the 180th, too."""
    return west <= longitude <= east if west <= east else longitude >= west or longitude <= east
