"""A cube in plain values that can be written as JSON or shown in a table."""

from __future__ import annotations

import math
from typing import Any

from hsigui.cube.cube import Cube


def describe(cube: Cube) -> dict[str, Any]:
    """What is known of a cube without reading its samples. Bands count from 0, wavelengths are in nm; what the file
    does not say is null."""
    info = cube.info
    bad = [band for band, is_bad in enumerate(info.bad_bands) if is_bad]
    waves = list(info.wavelengths) or None
    return {
        "path": None if cube.path is None else str(cube.path),
        "name": cube.name,
        "rows": cube.rows,
        "cols": cube.cols,
        "bands": cube.bands,
        "dtype": cube.dtype.name,
        "interleave": info.interleave or None,
        "byte_order": _whole(info.metadata.get("byte order")),
        "header_offset": _whole(info.metadata.get("header offset")),
        "variable": info.variable or None,
        "wavelengths": waves,
        "wavelength_first_nm": waves[0] if waves else None,
        "wavelength_last_nm": waves[-1] if waves else None,
        "fwhm": list(info.fwhm) or None,
        "band_names": list(info.band_names) or None,
        "bad_bands": len(bad),
        "bad_band_list": bad,
        "default_bands": list(info.default_bands) or None,
        "nodata": None if info.nodata is None or not math.isfinite(info.nodata) else info.nodata,
        "scale_factor": info.scale,
        "notes": list(info.notes),
        **_place(cube),
    }


def _place(cube: Cube) -> dict[str, Any]:
    transform = cube.geo.transform
    place: dict[str, Any] = {"crs": cube.geo.crs_wkt, "transform": None, "map_origin": None, "pixel_size": None}
    if transform is not None:
        a, b, c, d, e, f = transform
        # Ten digits: enough for any map, without the rounding noise of a rotation.
        size = [float(f"{math.hypot(a, d):.10g}"), float(f"{math.hypot(b, e):.10g}")]
        place |= {"transform": list(transform), "map_origin": [c, f], "pixel_size": size}
    return place


def _whole(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
