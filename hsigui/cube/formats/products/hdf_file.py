"""An HDF5 or NetCDF 4 file that may be a product known by name: then it says which of its arrays is the scene, and
offers scenes that it does not store as one array, such as the bands of two detectors in one order."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Source
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import CUBE_AXES, ImportChoice, Layout, layout_of
from hsigui.cube.formats.containers import BandLists, Beside, Place
from hsigui.cube.formats.hdf5 import BROKEN, HdfFile, broken
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.formats.hdf5_place import axes_of_dimensions
from hsigui.cube.formats.products.hdf_rows import HDF_PRODUCTS
from hsigui.cube.formats.products.rows import HdfProduct, Part, Scene
from hsigui.cube.formats.products.sources import JoinedBands, LookedUp, Unpacked
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.texts import say, say_number

_MADE = CUBE_AXES[0]  # axes of scenes that are made


@dataclass(frozen=True)
class Bands:
    """The bands of a made scene in their order: the number of the part, of the band there, centre and width in nm."""

    order: tuple[tuple[int, int], ...]
    centers: tuple[float, ...]
    widths: tuple[float, ...]


class ProductFile(HdfFile):
    """An `HdfFile` that knows the products of missions and cameras.

    Attributes:
        row: the product that the file is; None for none.
        made: scenes by the name under which they are listed before the stored arrays.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.stored = self.arrays
        try:
            self.row = next((row for row in HDF_PRODUCTS if self._is(row)), None)
            self.made = self._made()
            shapes = [(name, self._shape(scene)) for name, scene in self.made.items()]
        except BROKEN as error:
            raise broken(self.path, error) from error
        self.arrays = (*(ArrayInfo(name, shape, "float32") for name, shape in shapes), *self.stored)

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

    def array(self, pattern: str) -> ArrayInfo | None:
        """The stored array of a name in small letters, which may have wildcards; the first of several."""
        return next((a for a in self.stored if fnmatchcase(a.name.casefold(), pattern)), None)

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
            note = say("The scene is a swath, without a grid: “{name}” has one.", name=on_map)
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

    def _is(self, row: HdfProduct) -> bool:
        said = Attributes(self.file.attrs)
        return all(self.array(pattern) for pattern in row.has) and all(
            re.search(words, said.text(name), re.IGNORECASE) for name, words in row.says.items()
        )

    def _made(self) -> dict[str, Scene]:
        scenes = () if self.row is None else self.row.scenes
        named = {s.name: s for s in scenes if s.name and all(self.array(part.array) for part in s.parts)}
        whole = {name: scene for name, scene in named.items() if scene.lookup is None or self._has_tables(scene)}
        return {n: s for n, s in whole.items() if s.cut or len(s.parts) < 2 or not self._same_as_cut(s, whole)}

    def _has_tables(self, scene: Scene) -> bool:
        """Whether there are lookup tables, of another size than what they look up: else that is on the map already."""
        tables = [self.array(pattern) for pattern in scene.lookup or ()]
        stored = self._layout(scene.parts[0], self._array_of(scene.parts[0])).shape[:2]
        return all(table is not None and table.shape != stored for table in tables)

    def _on_map(self, scene: Scene) -> str:
        """The made scene that puts a stored one on the map; empty for none, and for that scene itself."""
        made = (name for name, other in self.made.items() if other.lookup and other.parts == scene.parts)
        return "" if scene.lookup else next(made, "")

    def _mapping(self, scene: Scene) -> Attributes:
        """The attributes that say where a scene lies."""
        found = item_of(self.file, scene.mapping) if scene.mapping else None
        return Attributes((self.file if found is None else found).attrs)

    def _same_as_cut(self, scene: Scene, others: dict[str, Scene]) -> bool:
        """Whether no two of the parts overlap, so that keeping the overlap makes no other scene."""
        return any(
            s.cut and s.parts == scene.parts and self._bands(s).order == self._bands(scene).order
            for s in others.values()
        )

    def _stored_scene(self, name: str) -> Scene | None:
        """A stored array that is the scene of the product, or a part of it, as a scene of its own."""
        for scene in () if self.row is None else self.row.scenes:
            for part in scene.parts:
                if scene.lookup is None and fnmatchcase(name.casefold(), part.array):
                    return Scene("", (part,), place=scene.place, nodata=scene.nodata)
        return None

    def _array_of(self, part: Part) -> ArrayInfo:
        found = self.array(part.array)
        if found is None:
            raise KeyError(part.array)
        return found

    def _layout(self, part: Part, array: ArrayInfo) -> Layout:
        return layout_of(array.shape, ImportChoice(array.name, part.axes))

    def _shape(self, scene: Scene) -> tuple[int, ...]:
        rows, cols, bands = self._layout(scene.parts[0], self._array_of(scene.parts[0])).shape
        if scene.lookup is not None:
            table = self.array(scene.lookup[0])
            return (*(table.shape if table else ()), bands)
        return rows, cols, len(self._bands(scene).order)

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

    def _table(self, pattern: str) -> NDArray[np.integer[Any]]:
        array = self.array(pattern)
        if array is None:
            raise KeyError(pattern)
        table = super().load(array.name)
        if table.ndim != 2 or table.dtype.kind not in "iu":
            raise ValueError(f"{array.name} is no lookup table")
        # Below 0 are pixels that were filled from a neighbour: the same pixel is shown.
        return np.abs(table)

    def _bands(self, scene: Scene) -> Bands:
        """The bands of all parts by rising wavelength, those without one left out."""
        found: list[tuple[float, int, int, float]] = []
        beyond = -np.inf
        for number, part in enumerate(scene.parts):
            centers, widths, used = self._lists(part)
            own = [
                (float(centers[band]), number, band, float(widths[band]))
                for band in np.flatnonzero(used).tolist()
                if not (scene.cut and centers[band] <= beyond)
            ]
            found += own
            beyond = max([beyond, *(center for center, *_ in own)])
        found.sort()
        known = all(math.isfinite(width) for *_, width in found)
        return Bands(
            tuple((part, band) for _, part, band, _ in found),
            tuple(center for center, *_ in found),
            tuple(width for *_, width in found) if known else (),
        )

    def _lists(self, part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Centre, width (NaN for unknown) and whether it is in use, one a band of a part."""
        bands = self._layout(part, self._array_of(part)).shape[2]
        centers, widths, flags = (self._list(name, bands) for name in (part.centers, part.widths, part.used))
        if centers is None:
            raise ValueError(f"no wavelengths for the {bands} bands of {part.array}")
        used = (centers > 0) & (True if flags is None else flags != 0)
        return centers, np.full(bands, np.nan) if widths is None else widths, used

    def _list(self, name: str, bands: int) -> NDArray[np.float64] | None:
        if "/" in name:
            array = self.array(name)
            values = np.ravel(super().load(array.name)).astype(float) if array is not None else np.empty(0)
        else:
            values = Attributes(self.file.attrs).numbers(name) if name else np.empty(0)
        return values if values.size == bands else None

    def _beside(self, scene: Scene, name: str, bands: int) -> Beside:
        first = self._array_of(scene.parts[0]).name if scene.name else name
        found = super().beside(first, bands)
        nodata = found.nodata if found.nodata is not None else scene.nodata
        found = replace(found, nodata=nodata, notes=(*self._said_of_product(), *found.notes))
        if packing := scene.parts[0].packing:
            factor, summand = (1.0, 0.0) if scene.name else packing(Attributes(self.file.attrs))
            found = replace(found, scale=1 / factor, offset=summand, valid_range=None)
        if scene.parts[0].centers:
            found = replace(found, lists=self._made_lists(scene) if scene.name else self._stored_lists(scene.parts[0]))
        if self.row is not None and self.row.bad_windows:
            found = replace(found, lists=found.lists or self._with_windows(name, bands))
        if found.lists is not None:
            found = replace(found, lists=replace(found.lists, units=found.lists.units or "nm"))
        return found

    def _made_lists(self, scene: Scene) -> BandLists:
        own = self._bands(scene)
        left = sum(int((~self._lists(part)[2]).sum()) for part in scene.parts)
        what = say_number("1 band", "{count} bands", left)
        said = (say("{what} without a wavelength, not in use, left out.", what=what),) if left else ()
        return BandLists(own.centers, "nm", own.widths, (), said)

    def _stored_lists(self, part: Part) -> BandLists | None:
        """Those of a stored array: it keeps bands that are not in use, which are marked bad. Their wavelength is no
        measured one: it is where they stand in the row of the others."""
        centers, widths, used = self._lists(part)
        if used.sum() < 2:
            return None
        numbers = np.arange(len(centers))
        slope, start = np.polyfit(numbers[used], centers[used], 1)
        filled = np.where(used, centers, np.maximum(slope * numbers + start, 1.0))
        known = np.isfinite(widths).all()
        left = int((~used).sum())
        what = say_number("1 band", "{count} bands", left)
        note = say("{what} without a wavelength, not in use: marked bad; the wavelength shown is a guess.", what=what)
        return BandLists(
            tuple(filled.tolist()), "nm", tuple(widths.tolist()) if known else (), tuple((~used).tolist()),
            (note,) if left else (),
        )  # fmt: skip

    def _said_of_product(self) -> tuple[str, ...]:
        return () if self.row is None else (say("The file is {product}.", product=self.row.title),)

    def _with_windows(self, name: str, bands: int) -> BandLists | None:
        """Bands between the wavelengths that the product names are bad."""
        around = Attributes.around(self.file, name)
        keys = () if self.row is None else self.row.bad_windows
        windows = [w for key in keys if (w := around.numbers(key)).size == 2]
        array, widths = self.array("*/spectral_data/wavelength"), self._list("*/spectral_data/fwhm", bands)
        if not windows or array is None:
            return None
        centers = np.ravel(super().load(array.name)).astype(float)
        if centers.size != bands:
            return None
        bad = np.any([(centers >= low) & (centers <= high) for low, high in windows], axis=0)
        known = () if widths is None else tuple(widths.tolist())
        return BandLists(tuple(centers.tolist()), self.unit(array.name), known, tuple(bad.tolist()))


def open_product_file(path: str | Path) -> ProductFile:
    """Lists the arrays of an HDF5 or NetCDF 4 file, and the scenes that it holds as a product.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """
    return ProductFile(path)
