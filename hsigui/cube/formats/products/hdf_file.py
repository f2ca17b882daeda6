"""An HDF5 or NetCDF 4 file that may be a product known by name: then it says which of its arrays is the scene, and
offers scenes that it does not store as one array, such as the bands of two detectors in one order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Source
from hsigui.cube.formats.array_file import Beside, Place
from hsigui.cube.formats.choice import CUBE_AXES, ImportChoice, Layout
from hsigui.cube.formats.hdf5 import BROKEN, broken
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_place import axes_of_dimensions
from hsigui.cube.formats.products.rows import Scene
from hsigui.cube.formats.products.scenes import ScenesFile
from hsigui.cube.formats.products.sources import JoinedBands, LookedUp, Unpacked
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.texts import say

_MADE = CUBE_AXES[0]  # axes of scenes that are made


class ProductFile(ScenesFile):
    """An `HdfFile` that knows the products of missions and cameras.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """

    @property
    def product(self) -> str:
        """What the file is distributed as; empty for no product that is known."""
        return "" if self.row is None else self.row.name

    def proposals(self) -> tuple[ImportChoice, ...]:
        """Ways to read the product, the usual one first; none where it is none."""
        if self.row is None:
            return ()
        found = []
        for scene in self.row.scenes:
            if scene.name in self.made:
                found.append(ImportChoice(scene.name, _MADE))
            elif not scene.name and (array := self.array(scene.parts[0].array)):
                found.append(ImportChoice(array.name, scene.parts[0].axes))
        return tuple(found)

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory. Its shape is the one that is listed, such as rows x cols x bands.

        Raises:
            HsiError: it cannot be read.
        """
        if name not in self.made:
            return super().load(name)
        source = self._source(self.made[name])
        require_memory(f"{self.path.name} ({name})", int(np.prod(source.shape)) * source.dtype.itemsize)
        return source.read(slice(None), slice(None), slice(None))

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array or over a made scene.

        Raises:
            HsiError: the axes of a made scene are said to be others than they are.
        """
        if name not in self.made:
            return super().source(name, layout)
        if layout.axes != (0, 1, 2):
            raise HsiError(
                say("{name} is made as rows x columns x bands.", name=name), say("Choose these axes, or another array.")
            )
        return self._source(self.made[name])

    def beside(self, name: str, bands: int) -> Beside:
        """No-data, scale, band lists and notes of an array or of a made scene."""
        try:
            scene = self.made.get(name) or self._stored_scene(name)
            if scene is None:
                return super().beside(name, bands)
            return self._beside(scene, name, bands)
        except BROKEN as error:
            raise broken(self.path, error) from error

    def unit(self, name: str) -> str:
        """The unit that the file names for an array; that of the wavelengths of all products that are known."""
        return super().unit(name) or ("nm" if self.row is not None else "")

    def place(self, name: str, layout: Layout) -> Place:
        """Where an array or a made scene lies."""
        scene = self.made.get(name) or self._stored_scene(name)
        if scene is None:
            return super().place(name, layout)
        if on_map := self._on_map(scene):
            note = say("The scene is a swath, without a grid; “{name}” has one (Open as…, --variable).", name=on_map)
            return Place(notes=(note,))
        if scene.place is not None:
            geo = scene.place(self._mapping(scene), *layout.shape[:2])
            return Place(geo) if geo.transform else Place(geo, (say("The product does not say where it lies."),))
        part = self._array_of(scene.parts[0])
        return super().place(part.name, self._layout(scene.parts[0], part))

    def lookup(self, name: str) -> tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]] | None:
        """Row and column tables (rows x cols of the map, from 1) of a made scene that has some."""
        scene = self.made.get(name)
        if scene is None or scene.lookup is None:
            return None
        col, row = (self._table(pattern) for pattern in scene.lookup)
        return row, col

    def grid_of(self, name: str) -> tuple[int, int]:
        """Rows and columns of the pixels that an array or the parts of a made scene are stored in."""
        scene = self.made.get(name) or self._stored_scene(name)
        if scene is None:
            raise HsiError(
                say("The quality masks of {file} do not belong to {name}.", file=self.path.name, name=name),
                say("Open the scene of the product."),
            )
        rows, cols, _ = self._layout(scene.parts[0], self._array_of(scene.parts[0])).shape
        return rows, cols

    def reading(self, name: str) -> ImportChoice | None:
        """How a scene of the product is read, or an array whose dimensions say what they are; None for any other."""
        if name in self.made:
            return ImportChoice(name, _MADE)
        if (scene := self._stored_scene(name)) is not None:
            return ImportChoice(name, scene.parts[0].axes)
        try:
            axes = axes_of_dimensions(self.file, name)
        except BROKEN as error:
            raise broken(self.path, error) from error
        return ImportChoice(name, axes) if axes else None

    def _source(self, scene: Scene) -> Source:
        said = Attributes(self.file.attrs)
        parts: list[Source] = []
        for part in scene.parts:
            array = self._array_of(part)
            source: Source = super().source(array.name, self._layout(part, array))
            parts.append(source if part.packing is None else Unpacked(source, *part.packing(said)))
        if scene.lookup is None:
            return JoinedBands(tuple(parts), self._bands(scene).order)
        col, row = (self._table(pattern) for pattern in scene.lookup)
        return LookedUp(parts[0], row, col, self._fill(scene))

    def _fill(self, scene: Scene) -> float:
        said = super().beside(self._array_of(scene.parts[0]).name, 0).nodata
        return said if said is not None else scene.nodata if scene.nodata is not None else 0.0

    def _beside(self, scene: Scene, name: str, bands: int) -> Beside:
        first = self._array_of(scene.parts[0]).name if scene.name else name
        found = super().beside(first, bands)
        nodata = found.nodata if found.nodata is not None else scene.nodata
        found = replace(found, nodata=nodata, notes=(*self._said_of_product(), *found.notes))
        if packing := scene.parts[0].packing:
            factor, summand = (1.0, 0.0) if scene.name else packing(Attributes(self.file.attrs))
            found = replace(found, scale=1 / factor, offset=summand, valid_range=None, gains=(), offsets=())
        if scene.parts[0].centers:
            found = replace(found, lists=self._made_lists(scene) if scene.name else self._stored_lists(scene.parts[0]))
        if self.row is not None and self.row.bad_windows:
            found = replace(found, lists=found.lists or self._with_windows(name, bands, self.row.bad_windows))
        if found.lists is not None:
            found = replace(found, lists=replace(found.lists, units=found.lists.units or "nm"))
        return found

    def _said_of_product(self) -> tuple[str, ...]:
        return () if self.row is None else (say("The file is {product}.", product=self.row.title),)


def open_product_file(path: str | Path) -> ProductFile:
    """Lists the arrays of an HDF5 or NetCDF 4 file, and the scenes that it holds as a product.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """
    return ProductFile(path)
