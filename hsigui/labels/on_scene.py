"""Classes of pixels from a file onto the pixels of a scene."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.labels.formats.files import ClassRaster, Grid, find_truth_in_cube_file, may_hold_shapes, read_classes
from hsigui.labels.formats.table import is_there
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import fitted, require_same_place
from hsigui.texts import say

Background = str | float | None


def read_onto(
    path: Path,
    cube: Cube,
    what: str,
    variable: str | None = None,
    background: Background = None,
    buffer: Background = None,
) -> ClassRaster:
    """Reads the classes of pixels of a scene.

    Args:
        what: what they are, in the plural ("labels").
        variable: name of the array, where the file holds several.
        background, buffer: numbers that mean no label, and distance within which points and lines label; see
            `read_classes`.

    Raises:
        Misplaced: they can be brought to the scene in several ways; see `onto`.
        HsiError: they cannot be read, or not be brought to the scene.
    """
    return fitted(read_for(path, cube, variable, background, buffer), grid_of(cube), what)


def read_for(
    path: Path, cube: Cube, variable: str | None = None, background: Background = None, buffer: Background = None
) -> ClassRaster:
    """Reads the classes of pixels: shapes and tables onto those of a scene, rasters as they are.

    Args:
        variable: name of the array, where the file holds several of the scene's size.
        background, buffer: numbers that mean no label, and distance within which points and lines label; see
            `read_classes`.

    Raises:
        HsiError: they cannot be read.
    """
    if variable is None:
        # A file of several rasters is no question when only one of them fits the scene.
        fitting = find_truth_in_cube_file(path, (cube.rows, cube.cols)) if is_there(path) else ()
        variable = fitting[0].name if len(fitting) == 1 else None
    return read_classes(path, variable=variable, grid=grid_of(cube), background=background, buffer=buffer)


def read_reference(
    path: Path, cube: Cube, variable: str | None = None, background: Background = None, buffer: Background = None
) -> ClassRaster:
    """Reads what is known of a scene, all of it: shapes and tables onto its pixels; rasters must be of its size and lie
    where it lies.

    Args:
        variable, background, buffer: as of `read_onto`.

    Raises:
        HsiError: they cannot be read, or are of another size or place than the scene.
    """
    grid = grid_of(cube) if may_hold_shapes(path) else None
    found = read_classes(path, variable=variable, grid=grid, background=background, buffer=buffer)
    require_same_size(found.array.shape, (cube.rows, cube.cols), say("reference pixels"))
    require_same_place(found.geo, cube.geo, (cube.rows, cube.cols), say("reference pixels"))
    return found


def onto(raster: ClassRaster, cube: Cube, what: str, remedy: str) -> ClassRaster:
    """Brings a misplaced raster to the pixels of a scene in the way that the user chose (`labels.place`).

    Raises:
        HsiError: it cannot be brought there so.
    """
    return fitted(raster, grid_of(cube), what, remedy)


def grid_of(cube: Cube) -> Grid:
    """The pixels of a scene and where they lie."""
    return Grid(cube.rows, cube.cols, cube.geo)
