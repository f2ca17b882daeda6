"""Shapes that are no labels, such as parcels and roads, as lines over a scene: placed on its pixels and cut to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.labels.formats import attributes, geojson, table, vector_files, vectors
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape, placed_on
from hsigui.texts import say

_BY_GDAL = ("geopackage", "shapefile", "kml", "flatgeobuf")  # names of the rows of formats
_JSON = "geojson"
_LAYER_OF_ALL = ""  # of a format without layers
BESIDE = 2.0  # pixels outside the scene that lines still reach: they end out of sight


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines and points in the pixels of a scene, (0, 0) being the outer corner of its upper left one.

    Attributes:
        points: n x 2 float64, column and row of each corner.
        goes_on: n bool, whether a line leads from the corner to the next one.
        features: n int32, the number of the feature that each corner is of, from 0 on.
        names: of the features; empty texts where they have none.
        notes: what was assumed or left out.
    """

    points: NDArray[np.float64]
    goes_on: NDArray[np.bool_]
    features: NDArray[np.int32]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Which corners no line leads to or from: points; one for each corner."""
        return ~self.goes_on & ~np.concatenate([[False], self.goes_on[:-1]])


def suffixes() -> tuple[str, ...]:
    """Of the files that can be read here. Asks GDAL for its drivers."""
    rows = [row for row in table.available() if row.name in (*_BY_GDAL, _JSON)]
    return tuple(dict.fromkeys(suffix for row in rows for suffix in row.suffixes))


def layers_in(path: Path) -> tuple[str, ...]:
    """The layers of a file that have shapes; one without a name for a format that has no layers.

    Raises:
        HsiError: it is of no format that is read, cannot be read, or has no shapes.
    """
    if is_json(path):
        return (_LAYER_OF_ALL,)
    _require_known(path)
    found = tuple(name for name, kind in vector_files.layers_of(path).items() if kind is not None)
    if not found:
        raise HsiError(
            say("{name} has no layer with shapes.", name=path.name), say("Choose a file of lines, polygons or points.")
        )
    return found


def read_lines(path: Path, layer: str, grid: Grid) -> Lines:
    """The lines of a layer on the pixels of a scene: brought into its coordinate reference system and cut to it.

    Raises:
        HsiError: it cannot be read, its place and the scene's cannot be brought together, or it lies beside the scene.
    """
    if is_json(path):
        found, columns = geojson.read_features(path)
    else:
        _require_known(path)
        found, columns = vectors.read_features(path, layer)
    if not found.shapes:
        raise HsiError(
            say("{name} holds no lines, polygons or points.", name=path.name), say("Choose another file or layer.")
        )
    placed, notes = placed_on(found, grid, path.name)
    return _cut(_joined(placed, _names(columns, found), (*found.notes, *notes)), grid, path.name)


def is_json(path: Path) -> bool:
    """Whether a file is read as GeoJSON, by its name."""
    return any(path.suffix.lower() in row.suffixes for row in table.FORMATS if row.name == _JSON)


def _require_known(path: Path) -> None:
    if path.suffix.lower() not in suffixes():
        raise HsiError(
            say("{name} is no file of lines that can be read here.", name=path.name),
            say("Choose one of {suffixes}.", suffixes=", ".join(suffixes())),
        )


def _names(columns: Mapping[str, NDArray[Any]], found: LabelledShapes) -> tuple[str, ...]:
    """What each feature is called: by a field that names are usually in, else by the first field of texts."""
    count = max(shape.number for shape in found.shapes)
    by_name = {name.casefold(): name for name in columns}
    texts = [name for name, values in columns.items() if values.dtype == object]
    field = next((by_name[name] for name in ("name", "title", *attributes.NAMES) if name in by_name), None)
    if field is None and texts:
        field = texts[0]
    if field is None:
        return ("",) * count
    return tuple("" if value is None else str(value) for value in columns[field].tolist())


def _joined(shapes: tuple[Shape, ...], names: tuple[str, ...], notes: tuple[str, ...]) -> Lines:
    points, goes_on, features = [], [], []
    for shape in shapes:
        stopping.check()
        for ring in shape.rings:
            on = np.full(len(ring), shape.kind != "point")
            on[-1:] = False
            points.append(ring)
            goes_on.append(on)
            features.append(np.full(len(ring), shape.number - 1, dtype=np.int32))
    return Lines(np.concatenate(points), np.concatenate(goes_on), np.concatenate(features), names, notes)


def _cut(lines: Lines, grid: Grid, file_name: str) -> Lines:
    """Without the pieces that do not reach into the scene, and without the points beside it."""
    points, on = lines.points, lines.goes_on
    low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
    size = np.array([grid.cols, grid.rows])
    seen = np.zeros(len(points), dtype=bool)
    seen[:-1] = on[:-1] & (high >= -BESIDE).all(axis=1) & (low <= size + BESIDE).all(axis=1)
    inside = (points >= 0).all(axis=1) & (points <= size).all(axis=1)
    kept = seen | np.concatenate([[False], seen[:-1]]) | (lines.alone & inside)
    if not kept.any():
        raise HsiError(
            say("No line of {name} crosses the scene: it lies inside of one of its shapes.", name=file_name),
            say("Choose a file with smaller shapes."),
        )
    return Lines(points[kept], seen[kept], lines.features[kept], lines.names, lines.notes)
