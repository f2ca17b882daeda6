"""Where a raster lies, as CF's conventions say it in attributes and coordinates: to be written into zarr.

Sources: CF Metadata Conventions 1.11, section 5.6 (grid mappings); GDAL, "Zarr" and "NetCDF: Network Common Data Form"
(`spatial_ref`, `GeoTransform`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import system_of
from hsigui.cube.cube import Geo


def grid_mapping(geo: Geo) -> dict[str, Any]:
    """The attributes of a grid mapping; none where a scene has no place."""
    if geo.transform is None and not geo.crs_wkt:
        return {}
    found: dict[str, Any] = {}
    if (crs := system_of(geo)) is not None:
        from pyproj import CRS
        from pyproj.exceptions import CRSError

        wkt = crs.to_wkt()
        found |= {"crs_wkt": wkt, "spatial_ref": wkt}
        with suppress(CRSError):  # of a local grid, which CF has no words for
            found |= {key: _plain(value) for key, value in CRS.from_wkt(wkt).to_cf().items() if key != "crs_wkt"}
    if geo.transform is not None:
        a, b, c, d, e, f = geo.transform
        found["GeoTransform"] = " ".join(repr(float(value)) for value in (c, a, b, f, d, e))
    return found


def axes_of(geo: Geo, rows: int, cols: int) -> list[tuple[str, NDArray[np.floating], dict[str, str]]]:
    """Centres of the rows (rows long) and of the columns (cols long) with their names and attributes; none where the
    map is turned, or the scene has no place."""
    if geo.transform is None:
        return []
    a, b, c, d, e, f = geo.transform
    if b or d:
        return []
    crs = system_of(geo)
    degrees = crs is not None and crs.is_geographic
    kinds = ("latitude", "longitude") if degrees else ("projection_y_coordinate", "projection_x_coordinate")
    units = ("degrees_north", "degrees_east") if degrees else ("m", "m")
    if not degrees and crs is not None:
        units = (str(crs.linear_units or "m"),) * 2 if crs.is_projected else ("1", "1")
        units = tuple("m" if unit in ("metre", "meter") else unit for unit in units)  # type: ignore[assignment]
    y, x = f + e * (np.arange(rows) + 0.5), c + a * (np.arange(cols) + 0.5)
    return [
        ("y", y, {"standard_name": kinds[0], "units": units[0], "axis": "Y"}),
        ("x", x, {"standard_name": kinds[1], "units": units[1], "axis": "X"}),
    ]


def _plain(value: Any) -> Any:
    return [float(v) for v in value] if isinstance(value, list | tuple) else value
