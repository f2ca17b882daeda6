"""Steps that find pixels: by a formula, a layer, shapes, classes, or quality masks of a product."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.formula import FUNCTIONS, read
from hsigui.analysis.indices import index, index_names
from hsigui.analysis.layer import LayerRecipe
from hsigui.analysis.making import make, recipe_of
from hsigui.cube.cube import Cube
from hsigui.cube.open import open_cube
from hsigui.cube.quality import marked, whole
from hsigui.errors import HsiError
from hsigui.labels.formats.files import may_hold_shapes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.on_scene import read_for
from hsigui.labels.place import require_same_place
from hsigui.labels.raster import ClassRaster
from hsigui.masks.comparison import Comparison
from hsigui.masks.recipe import Making, added
from hsigui.parameters import Value
from hsigui.preparing.area import Polygons
from hsigui.texts import say

Pixels = NDArray[np.bool_]


def option(name: str, text: str) -> str:
    """A step as an option with what is given with it."""
    return f"--{name}={shlex.quote(text)}" if text.startswith("-") else f"--{name} {shlex.quote(text)}"


def formula_of(measured: str) -> str:
    """The formula of what is compared: of an index that is named, or what was typed.

    Raises:
        HsiError: it is neither; of a single word, which index it may mean.
    """
    if measured.casefold() in index_names():
        return index(measured).formula
    try:
        read(measured)
    except HsiError:
        if measured.isidentifier() and measured.casefold() not in (*FUNCTIONS, "band"):
            index(measured)
        raise
    return measured


@dataclass(frozen=True)
class ByFormula:
    """Pixels where an index or a formula of bands passes a threshold; a pixel without data in these bands does not."""

    comparison: Comparison

    @property
    def told(self) -> str:
        return option("formula", str(self.comparison))

    def to_json(self) -> dict[str, Any]:
        return {"step": "formula", "text": str(self.comparison)}

    def on(self, making: Making) -> Pixels:
        name = self.comparison.measured
        formula_of(name)
        parameters: dict[str, Value] = {} if name.casefold() in index_names() else {"formula": name}
        layer = make(making.cube, recipe_of("formula" if parameters else name, parameters), making.ctx)
        making.notes += layer.notes
        return added(making, self.comparison.holds(layer.array))


@dataclass(frozen=True)
class ByLayer:
    """Pixels where a band of a file of the scene's pixels passes a threshold: a layer of `hsigui derive`, or another.

    Attributes:
        comparison: of the file, with ":" and the number of the band, from 1, where it is not the first.
    """

    comparison: Comparison

    @property
    def told(self) -> str:
        return option("layer", str(self.comparison))

    def to_json(self) -> dict[str, Any]:
        return {"step": "layer", "text": str(self.comparison)}

    def on(self, making: Making) -> Pixels:
        path, band = band_of(self.comparison.measured)
        layer, cube = open_cube(path, gaps=False), making.cube
        require_same_size((layer.rows, layer.cols), (cube.rows, cube.cols), path.name)
        require_same_place(layer.geo, cube.geo, (cube.rows, cube.cols), path.name)
        if not 1 <= band <= layer.bands:
            raise HsiError(
                say("{name} has no band {number}.", name=path.name, number=band),
                say("Its bands are 1 to {bands}.", bands=layer.bands),
            )
        found = np.empty((cube.rows, cube.cols), dtype=bool)
        for rows in layer.blocks():
            making.ctx.check()
            found[rows] = self.comparison.holds(layer.read(rows, slice(None), [band - 1])[:, :, 0])
        return added(making, found)


@dataclass(frozen=True)
class ByRecipe:
    """Pixels that lie within the limits of a layer that is made by its recipe.

    Attributes:
        layer: with its threshold in `between`.
        name: of the layer, in words.
    """

    layer: LayerRecipe
    name: str

    @property
    def told(self) -> str:
        between = self.layer.between
        text = self.name
        if between is not None:
            low = "" if between.low is None else f"{between.low:.12g} <= "
            high = "" if between.high is None else f" <= {between.high:.12g}"
            text = f"{low}{self.name}{high}"
        return option("layer", text)

    def to_json(self) -> dict[str, Any]:
        return {"step": "recipe", "text": self.name, "layer": self.layer.to_json()}

    def on(self, making: Making) -> Pixels:
        layer = make(making.cube, self.layer, making.ctx)
        making.notes += layer.notes
        if layer.classes is None:
            raise HsiError(
                say("{name} has no threshold.", name=self.name), say("Choose between which values pixels are masked.")
            )
        return added(making, np.asarray(layer.array == 1))


@dataclass(frozen=True)
class ByPolygons:
    """Pixels whose centre lies in a shape of a file, all of its shapes or those of one value of a field."""

    shapes: Polygons

    @property
    def told(self) -> str:
        return option("polygons", self.shapes.told)

    def to_json(self) -> dict[str, Any]:
        return {"step": "polygons", "text": self.shapes.told}

    def on(self, making: Making) -> Pixels:
        path = self.shapes.path
        if not may_hold_shapes(path):
            raise HsiError(
                say("{name} is no file of shapes.", name=path.name),
                say("Choose shapes (GeoPackage, GeoJSON, Shapefile, regions), or take it as classes."),
            )
        part = self.shapes.on(making.cube)
        making.notes += part.notes
        found = np.zeros((making.cube.rows, making.cube.cols), dtype=bool)
        found[part.rows, part.cols] = part.inside
        return added(making, found)


@dataclass(frozen=True)
class ByClasses:
    """Pixels of some classes of a class raster, of a map or of labels.

    Attributes:
        classes: numbers or names; none for all but 0.
    """

    path: Path
    classes: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        return option("class", self._text)

    @property
    def _text(self) -> str:
        return f"{self.path}:{','.join(self.classes)}" if self.classes else str(self.path)

    def to_json(self) -> dict[str, Any]:
        return {"step": "class", "text": str(self.path), "classes": list(self.classes)}

    def on(self, making: Making) -> Pixels:
        found = _classes(self.path, making.cube)
        making.notes += found.notes
        if not self.classes:
            return added(making, found.array != 0)
        return added(making, np.isin(found.array, [_number_of(name, found, self.path) for name in self.classes]))


@dataclass(frozen=True)
class ByQuality:
    """Pixels that quality masks of the scene's product mark."""

    names: tuple[str, ...]

    @property
    def told(self) -> str:
        return option("quality", ",".join(self.names))

    def to_json(self) -> dict[str, Any]:
        return {"step": "quality", "text": ",".join(self.names)}

    def on(self, making: Making) -> Pixels:
        return added(making, marked(whole(making.cube), self.names))


def _classes(path: Path, cube: Cube) -> ClassRaster:
    found = read_for(path, cube)
    require_same_size(found.array.shape, (cube.rows, cube.cols), path.name)
    require_same_place(found.geo, cube.geo, (cube.rows, cube.cols), path.name)
    return found


def _number_of(name: str, found: ClassRaster, path: Path) -> int:
    for each in found.classes:
        if name.casefold() == each.name.casefold() or name == str(each.number):
            return each.number
    raise HsiError(
        say("{file} has no class {name}.", file=path.name, name=name),
        say("It has {names}.", names=", ".join(f"{each.number} {each.name}" for each in found.classes) or say("none")),
    )


def band_of(text: str) -> tuple[Path, int]:
    """A file, and the number of its band that is meant, from 1."""
    path = Path(text).expanduser()
    before, _, number = text.rpartition(":")
    if not path.exists() and before and number.strip().isdigit():
        return Path(before).expanduser().resolve(), int(number)
    return path.resolve(), 1
