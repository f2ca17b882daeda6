"""Coordinate reference systems as the variables of NetCDF's grid mappings name them.

Source: "NetCDF Climate and Forecast (CF) Metadata Conventions" 1.11, section 5.6 and appendix F, "Grid Mappings";
`spatial_ref` and `GeoTransform`: GDAL, "NetCDF network Common Data Form", Georeference.
"""

from __future__ import annotations

import math

from hsigui.cube.crs import crs_of
from hsigui.cube.formats.hdf5_attributes import Attributes

_WORDS = ("crs_wkt", "spatial_ref", "esri_pe_string", "wkt")
# Of each mapping: the projection of PROJ, and its parameters with the attributes that hold them.
_MAPPINGS = {
    "latitude_longitude": ("longlat", {}),
    "transverse_mercator": (
        "tmerc",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_central_meridian",
            "k": "scale_factor_at_central_meridian", "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "lambert_azimuthal_equal_area": (
        "laea",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_projection_origin",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "albers_conical_equal_area": (
        "aea",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_central_meridian",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "lambert_conformal_conic": (
        "lcc",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_central_meridian",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "polar_stereographic": (
        "stere",
        {
            "lat_0": "latitude_of_projection_origin", "lat_ts": "standard_parallel",
            "lon_0": "straight_vertical_longitude_from_pole", "k": "scale_factor_at_projection_origin",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "mercator": (
        "merc",
        {
            "lon_0": "longitude_of_projection_origin", "lat_ts": "standard_parallel",
            "k": "scale_factor_at_projection_origin", "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "lambert_cylindrical_equal_area": (
        "cea",
        {
            "lon_0": "longitude_of_central_meridian", "lat_ts": "standard_parallel",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "azimuthal_equidistant": (
        "aeqd",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_projection_origin",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "orthographic": (
        "ortho",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_projection_origin",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "stereographic": (
        "stere",
        {
            "lat_0": "latitude_of_projection_origin", "lon_0": "longitude_of_projection_origin",
            "k": "scale_factor_at_projection_origin", "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "oblique_mercator": (
        "omerc",
        {
            "lat_0": "latitude_of_projection_origin", "lonc": "longitude_of_projection_origin",
            "alpha": "azimuth_of_central_line", "k": "scale_factor_at_projection_origin",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "geostationary": (
        "geos",
        {
            "lon_0": "longitude_of_projection_origin", "h": "perspective_point_height",
            "x_0": "false_easting", "y_0": "false_northing",
        },
    ),
    "sinusoidal": (
        "sinu",
        {"lon_0": "longitude_of_projection_origin", "x_0": "false_easting", "y_0": "false_northing"},
    ),
}  # fmt: skip
_WITH_PARALLELS = {"aea", "lcc"}
MAPPING_NAMES = frozenset(_MAPPINGS)


def names_system(mapping: Attributes) -> bool:
    """Whether attributes are those of a grid mapping: they name a projection, or a system in words."""
    return any(mapping.text(word) for word in ("grid_mapping_name", *_WORDS))


def metres_of(wkt: str) -> float:
    """How many metres the unit of a system is; 1 where it is no projected one."""
    system = crs_of(wkt)
    return float(system.linear_units_factor[1]) if system.is_projected else 1.0


def wkt_of_mapping(mapping: Attributes) -> str | None:
    """The system that a grid mapping names, as WKT: by its text, by its code, or by its parameters. None where it names
    none that is known."""
    for text in (*(mapping.text(word) for word in _WORDS), _code(mapping), _proj(mapping)):
        if text and (wkt := wkt_or_none(text)):
            return wkt
    return None


def wkt_or_none(text: str) -> str | None:
    """A system in words or by its code, as WKT; None where the text is none."""
    from rasterio.errors import CRSError

    try:
        return str(crs_of(text).to_wkt())
    except CRSError:
        return None


def _code(mapping: Attributes) -> str:
    code = mapping.text("epsg_code", "epsg") or mapping.number("epsg_code", "epsg") or ""
    digits = str(code if isinstance(code, str) else int(code)).upper().removeprefix("EPSG:").strip()
    return f"EPSG:{digits}" if digits.isdecimal() else ""


def _proj(mapping: Attributes) -> str:
    projection, parameters = _MAPPINGS.get(mapping.text("grid_mapping_name").casefold(), ("", {}))
    if not projection:
        return ""
    words = [f"+proj={projection}"]
    for word, name in parameters.items():
        if (value := mapping.number(name)) is not None:
            words.append(f"+{word}={value!r}")
    if projection == "geos":
        swept = mapping.text("sweep_angle_axis") or {"x": "y", "y": "x"}.get(mapping.text("fixed_angle_axis"), "")
        words += [f"+sweep={swept}"] if swept in ("x", "y") else []
    if projection in _WITH_PARALLELS:
        words += [f"+lat_{n}={p!r}" for n, p in enumerate(mapping.numbers("standard_parallel").tolist(), 1)]
    return " ".join([*words, *_ellipsoid(mapping), "+no_defs"])


def _ellipsoid(mapping: Attributes) -> list[str]:
    major, minor = mapping.number("semi_major_axis", "earth_radius"), mapping.number("semi_minor_axis")
    inverse = mapping.number("inverse_flattening")
    if major is None:
        return ["+datum=WGS84"]
    if inverse:
        return [f"+a={major!r}", f"+rf={inverse!r}"]
    return [f"+a={major!r}", f"+b={(minor or major)!r}"]


def wkt_of_code(code: float | None) -> str | None:
    """The WKT of an EPSG code that an attribute gives as a number; None for none, or for one that is no code."""
    return wkt_or_none(f"EPSG:{int(code)}") if code is not None and math.isfinite(code) else None
