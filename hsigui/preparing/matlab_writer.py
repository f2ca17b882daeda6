"""Cubes as MATLAB files of version 7.3, which are HDF5 behind a block of 512 bytes: of any size, written by windows.

Source: MATLAB documentation, "MAT-File Versions"; the block as MATLAB writes it: 116 bytes of text, 8 of nothing, the
version 0x0200 and the order of bytes. Axes stand the other way round in HDF5: MATLAB's first is its last.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.formats.hdf5_beside import BAND_NAMES, DEFAULT_BANDS
from hsigui.cube.history import TAG, history_text
from hsigui.errors import HsiError
from hsigui.preparing.table import Told
from hsigui.preparing.unfailing import UnfailingFile
from hsigui.preparing.windows import Window, carry
from hsigui.saving import written_beside
from hsigui.texts import say

_BLOCK = 512  # bytes
_TILE = 256  # rows and columns
_CLASSES = {"float32": "single", "float64": "double"}  # others are called as numpy calls them


def write_matlab_cube(path: Path, cube: Cube, interleave: str, cloud: bool, told: Told) -> list[Path]:
    """Writes `cube` (rows x cols x bands), and `wavelength`, `fwhm` (nm) and `bbl` (1: good) where they are known.

    Names of bands and history are attributes of the array, which this program reads and MATLAB overlooks.

    Raises:
        HsiError: the samples are complex, or the file cannot be written.
    """
    del interleave, cloud  # there is one layout only
    if cube.source.dtype.kind == "c":
        raise HsiError(say("Complex samples are not written to MATLAB files."), say("Choose float32, or ENVI."))
    info = cube.info
    with written_beside(path) as (scratch,), closing(UnfailingFile(scratch)) as raw:
        with h5py.File(raw, "w", userblock_size=_BLOCK) as file:
            _fill(_dataset(file, cube), cube, told, raw)
            _lists(file, info)
        raw.seek(0)
        raw.write(b"MATLAB 7.3 MAT-file, written by hsigui".ljust(116) + bytes(8) + b"\x00\x02IM")
        raw.require_written()
    return [path]


def _lists(file: Any, info: CubeInfo) -> None:
    """One number a band, as far as they are known."""
    for name, values in (("wavelength", info.wavelengths), ("fwhm", info.fwhm)):
        if values:
            _vector(file, name, values)
    if info.bad_bands:
        _vector(file, "bbl", [0.0 if bad else 1.0 for bad in info.bad_bands])


def _dataset(file: Any, cube: Cube) -> Any:
    rows, cols, bands = cube.shape
    dtype = cube.source.dtype
    dataset = file.create_dataset(
        "cube", (bands, cols, rows), dtype, chunks=(1, min(cols, _TILE), min(rows, _TILE)), compression="gzip",
        compression_opts=1, shuffle=True,
    )  # fmt: skip
    dataset.attrs["MATLAB_class"] = np.bytes_(_CLASSES.get(dtype.name, dtype.name))
    info = cube.info
    if any(info.band_names):  # MATLAB overlooks attributes that it does not know
        dataset.attrs[BAND_NAMES] = list(info.band_names)
    if info.default_bands:
        dataset.attrs[DEFAULT_BANDS] = [band + 1 for band in info.default_bands]
    if info.history:
        dataset.attrs[TAG] = history_text(info.history)
    return dataset


def _fill(dataset: Any, cube: Cube, told: Told, raw: UnfailingFile) -> None:
    def put(window: Window, block: NDArray[Any]) -> None:
        rows, cols, bands = window
        dataset[bands, cols, rows] = block.transpose(2, 1, 0)
        raw.require_written()

    carry(cube, put, told, rows=_TILE, cols=_TILE)


def _vector(file: Any, name: str, values: Any) -> None:
    """A row of numbers, as MATLAB has it."""
    dataset = file.create_dataset(name, data=np.asarray(values, dtype=np.float64)[:, None])
    dataset.attrs["MATLAB_class"] = np.bytes_("double")
