"""HDF5 and NetCDF files: their arrays by path, read by windows, and what their attributes say.

What the products of missions and cameras call their arrays is known to the room `products`. MATLAB 7.3
files are HDF5 too and are read through the same source.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui import stopping, untrusted
from hsigui.cube.cube import Source
from hsigui.cube.formats.array_file import Beside, Place
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.hdf4 import is_hdf4, refusal
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_beside import beside_array
from hsigui.cube.formats.hdf5_heaps import require_sound_heaps
from hsigui.cube.formats.hdf5_links import dataset_of, follows, item_of
from hsigui.cube.formats.hdf5_place import place_of_array
from hsigui.cube.formats.hdf5_samples import as_said, meant_type
from hsigui.cube.formats.netcdf3 import as_hdf5, is_netcdf3
from hsigui.cube.limits import require_block, require_memory
from hsigui.cube.outside import LeadsOutside
from hsigui.errors import HsiError
from hsigui.texts import say

# What h5py raises for damaged files.
BROKEN = (OSError, RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
_CHUNK_CACHE = 128 * 2**20  # bytes; spectra of neighbouring pixels then need no second decompression
_BLOCK_BYTES = 32 * 2**20
NETCDF4 = "_NCProperties"  # attribute of the root that the library of NetCDF 4 writes
_MOST_ARRAYS, _DEEPEST = 5000, 16
_LARGEST_CHUNK = 2**30
_SLOW_CHUNK = 16 * 2**20  # bytes that take a good part of a second to be unpacked
# Deflate, the filter with the highest yield, makes at most 1032 bytes of one.
_MOST_INFLATION = 1032


class HdfFile:
    """The numeric arrays of an HDF5 file by path, as "group/array", without loading them.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """

    kind = say("HDF5 file")

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.file = open_hdf(self.path)
        found: list[ArrayInfo] = []
        other: list[str] = []
        try:
            for name, item in walk(self.path, self.file):
                if isinstance(item, str):
                    other.append(say("{name} (in {file}, outside its folder)", name=name, file=item))
                elif is_numeric(item) and item.shape:
                    dtype = meant_type(item.dtype, item.attrs)
                    found.append(ArrayInfo(name, tuple(map(int, item.shape)), dtype.newbyteorder("=").name))
                elif isinstance(item, h5py.Dataset) and item.shape:
                    other.append(f"{name} ({item.dtype})")
        except BROKEN as error:
            raise broken(self.path, error) from error
        self.arrays = tuple(found)
        self.other = tuple(other)
        require_arrays_inside(self.path, self.arrays, self.file)

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory. Its shape is the one that is listed, such as rows x cols x bands.

        Raises:
            HsiError: it cannot be read.
        """
        array = load_dataset(self.path, self.file, name)
        item = item_of(self.file, name)
        return array.view(meant_type(array.dtype, item.attrs)) if array.dtype.kind in "iu" else array

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array, its numbers as its attributes mean them."""
        try:
            # Before the source, which keeps its dataset open.
            said = as_said(self.file, name)
        except BROKEN as error:
            raise broken(self.path, error) from error
        return said.of(HdfSource(self.path, self.file, name, layout))

    def beside(self, name: str, bands: int) -> Beside:
        """No-data, scale and band lists from the attributes of an array and of the file."""
        try:
            return beside_array(
                self.file, name, bands, netcdf=is_netcdf3(_head(self.path)) or NETCDF4 in self.file.attrs
            )
        except BROKEN as error:
            raise broken(self.path, error) from error

    def place(self, name: str, layout: Layout) -> Place:
        """Where an array lies, as far as the file says.

        Args:
            layout: which of its axes are rows and columns.
        """
        try:
            return place_of_array(self.file, name, layout)
        except BROKEN as error:
            raise broken(self.path, error) from error

    def unit(self, name: str) -> str:
        """The attribute `units` of an array; empty when there is none."""
        try:
            return Attributes.around(self.file, name).own.text("units", "unit")
        except BROKEN as error:
            raise broken(self.path, error) from error


class HdfSource:
    """Stored samples of a dataset, read by windows and block by block, never more than some 32 MiB too much.

    Args:
        name: of the dataset in `file`.
        layout: where rows, columns and bands lie, by the axes that `reversed_axes` leads to.
        reversed_axes: MATLAB's files list the axes of an array the other way round.

    Raises:
        HsiError: the dataset says that it is larger than the file can hold.
    """

    def __init__(self, path: Path, file: Any, name: str, layout: Layout, reversed_axes: bool = False) -> None:
        self._path = path
        self._file = file  # a dataset alone does not keep its file open
        self._name = name
        self._layout = layout
        self._lock: AbstractContextManager[Any] = threading.Lock()
        self.shape = layout.shape
        try:
            self._dataset = self._opened(path, file, name)
        except BROKEN as error:
            raise broken(path, error) from error
        last = self._dataset.ndim - 1
        self._axes = tuple(last - axis if reversed_axes else axis for axis in layout.axes)
        self.dtype: np.dtype[Any] = sample_type(self._dataset.dtype)
        row_axis, col_axis, _ = self._axes
        chunks = self._dataset.chunks if row_axis != col_axis else None
        self.tile: tuple[int, int] | None = None if chunks is None else (chunks[row_axis], chunks[col_axis])

    def _opened(self, path: Path, file: Any, name: str) -> Any:
        """The dataset, of a plausible size."""
        dataset = dataset_of(path, file, name)
        require_plausible(path, dataset)
        return dataset

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file is damaged.
        """
        wanted = [np.arange(size)[pick] for size, pick in zip(self.shape, (rows, cols, _index(bands)), strict=True)]
        if not all(len(w) for w in wanted):
            return np.empty([len(w) for w in wanted], self.dtype)
        sorted_ones, places = zip(*(np.unique(w, return_inverse=True) for w in wanted), strict=True)
        try:
            with self._lock:
                stopping.check()
                slow = chunk_bytes(self._dataset) > _SLOW_CHUNK
                window = stopping.patiently(lambda: self._window(*sorted_ones)) if slow else self._window(*sorted_ones)
        except BROKEN as error:
            raise HsiError(
                say(
                    "The array {name} of {path_name} cannot be read: {reason}.",
                    name=self._name,
                    path_name=self._path.name,
                    reason=_reason(error),
                ),
                say("Is the file complete?"),
            ) from error
        for axis, place in enumerate(places):
            if not np.array_equal(place, np.arange(window.shape[axis])):
                window = window.take(place, axis=axis)
        return window

    def _window(self, rows: NDArray[Any], cols: NDArray[Any], bands: NDArray[Any]) -> NDArray[Any]:
        row_axis, col_axis, band_axis = self._axes
        picks = [np.zeros(1, dtype=np.intp)] * self._dataset.ndim
        picks[band_axis] = bands
        counts = (len(rows), len(cols), len(bands))
        if row_axis != col_axis:
            picks[row_axis], picks[col_axis] = rows, cols
            read = read_positions(self._dataset, picks)
            others = [axis for axis in range(self._dataset.ndim) if axis not in self._axes]
            return read.transpose(*self._axes, *others).reshape(counts)
        # The pixels are one axis: along it the direction with the smaller step runs inside.
        row_step, col_step, _ = self._layout.steps
        by_rows = row_step > col_step
        outer, inner = (rows * row_step, cols * col_step) if by_rows else (cols * col_step, rows * row_step)
        picks[row_axis] = (outer[:, None] + inner[None, :]).ravel()
        read = read_positions(self._dataset, picks)
        others = [axis for axis in range(self._dataset.ndim) if axis not in (row_axis, band_axis)]
        flat = read.transpose(row_axis, band_axis, *others).reshape(len(outer), len(inner), len(bands))
        return flat if by_rows else flat.transpose(1, 0, 2)


def is_hdf5(path: Path) -> bool:
    """Whether a file begins like HDF5 (also after the 512 bytes that MATLAB puts in front)."""
    return bool(h5py.is_hdf5(path))


def open_hdf(path: Path) -> Any:
    """An h5py file, read-only; of NetCDF 3 one that shows what it holds.

    Raises:
        HsiError: it is missing, damaged or no such file.
    """
    if not path.is_file():
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    if is_netcdf3(_head(path)):
        return as_hdf5(path)
    if is_hdf4(path):
        raise refusal(path)
    try:
        file = h5py.File(path.absolute(), "r", rdcc_nbytes=_CHUNK_CACHE)
        try:
            require_sound_heaps(path, file)
        except BaseException:
            file.close()
            raise
        return file
    except BROKEN as error:
        raise broken(path, error) from error


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)


def broken(path: Path, error: BaseException) -> HsiError:
    return HsiError(
        say("{name} cannot be read as an HDF5 file: {reason}.", name=path.name, reason=_reason(error)),
        say("Is the file complete?"),
    )


def require_arrays_inside(path: Path, arrays: Sequence[ArrayInfo], group: Any) -> None:
    """Asks about links that lead outside the folder of a file, where without them it holds no array of a scene.

    Raises:
        LeadsOutside: that is so.
    """
    if any(len(array.shape) > 1 for array in arrays):
        return
    if named := next((item for _, item in walk(path, group) if isinstance(item, str)), ""):
        raise LeadsOutside(path, named)


def walk(path: Path, group: Any, around: str = "", separator: str = "/", depth: int = 0) -> list[tuple[str, Any]]:
    """Every group and dataset below a group with its path; for a link that leads outside the folder of the file, the
    name of the file that it leads to."""
    found: list[tuple[str, Any]] = []
    for key in group:
        stopping.check()
        if key.startswith("#"):
            continue
        name = f"{around}{separator}{key}" if around else key
        item = follows(path, group, key) or item_of(group, key)
        if item is None:
            continue
        found.append((name, item))
        if isinstance(item, h5py.Group) and depth < _DEEPEST:
            found += walk(path, item, name, separator, depth + 1)
        if len(found) > _MOST_ARRAYS:
            raise ValueError(f"more than {_MOST_ARRAYS} arrays")
    return found


def is_numeric(item: Any) -> bool:
    """Whether an item is an array of real or complex numbers."""
    return isinstance(item, h5py.Dataset) and sample_type(item.dtype).kind in "biufc"


def sample_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Type in which samples are handed out; pairs of a real and an imaginary number become complex."""
    if dtype.names == ("real", "imag"):
        return np.result_type(dtype["real"], np.complex64)
    return dtype.newbyteorder("=")


def load_dataset(path: Path, file: Any, name: str) -> NDArray[Any]:
    """A whole dataset in memory. Its shape is that of the dataset, such as rows x cols.

    Raises:
        HsiError: it cannot be read, or does not fit into memory.
    """
    try:
        dataset = dataset_of(path, file, name)
        require_plausible(path, dataset)
        require_memory(f"{path.name} ({name})", math.prod(dataset.shape) * sample_type(dataset.dtype).itemsize)
        if not dataset.shape or 0 in dataset.shape:
            return _plain(np.asarray(dataset[()]))
        return read_positions(dataset, [np.arange(length) for length in dataset.shape])
    except BROKEN as error:
        raise broken(path, error) from error


def require_plausible(path: Path, dataset: Any) -> None:
    """Compares the size that a dataset names with the bytes that it takes in the file.

    Raises:
        HsiError: more samples are named than the bytes can hold, or the pieces it is stored in are absurdly large.
    """
    named = math.prod(dataset.shape) * dataset.dtype.itemsize
    stored = int(dataset.id.get_storage_size())
    size = _file_of(path, dataset).stat().st_size
    in_file = stored if dataset.is_virtual or dataset.external else min(stored, size)
    chunk = chunk_bytes(dataset)
    if dataset.is_virtual:
        return
    require_block(path.name, chunk)
    limit = in_file * _MOST_INFLATION if dataset.chunks else in_file
    if named > limit or chunk > _LARGEST_CHUNK:
        raise HsiError(
            say(
                "The array {name} of {path_name} is damaged or was never written: it should hold {named} bytes, "
                "{in_file} are stored.",
                name=dataset.name,
                path_name=path.name,
                named=named,
                in_file=in_file,
            ),
            say("Is the file complete?"),
        )


def _file_of(path: Path, dataset: Any) -> Path:
    """The file that has the samples of a dataset: a link may have led to another than the one that was opened."""
    named = Path(os.fsdecode(h5py.h5f.get_name(dataset.id)))
    return named if named.is_file() else path  # what is held in memory has a name and no file


def read_positions(dataset: Any, picks: Sequence[NDArray[Any]], fixed: tuple[int, ...] = ()) -> NDArray[Any]:
    """The samples at sorted positions along every axis; reads plain blocks and picks in memory. As long along each axis
    as there are positions, such as rows x cols x bands; the axes of `fixed`, which come first, are left out.

    h5py is very slow on selections with steps, so whole blocks are read, of limited size.
    """
    axis = len(fixed)
    lengths = [len(p) for p in picks[axis:]]
    target = np.empty(lengths, sample_type(dataset.dtype))
    spans = [int(p[-1] - p[0]) + 1 for p in picks[axis:]]
    unit = math.prod(spans[1:]) * dataset.dtype.itemsize
    deeper = axis + 1 < len(picks)
    if deeper and (unit > _BLOCK_BYTES or _is_sparse(dataset, picks, axis)):
        for number, position in enumerate(picks[axis].tolist()):
            target[number] = read_positions(dataset, picks, (*fixed, position))
        return target
    sparse = next((a for a in range(axis + 1, len(picks)) if _is_sparse(dataset, picks, a)), None)
    if sparse is not None:
        for number, position in enumerate(picks[sparse].tolist()):
            part = [np.array([position]) if a == sparse else p for a, p in enumerate(picks)]
            place = [slice(None)] * len(lengths)
            place[sparse - axis] = slice(number, number + 1)
            target[tuple(place)] = read_positions(dataset, part, fixed)
        return target
    inner = tuple(slice(int(p[0]), int(p[-1]) + 1) for p in picks[axis + 1 :])
    stopping.check()
    for begin, end in _groups(picks[axis], max(1, _BLOCK_BYTES // max(1, unit)), _chunk(dataset, axis)):
        positions = picks[axis][begin:end]
        stopping.check()
        block = _plain(dataset[(*fixed, slice(int(positions[0]), int(positions[-1]) + 1), *inner)])
        relative = [p - p[0] for p in (positions, *picks[axis + 1 :])]
        target[begin:end] = block[np.ix_(*relative)] if block.shape != target[begin:end].shape else block
    return target


def _groups(positions: NDArray[Any], most: int, chunk: int) -> list[tuple[int, int]]:
    """Runs of sorted positions to be read at once: not longer than `most`, without gaps wider than a chunk."""
    groups, begin = [], 0
    for end in range(1, len(positions) + 1):
        ends = end == len(positions)
        if ends or positions[end] - positions[begin] >= most or positions[end] - positions[end - 1] > max(chunk, 4):
            groups.append((begin, end))
            begin = end
    return groups


def _is_sparse(dataset: Any, picks: Sequence[NDArray[Any]], axis: int) -> bool:
    """Whether a few positions lie so far apart that reading everything between them would be a waste."""
    positions = picks[axis]
    if not 1 < len(positions) <= 8:
        return False
    # Along the fastest axis of a plain dataset everything lies close together.
    chunk = _chunk(dataset, axis)
    return axis < len(picks) - 1 and bool((np.diff(positions) > max(chunk, 4)).all())


def chunk_bytes(dataset: Any) -> int:
    """Bytes of the samples that can only be unpacked at once; 0 where none are packed."""
    return int(math.prod(dataset.chunks or (0,)) * dataset.dtype.itemsize)


def _chunk(dataset: Any, axis: int) -> int:
    return int(dataset.chunks[axis]) if dataset.chunks else 1


def _index(bands: slice | Sequence[int]) -> Any:
    return bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)


def _plain(block: NDArray[Any]) -> NDArray[Any]:
    if block.dtype.names == ("real", "imag"):
        return np.asarray(block["real"] + 1j * block["imag"])
    return block.astype(block.dtype.newbyteorder("="), copy=False)


def _reason(error: BaseException) -> str:
    return untrusted.reason_of(error)
