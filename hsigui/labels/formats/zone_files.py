"""Zones from files: polygons with names, of any format of shapes that labels are read from, or a raster of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsigui import stopping, untrusted
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.errors import HsiError
from hsigui.labels.formats import attributes, geojson, lines, vectors
from hsigui.labels.formats.files import read_classes
from hsigui.labels.grid import Grid
from hsigui.labels.matching import is_default
from hsigui.labels.place import RESAMPLE, Misplaced, fitted, resampled
from hsigui.labels.raster import AmbiguousLabels
from hsigui.labels.shapes import LabelledShapes, Shape, place
from hsigui.labels.zones import Zones, named, polygon_zones, raster_zones
from hsigui.texts import say, say_number

_NAMES = ("zone", "zone_name", "parcel", "parcel_id", "name", "title", *attributes.NAMES)
_FEWEST = 3  # positions of an outline, whether the first is repeated at its end or not
_FARTHEST = 1e100
NO_NAME = say("(no name)")


def fields_in(path: Path, layer: str | None = None) -> tuple[str, ...]:
    """The fields that can name zones, the likeliest first; none for a file of another kind than shapes.

    Raises:
        HsiError: the file cannot be read.
    """
    if not _holds_features(path):
        return ()
    columns = _features(path, layer)[1]
    first = _proposed(columns)
    return tuple(sorted(columns, key=lambda name: name != first))


def read_zones(
    path: Path, grid: Grid, field: str | None = None, *, layer: str | None = None, by_share: bool = False
) -> Zones:
    """Zones of a file, on the pixels of a scene.

    Args:
        field: that has the names of polygons; None for one that names are usually in, or else each polygon by its
            number. Of a file with rasters, the name of the array.
        layer: of a file with several; None for the only one.
        by_share: whether pixels count by the share that a zone covers.

    Raises:
        AmbiguousLabels: the file has several layers.
        HsiError: it cannot be read, holds no polygons, has no such field, or cannot be brought to the scene.
    """
    path = path.expanduser()
    if not untrusted.is_file(path):
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    with untrusted.reading(path.name):
        if _holds_features(path):
            return _of_polygons(path, grid, field, layer, by_share)
    if by_share:
        raise HsiError(
            say("{name} holds no polygons, of which a pixel could be covered in part.", name=path.name),
            say("Leave out the weighting by share."),
        )
    raster = read_classes(path, variable=field, grid=grid)
    try:
        found = fitted(raster, grid, say("zones"))
    except Misplaced as error:
        if RESAMPLE not in error.remedies:
            raise
        size = " x ".join(map(str, raster.array.shape))
        said = say("The zones are of other pixels ({size}): each pixel of the scene is in the zone at its centre.",
                   size=size)  # fmt: skip
        found = replace(resampled(raster, grid), notes=(*raster.notes, said))
    names = {info.number: str(info.number) if is_default(info) else info.name for info in found.classes}
    return raster_zones(found.array, names, grid, found.notes)


def _holds_features(path: Path) -> bool:
    return path.suffix.lower() in lines.suffixes()


def _features(path: Path, layer: str | None) -> tuple[LabelledShapes, attributes.Columns]:
    if lines.is_json(path):
        return geojson.read_features(path)
    listed = lines.layers_in(path)
    if layer is not None and layer not in listed:
        raise HsiError(
            say("{name} has no layer “{layer}” with shapes.", name=path.name, layer=layer),
            say("It has: {layers}.", layers=", ".join(listed)),
        )
    if layer is None and len(listed) > 1:
        raise AmbiguousLabels(
            say("{name} has several layers that can be the zones", name=path.name),
            tuple(ArrayInfo(name, (), "") for name in listed), say("layer"),
        )  # fmt: skip
    return vectors.read_features(path, layer or listed[0])


def _of_polygons(path: Path, grid: Grid, field: str | None, layer: str | None, by_share: bool) -> Zones:
    found, columns = _features(path, layer)
    kept = [shape for shape in found.shapes if shape.kind == "polygon" and len(shape.rings[0]) >= _FEWEST]
    notes = found.notes
    if len(kept) < len(found.shapes):
        notes += (
            say_number("{count:,} shape that is no polygon is left out.",
                       "{count:,} shapes that are no polygons are left out.", len(found.shapes) - len(kept)),
        )  # fmt: skip
    if not kept:
        raise HsiError(say("{name} holds no polygons.", name=path.name), say("Choose a file of polygons."))
    names, said = _names(columns, [shape.number - 1 for shape in found.shapes], field, path.name)
    order = {name: n for n, name in enumerate(dict.fromkeys(names[shape.number - 1] for shape in kept))}
    zone = [order[names[shape.number - 1]] for shape in kept]
    placed, more = _placed(replace(found, shapes=tuple(kept)), grid, path.name)
    _require_on_scene(placed, grid, path.name)
    ours: list[list[Shape]] = [[] for _ in order]
    theirs: list[list[Shape]] = [[] for _ in order]
    for n, there, read in zip(zone, placed, kept, strict=True):
        ours[n].append(there)
        theirs[n].append(read)
    return polygon_zones(
        [*order], ours, grid, by_share=by_share, shapes=[*map(tuple, theirs)], crs_wkt=found.crs_wkt,
        notes=(*notes, *said, *more),
    )  # fmt: skip


def _placed(found: LabelledShapes, grid: Grid, file_name: str) -> tuple[Sequence[Shape], tuple[str, ...]]:
    """The shapes in pixels of the scene, those beside it too."""
    rings = [ring for shape in found.shapes for ring in shape.rings]
    points = np.concatenate(rings)
    if not (np.abs(points) < _FARTHEST).all():
        raise HsiError(
            say("{file_name} holds a coordinate that is no number.", file_name=file_name), say("Is the file complete?")
        )
    points, notes = place(points, found, grid, file_name)
    pieces = iter(np.split(points, np.cumsum([len(ring) for ring in rings])[:-1]))
    return [replace(shape, rings=tuple(next(pieces) for _ in shape.rings)) for shape in found.shapes], notes


def _require_on_scene(placed: Sequence[Shape], grid: Grid, file_name: str) -> None:
    low, high = (np.array([shape.bounds()[end] for shape in placed]) for end in (0, 1))
    if ((high > 0).all(axis=1) & (low < (grid.cols, grid.rows)).all(axis=1)).any():
        return
    (left, top), (right, bottom) = low.min(axis=0), high.max(axis=0)
    raise HsiError(
        say("All polygons of {name} lie beside the scene of {rows} x {cols} pixels: they would be at rows {top:.0f} to "
            "{bottom:.0f} and columns {left:.0f} to {right:.0f}.", name=file_name, rows=grid.rows, cols=grid.cols,
            top=top, bottom=bottom, left=left, right=right),
        say("Choose a file made for this scene, or check the coordinate system of both."),
    )  # fmt: skip


def _names(
    columns: attributes.Columns, there: Sequence[int], field: str | None, file_name: str
) -> tuple[list[str], tuple[str, ...]]:
    """What each feature is called, and what is to be said of it.

    Args:
        there: the features that have a shape, from 0.
    """
    stopping.check()
    if field is not None and field not in columns:
        raise HsiError(
            say("{file_name} has no field “{field}”.", file_name=file_name, field=field),
            say("Its fields: {columns}.", columns=", ".join(columns) or say("none")),
        )
    chosen = field if field is not None else _proposed(columns)
    if chosen is None:
        listed = named([*columns]) or say("none")
        said = say("Zones are called by the number of their polygon, no field being chosen: {listed}.", listed=listed)
        return [str(n) for n in range(1, max(there) + 2)], (said,)
    names = [_text(value) for value in columns[chosen].tolist()]
    notes: tuple[str, ...] = (
        () if field is not None else (say("Zones are called by the field “{field}”.", field=chosen),)
    )
    if blank := sum(not names[n] for n in set(there)):
        notes += (
            say_number("{count:,} polygon has no name in “{field}”: it is the zone {zone}.",
                       "{count:,} polygons have no name in “{field}”: together they are the zone {zone}.", blank,
                       field=chosen, zone=NO_NAME),
        )  # fmt: skip
    return [name or NO_NAME for name in names], notes


def _proposed(columns: attributes.Columns) -> str | None:
    """A field that zones are usually named in, or else the only one of texts, or the only one that tells all apart."""
    by_name = {name.casefold(): name for name in columns}
    texts = [name for name, values in columns.items() if values.dtype == object]
    known = next((by_name[name] for name in _NAMES if name in by_name), None)
    if known is None and len(texts) > 1:
        texts = [name for name in texts if _tells_apart(columns[name].tolist())]
    return known or (texts[0] if len(texts) == 1 else None)


def _tells_apart(values: Sequence[Any]) -> bool:
    """Whether each of several features has a name of its own."""
    names = {_text(value) for value in values} - {""}
    return len(names) == len(values) > 1


def _text(value: Any) -> str:
    """The name that a value of a field is; empty for none."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
