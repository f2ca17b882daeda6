"""Coordinate reference systems as files name them: by code, or in words of WKT or PROJ.

GDAL takes any text for one: it asks a server where the text is an address, and reads a file where it is a path. So only
texts that are neither are handed to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from rasterio.crs import CRS

    from hsigui.cube.cube import Geo

_CODE = re.compile(r"(EPSG|ESRI|IGNF|IAU_2015|OGC|CRS|NKG):[A-Za-z0-9_.]+", re.I)
_URN = re.compile(r"urn:(x-)?ogc:def:crs[A-Za-z0-9_:.,\-]*", re.I)
# OGC 07-092r3: systems by an address, which is a name and need not be asked.
_ADDRESS = re.compile(r"https?://www\.opengis\.net/def/crs/([A-Za-z_]+)/[0-9.]+/([A-Za-z0-9_.]+)/?", re.I)
_WELL_KNOWN = re.compile(r"(WGS|NAD|CRS)[0-9]{2}", re.I)
_WORDS = re.compile(r"\s*(?:[A-Za-z0-9_]+\s*[\[(]|\+(?:proj|init)=|\{)")
# A grid of shifts may be any file; those that PROJ brings along have plain names.
_GRID = re.compile(r"grids\s*[=\"',\s]+@?[^\s\"',]*(/|\\|:)", re.I)


class Unplaceable(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """A format cannot say where a raster lies; others can."""


def system_of(geo: Geo | None) -> CRS | None:
    """The coordinate reference system of a scene; None when it has none.

    Raises:
        HsiError: its text is not understood.
    """
    from rasterio.crs import CRS  # slow to import
    from rasterio.errors import CRSError

    if geo is None or not geo.crs_wkt:
        return None
    try:
        return CRS.from_wkt(geo.crs_wkt)
    except CRSError as error:
        raise HsiError(say("The coordinate system of the scene is not understood: {error}.", error=error)) from error


def crs_of(text: str) -> CRS:
    """The coordinate reference system that a text names. Asks no server and reads no file.

    Raises:
        CRSError: it names none, or an address or a path.
    """
    from rasterio import Env  # slow to import, and few scenes need it
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    name = text.strip()
    if address := _ADDRESS.fullmatch(name):
        name = ":".join(address.groups())
    known = _CODE.fullmatch(name) or _URN.fullmatch(name) or _WELL_KNOWN.fullmatch(name) or _WORDS.match(name)
    if not known or _GRID.search(name) or "/vsi" in name:
        raise CRSError(say("it is neither a code nor a description"))
    with Env():  # without it GDAL prints what it thinks of the text
        return CRS.from_user_input(name)
