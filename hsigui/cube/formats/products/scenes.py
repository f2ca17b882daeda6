"""Which product a file is, which of its scenes it holds, and those that are made of several arrays or by a table."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.hdf5 import BROKEN, broken
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.formats.products.hdf_rows import HDF_PRODUCTS
from hsigui.cube.formats.products.parts import PartsFile
from hsigui.cube.formats.products.rows import HdfProduct, Scene


class ScenesFile(PartsFile):
    """A `PartsFile` that knows the scenes of its product.

    Attributes:
        row: the product that the file is; None for none.
        made: scenes by the name under which they are listed before the stored arrays.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        try:
            self.row = next((row for row in HDF_PRODUCTS if self._is(row)), None)
            self.made = self._made()
            shapes = [(name, self._shape(scene)) for name, scene in self.made.items()]
        except BROKEN as error:
            raise broken(self.path, error) from error
        self.arrays = (*(ArrayInfo(name, shape, "float32") for name, shape in shapes), *self.stored)

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

    def _shape(self, scene: Scene) -> tuple[int, ...]:
        rows, cols, bands = self._layout(scene.parts[0], self._array_of(scene.parts[0])).shape
        if scene.lookup is not None:
            table = self.array(scene.lookup[0])
            return (*(table.shape if table else ()), bands)
        return rows, cols, len(self._bands(scene).order)
