"""Cubes as GeoTIFF, and as GeoTIFF for the network (COG), written by windows of whole tiles.

What GDAL has no words for stands in tags of the bands (`wavelength`, `wavelength_units`, `fwhm`, `bbl`), where our
reader, EnMAP-Box and others look for it.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from hsigui.cube.crs import system_of
from hsigui.cube.cube import Cube
from hsigui.cube.formats.raster_files import NO_NETWORK
from hsigui.cube.history import TAG, history_text
from hsigui.errors import HsiError
from hsigui.preparing.stored import reciprocal
from hsigui.preparing.table import Told
from hsigui.preparing.turned import in_order
from hsigui.preparing.windows import Window as Part
from hsigui.preparing.windows import carry
from hsigui.saving import require_disk, what_to_do, written_beside
from hsigui.texts import say

TILE, COG_TILE = 256, 512
_CACHE_BYTES = 64 * 2**20  # GDAL would keep up to a twentieth of the machine's memory
_MOST_BANDS = 65_535


def write_tiff_cube(path: Path, cube: Cube, interleave: str, cloud: bool, told: Told) -> list[Path]:
    """Writes a tiled, compressed GeoTIFF.

    Raises:
        HsiError: it has too many bands, its coordinate system is not understood, the disk has no room, or the file
            cannot be written.
    """
    if cube.bands > _MOST_BANDS:
        raise HsiError(say("A GeoTIFF has {most:,} bands at most.", most=_MOST_BANDS), say("Write ENVI."))
    profile = _profile(cube, interleave)
    with written_beside(path) as (beside,), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a scene without a place is none
        plain = beside.with_suffix(".plain.tif") if cloud else beside
        try:
            with rasterio.Env(GDAL_CACHEMAX=_cache(cube), **NO_NETWORK):
                if cloud:  # where a disk is full GDAL ends the process by a signal while it makes overviews
                    require_disk(
                        path, 3 * int(np.prod(cube.shape, dtype=np.int64)) * cube.source.dtype.itemsize,
                        say("Make room on that disk, or choose a folder on another one."),
                    )  # fmt: skip
                with rasterio.open(plain, "w", **profile) as file:
                    _describe(file, cube)
                    _fill(file, cube, told)
                if cloud:
                    rasterio.shutil.copy(
                        plain, beside, driver="COG", compress="DEFLATE", predictor="YES", blocksize=COG_TILE,
                        bigtiff="IF_SAFER", overview_resampling="NEAREST",
                        interleave="BAND" if interleave == "bsq" else "PIXEL",
                    )  # fmt: skip
        except RasterioError as error:
            raise HsiError(
                say("“{path}” cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
        finally:
            if cloud:
                plain.unlink(missing_ok=True)
    return [path]


def _cache(cube: Cube) -> int:
    """Bytes that GDAL may keep: all bands of a tile at least, or packed ones are written again and again."""
    return max(_CACHE_BYTES, 2 * TILE * TILE * cube.bands * cube.source.dtype.itemsize)


def _profile(cube: Cube, interleave: str) -> dict[str, Any]:
    dtype = cube.source.dtype
    predictor = {"i": 2, "u": 2, "f": 3}.get(dtype.kind, 1)
    profile: dict[str, Any] = {
        "driver": "GTiff", "height": cube.rows, "width": cube.cols, "count": cube.bands, "dtype": dtype.name,
        "compress": "deflate", "predictor": predictor, "tiled": True, "blockxsize": TILE, "blockysize": TILE,
        "bigtiff": "IF_SAFER", "interleave": "band" if interleave == "bsq" else "pixel", "nodata": cube.info.nodata,
    }  # fmt: skip
    if cube.geo.transform is not None:
        profile["transform"] = rasterio.Affine(*cube.geo.transform)
    if (system := system_of(cube.geo)) is not None:
        profile["crs"] = system
    return profile


def _describe(file: Any, cube: Cube) -> None:
    """What the file says of its bands; before their samples, so that it stands at its beginning."""
    info = cube.info
    for band in range(cube.bands):
        tags: dict[str, str] = {}
        if info.wavelengths:
            tags |= {"wavelength": repr(float(info.wavelengths[band])), "wavelength_units": "Nanometers"}
        if info.fwhm:
            tags["fwhm"] = repr(float(info.fwhm[band]))
        if info.bad_bands:
            tags["bbl"] = "0" if info.bad_bands[band] else "1"
        if tags:
            file.update_tags(band + 1, **tags)
        if info.band_names and info.band_names[band]:
            file.set_band_description(band + 1, info.band_names[band])
    if info.gains or info.offsets:
        file.scales = info.gains or (1.0,) * cube.bands
        file.offsets = info.offsets or (0.0,) * cube.bands
    elif info.scale != 1.0 or info.offset:
        file.scales, file.offsets = (reciprocal(info.scale),) * cube.bands, (info.offset,) * cube.bands
    if info.history:
        file.update_tags(**{TAG: history_text(info.history)})


def _fill(file: Any, cube: Cube, told: Told) -> None:
    def put(part: Part, block: NDArray[Any]) -> None:
        rows, cols, _ = part
        height, width, _ = block.shape
        file.write(in_order(block, "bsq"), window=Window(cols.start, rows.start, width, height))

    carry(cube, put, told, rows=TILE, cols=TILE)
