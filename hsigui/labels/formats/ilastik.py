"""Labels of ilastik: the strokes that a project (`.ilp`) keeps, and its exports of labels and segmentations (`.h5`).

Source: github.com/ilastik/ilastik, `pixelClassificationSerializer.py` (PixelClassification/LabelSets/labelsNNN and in
it blockNNNN with the attribute blockSlice, “[0:1,10:20,5:30,0:1]”; LabelNames, LabelColors),
`dataSelectionSerializer.py` (Input Data/infos/laneNNNN/Raw Data with filePath, shape, axistags, axisorder), and its
documentation, "Export": an array “exported_data” whose attribute axistags names the axes (vigra's JSON). 0 is no label.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui import stopping, untrusted
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.hdf5 import BROKEN, HdfFile, broken, load_dataset, open_hdf
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, Color
from hsigui.labels.formats import image_labels, layouts
from hsigui.labels.grid import Grid
from hsigui.labels.raster import StoredRaster
from hsigui.texts import say

_LABELS = "PixelClassification/LabelSets"
_SLICE = re.compile(r"(\d{1,9}):(\d{1,9})")
_AXES = "tzyxc"  # in which ilastik holds images where it says nothing else
_MOST_BLOCKS = 1_000_000


def read_ilp(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads the strokes of one image of a project.

    Args:
        variable: name of the image, where the project has several of the scene's size.
        grid: the scene, for the size of images that the project does not tell.

    Raises:
        AmbiguousLabels: several images could be the scene.
        HsiError: the file is damaged, or holds no labels of an image of the scene's size.
    """
    file = open_hdf(path)
    try:
        sets = item_of(file, _LABELS)
        names = sorted(sets) if isinstance(sets, h5py.Group) else []
        lanes = (_image(file, sets, name, number, grid, path) for number, name in enumerate(names))
        images = [image for image in lanes if image is not None]
        if not images:
            raise HsiError(
                say("{name} holds no labels of a pixel classification.", name=path.name),
                say("Draw and save labels in ilastik, or export them."),
            )
        image = image_labels.chosen_image(images, variable, grid, path.name)
        image_labels.require_size(image.rows, image.cols, grid, path.name)
        array = _painted(path, file, image)
        titles, colors = _classes(path, file)
    except BROKEN as error:
        raise broken(path, error) from error
    return StoredRaster(array, path.name, titles, colors, variable=image.name if len(images) > 1 else "")


def read_h5(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads a raster of class numbers from an HDF5 file: ilastik's “exported_data”, or another array that is one.

    Args:
        variable: its path, where several fit.
        grid: the scene, whose size says how arrays become rows x cols (`layouts`).

    Raises:
        AmbiguousLabels: several arrays fit and `variable` is None.
        HsiError: the file is damaged, or no array holds class numbers.
    """
    file = HdfFile(path)
    name, order = layouts.split_name(variable or "")
    size = None if grid is None else grid.shape
    if variable is None:
        fitting = [a for a in file.arrays if a.name == "exported_data"] or [
            a
            for a in file.arrays
            if layouts.way_of(a.shape, size) is not None and layouts.may_be_classes(file.load(a.name), a.name, grid)
        ]
    else:
        fitting = [a for a in file.arrays if a.name in (variable, name)][:1]
    chosen = layouts.the_one(fitting, file.arrays, path.name)
    array, notes = _upright(file, chosen)
    found = layouts.plane_of(array, chosen.name, grid, order)
    return StoredRaster(found.array, f"{path.name} ({chosen.name})", variable=chosen.name + order,
                        notes=(*notes, *found.notes))  # fmt: skip


def holds_classes(path: Path) -> bool | None:
    """Whether ilastik's “exported_data”, or the one array of an HDF5 file, holds classes though it has more axes than
    two: None where its numbers must show it."""
    file = HdfFile(path)
    several = [a for a in file.arrays if max(a.shape, default=0) > 1]
    chosen = [a for a in several if a.name == "exported_data"] or several
    return layouts.holds_classes(chosen[0], lambda: file.load(chosen[0].name)) if len(chosen) == 1 else False


def _upright(file: HdfFile, info: ArrayInfo) -> tuple[NDArray[Any], tuple[str, ...]]:
    """An array with its rows before its columns, by what its axes are called."""
    array = file.load(info.name)
    axes = _axes_of(item_of(file.file, info.name).attrs.get("axistags"), len(info.shape))
    if "x" not in axes or "y" not in axes:
        return array, ()
    if "c" in axes and info.shape[axes.index("c")] > 1:
        raise HsiError(
            say("{name} of {file} holds {count} channels, such as probabilities: no labels.", name=info.name,
                file=file.path.name, count=info.shape[axes.index("c")]),
            say("Export the Simple Segmentation or the labels."),
        )  # fmt: skip
    if axes.index("x") < axes.index("y"):
        order = sorted(range(len(axes)), key=lambda axis: _AXES.index(axes[axis]))
        return np.ascontiguousarray(array.transpose(order)), (say("Its axes are named: rows and columns are by them."),)
    return array, ()


def _axes_of(said: Any, count: int) -> str:
    """The letters of the axes that vigra's JSON names; empty for none."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said or "")
    try:
        listed = untrusted.json_of(text)["axes"]
        letters = "".join(str(axis["key"]) for axis in listed)
    except (ValueError, TypeError, KeyError, json.JSONDecodeError):
        letters = ""
    return letters if len(letters) == count == len(set(letters)) and set(letters) <= set(_AXES) else ""


def _text(item: Any) -> str:
    value = item[()] if isinstance(item, h5py.Dataset) and item.size <= 1 else ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _image(file: Any, sets: Any, name: str, number: int, grid: Grid | None, path: Path) -> image_labels.Image | None:
    """An image of a project with its name and size; None where nothing is painted on it."""
    group = item_of(sets, name)
    blocks = [] if not isinstance(group, h5py.Group) else [item_of(group, block) for block in sorted(group)]
    blocks = [block for block in blocks if isinstance(block, h5py.Dataset) and "blockSlice" in block.attrs]
    if not blocks or len(blocks) > _MOST_BLOCKS:
        return None
    lane = item_of(file, f"Input Data/infos/lane{number:04}/Raw Data")
    said = {key: item_of(lane, key) for key in ("filePath", "nickname", "shape", "axistags", "axisorder")
            if isinstance(lane, h5py.Group)}  # fmt: skip
    placed = [(_slices(block), block) for block in blocks]
    count = len(placed[0][0])
    axes = _axes_of(_text(said.get("axistags")), count) or _text(said.get("axisorder"))
    axes = axes if len(axes) == count and {"x", "y"} <= set(axes) else _usual(count)
    rows, cols = _size(said.get("shape"), axes, grid)
    if not rows:
        rows, cols = (max(part[axes.index(axis)][1] for part, _ in placed) for axis in "yx")
    rows, cols = image_labels.size_of(rows, cols, path.name)
    title = PurePath(_text(said.get("filePath")).replace("\\", "/")).name or _text(said.get("nickname")) or name
    return image_labels.Image((axes, placed), untrusted.plain(title), rows, cols)


def _usual(count: int) -> str:
    return {2: "yx", 3: "yxc", 4: "zyxc", 5: "tzyxc"}.get(count, _AXES[-count:])


def _size(shape: Any, axes: str, grid: Grid | None) -> tuple[int, int]:
    """Rows and columns by the shape that a project names, else those of the scene; 0 for not known."""
    if isinstance(shape, h5py.Dataset) and shape.size == len(axes):
        found = np.asarray(shape[()]).ravel()
        return int(found[axes.index("y")]), int(found[axes.index("x")])
    return (0, 0) if grid is None else grid.shape


def _slices(block: Any) -> Sequence[tuple[int, int]]:
    said = block.attrs["blockSlice"]
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
    found = [(int(start), int(stop)) for start, stop in _SLICE.findall(text)]
    if len(found) != block.ndim or len(found) < 2:
        raise ValueError(say("a block of labels does not say where it lies"))
    return found


def _painted(path: Path, file: Any, image: image_labels.Image) -> NDArray[np.uint16]:
    """The labels of an image, rows x cols."""
    axes, placed = image.key
    require_room(path.name, image.rows, image.cols)
    array = np.zeros((image.rows, image.cols), dtype=np.uint16)
    for slices, block in placed:
        stopping.check()
        (top, bottom), (left, right) = slices[axes.index("y")], slices[axes.index("x")]
        others = [n for n in range(len(axes)) if axes[n] not in "yx"]
        inside = bottom <= image.rows and right <= image.cols and top < bottom and left < right
        if not inside or any(block.shape[n] != 1 for n in others):
            raise ValueError(say("a block of labels lies outside of its image, or has depth"))
        found = load_dataset(path, file, block.name)
        plane = np.squeeze(found, axis=tuple(others)) if others else found
        plane = plane.T if axes.index("x") < axes.index("y") else plane
        if plane.shape != (bottom - top, right - left) or plane.dtype.kind not in "iu":
            raise ValueError(say("a block of labels has another size than it says"))
        part = array[top:bottom, left:right]
        part[plane > 0] = np.minimum(plane[plane > 0].astype(np.int64), MAX_CLASS)
    return array


def _classes(path: Path, file: Any) -> tuple[dict[int, str], dict[int, Color]]:
    """Names and colours by number, 0 for none."""
    names = item_of(file, "PixelClassification/LabelNames")
    colors = item_of(file, "PixelClassification/LabelColors")
    listed = names[()].ravel().tolist() if isinstance(names, h5py.Dataset) and 0 < names.size <= MAX_CLASS else []
    texts = [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in listed]
    titles = {0: "Unlabelled"} | {n: untrusted.plain(text.strip()) for n, text in enumerate(texts, start=1)}
    rgb: dict[int, Color] = {}
    if (
        isinstance(colors, h5py.Dataset)
        and colors.ndim == 2
        and colors.shape[1] >= 3
        and math.prod(colors.shape) < 2**20
    ):
        for n, row in enumerate(np.asarray(colors[()])[:, :3].astype(np.float64).tolist(), start=1):
            if all(0 <= v <= 255 for v in row):
                rgb[n] = (int(row[0]), int(row[1]), int(row[2]))
    return titles, rgb
