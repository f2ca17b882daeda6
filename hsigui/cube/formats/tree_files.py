"""Arrays in groups with attributes and named axes, read as CF means them: zarr, and what xarray holds in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.cube import Source
from hsigui.cube.formats.array_file import BandLists, Beside, Place
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import ImportChoice, Layout
from hsigui.cube.formats.hdf5 import HdfSource, chunk_bytes, read_positions
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_beside import beside_array
from hsigui.cube.formats.hdf5_place import COLUMN_NAMES, ROW_NAMES, axes_of_dimensions, place_of_array, scales_of
from hsigui.cube.formats.hdf5_samples import as_said
from hsigui.cube.formats.lists_beside import WAVELENGTH_NAMES, WIDTH_NAMES
from hsigui.cube.limits import require_block, require_memory

_BANDS = WAVELENGTH_NAMES | {"band", "bands", "channel", "channels", "spectral", "z"}
_LENGTHS = {"nm", "nanometer", "nanometers", "nanometre", "nanometres", "um", "µm", "μm", "micrometer", "micrometers",
            "micrometre", "micrometres", "micron", "microns"}  # fmt: skip
_WAVELENGTH_WORDS = {"radiation_wavelength", "sensor_band_central_radiation_wavelength"}


class TreeFile:
    """The arrays of numbers of a tree by path, as "group/array", without loading them.

    Args:
        path: what the user opened, or what stands for it.
        name: as it is told.
        other: what is in it that is no array of numbers, with its kind.
    """

    kind = ""
    product = ""

    def __init__(self, path: Path, name: str, tree: TreeGroup, other: tuple[str, ...] = ()) -> None:
        self.path, self._name, self._tree, self.other = path, name, tree, other
        self._arrays = dict(_walk(self._tree))
        self.arrays = tuple(
            ArrayInfo(key, array.shape, array.dtype.newbyteorder("=").name)
            for key, array in self._arrays.items()
            if array.shape
        )

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory. Its shape is the one that is listed, such as rows x cols x bands.

        Raises:
            HsiError: it cannot be read, or does not fit into memory.
        """
        array = self._arrays[name]
        with untrusted.reading(self._name):
            require_memory(f"{self._name} ({name})", int(np.prod(array.shape)) * array.dtype.itemsize)
            if not array.shape or 0 in array.shape:
                return np.asarray(array[...])
            return read_positions(array, [np.arange(length) for length in array.shape])

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array."""
        return as_said(self._tree, name).of(self._stored(name, layout))

    def _stored(self, name: str, layout: Layout) -> Source:
        """A source over the stored samples of one array."""
        return TreeSource(Path(self._name), self._tree, name, layout)

    def beside(self, name: str, bands: int) -> Beside:
        """No-data, scale and band lists from the attributes of an array and of the store, and from coordinates."""
        with untrusted.reading(self._name):
            found = beside_array(self._tree, name, bands)
            return found if found.lists is not None else replace(found, lists=self._coordinate(name, bands))

    def attributes(self, name: str) -> Attributes:
        """The attributes of an array, of the groups around it and of the root."""
        with untrusted.reading(self._name):
            return Attributes.around(self._tree, name)

    def place(self, name: str, layout: Layout) -> Place:
        """Where an array lies, as far as the store says.

        Args:
            layout: which of its axes are rows and columns.
        """
        with untrusted.reading(self._name):
            return place_of_array(self._tree, name, layout)

    def unit(self, name: str) -> str:
        """The attribute `units` of an array; empty when there is none."""
        return Attributes(self._arrays[name].attrs).text("units", "unit")

    def proposals(self) -> tuple[ImportChoice, ...]:
        """None: a store is of no product that is known."""
        return ()

    def reading(self, name: str) -> ImportChoice | None:
        """How an array of three axes is read, by the names of its axes; None where they say nothing."""
        array = self._arrays[name]
        long = [axis for axis, length in enumerate(array.shape) if length != 1 or len(array.shape) <= 3]
        dims = [array.dimensions[axis].casefold() for axis in long] if array.dimensions else []
        words = ["rows" if d in ROW_NAMES else "cols" if d in COLUMN_NAMES else "bands" if d in _BANDS else ""
                 for d in dims]  # fmt: skip
        if len(words) != 3:
            return None
        if words.count("") == 1:
            words[words.index("")] = ({"rows", "cols", "bands"} - set(words)).pop()
        axes = ",".join(words)
        if sorted(words) != ["bands", "cols", "rows"]:
            axes = axes_of_dimensions(self._tree, name)
        return ImportChoice(name, axes) if axes else None

    def _coordinate(self, name: str, bands: int) -> BandLists | None:
        """Band centres that are the coordinate of an axis, whatever it is called."""
        array = self._arrays[name]
        for axis, length in enumerate(array.shape):
            if length != bands or bands < 2:
                continue
            for item in scales_of(self._tree, name, axis):
                about = Attributes(item.attrs)
                unit = about.text("units", "unit")
                meant = about.text("standard_name") in _WAVELENGTH_WORDS or unit.casefold() in _LENGTHS
                if item.shape == (bands,) and item.dtype.kind in "iuf" and meant and not _is_map_axis(item):
                    centers = tuple(np.asarray(item[...], dtype=float).tolist())
                    return BandLists(centers, unit, self._widths(array, axis, bands))
        return None

    def _widths(self, array: Any, axis: int, bands: int) -> tuple[float, ...]:
        dim = array.dimensions[axis]
        for key, other in self._arrays.items():
            last = key.rsplit("/", 1)[-1].casefold()
            if last in WIDTH_NAMES and other.shape == (bands,) and other.dimensions == (dim,):
                return tuple(np.asarray(other[...], dtype=float).tolist())
        return ()


class TreeSource(HdfSource):
    """Stored samples of an array of a tree, read by windows, by several threads side by side."""

    def __init__(self, path: Path, file: TreeGroup, name: str, layout: Layout) -> None:
        super().__init__(path, file, name, layout)
        self._lock = nullcontext()

    def _opened(self, path: Path, file: TreeGroup, name: str) -> Any:
        dataset = file.get(name)
        require_block(path.name, chunk_bytes(dataset))
        return dataset

    @property
    def cheap(self) -> tuple[slice, slice]:
        """Rows and columns that cost little to read: of one piece in the middle."""
        picked = []
        for axis, length in zip(self._axes[:2], self.shape, strict=False):
            chunk = max(1, min(int(self._dataset.chunks[axis]), length))
            first = length // 2 // chunk * chunk
            picked.append(slice(first, min(first + chunk, length)))
        return picked[0], picked[1]


def _is_map_axis(item: Any) -> bool:
    last = str(item.name).rsplit("/", 1)[-1].casefold()
    return last in ROW_NAMES or last in COLUMN_NAMES


def _walk(group: TreeGroup, around: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in group.items.items():
        name = f"{around}/{key}" if around else key
        if isinstance(item, TreeGroup):
            yield from _walk(item, name)
        else:
            yield name, item
