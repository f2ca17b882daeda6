"""Opens rasters through rasterio: by the driver of their suffix, without the network and without warnings."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import DatasetReader

from hsigui.cube.formats.rows import suffix_of
from hsigui.cube.formats.table import readers

_PICTURE = {".png": ("PNG",)}  # no scene, but labels may be one
# A second lock behind the check of names: GDAL asks servers for files that end so, and none does.
NO_NETWORK = {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}"}

_opening = threading.Lock()


def opening() -> threading.Lock:
    """Held while a raster is opened: the filter of warnings belongs to the whole process."""
    return _opening


def drivers_of(path: Path) -> tuple[str, ...]:
    """The drivers of GDAL for the suffix of a file; that of GeoTIFF where it is unknown."""
    suffix = suffix_of(path)
    found = tuple(driver for row in readers() if suffix in row.suffixes for driver in row.drivers)
    return found or _PICTURE.get(suffix, ("GTiff",))


def open_quietly(path: Path | str, drivers: Sequence[str]) -> Any:
    """A rasterio dataset, read-only; a missing georeference is no reason for a warning here.

    Args:
        path: of a file; or a text that GDAL takes for a raster, made by the program.

    Raises:
        RasterioError, OSError, UnicodeDecodeError: none of the drivers reads the file.
    """
    # The filter of warnings belongs to the whole process: one thread at a time.
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.Env(**NO_NETWORK):
            # In full: what begins with a driver's name and a colon is no file to GDAL.
            return DatasetReader(path.absolute() if isinstance(path, Path) else path, driver=list(drivers))
