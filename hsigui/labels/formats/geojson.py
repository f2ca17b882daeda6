"""Labels as polygons in GeoJSON.

Coordinates are those of the scene, with its coordinate reference system in the member "crs" (GeoJSON 2008, which GDAL
and QGIS read and write); where that system has no EPSG code they are longitude and latitude (RFC 7946). A file of ours
says in its member "hsigui" what the coordinates are, pixels included, and in "classes" which classes there are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping, untrusted
from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Geo
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.bending import divided, straight_for
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, color_for, default_name
from hsigui.labels.formats import attributes, json_pieces
from hsigui.labels.formats.qgis_styles import style_beside
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Points, Shape, grid_as_text, grid_from_text, outlines, transformed
from hsigui.saving import written_beside
from hsigui.texts import say, say_number

_LONLAT = "OGC:CRS84"
_MOST_CELLS = 50_000_000  # properties times features
_SINGLE = {"Polygon": "polygon", "LineString": "line", "Point": "point"}


def read_geojson(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads polygons, lines and points with their classes.

    A file that names no coordinate system holds longitude and latitude (RFC 7946) when its numbers can be that.

    Args:
        variable: the property of the class, where several could be meant.
        grid: unused, the shapes are burnt onto it later.

    Raises:
        AmbiguousLabels: several properties could be the class.
        HsiError: the file is no GeoJSON, or holds no shapes with a class.
    """
    content = _loaded(path)
    features = _features(content, path.name)
    parts = [_parts(f.get("geometry"), path.name) for f in features]
    properties = [dict(f["properties"]) if isinstance(f.get("properties"), dict) else {} for f in features]
    columns = _columns(properties, path.name)
    style, said_of_style = style_beside(path)
    field = style.of(columns, variable)
    table = _own_classes(content.get("classes"))
    shift, shifted = (0, ()) if table else attributes.shift_of(columns, len(features), path.name, field)
    numbers, classes, notes = attributes.classes_of(columns, len(features), path.name, field, shift)
    classes, notes = style.applied(classes, field, shift), notes + shifted + said_of_style
    shapes = tuple(
        Shape(number, *part) for number, found in zip(numbers.tolist(), parts, strict=True) if number for part in found
    )
    skipped = sum(not number or not found for number, found in zip(numbers.tolist(), parts, strict=True))
    if skipped:
        notes += (
            say_number(
                "{count:,} shape without a class or without coordinates is left out.",
                "{count:,} shapes without a class or without coordinates are left out.",
                skipped,
            ),
        )
    classes = ClassTable((*table, *(c for c in classes if c.number not in table)))
    crs, linked = _crs(content, path.name)
    notes += linked
    said = content.get("hsigui")
    kind, own = grid_from_text(said if isinstance(said, dict) else {}, crs)
    if crs is None and not kind and _are_degrees(shapes):
        crs = _as_wkt(_LONLAT)
    return LabelledShapes(shapes, classes, crs, kind, own, notes)


def read_features(path: Path) -> tuple[LabelledShapes, attributes.Columns]:
    """All shapes of a file whatever they are, each with the number of its feature from 1 on, and the values of each
    property, one a feature.

    Raises:
        HsiError: the file is no GeoJSON.
    """
    content = _loaded(path)
    features = _features(content, path.name)
    shapes = tuple(
        Shape(number, *part)
        for number, feature in enumerate(features, 1)
        for part in _parts(feature.get("geometry"), path.name)
    )
    properties = [dict(f["properties"]) if isinstance(f.get("properties"), dict) else {} for f in features]
    crs, linked = _crs(content, path.name)
    said = content.get("hsigui")
    kind, own = grid_from_text(said if isinstance(said, dict) else {}, crs)
    if crs is None and not kind and _are_degrees(shapes):
        crs = _as_wkt(_LONLAT)
    return LabelledShapes(shapes, ClassTable(), crs, kind, own, linked), _columns(properties, path.name)


def write_geojson(path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes one feature for every group of pixels, with class_id, class_name and color. `array` holds class numbers,
    rows x cols, 0 for unlabelled.

    Raises:
        HsiError: the scene's coordinate system is not understood, or the file cannot be written.
    """
    grid = Grid(array.shape[0], array.shape[1], geo)
    crs, target = _written_crs(geo)
    head = {
        "type": "FeatureCollection",
        "name": untrusted.plain(path.stem),
        "crs": crs,
        "hsigui": grid_as_text(grid),
        "classes": [_properties(c) for c in classes],
    }
    known = {c.number: _properties(c) for c in classes}
    with written_beside(path) as (scratch,), scratch.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "features": [')
        before = "\n"
        longest = straight_for(grid, target, path.name) if target else math.inf
        for shape in outlines(array, Grid(grid.rows, grid.cols)):  # in pixels
            rings = tuple(grid.to_map(divided(ring, longest)) for ring in shape.rings)
            if target:
                rings = tuple(transformed(ring, str(geo.crs_wkt), target, path.name) for ring in rings)
            geometry = {"type": "Polygon", "coordinates": [ring.tolist() for ring in rings]}
            feature = {"type": "Feature", "properties": known[shape.number], "geometry": geometry}
            file.write(before + json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
            before = ",\n"
        file.write("\n]}\n")
    return [path]


def _written_crs(geo: Geo) -> tuple[dict[str, Any] | None, str]:
    """The member "crs", and the system to transform into first (empty for none)."""
    if geo.transform is None or not geo.crs_wkt:
        return None, ""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        code = CRS.from_wkt(geo.crs_wkt).to_epsg()
    except CRSError as error:
        raise HsiError(
            say("The coordinate system of the scene is not understood: {error}.", error=error), ""
        ) from error
    name = f"urn:ogc:def:crs:EPSG::{code}" if code else "urn:ogc:def:crs:OGC:1.3:CRS84"
    return {"type": "name", "properties": {"name": name}}, "" if code else _LONLAT


def _properties(info: ClassInfo) -> dict[str, Any]:
    return {"class_id": info.number, "class_name": info.name, "color": attributes.color_text(info.color)}


def _loaded(path: Path) -> dict[str, Any]:
    require_text(path.name, path.stat().st_size)
    try:
        content = json_pieces.object_in(path.read_bytes(), "features")
    except ValueError as error:
        raise HsiError(
            say("{name} is no GeoJSON: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
            say("Is the file complete?"),
        ) from error
    if not isinstance(content, dict):
        raise HsiError(
            say("{name} is no GeoJSON: it holds no features.", name=path.name), say("Choose a file of polygons.")
        )
    return content


def _features(content: dict[str, Any], file_name: str) -> list[dict[str, Any]]:
    kind, features = content.get("type"), content.get("features")
    if kind == "Feature":
        features = [content]
    if kind not in ("Feature", "FeatureCollection") or not isinstance(features, list):
        raise HsiError(
            say("{file_name} is no GeoJSON: it holds no features.", file_name=file_name),
            say("Choose a file of polygons with classes."),
        )
    if not all(isinstance(f, dict) for f in features):
        raise HsiError(
            say("{file_name} is no GeoJSON: one of its features is no object.", file_name=file_name),
            say("Is the file complete?"),
        )
    return features


def _parts(geometry: Any, file_name: str) -> list[tuple[str, tuple[Points, ...]]]:
    """The polygons, lines and points of a geometry."""
    if geometry is None:
        return []
    stopping.check()
    try:
        return list(_pieces(geometry))
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise HsiError(
            say(
                "{file_name} is no GeoJSON: a geometry is damaged ({reason}).",
                file_name=file_name,
                reason=untrusted.reason_of(error),
            ),
            say("Write it again."),
        ) from error


def _pieces(geometry: dict[str, Any]) -> Iterator[tuple[str, tuple[Points, ...]]]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        for inner in geometry["geometries"]:
            yield from _pieces(inner)
    elif kind.startswith("Multi") and kind[5:] in _SINGLE:
        for coordinates in geometry["coordinates"]:
            yield from _pieces({"type": kind[5:], "coordinates": coordinates})
    else:
        coordinates = geometry["coordinates"]
        if not coordinates:
            return
        rings = {"Polygon": coordinates, "LineString": [coordinates], "Point": [[coordinates]]}[kind]
        found = tuple(np.array([point[:2] for point in ring], dtype=np.float64) for ring in rings)
        if any(ring.ndim != 2 or ring.shape[1] != 2 for ring in found):
            raise ValueError("a position is no pair of numbers")
        yield _SINGLE[kind], found


def _columns(properties: list[dict[str, Any]], file_name: str) -> dict[str, NDArray[Any]]:
    """The properties as columns: whole numbers and numbers as such, everything else as text."""
    columns: dict[str, NDArray[Any]] = {}
    names = dict.fromkeys(key for row in properties for key in row)
    if len(names) * len(properties) > _MOST_CELLS:
        raise HsiError(
            say(
                "{file_name} gives its {features:,} features {names:,} different properties.",
                file_name=file_name,
                features=len(properties),
                names=len(names),
            ),
            say("Write it again with the class alone."),
        )
    for name in names:
        stopping.check()
        values = [row.get(name) for row in properties]
        if all(isinstance(v, int) and abs(v) < 2**62 for v in values):
            columns[name] = np.array(values, dtype=np.int64)
        elif all(v is None or isinstance(v, int | float) for v in values):
            columns[name] = np.array([np.nan if v is None else _number(v) for v in values])
        else:
            columns[name] = np.array([None if v is None else str(v) for v in values], dtype=object)
    return columns


def _number(value: float) -> float:
    """As a number of 64 bits: a whole number in JSON may have any length."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _own_classes(listed: Any) -> ClassTable:
    found: dict[int, ClassInfo] = {}
    for row in listed if isinstance(listed, list) else []:
        number = row.get("class_id") if isinstance(row, dict) else None
        if isinstance(number, int) and 1 <= number <= MAX_CLASS:
            color = attributes.color_from(row.get("color")) or color_for(number)
            found[number] = ClassInfo(number, str(row.get("class_name") or default_name(number)), color)
    return ClassTable(tuple(found.values()))


def _crs(content: dict[str, Any], file_name: str) -> tuple[str | None, tuple[str, ...]]:
    """The system of the member "crs" as WKT (None without one), and a note where it is an address.

    Source: "The GeoJSON Format Specification" (2008), section 3.2, linked CRS.
    """
    member = content.get("crs")
    if not isinstance(member, dict):
        return None, ()
    if member.get("type") == "link":
        said = say("{file_name} says on a server what its coordinate system is: nobody was asked.", file_name=file_name)
        return None, (said,)
    properties = member.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise HsiError(
            say(
                "The coordinate system of {file_name} is not understood: {member}.",
                file_name=file_name,
                member=untrusted.shortened(str(member)),
            ),
            say("Name it by EPSG code."),
        )
    return _as_wkt(name), ()


def _as_wkt(name: str) -> str:
    from rasterio.errors import CRSError

    try:
        return str(crs_of(name).to_wkt())
    except CRSError as error:
        raise HsiError(
            say(
                "The coordinate system “{name}” is not understood: {error}.",
                name=untrusted.shortened(name),
                error=error,
            ),
            say("Name it by EPSG code."),
        ) from error


def _are_degrees(shapes: tuple[Shape, ...]) -> bool:
    """Whether the coordinates can be longitudes and latitudes."""
    outer = [np.abs(shape.rings[0]).max(axis=0) for shape in shapes]
    return bool(outer) and bool((np.max(outer, axis=0) <= (360, 90)).all())
