"""Georeference in ENVI headers: `map info` and `coordinate system string` from and to `Geo`.

The reference pixel of a map info counts from 1, and (1, 1) is the outer corner of the upper left pixel. A positive
rotation turns the scene counter-clockwise (checked against GDAL's reader).
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_header import Header
from hsigui.texts import say

Transform = tuple[float, float, float, float, float, float]

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
        first_fields=fields[0],
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


def map_info_of(geo: Geo) -> tuple[str, ...]:
    """The fields of a map info for a georeference; empty when it has no transform."""
    if geo.map_info:
        return geo.map_info
    if geo.transform is None:
        return ()
    a, b, c, d, e, f = geo.transform
    # The reader takes x = cos and y = -cos of the same turn, so rotation is read off the first column.
    turn = math.degrees(math.atan2(d, a))
    name, zone = _projection_of(geo.crs_wkt or "")
    info = [name, "1", "1", repr(c), repr(f), repr(math.hypot(a, d)), repr(math.hypot(b, e)), *zone]
    return (*info, f"rotation={turn:.8f}") if abs(turn) > 1e-9 else tuple(info)


def esri_wkt(wkt: str) -> str:
    """A coordinate reference system in the dialect that ENVI headers use."""
    if '"GCS_' in wkt:
        return wkt
    from rasterio.crs import CRS  # not needed to look at a scene, and slow to import

    return str(CRS.from_wkt(wkt).to_wkt(version="WKT1_ESRI"))


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
