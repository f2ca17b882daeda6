"""Labels from and to files: rasters, shapes and tables of pixels; the suffix decides."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui import plugins, untrusted
from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.rows import without_driver
from hsigui.cube.formats.table import reader_of
from hsigui.errors import HsiError
from hsigui.labels.background import Choice, choice_of
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.beside import named_by_side_files
from hsigui.labels.formats.table import format_of, in_words, is_there, writer_of, written_suffixes
from hsigui.labels.grid import Grid
from hsigui.labels.place import turned_onto
from hsigui.labels.raster import AmbiguousLabels, ClassRaster, StoredRaster, numbered, whole_numbers
from hsigui.labels.shapes import LabelledShapes, burn
from hsigui.labels.widening import Buffer, buffer_of
from hsigui.texts import say

__all__ = [
    "AmbiguousLabels", "ClassRaster", "Grid", "files_of_scene", "files_written", "find_truth_in_cube_file",
    "read_classes", "write_classes",
]  # fmt: skip


def read_classes(
    path: str | Path,
    *,
    variable: str | None = None,
    grid: Grid | None = None,
    background: str | float | None = None,
    buffer: str | float | None = None,
) -> ClassRaster:
    """Reads class numbers of pixels; numbers are kept as they are, gaps included.

    Args:
        path: a file of one of the formats of `formats.table`: a raster, shapes or a table of pixels.
        variable: name of the array in a MATLAB file, of the layer or field in a file of shapes, where several fit.
        grid: the scene, onto whose pixels shapes and tables are brought; rasters are read as they are, but turned where
            their rows or columns run the other way.
        background: the numbers of a raster that mean no label (“255”, “-1,0”, or “none” where every number is a class);
            None for what the file and its numbers say (`labels.background`). Where 0 is a class, class numbers are one
            higher than the stored ones.
        buffer: distance within which points and lines label (“3” pixels, “10m”); None for the pixels that they touch.

    Raises:
        AmbiguousLabels: several arrays (layers, fields) of a file fit; it lists them.
        HsiError: the file cannot be read, or holds something else than classes; or it holds shapes, and their scene is
            not given and not named in the file.
    """
    path = Path(path).expanduser()
    if not is_there(path):
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    choice, wide = choice_of(background), buffer_of(buffer)
    with untrusted.reading(path.name):
        found = _read(path, variable, grid, choice, wide)
    if variable and not found.variable:  # a layer or field of shapes, which is to be read so again
        found = dataclasses.replace(found, variable=variable)
    return found if wide is None else dataclasses.replace(found, buffer=str(buffer))


def _read(
    path: Path, variable: str | None, grid: Grid | None, choice: Choice | None, buffer: Buffer | None
) -> ClassRaster:
    row = format_of(path)
    if row is None:
        raise HsiError(
            say("{name} is no label file that can be opened.", name=path.name),
            say("Readable are {in_words}.", in_words=in_words()),
        )
    if not row.available:
        raise without_driver(path, row.title, in_words())
    found = plugins.resolved(row.read)(path, variable, grid)
    if isinstance(found, StoredRaster):
        found = numbered(named_by_side_files(found, path), choice)
    elif choice not in (None, (0.0,)):
        raise HsiError(
            say("{name} is no raster of numbers, of which one could mean no label.", name=path.name),
            say("Leave out the background."),
        )
    if buffer is not None and not isinstance(found, LabelledShapes):
        raise HsiError(
            say("{name} holds no points and lines that could be widened.", name=path.name),
            say("Leave out the distance around them."),
        )
    if isinstance(found, LabelledShapes):
        return burn(found, grid, path.name, buffer)
    return found if grid is None else turned_onto(found, grid)


def write_classes(
    path: str | Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None
) -> list[Path]:
    """Writes class numbers (rows x cols, 0 for unlabelled) with names and colours, so that they are read as they were.

    The suffix chooses the format: a raster (uint8 as long as every number fits; `.mat` holds no georeference), polygons
    along the edges of the pixels, or a line for each labelled pixel. `formats.table` lists them.

    Files are written beside and renamed.

    Returns:
        every file written, the one to open first.

    Raises:
        HsiError: the suffix is unknown, a number is no class number, or the files cannot be written.
    """
    path, geo = Path(path).expanduser(), geo or Geo()
    row = writer_of(path)
    if row is None or row.write is None:
        raise HsiError(
            say("Labels cannot be written as “{suffix}”.", suffix=path.suffix or path.name),
            say("End the name in one of {written_suffixes}.", written_suffixes=", ".join(written_suffixes())),
        )
    numbers = whole_numbers(np.asarray(array), say("The class map"))
    classes = classes.merged_with(np.flatnonzero(np.bincount(numbers.ravel(), minlength=1)).tolist())
    return plugins.resolved(row.write)(path, numbers, classes, geo)


def files_written(path: str | Path) -> tuple[Path, ...]:
    """Every file that `write_classes` makes of a name, so that one can see what would be overwritten."""
    path = Path(path).expanduser()
    row = writer_of(path)
    return (path,) if row is None or row.files is None else plugins.resolved(row.files)(path)


def files_of_scene(path: str | Path) -> tuple[Path, ...]:
    """The files that a scene is read from: the one that was opened, and those that belong to it."""
    path = Path(path).expanduser()
    try:
        row = reader_of(path)
        return (path,) if row is None else (path, *row.files_of(path))
    except HsiError:  # one of them is gone meanwhile
        return (path,)


def may_hold_shapes(path: Path) -> bool:
    """Whether a file can hold shapes or a list of pixels, which are read for a scene only."""
    row = format_of(path)
    return row is not None and row.onto_scene and path.suffix.lower() not in row.doubtful


def find_truth_in_cube_file(path: str | Path, shape: tuple[int, int]) -> tuple[ArrayInfo, ...]:
    """The arrays of a scene's file that fit it as labels; none for formats that hold one array.

    Args:
        shape: rows and columns of the scene.

    Raises:
        HsiError: the file is damaged.
    """
    path = Path(path)
    with untrusted.reading(path.name):
        row = format_of(path)
        return () if row is None or row.in_scene is None else plugins.resolved(row.in_scene)(path, shape)
