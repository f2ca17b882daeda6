"""A cube in plain values that can be written as JSON or shown in a table. The fields: resources/help/info-json.md."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hsigui.cube.cube import Cube, CubeInfo, Geo


def describe(cube: Cube) -> dict[str, Any]:
    """What is known of a cube without reading its samples. Bands count from 0, wavelengths are in nm; what the file
    does not say is null."""
    info = cube.info
    return {
        "kind": "cube",
        "path": cube.info.address or (None if cube.path is None else str(cube.path)),
        "name": cube.name,
        "rows": cube.rows,
        "cols": cube.cols,
        "bands": cube.bands,
        "dtype": cube.dtype.name,
        "variable": info.variable or None,
        "product": info.product or None,
        "quality_masks": list(info.quality) or None,
        "quality_masks_offered": list(info.quality_offered) or None,
        "wavelength_variable": info.origins.get("wavelengths"),
        "bad_band_variable": info.origins.get("bad_bands"),
        **layout_of(info),
        **bands_of(info),
        **place_of(cube.geo),
        "history": list(info.history) or None,
        "notes": list(info.notes),
        "metadata": dict(info.metadata),
    }


def layout_of(info: CubeInfo) -> dict[str, Any]:
    """How the samples are stored and what the numbers mean."""
    return {
        "interleave": info.interleave or None,
        "byte_order": info.byte_order,
        "header_offset": info.header_offset,
        "axis_order": info.axis_order or None,
        "nodata": finite(info.nodata),
        "scale_factor": info.scale,
        "add_offset": info.offset or None,
        "valid_range": finite_list(info.valid_range or ()),
        "data_gain_values": finite_list(info.gains),
        "data_offset_values": finite_list(info.offsets),
    }


def bands_of(info: CubeInfo) -> dict[str, Any]:
    """The lists with one entry a band."""
    bad = [band for band, is_bad in enumerate(info.bad_bands) if is_bad]
    waves = list(info.wavelengths) or None
    return {
        "wavelengths": waves,
        "wavelength_first_nm": waves[0] if waves else None,
        "wavelength_last_nm": waves[-1] if waves else None,
        "wavelength_units_in_file": info.wavelength_units or None,
        "units_guessed": info.units_guessed,
        "fwhm": list(info.fwhm) or None,
        "band_names": list(info.band_names) or None,
        "bad_bands": len(bad),
        "bad_band_list": bad,
        "nan_bands": len(info.empty_bands),
        "nan_band_list": list(info.empty_bands),
        "default_bands": list(info.default_bands) or None,
        "default_bands_zero_based": list(info.default_bands) or None,
    }


def place_of(geo: Geo) -> dict[str, Any]:
    """Where a raster lies. Pixel size and rotation are those of the map info where there is one."""
    place: dict[str, Any] = {
        "crs": crs_name(geo.crs_wkt) if geo.crs_wkt else None,
        "crs_wkt": geo.crs_wkt,
        "transform": None,
        "map_origin": None,
        "pixel_size": None,
        "map_rotation_deg": None,
    }
    if geo.transform is not None:
        a, b, c, d, e, f = geo.transform
        size, turn = (math.hypot(a, d), math.hypot(b, e)), math.degrees(math.atan2(d, a))
        if len(geo.map_info) > 6:
            size, turn = (abs(float(geo.map_info[5])), abs(float(geo.map_info[6]))), geo.map_rotation
        # Ten digits: enough for any map, without the rounding noise of a rotation.
        short = [float(f"{value:.10g}") for value in (*size, turn)]
        place |= {"transform": list(geo.transform), "map_origin": [c, f], "pixel_size": short[:2]}
        place["map_rotation_deg"] = short[2] + 0.0  # no minus before a zero
    return place


@lru_cache(maxsize=16)
def crs_name(wkt: str) -> str:
    """A coordinate reference system by its number (“EPSG:32633”), or the WKT itself when it has none."""
    from rasterio import Env  # slow to import, and few scenes need it
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        with Env():  # without it GDAL prints what it thinks of the text
            code = CRS.from_wkt(wkt).to_epsg()
    except CRSError:
        return wkt
    return wkt if code is None else f"EPSG:{code}"


def finite(value: float | None) -> float | None:
    """JSON knows no NaN and no infinity."""
    return None if value is None or not math.isfinite(value) else value


def finite_list(values: Iterable[float]) -> list[float | None] | None:
    return [finite(value) for value in values] or None
