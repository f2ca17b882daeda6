"""Labels as polygons in a GeoPackage; shapes of other vector formats (Shapefile, KML, FlatGeobuf) are read as well.

A GeoPackage of ours holds the layer "labels" (class_id, class_name, color) and the table "classes", which keeps the
classes without a polygon. Where the scene has no place, the coordinates are pixels: the layer's coordinate system is
then "undefined Cartesian" (-1), and its description says what x and y are.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.labels.formats import attributes, vector_files, wkb
from hsigui.labels.formats.qgis_styles import Style, style_beside, style_in
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels
from hsigui.labels.shapes import LabelledShapes, Shape, grid_as_text, grid_from_text, outlines
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say, say_number

LAYER, CLASSES = "labels", "classes"
_STYLES = "layer_styles"  # of QGIS
_OF_LAYER = "/"  # between a layer and its field
_FIELDS = ["class_id", "class_name", "color"]


def read_vectors(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads polygons, lines and points with their classes.

    Args:
        variable: the layer, or the field of the class, where several could be meant; “layer/field” for both.
        grid: unused, the shapes are burnt onto it later.

    Raises:
        AmbiguousLabels: several layers or fields could be the labels.
        HsiError: the file cannot be read, or holds no shapes with a class.
    """
    layers = vector_files.layers_of(path)
    layer, field = _layer(layers, path.name, variable)
    found = vector_files.table_of(path, layer)
    has_table = CLASSES in layers and layers[CLASSES] is None
    table = _own_classes(vector_files.table_of(path, CLASSES)) if has_table else ClassTable()
    columns = dict(zip(found.fields, found.values, strict=True))
    style, said = (Style(), ()) if has_table else _style(path, layers, layer)
    field = style.of(columns, field)
    try:
        count = len(found.geometries)
        shift, shifted = (0, ()) if has_table else attributes.shift_of(columns, count, path.name, field)
        numbers, classes, notes = attributes.classes_of(columns, count, path.name, field, shift)
    except AmbiguousLabels as question:
        several = sum(kind is not None for kind in layers.values()) > 1
        prefix = f"{layer}{_OF_LAYER}" if several else ""  # else the answer would leave the layer open
        listed = tuple(replace(info, name=prefix + info.name) for info in question.candidates)
        message = say("{name} has several fields that can be the class", name=path.name)
        raise AmbiguousLabels(message, listed, question.part) from None
    classes, notes = style.applied(classes, field, shift), notes + shifted + said
    shapes, skipped = _shapes(found.geometries, numbers)
    if skipped:
        notes += (
            say_number(
                "{count:,} shape without a class or with a geometry that is not read is left out.",
                "{count:,} shapes without a class or with a geometry that is not read are left out.",
                skipped,
            ),
        )
    crs = _wkt(found.crs)
    kind, own = grid_from_text(found.said, crs)
    return LabelledShapes(shapes, _joined(table, classes), crs, kind, own, notes)


def read_features(path: Path, layer: str) -> tuple[LabelledShapes, attributes.Columns]:
    """All shapes of a layer whatever they are, each with the number of its feature from 1 on, and the values of each
    field, one a feature. Geometries that are not read, such as curves, are left out and counted in the notes.

    Raises:
        HsiError: the file cannot be read.
    """
    found = vector_files.table_of(path, layer)
    shapes, skipped = _shapes(found.geometries, np.arange(1, len(found.geometries) + 1))
    crs = _wkt(found.crs)
    kind, own = grid_from_text(found.said, crs)
    said = say("{skipped} features without a geometry that is read are left out.", skipped=skipped)
    columns = dict(zip(found.fields, found.values, strict=True))
    return LabelledShapes(shapes, ClassTable(), crs, kind, own, (said,) if skipped else ()), columns


def _style(path: Path, layers: dict[str, Any], layer: str) -> tuple[Style, tuple[str, ...]]:
    """The style of a layer: beside the file, or that which QGIS keeps in a GeoPackage."""
    style, said = style_beside(path)
    if style.attribute or layers.get(_STYLES, "") is not None:
        return style, said
    table = vector_files.table_of(path, _STYLES)
    columns = {name.casefold(): values.tolist() for name, values in zip(table.fields, table.values, strict=True)}
    rows = zip(*(columns.get(name, ()) for name in ("f_table_name", "useasdefault", "styleqml")), strict=False)
    of_layer = [(bool(default), str(text)) for table_name, default, text in rows if table_name == layer and text]
    found = style_in(max(of_layer, key=lambda row: row[0])[1]) if of_layer else Style()
    kept = say("Names and colours of classes are from the style that the file keeps.")
    return found, (*said, kept) if found.labels or found.colors else said


def write_gpkg(
    path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo, shapes: Iterable[Shape] | None = None
) -> list[Path]:
    """Writes the layer "labels" with a polygon for every group of pixels, and the table "classes".

    Args:
        shapes: the polygons, in map coordinates, where they are others than the outlines of the pixels.

    Raises:
        HsiError: the file cannot be written.
    """
    from pyogrio.raw import write

    grid = Grid(array.shape[0], array.shape[1], geo)
    numbers, geometries = [], []
    for shape in outlines(array, grid) if shapes is None else shapes:
        numbers.append(shape.number)
        geometries.append(wkb.encoded(shape.rings))
    said = grid_as_text(grid)
    crs = geo.crs_wkt if geo.transform is not None else None
    options = {"DESCRIPTION": said["about"]} | ({} if crs else {"SRID": "-1"})
    with written_beside(path) as (scratch,), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        try:
            write(
                scratch, np.array(geometries, dtype=object), _columns(numbers, classes), _FIELDS, layer=LAYER,
                driver="GPKG", geometry_type="Polygon", crs=crs, dataset_metadata=said, layer_options=options,
            )  # fmt: skip
            listed = _columns(list(classes.numbers), classes)
            write(scratch, None, listed, _FIELDS, layer=CLASSES, driver="GPKG", geometry_type=None, append=True)
        except (RuntimeError, ValueError) as error:
            raise HsiError(
                say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
    return [path]


def _columns(numbers: list[int], classes: ClassTable) -> list[NDArray[Any]]:
    known = {c.number: c for c in classes}
    infos = [known[n] for n in numbers]
    return [
        np.array(numbers, dtype=np.int32),
        np.array([c.name for c in infos], dtype=object),
        np.array([attributes.color_text(c.color) for c in infos], dtype=object),
    ]


def _layer(layers: dict[str, Any], file_name: str, variable: str | None) -> tuple[str, str | None]:
    """The layer to read and the field that was asked for."""
    drawn = [name for name, kind in layers.items() if kind is not None]
    if not drawn:
        raise HsiError(
            say("{file_name} has no layer with shapes.", file_name=file_name), say("Choose a file of polygons.")
        )
    if variable in drawn:
        return str(variable), None
    of_layer, mark, field = (variable or "").partition(_OF_LAYER)
    if mark and of_layer in drawn:
        return of_layer, field
    if LAYER in drawn or len(drawn) == 1:
        return (LAYER if LAYER in drawn else drawn[0]), variable
    listed = tuple(ArrayInfo(name, (), str(layers[name])) for name in drawn)
    message = say("{file_name} has several layers that can be the labels", file_name=file_name)
    raise AmbiguousLabels(message, listed, say("layer"))


def _shapes(geometries: NDArray[Any], numbers: NDArray[np.int64]) -> tuple[tuple[Shape, ...], int]:
    """The shapes that have a class, and how many rows gave none."""
    shapes: list[Shape] = []
    skipped = 0
    for data, number in zip(geometries, numbers.tolist(), strict=True):
        stopping.check()
        try:
            found = [] if data is None or not number else [Shape(number, *part) for part in wkb.decoded(data)]
        except ValueError:  # a curve, say: told by its number
            found = []
        shapes += found
        skipped += not found
    return tuple(shapes), skipped


def _own_classes(layer: vector_files.Table) -> ClassTable:
    """The table of classes that `write_gpkg` adds; empty for a table of others."""
    columns = dict(zip(layer.fields, layer.values, strict=True))
    if not set(_FIELDS) <= set(columns):
        return ClassTable()
    rows = zip(*(columns[name].tolist() for name in _FIELDS), strict=True)
    known = {int(n): ClassInfo(int(n), str(name), attributes.color_from(c) or color_for(int(n))) for n, name, c in rows}
    return ClassTable(tuple(info for n, info in known.items() if 1 <= n <= 65_535))


def _joined(table: ClassTable, classes: ClassTable) -> ClassTable:
    """The classes of the table, and those of the shapes that it lacks."""
    return ClassTable((*table, *(c for c in classes if c.number not in table)))


def _wkt(crs: str | None) -> str | None:
    if not crs:
        return None
    from rasterio.errors import CRSError

    try:
        return str(crs_of(crs).to_wkt())
    except CRSError:
        return str(crs)  # told as not understood where it is needed
