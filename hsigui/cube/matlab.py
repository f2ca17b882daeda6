"""Scenes in MATLAB files: version 4 to 7.2 through scipy, 7.3 (HDF5) through h5py.

An array is chosen by its shape, because every provider names it differently. HDF5 stores MATLAB's arrays with their
axes reversed.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from numpy.typing import NDArray
from scipy.io.matlab import MatReadError

from hsigui.cube.arrays import ArrayInfo, axis_note, band_axis, bands_last, pick_cube
from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Source
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.wavelengths import Wavelengths, to_nm
from hsigui.errors import HsiError

_NUMERIC = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single", "double", "logical"}
_WAVELENGTH_NAMES = {
    "wl", "wls", "wvl", "wave", "waves", "wavelength", "wavelengths", "lambda", "lambdas", "band_centers",
    "bandcenters", "centers", "center_wavelengths", "wavelength_nm", "wavelengths_nm", "wavelength_um",
}  # fmt: skip
_CHUNK_CACHE = 128 * 2**20  # bytes; spectra of neighbouring pixels then need no second decompression
# What scipy lets through for damaged files.
_BROKEN = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OSError, OverflowError, NotImplementedError,
    MatReadError, struct.error, zlib.error,
)  # fmt: skip


class MatFile:
    """The numeric arrays of a MATLAB file of any version, without loading them.

    Raises:
        HsiError: the file is missing, damaged or no MATLAB file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise HsiError(f"The file {path} does not exist.", "Choose another file.")
        self._hdf: h5py.File | None = None
        self.other: tuple[str, ...] = ()  # variables that are no numeric arrays, with their kind
        try:
            if h5py.is_hdf5(self.path):
                self._hdf = h5py.File(self.path, "r", rdcc_nbytes=_CHUNK_CACHE)
                self.arrays = self._list_hdf()
            else:
                self.arrays = self._list_classic()
        except _BROKEN as error:
            raise self._broken(error) from error

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory, axes in MATLAB's order.

        Raises:
            HsiError: it cannot be read.
        """
        try:
            if self._hdf is not None:
                return np.asarray(self._hdf[name][()]).T
            return np.asarray(scipy.io.loadmat(self.path, variable_names=[name])[name])
        except MemoryError as error:
            raise HsiError(
                f"The array {name} of {self.path.name} does not fit into memory.", "Save it as version 7.3 or as ENVI."
            ) from error
        except _BROKEN as error:
            raise self._broken(error) from error

    def load_any(self, name: str) -> Any:
        """A variable of any kind of a file up to version 7.2; None when it has none of this name."""
        if self._hdf is not None:
            return None
        try:
            return scipy.io.loadmat(self.path, variable_names=[name]).get(name)
        except _BROKEN as error:
            raise self._broken(error) from error

    def source(self, info: ArrayInfo, axes: tuple[int, int, int]) -> Source:
        """A source over one three-dimensional array; `axes` brings MATLAB's order to rows x cols x bands."""
        if self._hdf is not None:
            return Hdf5Source(self._hdf[info.name], axes)
        return ArraySource(self.load(info.name).transpose(axes))

    def vector(self, names: set[str], length: int) -> NDArray[np.float64] | None:
        """The numbers of a one-dimensional array with one of these names (lower case) and this length."""
        for array in self.arrays:
            if array.name.casefold() in names and _vector_length(array) == length:
                return self.load(array.name).astype(float).ravel()
        return None

    def _list_hdf(self) -> tuple[ArrayInfo, ...]:
        assert self._hdf is not None
        found, other = [], []
        for name, item in self._hdf.items():
            if name.startswith("#"):
                continue
            kind = item.attrs.get("MATLAB_class", b"")
            kind = kind.decode() if isinstance(kind, bytes) else str(kind)
            numeric = isinstance(item, h5py.Dataset) and item.dtype.kind in "biuf" and (not kind or kind in _NUMERIC)
            if numeric and not item.attrs.get("MATLAB_empty", 0):
                found.append(ArrayInfo(name, tuple(reversed(item.shape)), str(item.dtype.newbyteorder("="))))
            else:
                other.append(f"{name} ({kind or 'group'})")
        self.other = tuple(other)
        return tuple(found)

    def _list_classic(self) -> tuple[ArrayInfo, ...]:
        listed = scipy.io.whosmat(self.path)
        self.other = tuple(f"{name} ({kind})" for name, _, kind in listed if kind not in _NUMERIC)
        kinds = {"single": "float32", "double": "float64", "logical": "bool"}
        return tuple(
            ArrayInfo(name, tuple(map(int, shape)), kinds.get(kind, kind))
            for name, shape, kind in listed
            if kind in _NUMERIC
        )

    def _broken(self, error: BaseException) -> HsiError:
        reason = (str(error) or repr(error)).splitlines()[0]
        return HsiError(
            f"{self.path.name} cannot be read as a MATLAB file: {reason}.",
            "Is the file complete? Saving it again in MATLAB may help.",
        )


class Hdf5Source:
    """Stored samples of a three-dimensional HDF5 dataset of a MATLAB file, read by windows.

    Args:
        dataset: with MATLAB's axes reversed.
        axes: the order that brings MATLAB's axes to rows x cols x bands.
    """

    def __init__(self, dataset: Any, axes: tuple[int, int, int]) -> None:
        self._dataset = dataset
        self._axes = axes
        self._lock = threading.Lock()
        matlab_shape = tuple(reversed(dataset.shape))
        self.shape: tuple[int, int, int] = (matlab_shape[axes[0]], matlab_shape[axes[1]], matlab_shape[axes[2]])
        self.dtype: np.dtype[Any] = dataset.dtype.newbyteorder("=")

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file is damaged.
        """
        try:
            with self._lock:
                if isinstance(bands, slice):
                    return self._window(rows, cols, bands)
                # HDF5 takes lists only sorted and without repeats, and one band at a time is faster anyway.
                planes = {b: self._window(rows, cols, slice(b, b + 1)) for b in dict.fromkeys(bands)}
        except OSError as error:
            raise HsiError(
                f"The array {self._dataset.name} cannot be read: {error}.", "Is the file complete?"
            ) from error
        if not planes:
            return self._window(rows, cols, slice(0, 0))
        return np.concatenate([planes[b] for b in bands], axis=2)

    def _window(self, rows: slice, cols: slice, bands: slice) -> NDArray[Any]:
        wanted: list[slice] = [slice(None)] * 3
        for axis, part in zip(self._axes, (rows, cols, bands), strict=True):
            wanted[2 - axis] = part
        return np.asarray(self._dataset[tuple(wanted)], dtype=self.dtype).transpose(2, 1, 0).transpose(self._axes)


def open_matlab(path: str | Path, variable: str | None = None) -> Cube:
    """Opens the scene of a MATLAB file.

    Args:
        variable: name of the array; None chooses by shape.

    Raises:
        AmbiguousCube: several arrays fit and `variable` is None.
        HsiError: the file is damaged or no array fits.
    """
    path = Path(path)
    file = MatFile(path)
    if not any(len(a.shape) == 3 for a in file.arrays) and file.other:
        arrays = f" Its arrays: {', '.join(map(str, file.arrays))}." if file.arrays else ""
        raise HsiError(
            f"{path.name} holds no scene: no numeric array of three dimensions.{arrays} "
            f"Also found, not readable as arrays: {', '.join(file.other[:6])}.",
            "Save rows x columns x bands as a plain array of its own.",
        )
    chosen = pick_cube(file.arrays, path.name, variable)
    shape = (chosen.shape[0], chosen.shape[1], chosen.shape[2])
    lengths = {_vector_length(a) for a in file.arrays if a.name.casefold() in _WAVELENGTH_NAMES}
    axis = band_axis(shape, lengths, [a.shape for a in file.arrays if len(a.shape) == 2])
    waves, bad = _band_lists(file, shape[axis])
    info = CubeInfo(
        wavelengths=waves.nm,
        fwhm=waves.fwhm,
        bad_bands=bad,
        variable=chosen.name,
        notes=(*axis_note(shape, axis), *waves.notes),
    )
    return checked_cube(file.source(chosen, bands_last(axis)), info, path.stem, path)


def _band_lists(file: MatFile, bands: int) -> tuple[Wavelengths, tuple[bool, ...]]:
    centers = file.vector(_WAVELENGTH_NAMES, bands)
    fwhm = file.vector({"fwhm"}, bands)
    waves = Wavelengths() if centers is None else to_nm(centers.tolist(), "", [] if fwhm is None else fwhm.tolist())
    good = file.vector({"bbl"}, bands)
    bad = () if good is None or not np.isin(good, (0, 1)).all() or not good.any() else tuple((good == 0).tolist())
    return waves, bad


def _vector_length(array: ArrayInfo) -> int:
    """Entries of a one-dimensional array (MATLAB: 1 x n or n x 1), 0 for any other."""
    return max(array.shape) if array.shape and sum(n != 1 for n in array.shape) == 1 else 0
