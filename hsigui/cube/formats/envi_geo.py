"""Georeference in ENVI headers: `map info` and `coordinate system string` from and to `Geo`.

The reference pixel of a map info counts from 1, and (1, 1) is the outer corner of the upper left pixel. A positive
rotation turns the scene counter-clockwise. One of 180 degrees stands for rows that run northwards, not for a turn (both
checked against GDAL's reader).

A map info has a corner, a width, a height and one angle. It can say of a mirrored or sheared raster neither where it
lies nor that it cannot; so rasters are turned first (`flips.to_north_up`), and what is then not said within a hundredth
of a pixel is refused.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Sequence

from hsigui.cube.crs import Unplaceable
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_header import Header
from hsigui.cube.formats.envi_projection import system_of_projection
from hsigui.texts import say

Transform = tuple[float, float, float, float, float, float]

MOST_OFF = 0.005  # pixels by which a corner may be off
_SOUTH_UP = 1e-8  # radians from half a turn, within which it is none
_GEOGCS = {
    "WGS84": ("WGS 84", "WGS_1984", "WGS 84", 6378137, 298.257223563, 4326, 32600, 32700),
    "NAD83": ("NAD83", "North_American_Datum_1983", "GRS 1980", 6378137, 298.257222101, 4269, 26900, None),
    "NAD27": ("NAD27", "North_American_Datum_1927", "Clarke 1866", 6378206.4, 294.9786982139006, 4267, 26700, None),
    "ETRS89": (
        "ETRS89", "European_Terrestrial_Reference_System_1989", "GRS 1980", 6378137, 298.257222101, 4258, 25800, None,
    ),
}  # fmt: skip


def geo_of(header: Header) -> tuple[Geo, tuple[str, ...]]:
    """Where the raster of a header lies, and notes on what could not be understood."""
    fields = header.items("map info")
    wkt = header.fields.get("coordinate system string", "").strip() or None
    notes: tuple[str, ...] = ()
    if wkt is not None and not _is_crs(wkt):
        wkt = None
        notes = (say("The coordinate system string is not understood and left out."),)
    if not fields:
        return Geo(crs_wkt=wkt), notes
    transform, own, said = place_of_map_info(fields)
    if transform is None:
        return Geo(crs_wkt=wkt, map_info=fields), (*notes, *said)
    if wkt is None and own is None:
        wkt, told = system_of_projection(header.items("projection info"))
        notes += told
    return Geo(transform, wkt or own, fields), notes if wkt else (*notes, *said)


def place_of_map_info(fields: Sequence[str]) -> tuple[Transform | None, str | None, tuple[str, ...]]:
    """The transform and the coordinate system of the fields of a map info, and notes on what could not be understood;
    the system counts where no coordinate system string names one."""
    try:
        transform = _transform(fields)
    except (ValueError, IndexError):
        return None, None, (say("The map info is not understood: positions are left out."),)
    wkt = _wkt_of(fields)
    if wkt is not None or fields[0].casefold() in ("arbitrary", "pixel"):
        return transform, wkt, ()
    said = say(
        "The projection “{first_fields}” of the map info is not known without a coordinate system string.",
        first_fields=fields[0][:40],
    )
    return transform, None, (said,)


@functools.lru_cache(maxsize=64)
def _is_crs(wkt: str) -> bool:
    """Whether the text is a coordinate system that maps can be written with."""
    if not re.match(r"[A-Z_]+\s*\[", wkt, re.IGNORECASE):
        return False
    from rasterio.crs import CRS  # here: its import costs time that headers without such a string need not spend
    from rasterio.errors import CRSError

    try:
        CRS.from_wkt(wkt)
    except CRSError:
        return False
    return True


def map_info_of(geo: Geo, shape: tuple[int, ...]) -> tuple[str, ...]:
    """The fields of a map info for a georeference; empty when it has no transform.

    Args:
        shape: rows and columns of the raster.

    Raises:
        Unplaceable: a map info cannot say where the raster lies: it is sheared or mirrored, or its pixels are turned
            and not square.
    """
    if geo.transform is None:
        return geo.map_info
    if geo.map_info and not geo.map_rotation and _says(geo.map_info, geo, shape):
        return geo.map_info
    a, b, c, d, e, f = geo.transform
    # The reader takes x = cos and y = -cos of the same turn, so rotation is read off the first row.
    turn = math.degrees(math.atan2(b, a))
    name, *zone = _projection_in(geo)
    # GDAL and ENVI turn about different points, which are the same where the reference pixel is the first.
    info = [name, "1", "1", repr(c), repr(f), repr(math.hypot(a, b)), repr(math.hypot(d, e)), *zone]
    fields = (*info, f"rotation={turn:.10f}") if abs(turn) > 1e-10 else tuple(info)
    if not _says(fields, geo, shape):
        raise Unplaceable(
            say(
                "ENVI files cannot say where this raster lies: its pixels are sheared, or turned by {turn:.1f} degrees "
                "and {width:.6g} x {height:.6g} map units large.",
                turn=math.degrees(math.atan2(d, a)),
                width=math.hypot(a, d),
                height=math.hypot(b, e),
            ),
            say("Write a GeoTIFF, or resample it to north-up (hsigui export --north-up; “North-up” in the window)."),
        )
    return fields


def _says(fields: Sequence[str], geo: Geo, shape: tuple[int, ...]) -> bool:
    """Whether a map info puts all corners where the transform has them."""
    assert geo.transform is not None
    a, b, c, d, e, f = geo.transform
    try:
        read = Geo(_transform(fields))
    except (ValueError, IndexError):
        return False
    size = math.sqrt(abs(a * e - b * d))
    for row, col in itertools.product((0, shape[0]), (0, shape[1])):
        found = read.to_map(row, col)
        assert found is not None
        if math.hypot(found[0] - (a * col + b * row + c), found[1] - (d * col + e * row + f)) > MOST_OFF * size:
            return False
    return True


def _projection_in(geo: Geo) -> tuple[str, ...]:
    """The projection's name and zone, as the scene's own map info has them or as its coordinate system says."""
    if len(geo.map_info) > 6:
        return geo.map_info[0], *(f for f in geo.map_info[7:] if not f.casefold().startswith("rotation"))
    name, zone = _projection_of(geo.crs_wkt or "")
    return name, *zone


def esri_wkt(wkt: str) -> str:
    """A coordinate reference system in the dialect that ENVI headers use.

    Raises:
        Unplaceable: the dialect has no words for it.
    """
    if '"GCS_' in wkt:
        return wkt
    from rasterio import Env  # not needed to look at a scene, and slow to import
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        with Env():  # without it GDAL prints what it thinks of the system
            return str(CRS.from_wkt(wkt).to_wkt(version="WKT1_ESRI"))
    except CRSError as error:
        raise Unplaceable(
            say("ENVI headers have no words for the coordinate system of this raster."), say("Write a GeoTIFF.")
        ) from error


def utm_wkt(zone: int, south: bool = False, datum: str = "WGS84") -> str:
    """WKT 1 of a UTM zone on one of the datums WGS84, NAD83, NAD27, ETRS89 (the last three in the north only)."""
    name, *_, base, base_south = _GEOGCS[datum]
    code = base_south if south else base
    authority = f',AUTHORITY["EPSG","{code + zone}"]' if code is not None else ""
    hemisphere = "S" if south else "N"
    return (
        f'PROJCS["{name} / UTM zone {zone}{hemisphere}",{geographic_wkt(datum)},PROJECTION["Transverse_Mercator"],'
        f'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",{zone * 6 - 183}],'
        f'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],'
        f'PARAMETER["false_northing",{10_000_000 if south else 0}],UNIT["metre",1,AUTHORITY["EPSG","9001"]],'
        f'AXIS["Easting",EAST],AXIS["Northing",NORTH]{authority}]'
    )


def geographic_wkt(datum: str = "WGS84") -> str:
    """WKT 1 of latitude and longitude on one of the datums of `utm_wkt`."""
    name, long_name, ellipsoid, radius, flattening, code, *_ = _GEOGCS[datum]
    return (
        f'GEOGCS["{name}",DATUM["{long_name}",SPHEROID["{ellipsoid}",{radius},{flattening}]],'
        f'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
        f'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","{code}"]]'
    )


def _transform(fields: Sequence[str]) -> Transform:
    ref_col, ref_row, x, y, width, height = (float(v) for v in fields[1:7])
    turn = math.radians(Geo(map_info=tuple(fields)).map_rotation)
    if abs(abs(turn) - math.pi) < _SOUTH_UP:
        turn, height = 0.0, -height
    a, b = width * math.cos(turn), width * math.sin(turn)
    d, e = height * math.sin(turn), -height * math.cos(turn)
    if not all(map(math.isfinite, (a, b, d, e, x, y, ref_col, ref_row))):
        raise ValueError("not a place")
    return a, b, x - a * (ref_col - 1) - b * (ref_row - 1), d, e, y - d * (ref_col - 1) - e * (ref_row - 1)


def _wkt_of(fields: Sequence[str]) -> str | None:
    datum = _datum(",".join(fields[7:]))
    name = fields[0].casefold()
    if name.startswith("geographic"):
        return geographic_wkt(datum) if datum else None
    if name != "utm" or datum is None or len(fields) < 9 or not fields[7].isdecimal():
        return None
    zone, south = int(fields[7]), fields[8].casefold().startswith("s")
    if not 1 <= zone <= 60 or (south and datum != "WGS84"):
        return None
    return utm_wkt(zone, south, datum)


def _datum(text: str) -> str | None:
    flat = re.sub(r"[^a-z0-9]", "", text.casefold())
    if "wgs84" in flat or "wgs1984" in flat:
        return "WGS84"
    if "nad83" in flat or "northamerica1983" in flat or "northamericandatum1983" in flat:
        return "NAD83"
    if "nad27" in flat or "northamerica1927" in flat or "northamericandatum1927" in flat:
        return "NAD27"
    if "etrs89" in flat or "etrs1989" in flat:
        return "ETRS89"
    return None


def _projection_of(wkt: str) -> tuple[str, tuple[str, ...]]:
    names = [n for n, datum in (("WGS-84", "WGS84"), ("North America 1983", "NAD83")) if _datum(wkt[:300]) == datum]
    datum = names[0] if names else ""
    zone = re.search(r"UTM[ _]zone[ _](\d+)([NS])", wkt, re.IGNORECASE)
    if zone and datum:
        hemisphere = "South" if zone[2].upper() == "S" else "North"
        return "UTM", (zone[1], hemisphere, datum, "units=Meters")
    if wkt.startswith(("GEOGCS", "GEOGCRS")) and datum:
        return "Geographic Lat/Lon", (datum, "units=Degrees")
    return "Arbitrary", ()
