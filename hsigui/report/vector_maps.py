"""Class maps as polygons in a GeoPackage, with the style that QGIS draws them in."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.bending import divided, straight_for
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.vectors import LAYER, write_gpkg
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import Shape, outlines
from hsigui.report.boundaries import simplified
from hsigui.report.filters import without_small_groups
from hsigui.report.map_options import MapOptions
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say

# As QGIS makes it.
_STYLES = """CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))"""


def write_polygons(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None, *,
    simplify: float = 0.0, smallest: int = 0, check: Callable[[], None] = lambda: None,
) -> list[Path]:  # fmt: skip
    """Writes a polygon for every group of neighbouring pixels of one class; QGIS shows them in the classes' colours.

    Args:
        array: class numbers, rows x cols; 0 gives no polygon.
        simplify: in pixels, 0 for borders along the pixels' edges; neighbours stay neighbours, see `boundaries`.
        smallest: mapping unit in pixels: smaller groups join their largest neighbour, or go when they have none.
        check: called now and then; may raise to stop.

    Raises:
        HsiError: an option is negative, there are too many groups, or the file cannot be written.
    """
    geo = geo or Geo()
    numbers = in_units(array, simplify, smallest)
    shapes = polygons(numbers, geo, simplify, check)
    with written_beside(path) as (scratch,):
        write_gpkg(scratch, numbers, classes, geo, shapes)
        _add_style(scratch, polygon_style(classes))
    return [path]


def in_units(array: NDArray[np.integer], simplify: float, smallest: int) -> NDArray[np.uint16]:
    """A map down to a mapping unit in pixels. Rows x cols, in and out.

    Raises:
        HsiError: the tolerance or the unit is negative.
    """
    if simplify < 0 or smallest < 0:
        raise HsiError(say("Tolerance and mapping unit cannot be negative."), say("Choose 0 for none."))
    return without_small_groups(array, smallest) if smallest > 1 else np.asarray(array, dtype=np.uint16)


def polygons(
    numbers: NDArray[np.uint16], geo: Geo, simplify: float = 0.0, check: Callable[[], None] = lambda: None, *,
    shared: bool = False, longest: float = math.inf,
) -> Iterator[Shape]:  # fmt: skip
    """The polygons of a map in map coordinates, with simpler borders where a tolerance is given. `numbers` is rows x
    cols.

    Args:
        shared: a corner also where another border ends on a straight piece of border: neighbours then have all corners
            in common and stay without gaps in another projection, where straight pieces bend. So they are on turned
            pixels, where rounding would put the corner of one beside the border of the other.
        longest: in pixels: longer pieces of border are divided.
    """
    rows, cols = numbers.shape
    grid = Grid(rows, cols, geo)
    if not simplify and not shared and not _is_turned(geo):
        yield from outlines(numbers, grid)
        return
    for shape in simplified(outlines(numbers, Grid(rows, cols)), numbers, simplify, check):  # in pixels
        yield Shape(shape.number, shape.kind, tuple(grid.to_map(divided(ring, longest)) for ring in shape.rings))


def bent_polygons(
    numbers: NDArray[np.uint16], geo: Geo, target: str, name: str, options: MapOptions, check: Callable[[], None]
) -> Iterator[Shape]:
    """The polygons of a map (rows x cols), in map coordinates, with corners enough to be brought into another
    coordinate system.

    Args:
        target: the system.
        name: of the file, for what is said.

    Raises:
        HsiError: the map has no place there.
    """
    longest = straight_for(Grid(numbers.shape[0], numbers.shape[1], geo), target, name)
    return polygons(numbers, geo, options.simplify, check, shared=True, longest=longest)


def _is_turned(geo: Geo) -> bool:
    return geo.transform is not None and bool(geo.transform[1] or geo.transform[3])


def _add_style(path: Path, style: bytes) -> None:
    """Puts a layer style where QGIS looks for it in a GeoPackage: beside the file it could be taken for a raster's."""
    try:
        with closing(sqlite3.connect(path)) as base, base:
            base.execute(_STYLES)
            base.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES "
                "('layer_styles', 'attributes', 'layer_styles')"
            )
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui) "
                "SELECT '', '', table_name, column_name, 'classes', ?, '', 1, '', '', '' "
                "FROM gpkg_geometry_columns WHERE table_name = ?",
                (style.decode("utf-8"), LAYER),
            )
    except sqlite3.Error as error:
        raise HsiError(
            say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
        ) from error


def polygon_style(classes: ClassTable) -> bytes:
    """A QGIS layer style (.qml) that colours polygons by their field class_id and names them."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology")
    renderer = ET.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="class_id", enableorderby="0")
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for index, info in enumerate(classes):
        label = "".join(c if c.isprintable() else " " for c in info.name)
        ET.SubElement(
            categories, "category", value=str(info.number), label=label, symbol=str(index), render="true", type="long"
        )
        symbol = ET.SubElement(symbols, "symbol", type="fill", name=str(index), alpha="1")
        layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0", "locked": "0"})
        color = ",".join(map(str, (*info.color, 255)))
        for name, value in (("color", color), ("style", "solid"), ("outline_color", color), ("outline_style", "no")):
            ET.SubElement(layer, "prop", k=name, v=value)
    ET.indent(root)
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root) + b"\n"
