"""Small cubes for the tests of preparing."""

from __future__ import annotations

import numpy as np
from rasterio.crs import CRS

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo

GEO = Geo((30.0, 0.0, 400000.0, 0.0, -30.0, 5000000.0), CRS.from_epsg(32633).to_wkt())
TURNED = Geo((3.0, 1.0, 400000.0, 1.0, -3.0, 5000000.0), CRS.from_epsg(32633).to_wkt())
ROWS, COLS, BANDS = 11, 7, 6


def counts(dtype: str = "int16", rows: int = ROWS, cols: int = COLS, bands: int = BANDS) -> np.ndarray:
    """Numbers that differ everywhere."""
    return np.arange(1, 1 + rows * cols * bands).reshape(rows, cols, bands).astype(dtype)


def cube_of(array: np.ndarray, name: str = "scene", **more: object) -> Cube:
    """A cube with everything that a file can say of it."""
    bands = array.shape[2]
    info = {
        "wavelengths": tuple((450.0 + 100.1 * np.arange(bands)).tolist()), "fwhm": (10.5,) * bands,
        "band_names": tuple(f"B{n} é" for n in range(1, bands + 1)),
        "bad_bands": tuple(n == 2 for n in range(bands)), "nodata": -9999.0, "scale": 10000.0, "geo": GEO,
    }  # fmt: skip
    return Cube(ArraySource(array), CubeInfo(**(info | more)), name=name)
