"""Class rasters as PNG: one sample a pixel, the palette in the colours of the classes, a legend as a table beside.

Names, place and coordinate system stand in the `.aux.xml`, where GDAL and QGIS look for them. Pictures in colours are
read as well: each colour is a class.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hsigui import untrusted
from hsigui.cube.cube import Geo
from hsigui.cube.formats.geotiff import RasterSource, geo_of_dataset, open_dataset
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, Color, default_name
from hsigui.labels.formats.class_tables import read_table, write_table
from hsigui.labels.formats.cvat import label_map
from hsigui.labels.formats.tiff_classes import aux_path, aux_xml, read_tiff
from hsigui.labels.grid import Grid
from hsigui.labels.raster import ClassRaster, StoredRaster, smallest_type
from hsigui.saving import written_beside
from hsigui.texts import say

_BACKGROUND = "Background"
_MOST_COLORS = 256  # of a picture that can be a map of classes


def read_png(path: Path, variable: str | None = None, grid: Grid | None = None) -> ClassRaster | StoredRaster:
    """Reads a PNG of class numbers, or a picture in which each colour is a class (black and transparent are none).

    Names come from the `.aux.xml` or the legend beside it (`NAME.legend.csv`), or from CVAT's label map.

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the file cannot be read, or is a photograph.
    """
    none: frozenset[Color] = frozenset()
    if untrusted.is_file(legend_path(path)):
        legend = read_table(legend_path(path), alike=True)
    else:
        legend, none = label_map(path)
    with open_dataset(path) as dataset:
        bands = dataset.count
    if bands in (3, 4):
        return _read_colors(path, legend, none)
    raster = read_tiff(path)
    if not untrusted.is_file(legend_path(path)) and legend:  # a palette, whose numbers are in no order that is known
        return _named_by_palette(raster, legend, none)
    names = {c.number: c.name for c in legend} | {n: name for n, name in raster.names.items() if n not in legend}
    return replace(raster, names=names, colors={**raster.colors, **{c.number: c.color for c in legend}})


def write_png(path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes a PNG of class numbers (palette up to class 255, else 16 bits), its `.aux.xml` and `NAME.legend.csv`.
    `array` holds class numbers, rows x cols, 0 for unlabelled.

    Raises:
        HsiError: the files cannot be written.
    """
    numbers = smallest_type(array, classes)
    image = Image.fromarray(numbers)
    if numbers.dtype == np.uint8:
        palette = np.zeros((256, 3), dtype=np.uint8)
        for info in classes:
            palette[info.number] = info.color
        image.putpalette(palette.tobytes())
    aux, legend = aux_path(path), legend_path(path)
    with written_beside(path, aux, legend) as (scratch, aux_scratch, legend_scratch):
        image.save(scratch, format="PNG", transparency=0)  # of 16 bits too: GDAL takes it for the no-data value
        aux_scratch.write_bytes(aux_xml(classes, geo))
        write_table(legend_scratch, classes)
    return [path, aux, legend]


def legend_path(path: Path) -> Path:
    """The table of classes beside a PNG."""
    return path.with_name(path.stem + ".legend.csv")


def _named_by_palette(raster: StoredRaster, legend: ClassTable, none: frozenset[Color]) -> StoredRaster:
    """A raster whose numbers have the names of their colours."""
    by_color = {c.color: c.name for c in legend} | dict.fromkeys(none, _BACKGROUND)
    names = {number: by_color[color] for number, color in raster.colors.items() if color in by_color}
    first = {name: number for number, name in sorted(names.items(), reverse=True)}  # a palette repeats its first colour
    kept = {number: name for number, name in names.items() if first[name] == number}
    return replace(raster, names=kept)


def _read_colors(path: Path, legend: ClassTable, none: frozenset[Color]) -> ClassRaster:
    with open_dataset(path) as dataset:
        require_room(path.name, dataset.height, dataset.width, 16)  # samples, colours as one number, classes
        stored = RasterSource(path).read(slice(None), slice(None), slice(None)).transpose(2, 0, 1)
        geo = geo_of_dataset(dataset)
    if stored.dtype != np.uint8:
        raise HsiError(
            say("{name} is a picture of {dtype} samples, not a map.", name=path.name, dtype=stored.dtype),
            say("Choose a label raster."),
        )
    packed = np.zeros(stored.shape[1:], dtype=np.uint32)
    for band in stored[:3]:
        packed = (packed << 8) | band
    if len(stored) == 4:
        packed[stored[3] == 0] = 0
    for red, green, blue in none:
        packed[packed == (red << 16 | green << 8 | blue)] = 0
    colors = np.flatnonzero(np.bincount(packed.ravel(), minlength=2**24))
    colors = colors[colors > 0]
    if len(colors) > _MOST_COLORS:
        raise HsiError(
            say(
                "{name} has {count} colours: it is a photograph, or a map that was smoothed or compressed.",
                name=path.name,
                count=len(colors),
            ),
            say("Export the map with one plain colour a class, without anti-aliasing."),
        )
    known = {c.color: c for c in legend}
    lookup = np.zeros(2**24, dtype=np.uint16)
    found: dict[int, ClassInfo] = {c.number: c for c in legend}
    for value in colors.tolist():
        color: Color = (value >> 16, value >> 8 & 255, value & 255)
        number = known[color].number if color in known else _free(found)
        found.setdefault(number, ClassInfo(number, default_name(number), color))
        lookup[value] = number
    notes = (
        say(
            "Each of the {count} colours of {name} is a class; black is unlabelled.", count=len(colors), name=path.name
        ),
    )
    return ClassRaster(lookup[packed], ClassTable(tuple(found.values())), geo, "uint8", notes=notes)


def _free(found: dict[int, ClassInfo]) -> int:
    return next(n for n in range(1, len(found) + 2) if n not in found)
