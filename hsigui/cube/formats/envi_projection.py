"""Coordinate systems by the `projection info` of ENVI headers, which names a projection by a number and its parameters.

Sources: NV5, "ENVI Header Files", and the table of projections map_proj.txt that it refers to; GDAL, ENVI driver.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hsigui.cube.crs import crs_of
from hsigui.texts import say

# Of each number: the projection of PROJ, and what stands behind the axes of the ellipsoid, in its order.
_PROJECTIONS: Mapping[int, tuple[str, tuple[str, ...]]] = {
    3: ("tmerc", ("lat_0", "lon_0", "x_0", "y_0", "k")),
    4: ("lcc", ("lat_0", "lon_0", "x_0", "y_0", "lat_1", "lat_2")),
    6: ("omerc", ("lat_0", "lonc", "alpha", "x_0", "y_0", "k")),
    7: ("stere", ("lat_0", "lon_0", "x_0", "y_0", "k")),
    9: ("aea", ("lat_0", "lon_0", "x_0", "y_0", "lat_1", "lat_2")),
    10: ("poly", ("lat_0", "lon_0", "x_0", "y_0")),
    11: ("laea", ("lat_0", "lon_0", "x_0", "y_0")),
    12: ("aeqd", ("lat_0", "lon_0", "x_0", "y_0")),
    31: ("stere", ("lat_ts", "lon_0", "x_0", "y_0")),  # polar
}
_SINUSOIDAL = 16  # on a sphere: its radius alone stands in front
# Datums by the letters and digits of their names.
_DATUMS = {"wgs84": "WGS84", "wgs1984": "WGS84", "nad83": "NAD83", "northamerica1983": "NAD83",
           "northamericandatum1983": "NAD83", "nad27": "NAD27", "northamerica1927": "NAD27",
           "northamericandatum1927": "NAD27"}  # fmt: skip


def system_of_projection(items: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The system that a `projection info` names, as WKT, with a sentence where its datum is not known; None where it
    names none that is known, or is not in metres.

    Args:
        items: its entries, as they stand between the braces.
    """
    from rasterio.errors import CRSError

    numbers, names = _numbers(items), [_plain(item) for item in items]
    if any(name.startswith("units") and name not in ("unitsmeters", "unitsmetres") for name in names):
        return None, ()
    words = _words(numbers, names)
    if not words:
        return None, ()
    try:
        wkt = str(crs_of(" ".join([*words, "+units=m", "+no_defs"])).to_wkt())
    except CRSError:
        return None, ()
    if any(word.startswith("+datum=") for word in words):
        return wkt, ()
    return wkt, (say("Of the projection the ellipsoid is known, and no datum: in other systems its place may be off by "
                     "some hundred metres."),)  # fmt: skip


def _words(numbers: Sequence[float], names: Sequence[str]) -> list[str]:
    code = int(numbers[0]) if numbers and numbers[0] == int(numbers[0]) else 0
    if code == _SINUSOIDAL and len(numbers) >= 5:
        radius, lon, x, y = numbers[1:5]
        return ["+proj=sinu", f"+lon_0={lon!r}", f"+x_0={x!r}", f"+y_0={y!r}", f"+R={radius!r}"]
    projection, parameters = _PROJECTIONS.get(code, ("", ()))
    if not projection or len(numbers) < 3 + len(parameters):
        return []
    values = dict(zip(parameters, numbers[3:], strict=False))
    words = [f"+proj={projection}", *(f"+{name}={value!r}" for name, value in values.items())]
    if code == 31:
        words.append(f"+lat_0={math.copysign(90.0, values['lat_ts'])!r}")
    datum = next((_DATUMS[name] for name in names if name in _DATUMS), None)
    return [*words, f"+datum={datum}"] if datum else [*words, f"+a={numbers[1]!r}", f"+b={numbers[2]!r}"]


def _numbers(items: Sequence[str]) -> list[float]:
    """The numbers with which the entries begin."""
    found = []
    for item in items:
        try:
            value = float(item)
        except ValueError:
            break
        if not math.isfinite(value):
            return []
        found.append(value)
    return found


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
