"""Quality layers of products as masks: which pixels a layer marks, whether it lies in the scene's file or beside it.

A layer of HDF5 that says what its bits or values mean (CF's `flag_masks`, `flag_values` and `flag_meanings`) offers
each of them, whatever the product.

Source: CF Metadata Conventions 1.11, section 3.5, "Flags".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.formats.hdf5 import BROKEN, HdfFile
from hsigui.cube.formats.hdf5_attributes import Attributes, text_of
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.formats.products.hdf_file import ProductFile
from hsigui.cube.formats.products.quality_layers import QualityLayer, marked_in, no_layer, other_size, sibling
from hsigui.cube.formats.products.rows import Quality
from hsigui.cube.formats.products.sources import looked_up
from hsigui.errors import HsiError
from hsigui.texts import say


class HdfMasks:
    """The quality masks of products in HDF5 and NetCDF 4."""

    def layers(self, path: Path) -> tuple[QualityLayer, ...]:
        """Those in a file or beside it.

        Raises:
            HsiError: the file cannot be read.
        """
        return layers_of(ProductFile(path))

    def marked(self, path: Path, cube: Cube, names: Sequence[str]) -> NDArray[np.bool_]:
        """The pixels of a scene that one of them marks, rows x cols.

        Raises:
            HsiError: one is not there, or has another size than the scene.
        """
        return marked(ProductFile(path), cube, names)


def layers_of(file: ProductFile) -> tuple[QualityLayer, ...]:
    """The quality layers that a product's file has in it or beside it."""
    rows = () if file.row is None else file.row.quality
    found = [QualityLayer(row.name, row.title, path) for row in rows if (path := _with_layer(file, row)) is not None]
    return (*found, *(QualityLayer(name, say("flag {name}", name=name), file.path) for name in _flags(file)))


def marked(file: ProductFile, cube: Cube, names: Sequence[str]) -> NDArray[np.bool_]:
    """The pixels of a scene of the file that one of these layers marks, rows x cols.

    Raises:
        HsiError: there is no such layer, or it has another size than the scene.
    """
    layers = {row.name: row for row in (() if file.row is None else file.row.quality)}
    variable, turned = cube.info.variable, False
    if file.row is None:  # a layer has the axes of the array, in their order
        turned = _runs_down_columns(cube.info.axis_order)
        total = np.zeros((cube.cols, cube.rows) if turned else (cube.rows, cube.cols), dtype=bool)
    else:
        total = np.zeros(file.grid_of(variable), dtype=bool)
    for name in names:
        row, flags = layers.get(name), _flags(file)
        if row is not None and _with_layer(file, row) is not None:
            mask = _of_row(file, row)
        elif name in flags:
            mask = _of_flag(file, *flags[name])
        else:
            raise no_layer(file.path, name, layers_of(file))
        if mask.shape != total.shape:
            raise other_size(file.path, name, mask.shape, total.shape)
        total |= mask
    tables = file.lookup(variable)
    return (total.T if turned else total) if tables is None else looked_up(total, *tables)


def _runs_down_columns(axis_order: str) -> bool:
    """Whether the columns of a scene are an earlier axis of its array than the rows."""
    words = axis_order.split(",")
    return {"rows", "cols"} <= {*words} and words.index("cols") < words.index("rows")


def _file_of(file: ProductFile, row: Quality) -> Path | None:
    if row.beside[0]:
        return sibling(file.path, row.beside)
    return file.path if file.array(row.array) else None


def _with_layer(file: ProductFile, row: Quality) -> Path | None:
    """The file that has a layer, by its label where that file names its planes."""
    path = _file_of(file, row)
    if path is None or not row.labels:
        return path
    names = _labels(file if path == file.path else HdfFile(path), row.labels)
    return path if not names or _plain(row.label) in names else None


def _of_row(file: ProductFile, row: Quality) -> NDArray[np.bool_]:
    path = _file_of(file, row)
    holder = file if path is None or path == file.path else ProductFile(path)
    array = holder.array(row.array)
    if array is None:
        raise HsiError(
            say("{path} holds no array {array}.", path=holder.path.name, array=row.array), say("Is the file complete?")
        )
    return marked_in(_plane(holder, row, holder.load(array.name)), row)


def _plane(holder: HdfFile, row: Quality, layer: NDArray[Any]) -> NDArray[Any]:
    if row.plane < 0 or layer.ndim != 3:
        return layer
    names, label = _labels(holder, row.labels), _plain(row.label)
    plane = names.index(label) if label in names else row.plane
    if plane >= layer.shape[2]:
        raise no_layer(holder.path, row.name, ())
    return layer[:, :, plane]


def _labels(holder: HdfFile, name: str) -> list[str]:
    item = item_of(holder.file, name) if name else None
    if item is None or not item.shape:
        return []
    return [_plain(text_of(value)) for value in np.ravel(item[()])]


def _plain(label: str) -> str:
    """A label as it is compared: versions of a product write it in other letters."""
    return " ".join(label.casefold().split())


def _flags(file: ProductFile) -> dict[str, tuple[str, int, bool]]:
    """The flags of CF in the file: by their meaning the array, the number, and whether that is a bit."""
    found: dict[str, tuple[str, int, bool]] = {}
    for array in file.stored:
        if len(array.shape) != 2 or not array.dtype.startswith(("int", "uint")):
            continue
        try:
            for meaning, number, bits in _meanings(Attributes.around(file.file, array.name).own):
                found.setdefault(meaning, (array.name, number, bits))
        except BROKEN:  # a damaged layer offers nothing, and is no reason not to open the scene
            continue
    return found


def _meanings(said: Attributes) -> list[tuple[str, int, bool]]:
    """What the numbers of a layer mean, by its attributes: the meaning, the number, and whether that is a bit."""
    meanings = said.text("flag_meanings").split()
    for numbers, bits in ((said.get("flag_masks"), True), (said.get("flag_values"), False)):
        if meanings and numbers is not None and np.size(numbers) == len(meanings):
            listed = np.ravel(numbers).tolist()
            return [(meaning, int(number), bits) for meaning, number in zip(meanings, listed, strict=True)]
    return []


def _of_flag(file: ProductFile, name: str, number: int, bits: bool) -> NDArray[np.bool_]:
    layer = file.load(name)
    return np.asarray((layer & number) != 0 if bits else layer == number)
