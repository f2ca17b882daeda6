"""Labelled pixels as a table: row and column (from 0), class, colour, and x, y of the centre where they are known."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats import attributes, cells
from hsigui.labels.grid import Grid
from hsigui.labels.raster import ClassRaster
from hsigui.labels.shapes import LabelledShapes, place
from hsigui.saving import written_beside
from hsigui.texts import say

_ROWS, _COLS = ("row", "line", "r", "pixel_row"), ("col", "column", "sample", "c", "pixel_col")
_XS, _YS = ("x", "map_x", "easting", "lon", "longitude"), ("y", "map_y", "northing", "lat", "latitude")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?")
_BLOCK = 100_000  # pixels that are written at once
_TITLES = "row,col,class_id,class_name,color"  # of files of ours, which may hold no pixel


def read_csv(path: Path, variable: str | None = None, grid: Grid | None = None) -> ClassRaster:
    """Reads pixels with their classes: by row and col (from 0), or by x and y of the scene's own coordinate system.

    A file of ours may hold no pixel: the labels are then empty.

    Args:
        grid: the scene; the file does not tell its size.
        variable: the column of the class, where several could be meant.

    Raises:
        AmbiguousLabels: several columns could be the class.
        HsiError: the file is no such table, its scene is not known, or pixels lie outside it.
    """
    columns = _columns(path)
    count = len(next(iter(columns.values())))
    by_pixel, titles = _position_columns(columns, path.name)
    if grid is None:
        raise HsiError(
            say("{name} lists pixels and does not say of how large a scene.", name=path.name),
            say("Open the scene that they belong to first."),
        )
    rows, cols = _positions(columns, by_pixel, titles, grid, path.name)
    numbers, classes, notes = attributes.classes_of(columns, count, path.name, variable)
    wrong = (rows < 0) | (cols < 0) | (rows >= grid.rows) | (cols >= grid.cols)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise HsiError(
            say(
                "{count} of {count2} pixels of {name} lie outside the scene of {rows} x {cols} "
                "pixels, the first at row {row}, column {col}.",
                count=int(wrong.sum()),
                count2=count,
                name=path.name,
                rows=grid.rows,
                cols=grid.cols,
                row=rows[at],
                col=cols[at],
            ),
            say("Rows and columns count from 0. Choose a file made for this scene."),
        )
    array = np.zeros(grid.shape, dtype=np.uint16)
    array[rows, cols] = numbers
    return ClassRaster(array, classes, grid.geo, "uint16", notes=notes)


def write_csv(path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes a line for every labelled pixel, from top to bottom. `array` holds class numbers, rows x cols, 0 for
    unlabelled.

    Raises:
        HsiError: the file cannot be written.
    """
    grid = Grid(array.shape[0], array.shape[1], geo)
    placed = geo.transform is not None
    ends = {c.number: _quoted(c.number, c.name, attributes.color_text(c.color)) for c in classes}
    flat = np.flatnonzero(array)
    with written_beside(path) as (scratch,), scratch.open("w", encoding="utf-8", newline="") as file:
        file.write(_TITLES + (",x,y" if placed else "") + "\n")
        for start in range(0, len(flat), _BLOCK):
            part = flat[start : start + _BLOCK]
            rows, cols = np.divmod(part, grid.cols)
            named = map(ends.__getitem__, array.ravel()[part].tolist())
            columns: list[Any] = [rows.tolist(), cols.tolist(), named]
            if placed:
                x, y = grid.to_map(np.stack([cols + 0.5, rows + 0.5], axis=1)).T
                columns += [x.tolist(), y.tolist()]
            file.writelines(",".join(map(str, line)) + "\n" for line in zip(*columns, strict=True))
    return [path]


def _quoted(number: int, name: str, color: str) -> str:
    name = "".join(c if c.isprintable() else " " for c in name)  # some of the others end a line, too
    name = cells.escaped(name)
    if any(c in name for c in ',";') or name != name.strip():
        name = '"' + name.replace('"', '""') + '"'
    return f"{number},{name},{color}"


def _columns(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of a table with a line of titles; separated by commas, semicolons or tabs."""
    require_text(path.name, path.stat().st_size)
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        lines = [line for line in csv.reader(text.splitlines(), delimiter=separator) if line]
    except csv.Error as error:
        raise HsiError(
            say("{name} is no table of pixels: {error}.", name=path.name, error=error), say("Is it a text file?")
        ) from error
    titles = [title.strip() for title in lines[0]] if lines else []
    empty = len(lines) == 1 and ",".join(titles).startswith(_TITLES)
    if (len(lines) < 2 and not empty) or len(set(titles)) < max(2, len(titles)):
        raise HsiError(
            say("{name} is no table of pixels: it has no lines under a line of titles.", name=path.name),
            say("It needs the columns row, col and class_id or class_name."),
        )
    if any(len(line) != len(titles) for line in lines):
        at = next(i for i, line in enumerate(lines) if len(line) != len(titles))
        raise HsiError(
            say(
                "Line {at} of {name} has {count} values, the titles are {titles_count}.",
                at=at + 1,
                name=path.name,
                count=len(lines[at]),
                titles_count=len(titles),
            ),
            say("Is the file complete?"),
        )
    columns = zip(*lines[1:], strict=True) if not empty else ([] for _ in titles)
    plain = list(zip(titles, (list(map(cells.as_it_was, values)) for values in columns), strict=True))
    if separator != ",":
        plain = [(title, _with_points(values)) for title, values in plain]
    return {title: np.array(values, dtype=object) for title, values in plain}


def _with_points(values: list[str]) -> list[str]:
    """The numbers of a column with decimal commas, as much of Europe writes them, with points; other columns as they
    are."""
    if not all(_DECIMAL_COMMA.fullmatch(value.strip()) for value in values) or not any("," in v for v in values):
        return values
    return [value.strip().replace(",", ".") for value in values]


def _position_columns(columns: dict[str, NDArray[Any]], file_name: str) -> tuple[bool, tuple[str, str]]:
    """The titles of row and column, or of x and y; which of the two it is stands first."""
    by_name = {title.casefold(): title for title in columns}
    row, col, x, y = (next((by_name[n] for n in names if n in by_name), None) for names in (_ROWS, _COLS, _XS, _YS))
    if row is not None and col is not None:
        return True, (row, col)
    if x is not None and y is not None:
        return False, (x, y)
    listed = ", ".join(list(columns)[:8]) + (", …" if len(columns) > 8 else "")
    raise HsiError(
        say(
            "{file_name} is no label file: no columns say where its pixels are. Its columns: {listed}.",
            file_name=file_name,
            listed=listed,
        ),
        say("It needs the columns row and col, or x and y."),
    )


def _positions(
    columns: dict[str, NDArray[Any]], by_pixel: bool, titles: tuple[str, str], grid: Grid, file_name: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of every line."""
    one, other = (_numbers(columns[title], title, file_name) for title in titles)
    if by_pixel:
        return np.floor(one).astype(np.int64), np.floor(other).astype(np.int64)
    degrees = titles[1].casefold() in ("lat", "latitude")
    said = LabelledShapes((), ClassTable(), "EPSG:4326" if degrees else None)
    pixels, _ = place(np.stack([one, other], axis=1), said, grid, file_name)
    return np.floor(pixels[:, 1]).astype(np.int64), np.floor(pixels[:, 0]).astype(np.int64)


def _numbers(values: NDArray[Any], title: str, file_name: str) -> NDArray[np.float64]:
    try:
        numbers = values.astype(np.float64)
    except ValueError as error:
        raise HsiError(
            say(
                "{file_name} holds text in the column “{title}”: {error}.",
                file_name=file_name,
                title=title,
                error=error,
            ),
            say("Positions are numbers."),
        ) from error
    if not np.isfinite(numbers).all() or np.abs(numbers).max(initial=0) > 1e12:
        raise HsiError(
            say("{file_name} holds a broken position in the column “{title}”.", file_name=file_name, title=title),
            say("Is the file complete?"),
        )
    return numbers
