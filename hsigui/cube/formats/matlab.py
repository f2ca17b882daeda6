"""Scenes in MATLAB files: version 4 to 7.2 by their own bytes, 7.3 (HDF5) through h5py.

An array is chosen by its shape, because every provider names it differently. HDF5 stores MATLAB's arrays with their
axes reversed; here they always stand in MATLAB's order.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from scipy.io.matlab import MatReadError

from hsigui import untrusted
from hsigui.cube.cube import ArraySource, Source
from hsigui.cube.formats import mat4, mat5
from hsigui.cube.formats.array_file import Beside
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.hdf5 import (
    BROKEN,
    HdfSource,
    is_hdf5,
    is_numeric,
    load_dataset,
    open_hdf,
    require_plausible,
    sample_type,
    walk,
)
from hsigui.cube.formats.hdf5_attributes import Attributes, texts_of
from hsigui.cube.formats.hdf5_beside import BAND_NAMES, shown_first
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.formats.products.hdf_file import ProductFile
from hsigui.cube.formats.sparse import dense
from hsigui.cube.formats.strided import StridedFile
from hsigui.cube.history import TAG, history_of
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.texts import say

_NUMERIC = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single", "double", "logical"}
_MOST_IN_CELL, _DEEPEST_CELL = 5000, 8
# What is let through by the readers of damaged files, scipy's among them.
_BROKEN = (
    *BROKEN, EOFError, NotImplementedError, MatReadError, struct.error, zlib.error, mat5.Damaged,
)  # fmt: skip


class MatFile:
    """The numeric arrays of a MATLAB file of any version, also those in structs ("params.data") and in cells
    ("scenes{2}"), without loading them. Sparse ones are as plain ones.

    A file of this name that is plain HDF5, as h5py writes it, keeps the axes in which it is stored.

    Attributes:
        arrays: shapes in MATLAB's order.
        other: variables that are no numeric arrays, with their kind.

    Raises:
        HsiError: the file is missing, damaged or no MATLAB file.
    """

    kind = say("MATLAB file")

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
        self._hdf: Any = None
        self._plain = False
        self._stored: dict[str, mat5.StoredArray] = {}
        self._in_cells: dict[str, str] = {}  # name -> where a version 7.3 keeps it
        self._sparse: set[str] = set()
        try:
            if is_hdf5(self.path):
                self._hdf = open_hdf(self.path)
                self._plain = not _by_matlab(self._hdf)
                self.arrays, self.other = self._list_hdf()
            else:
                self.arrays, self.other = self._list_classic()
        except _BROKEN as error:
            raise self._broken(error) from error

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory, axes in MATLAB's order, samples of the type in which they are stored. Its shape is the
        one that is listed, such as rows x cols x bands.

        Raises:
            HsiError: it cannot be read.
        """
        if name in self._sparse:
            return self._dense(name)
        if self._hdf is not None:
            array = load_dataset(self.path, self._hdf, self._hdf_name(name))
            return array if self._plain else array.T
        try:
            stored = self._stored[name]
            parts = 1 if stored.imaginary is None else 3  # and both together, as complex numbers
            require_memory(f"{self.path.name} ({name})", math.prod(stored.shape) * stored.real.dtype.itemsize * parts)
            if stored.sparse is not None:
                return mat5.read_sparse(self.path, stored)
            samples = mat5.read_part(self.path, stored, stored.real)
            if stored.imaginary is not None:
                samples = np.asarray(samples + np.complex64(1j) * mat5.read_part(self.path, stored, stored.imaginary))
            return samples
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

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array: read from the file where its samples lie there plainly, else from memory."""
        if self._hdf is not None and name not in self._sparse:
            return HdfSource(self.path, self._hdf, self._hdf_name(name), layout, reversed_axes=not self._plain)
        stored = self._stored.get(name)
        if stored is not None and stored.packed is None and stored.imaginary is None and stored.sparse is None:
            dtype = stored.real.dtype
            strides = layout.strides(_column_strides(stored.shape, dtype.itemsize))
            return StridedFile(self.path, dtype, layout.shape, strides, stored.real.start)
        samples = self.load(name)
        return ArraySource(as_strided(samples, layout.shape, layout.strides(samples.strides), writeable=False))

    def beside(self, name: str, bands: int) -> Beside:
        """MATLAB's files say nothing of an array beside its samples; those of version 7.3 that `hsigui` wrote do."""
        item = None if self._hdf is None or name in self._sparse else item_of(self._hdf, self._hdf_name(name))
        if item is None:
            return Beside()
        own = Attributes(item.attrs)
        return Beside(
            band_names=texts_of(own.get(BAND_NAMES)), default_bands=shown_first(own), history=history_of(own.text(TAG))
        )

    def unit(self, name: str) -> str:
        """MATLAB's arrays have no unit."""
        return ""

    def _list_hdf(self) -> tuple[tuple[ArrayInfo, ...], tuple[str, ...]]:
        found, other = [], []
        for name, item in walk(self.path, self._hdf, separator="."):
            if isinstance(item, str):
                other.append(say("{name} (in {file}, outside its folder)", name=name, file=item))
                continue
            if name.rpartition(".")[0] in self._sparse:
                continue
            kind = _class_of(item)
            if "MATLAB_sparse" in item.attrs and (shape := _sparse_shape(item)) is not None:
                self._sparse.add(name)
                found.append(ArrayInfo(name, shape, "bool" if kind == "logical" else "float64"))
                continue
            if kind == "cell":
                found += self._in_cell(name, item)
            numeric = is_numeric(item) and (not kind or kind in _NUMERIC)
            if numeric and not item.attrs.get("MATLAB_empty", 0):
                shape = item.shape if self._plain else reversed(item.shape)
                found.append(ArrayInfo(name, tuple(map(int, shape)), sample_type(item.dtype).name))
            else:
                other.append(f"{name} ({kind or 'group'})")
        return tuple(found), tuple(other)

    def _in_cell(self, name: str, cell: Any, depth: int = 0) -> Iterator[ArrayInfo]:
        """The arrays of numbers in a cell, in MATLAB's order, by names such as "scenes{2}"."""
        if not isinstance(cell, h5py.Dataset) or h5py.check_ref_dtype(cell.dtype) is None or cell.size > _MOST_IN_CELL:
            return
        require_plausible(self.path, cell)
        for number, reference in enumerate(np.asarray(cell[()]).ravel(), 1):
            # Opened by its name, as all datasets are, which keeps it from reading files elsewhere.
            at = h5py.h5r.get_name(reference, self._hdf.id) if reference else None
            item = None if at is None else item_of(self._hdf, at.decode("utf-8", "surrogateescape"))
            where = f"{name}{{{number}}}"
            if item is None or not item.name:
                continue
            if is_numeric(item) and _class_of(item) in _NUMERIC and not item.attrs.get("MATLAB_empty", 0):
                self._in_cells[where] = item.name
                yield ArrayInfo(where, tuple(map(int, reversed(item.shape))), sample_type(item.dtype).name)
            elif _class_of(item) == "cell" and depth < _DEEPEST_CELL:
                yield from self._in_cell(where, item, depth + 1)

    def _hdf_name(self, name: str) -> str:
        return self._in_cells.get(name) or name.replace(".", "/")

    def _dense(self, name: str) -> NDArray[Any]:
        """A sparse array of a version 7.3 as a plain one."""
        info = next(a for a in self.arrays if a.name == name)
        require_memory(f"{self.path.name} ({name})", math.prod(info.shape) * np.dtype(info.dtype).itemsize)
        try:
            group = item_of(self._hdf, self._hdf_name(name))
            starts, values, rows = (
                load_dataset(self.path, self._hdf, f"{self._hdf_name(name)}/{part}").ravel()
                if part in group
                else np.zeros(0)
                for part in ("jc", "data", "ir")
            )
            return dense((info.shape[0], info.shape[1]), values, rows, starts, np.dtype(info.dtype))
        except _BROKEN as error:
            raise self._broken(error) from error

    def _list_classic(self) -> tuple[tuple[ArrayInfo, ...], tuple[str, ...]]:
        with self.path.open("rb") as file:
            head = file.read(4)
        reader = mat4.list_arrays if mat4.looks_like_version_4(head) else mat5.list_arrays
        listing = reader(self.path)
        self._stored = {a.name: a for a in listing.arrays}
        return tuple(ArrayInfo(a.name, a.shape, a.kind) for a in self._stored.values()), listing.other

    def _broken(self, error: BaseException) -> HsiError:
        reason = untrusted.reason_of(error)
        return HsiError(
            say("{name} cannot be read as a MATLAB file: {reason}.", name=self.path.name, reason=reason),
            say("Is the file complete? Saving it again in MATLAB may help."),
        )


def open_mat(path: str | Path) -> MatFile | ProductFile:
    """Lists the arrays of a MATLAB file, or of a plain HDF5 file that is called one.

    Raises:
        HsiError: the file is missing, damaged or no MATLAB file.
    """
    path = Path(path)
    if not path.is_file() or not is_hdf5(path) or _by_matlab(open_hdf(path)):
        return MatFile(path)
    return PlainFile(path)


class PlainFile(ProductFile):
    """A file that is called a MATLAB file and is plain HDF5: its axes are not reversed."""

    def beside(self, name: str, bands: int) -> Beside:
        """What its attributes say of an array, and that it is no MATLAB file."""
        found = super().beside(name, bands)
        note = say("{file} is plain HDF5 and not of MATLAB: axes are in the order in which they are stored.",
                   file=self.path.name)  # fmt: skip
        return replace(found, notes=(note, *found.notes))


def _by_matlab(file: Any) -> bool:
    """Whether MATLAB (or a program that writes its format) wrote an HDF5 file: its text stands before it, or arrays
    name their class."""
    return bool(file.userblock_size) or any(
        "MATLAB_class" in item.attrs for key in file if (item := item_of(file, key)) is not None
    )


def _column_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Bytes between neighbours along every axis, where the first axis runs fastest."""
    strides = [itemsize]
    for size in shape[:-1]:
        strides.append(strides[-1] * size)
    return tuple(strides)


def _class_of(item: Any) -> str:
    """MATLAB's name of the class of a variable; empty where none is said."""
    kind = item.attrs.get("MATLAB_class", b"")
    return kind.decode() if isinstance(kind, bytes) else str(kind)


def _sparse_shape(group: Any) -> tuple[int, int] | None:
    """Rows and columns of a sparse array of a version 7.3."""
    starts = item_of(group, "jc") if isinstance(group, h5py.Group) else None
    if not isinstance(starts, h5py.Dataset) or not starts.size:
        return None
    return int(group.attrs["MATLAB_sparse"]), int(starts.size) - 1
