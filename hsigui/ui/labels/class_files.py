"""Class numbers from files to the pixels of a scene and back, on a worker thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, files_written, write_classes
from hsigui.labels.on_scene import onto, read_onto
from hsigui.seen import SeenFiles
from hsigui.texts import say


def load_classes(
    ctx: Context,
    path: Path,
    cube: Cube,
    what: str,
    variable: str | None = None,
    seen: SeenFiles | None = None,
    background: str | None = None,
    buffer: str | None = None,
) -> ClassRaster:
    """Reads the classes of pixels of a scene; `Misplaced` when they can be brought to the scene in several ways.

    Args:
        background, buffer: the numbers that mean no label, and the distance around points and lines, as the user
            chose.
        seen: notes what the files are now, before they are read: who changes them meanwhile is found out at a save.
    """
    ctx.progress(0, 0, say("Reading {name}…", name=path.name))
    if seen is not None:
        seen.note_before_reading(*files_written(path))
    return read_onto(path, cube, what, variable, background, buffer)


def fit_classes(ctx: Context, raster: ClassRaster, cube: Cube, what: str, remedy: str) -> ClassRaster:
    """Brings a misplaced raster to the pixels of a scene in the way that the user chose."""
    ctx.progress(0, 0, say("Bringing the {what} to the scene…", what=what))
    return onto(raster, cube, what, remedy)


def save_classes(ctx: Context, path: Path, array: NDArray[np.uint16], classes: ClassTable, cube: Cube) -> list[Path]:
    """Writes classes of pixels, rows x cols, with their names; gives back every file written."""
    ctx.progress(0, 0, say("Writing {name}…", name=path.name))
    return write_classes(path, array, classes, cube.geo)
