"""What files of annotation programs have in common: they name images and their sizes, classes by name, and shapes in
pixels, whose (0, 0) is the outer corner of the upper left pixel.

Labels of an image of another size are refused, and nothing is ever scaled. A file of several images is read for the one
that the user names, or the only one of the scene's size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, Color, color_for
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels
from hsigui.labels.shapes import Shape, outlines
from hsigui.texts import say

_LOOKED_AT = 2**16  # bytes at either end of a file that is looked into
_LARGEST_IMAGE = 2**31  # pixels
_ROUND = 180  # corners of a circle

Points = NDArray[np.float64]  # n x 2: x, y


@dataclass(frozen=True)
class Image:
    """An image that a file has labels of."""

    key: Any
    name: str
    rows: int
    cols: int


def ends_of(path: Path) -> bytes:
    """The first and the last bytes of a file, in which its keys are looked for."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(max(len(head), path.stat().st_size - _LOOKED_AT))
        return head + file.read(_LOOKED_AT)


def chosen_image(images: Sequence[Image], variable: str | None, grid: Grid | None, file_name: str) -> Image:
    """The image whose labels are read.

    Raises:
        AmbiguousLabels: several images could be the scene.
        HsiError: none can.
    """
    if variable is not None:
        named = next((image for image in images if image.name == variable), None)
        if named is None:
            raise HsiError(
                say("{file_name} has no image “{variable}”.", file_name=file_name, variable=variable),
                say("Its images: {listed}.", listed=", ".join(image.name for image in images[:20])),
            )
        return named
    if not images:
        raise HsiError(say("{file_name} names no image.", file_name=file_name), say("Is the file complete?"))
    fitting = [i for i in images if grid is None or (i.rows, i.cols) == grid.shape]
    if len(fitting) == 1 or len(images) == 1:
        return (fitting or images)[0]
    if not fitting and grid is not None:
        raise HsiError(
            say(
                "None of the {count:,} images of {file_name} has the {rows} x {cols} pixels of this scene.",
                count=len(images), file_name=file_name, rows=grid.rows, cols=grid.cols,
            ),
            say("Open the scene that it belongs to."),
        )  # fmt: skip
    listed = tuple(ArrayInfo(i.name, (i.rows, i.cols), say("labels")) for i in fitting)
    raise AmbiguousLabels(say("{file_name} has labels of several images", file_name=file_name), listed)


def size_of(rows: Any, cols: Any, file_name: str) -> tuple[int, int]:
    """Rows and columns of an image as a file writes them.

    Raises:
        HsiError: they are none.
    """
    try:
        found = int(rows), int(cols)
    except (TypeError, ValueError, OverflowError):
        found = 0, 0
    if min(found) < 1 or found[0] * found[1] > _LARGEST_IMAGE:
        raise HsiError(
            say("{file_name} does not say how large its image is.", file_name=file_name), say("Is the file complete?")
        )
    return found


def require_size(rows: int, cols: int, grid: Grid | None, file_name: str) -> None:
    """Refuses labels of an image of another size than the scene, before they are drawn.

    Raises:
        HsiError: it has another one.
    """
    if grid is not None and (rows, cols) != grid.shape:
        raise HsiError(
            say(
                "{file_name} was drawn on a scene of {rows} x {cols} pixels, this one is {grid_rows} x {grid_cols}.",
                file_name=file_name, rows=rows, cols=cols, grid_rows=grid.rows, grid_cols=grid.cols,
            ),
            say("Open the scene that it belongs to."),
        )  # fmt: skip


def by_name(names: Iterable[str], colors: dict[str, Color] | None = None) -> tuple[dict[str, int], ClassTable]:
    """A number for each name, in the order in which they come, and the classes.

    Raises:
        HsiError: they are too many.
    """
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}
    if len(numbers) > MAX_CLASS:
        raise HsiError(say("There are more than {max_class} classes.", max_class=MAX_CLASS), "")
    known = colors or {}
    return numbers, ClassTable(tuple(ClassInfo(n, name, known.get(name, color_for(n))) for name, n in numbers.items()))


def points_of(listed: Any, file_name: str) -> Points:
    """Positions of a list of pairs, or of numbers one after the other.

    Raises:
        HsiError: they are none.
    """
    try:
        found = np.asarray(listed, dtype=np.float64)
        points = found.reshape(-1, 2) if found.ndim == 1 else found[:, :2]
        if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
            raise ValueError(str(points.shape))
    except (TypeError, ValueError, OverflowError, IndexError) as error:
        raise HsiError(
            say("{file_name} holds coordinates that are no pairs of numbers.", file_name=file_name),
            say("Is the file complete?"),
        ) from error
    return points


def polygon(number: int, points: Points) -> Shape | None:
    """A polygon, closed if it is not; None for fewer than three corners."""
    if len(points) and not (points[0] == points[-1]).all():
        points = np.concatenate([points, points[:1]])
    return Shape(number, "polygon", (points,)) if len(points) >= 4 else None


def box(number: int, one: Points, other: Points) -> Shape | None:
    """A rectangle between two corners."""
    (left, top), (right, bottom) = np.minimum(one, other), np.maximum(one, other)
    return polygon(number, np.array([(left, top), (right, top), (right, bottom), (left, bottom)]))


def ellipse(number: int, centre: Points, across: float, down: float) -> Shape | None:
    """An ellipse, as a polygon of many corners."""
    turn = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
    return polygon(number, centre + np.stack([across * np.cos(turn), down * np.sin(turn)], axis=1))


def mask(number: int, pixels: NDArray[np.bool_], left: int = 0, top: int = 0) -> Iterator[Shape]:
    """The groups of pixels of a mask (rows x cols) as polygons.

    Args:
        left, top: where its first pixel lies in the image.
    """
    found, corner = pixels.astype(np.uint16) * np.uint16(number), np.array([left, top], dtype=np.float64)
    for shape in outlines(found, Grid(found.shape[0], found.shape[1])):
        yield Shape(number, shape.kind, tuple(ring + corner for ring in shape.rings))


def of_runs(counts: Sequence[Any], rows: int, cols: int, file_name: str, *, by_columns: bool) -> NDArray[np.bool_]:
    """The mask of runs of pixels that are out and in by turns, rows x cols.

    Raises:
        HsiError: they do not fit the size.
    """
    require_room(file_name, rows, cols, 16)
    try:
        lengths = np.asarray(counts, dtype=np.int64).ravel()
    except (TypeError, ValueError, OverflowError):
        lengths = np.array([-1])
    fits = lengths.size and lengths.min() >= 0 and lengths.max() <= rows * cols and lengths.sum() <= rows * cols
    if not fits:
        raise HsiError(
            say("{file_name} holds a mask that does not fit its image.", file_name=file_name),
            say("Is the file complete?"),
        )
    filled = np.zeros(rows * cols, dtype=bool)
    found = np.repeat(np.arange(lengths.size) % 2 == 1, lengths)
    filled[: found.size] = found
    return filled.reshape(cols, rows).T if by_columns else filled.reshape(rows, cols)
