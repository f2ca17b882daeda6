"""Cubes as zarr: folders of packed pieces, written by windows of whole pieces.

Laid out as `report.zarr_maps` lays out maps: version 2, which xarray, GDAL and web viewers read, with one list of all
arrays. The cube is `cube` (band, y, x); the centres of its bands are the coordinate `wavelength`. What CF cannot say
(names of bands, history) stands in attributes of the array. A piece is some bands of a square of pixels: a picture of
one band unpacks few times what it shows, and a spectrum is had of few pieces.

Sources: CF Metadata Conventions 1.11, sections 2.5.1, 5.6 and 8.1; xarray, "Zarr Encoding Specification".
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.formats.cf_place import axes_of, grid_mapping
from hsigui.cube.formats.hdf5_beside import BAND_NAMES, DEFAULT_BANDS
from hsigui.cube.formats.zarr_files import is_store
from hsigui.cube.history import TAG, history_text
from hsigui.cube.remote.faults import without_package
from hsigui.preparing.stored import reciprocal
from hsigui.preparing.table import Told
from hsigui.preparing.turned import in_order
from hsigui.preparing.windows import Window, carry
from hsigui.saving import folder_beside

PIECE, PIECE_BANDS = 64, 32  # rows and columns, and bands, of a piece
SOURCE = "hsigui prepare"  # not that of maps, which may be written over without a question


def write_zarr_cube(path: Path, cube: Cube, interleave: str, cloud: bool, told: Told) -> list[Path]:
    """Writes a store of version 2.

    Raises:
        HsiError: zarr is not installed, something else stands in its place, its coordinate system is not understood,
            the disk has no room, or the store cannot be written.
    """
    del interleave, cloud  # there is one layout only, which is made for the network
    try:
        import zarr
        from zarr.storage import LocalStore
    except ImportError:
        raise without_package("zarr") from None
    with folder_beside(path, is_store) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on parts of the format that are not settled
        root = zarr.create_group(LocalStore(folder), zarr_format=2)
        root.attrs.update({"Conventions": "CF-1.11", "source": SOURCE})
        _beside(root, cube)
        _fill(_array(root, cube), cube, told)
        zarr.consolidate_metadata(root.store, zarr_format=2)
    return [path]


def _array(root: Any, cube: Cube) -> Any:
    from numcodecs import Blosc

    info, dtype = cube.info, cube.source.dtype
    rows, cols, bands = cube.shape
    array = root.create_array(
        "cube", shape=(bands, rows, cols), chunks=(min(bands, PIECE_BANDS), min(rows, PIECE), min(cols, PIECE)),
        dtype=dtype, fill_value=_fill_value(info, dtype), compressors=Blosc("zstd", clevel=1, shuffle=Blosc.SHUFFLE),
    )  # fmt: skip
    array.attrs.update({"_ARRAY_DIMENSIONS": ["band", "y", "x"], **_attributes(cube)})
    return array


def _fill_value(info: CubeInfo, dtype: np.dtype[Any]) -> Any:
    """What stands for no data; None where nothing does, or where it is told in another way."""
    if info.nodata is None or dtype.kind not in "iuf":
        return None
    return int(info.nodata) if dtype.kind in "iu" else float(info.nodata)


def _attributes(cube: Cube) -> dict[str, Any]:
    info, found = cube.info, dict[str, Any]()
    if grid_mapping(info.geo):
        found["grid_mapping"] = "spatial_ref"
    if info.wavelengths:
        found["coordinates"] = "wavelength"
    if info.scale != 1.0:
        found["scale_factor"] = reciprocal(info.scale)
    if info.offset:
        found["add_offset"] = info.offset
    if info.gains:
        found["reflectance_scale_factor"] = list(info.gains)
    if info.offsets:
        found["band_offsets"] = list(info.offsets)
    if info.nodata is not None and cube.source.dtype.kind == "c":
        found["nodata"] = info.nodata
    if any(info.band_names):
        found[BAND_NAMES] = list(info.band_names)
    if info.default_bands:
        found[DEFAULT_BANDS] = [band + 1 for band in info.default_bands]
    if info.history:
        found[TAG] = history_text(info.history)
    return found


def _beside(root: Any, cube: Cube) -> None:
    """The lists of bands, the coordinates of pixels and the grid mapping."""
    info = cube.info
    for name, values, about in (
        ("wavelength", info.wavelengths, {"standard_name": "radiation_wavelength", "units": "nm"}),
        ("fwhm", info.fwhm, {"units": "nm"}),
        ("good_bands", [int(not bad) for bad in info.bad_bands], {"flag_values": [0, 1], "flag_meanings": "bad good"}),
    ):
        if values:
            kind = np.int8 if name == "good_bands" else np.float64
            _small(root, name, np.array(values, kind), ["band"], about)
    for name, places, words in axes_of(info.geo, cube.rows, cube.cols):
        _small(root, name, places, [name], words)
    if mapping := grid_mapping(info.geo):
        _small(root, "spatial_ref", np.zeros((), np.int32), [], mapping)


def _small(root: Any, name: str, values: NDArray[Any], dimensions: list[str], about: Any) -> None:
    array = root.create_array(name, shape=values.shape, dtype=values.dtype, chunks=values.shape, fill_value=None)
    array[...] = values
    array.attrs.update({"_ARRAY_DIMENSIONS": dimensions, **about})


def _fill(array: Any, cube: Cube, told: Told) -> None:
    def put(window: Window, block: NDArray[Any]) -> None:
        rows, cols, bands = window
        array[bands, rows, cols] = in_order(block, "bsq")

    carry(cube, put, told, rows=PIECE, cols=PIECE)
