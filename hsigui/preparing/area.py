"""Parts of a scene that are named in a text: a window of rows and columns, or what lies in polygons of a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.labels.burning import drawn
from hsigui.labels.formats import geojson, lines, vectors
from hsigui.labels.formats.table import format_of
from hsigui.labels.on_scene import grid_of, read_onto
from hsigui.labels.shapes import LabelledShapes, Shape, placed_on
from hsigui.texts import say

_WITH_FIELDS = {"geojson", "geopackage", "shapefile", "kml", "flatgeobuf"}


@dataclass(frozen=True, eq=False)
class Pixels:
    """Some pixels of a scene.

    Attributes:
        rows, cols: the smallest window that holds them all.
        inside: which pixels of the window they are, rows x cols.
        notes: what was assumed when they were found.
    """

    rows: slice
    cols: slice
    inside: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


class Area(Protocol):
    """A part of any scene."""

    @property
    def told(self) -> str:
        """As it is typed."""

    def on(self, cube: Cube) -> Pixels:
        """The pixels of a scene that it means, one at least.

        Raises:
            HsiError: there are none.
        """


@dataclass(frozen=True)
class Window:
    """Rows and columns, each first and the one after the last, from 0."""

    rows: tuple[int, int]
    cols: tuple[int, int]

    @property
    def told(self) -> str:
        return "{}:{},{}:{}".format(*self.rows, *self.cols)

    def on(self, cube: Cube) -> Pixels:
        """All pixels of the window.

        Raises:
            HsiError: it leaves the scene, or holds no pixel.
        """
        require_part(self.rows, cube.rows)
        require_part(self.cols, cube.cols)
        size = self.rows[1] - self.rows[0], self.cols[1] - self.cols[0]
        return Pixels(slice(*self.rows), slice(*self.cols), np.ones(size, dtype=bool))


@dataclass(frozen=True)
class Polygons:
    """The pixels whose centre lies in a shape of a file.

    Attributes:
        path: of the file: shapes of any format that labels are read from.
        field, value: shapes whose field has the value only; all of them where there is no field. In formats without
            fields the value is the name of a class.
    """

    path: Path
    field: str = ""
    value: str = ""

    @property
    def told(self) -> str:
        return f"{self.path},{self.field}={self.value}" if self.field else str(self.path)

    def on(self, cube: Cube) -> Pixels:
        """The pixels of the shapes, which are brought to the scene's own map.

        Raises:
            HsiError: the file cannot be read, has no such field or value, or its shapes miss the scene.
        """
        if not untrusted.is_file(self.path):
            raise HsiError(say("The file {path} does not exist.", path=self.path), say("Choose another file."))
        return self._of_features(cube) if _has_features(self.path) else self._of_classes(cube)

    def _of_features(self, cube: Cube) -> Pixels:
        found, notes = self._chosen()
        placed, more = placed_on(found, grid_of(cube), self.path.name)
        window = _window(placed, (cube.rows, cube.cols))
        if window is None:
            raise self._empty(cube)
        rows, cols = window
        corner = np.array([cols.start, rows.start])
        moved = (replace(shape, number=1, rings=tuple(ring - corner for ring in shape.rings)) for shape in placed)
        mask = drawn(moved, (rows.stop - rows.start, cols.stop - cols.start)) > 0
        return self._tight(cube, mask, rows.start, cols.start, (*notes, *more))

    def _of_classes(self, cube: Cube) -> Pixels:
        found = read_onto(self.path, cube, say("polygons"))
        mask = found.array > 0
        if self.field:
            number = next((c.number for c in found.classes if c.name.casefold() == self.value.casefold()), None)
            if number is None:
                raise self._no_value([c.name for c in found.classes])
            mask = found.array == number
        return self._tight(cube, mask, 0, 0, found.notes)

    def _chosen(self) -> tuple[LabelledShapes, tuple[str, ...]]:
        """The shapes that have the value, and what was assumed."""
        layer, _, field = self.field.rpartition("/")
        if _is_json(self.path):
            found, columns = geojson.read_features(self.path)
        else:
            found, columns = vectors.read_features(self.path, self._layer(layer))
        if not field:
            return found, found.notes
        if field not in columns:
            raise HsiError(
                say("{name} has no field “{field}”.", name=self.path.name, field=field),
                say("Its fields: {columns}.", columns=", ".join(columns) or say("none")),
            )
        texts = [_text(value) for value in columns[field].tolist()]
        wanted = {number for number, text in enumerate(texts, 1) if text == _text(self.value)}
        if not wanted:
            raise self._no_value(list(dict.fromkeys(texts)))
        return replace(found, shapes=tuple(s for s in found.shapes if s.number in wanted)), found.notes

    def _layer(self, asked: str) -> str:
        layers = lines.layers_in(self.path)
        if asked in layers:
            return asked
        if asked or (len(layers) > 1 and vectors.LAYER not in layers):
            raise HsiError(
                say("{name} has the layers {layers}.", name=self.path.name, layers=", ".join(layers)),
                say("Name one in front of a field: LAYER/FIELD=VALUE."),
            )
        return vectors.LAYER if vectors.LAYER in layers else layers[0]

    def _tight(self, cube: Cube, mask: NDArray[np.bool_], top: int, left: int, notes: Sequence[str]) -> Pixels:
        """Without rows and columns at the edges of the window (rows x cols) that hold no pixel."""
        down, across = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(down):
            raise self._empty(cube)
        rows, cols = (slice(int(at[0]), int(at[-1]) + 1) for at in (down, across))
        return Pixels(
            slice(top + rows.start, top + rows.stop), slice(left + cols.start, left + cols.stop), mask[rows, cols],
            tuple(notes),
        )  # fmt: skip

    def _empty(self, cube: Cube) -> HsiError:
        return HsiError(
            say("No pixel of {scene} has its centre in a shape of {name}.", scene=cube.name, name=self.told),
            say("Are the shapes of this place, and larger than a pixel?"),
        )

    def _no_value(self, known: Sequence[str]) -> HsiError:
        return HsiError(
            say("{name} has no shape with {field} “{value}”.", name=self.path.name, field=self.field, value=self.value),
            say("There are {values}.", values=", ".join(known[:20]) or say("none")),
        )


def ends_of(text: str) -> tuple[int | None, int | None]:
    """The ends of a range such as "10:60", ":60" or "10:".

    Raises:
        HsiError: it is none.
    """
    parts = text.split(":")
    try:
        if len(parts) != 2:
            raise ValueError
        first, last = (int(part) if part.strip() else None for part in parts)
    except ValueError:
        raise HsiError(
            say("“{text}” is no range.", text=text),
            say("Write first:last, such as 10:60: from 0, the last one not included."),
        ) from None
    return first, last


def window_of(text: str) -> Window:
    """The window of a text such as "10:20,30:50".

    Raises:
        HsiError: it is none.
    """
    rows, _, cols = text.partition(",")
    (top, bottom), (left, right) = ends_of(rows), ends_of(cols)
    if top is None or bottom is None or left is None or right is None:
        raise HsiError(say("“{text}” is no area.", text=text), say("Write all four ends, such as 10:20,30:50."))
    return Window((top, bottom), (left, right))


def area_of(text: str) -> Area:
    """A window ("10:20,30:50") or the shapes of a file ("fields.gpkg", "fields.gpkg,crop=wheat").

    Raises:
        HsiError: it is neither.
    """
    named = text.strip()
    if named and not named.strip("0123456789:, ") and ":" in named:
        return window_of(named)
    return polygons_of(named)


def polygons_of(text: str, folder: Path = Path()) -> Polygons:
    """The shapes of a file, all of them or those of one value: "fields.gpkg", "fields.gpkg,crop=wheat".

    Args:
        folder: in which it is looked whether a file has such a name as a whole.

    Raises:
        HsiError: no file is named.
    """
    named = text.strip()
    if not named:
        raise HsiError(say("No file is named."), say("Name a file of polygons, such as fields.gpkg,crop=wheat."))
    name, mark, chosen = named.rpartition(",")
    field, equals, value = chosen.partition("=")
    if not (mark and equals and name) or (folder / Path(named).expanduser()).exists():
        return Polygons(Path(named).expanduser())
    return Polygons(Path(name).expanduser(), field.strip(), value.strip())


def require_part(ends: tuple[int, int], count: int) -> None:
    """Refuses what is no part of so many rows or columns.

    Raises:
        HsiError: it is none.
    """
    if not 0 <= ends[0] < ends[1] <= count:
        raise HsiError(
            say("{first} to {last} leaves the scene of {count}.", first=ends[0], last=ends[1], count=count),
            say("Rows and columns count from 0, and the last one is not included."),
        )


def _text(value: Any) -> str:
    """A value of a field, numbers alike however they are written."""
    if value is None:
        return ""
    text = str(value).strip()
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


def _is_json(path: Path) -> bool:
    row = format_of(path)
    return row is not None and row.name == "geojson"


def _has_features(path: Path) -> bool:
    """Whether a file holds features with fields; else it is read as labels are."""
    row = format_of(path)
    return row is not None and row.name in _WITH_FIELDS


def _window(shapes: Sequence[Shape], size: tuple[int, int]) -> tuple[slice, slice] | None:
    """The rows and columns of a scene that shapes reach into; None where they reach into none."""
    if not shapes:
        return None
    bounds = [shape.bounds() for shape in shapes]
    low, high = np.min([b[0] for b in bounds], axis=0), np.max([b[1] for b in bounds], axis=0)
    left, top = np.clip(np.floor(low), 0, size[::-1]).astype(int).tolist()
    right, bottom = np.clip(np.floor(high) + 1, 0, size[::-1]).astype(int).tolist()
    return None if left >= right or top >= bottom else (slice(top, bottom), slice(left, right))
