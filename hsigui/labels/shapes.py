"""Labels as polygons along the edges of pixels, and polygons, lines and points as labels.

What `outlines` makes of a raster `burn` turns into the very same raster: a pixel belongs to the shape that its centre
lies in, and the edges of pixels are half a pixel away from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.burning import drawn, losses
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.raster import ClassRaster
from hsigui.labels.widening import Buffer
from hsigui.texts import say

Points = NDArray[np.float64]  # n x 2: x, y
MOST_GROUPS = 3_000_000  # about a minute and 4 GB
_FARTHEST = 1e100
_FEWEST = {"polygon": 4, "line": 2, "point": 1}  # positions that make one, the first of an outline repeated at its end


@dataclass(frozen=True)
class Shape:
    """A polygon (its outline, then its holes), a line or some points, with the number of its class.

    Attributes:
        radius: pixels along columns and rows within which a line or point labels; None for those that it touches.
    """

    number: int
    kind: str  # "polygon", "line" or "point"
    rings: tuple[Points, ...]
    radius: tuple[float, float] | None = None

    def bounds(self) -> tuple[Points, Points]:
        """The least and the largest x and y, two numbers each, its radius included."""
        reach = np.array(self.radius or (0.0, 0.0))
        return self.rings[0].min(axis=0) - reach, self.rings[0].max(axis=0) + reach


@dataclass(frozen=True)
class LabelledShapes:
    """The shapes of a file.

    Attributes:
        crs_wkt: coordinate reference system of the coordinates; None when the file names none.
        coordinates: "pixels" or "map" when the file says so, else empty.
        grid: the scene that the shapes were drawn on, when the file tells.
        notes: what was assumed or left out at reading.
    """

    shapes: tuple[Shape, ...]
    classes: ClassTable
    crs_wkt: str | None = None
    coordinates: str = ""
    grid: Grid | None = None
    notes: tuple[str, ...] = ()


def outlines(array: NDArray[np.uint16], grid: Grid) -> Iterator[Shape]:
    """The groups of neighbouring pixels of one class (along rows and columns) as polygons.

    Args:
        array: class numbers, rows x cols; 0 gives no polygon.
        grid: where the pixels lie; the coordinates are map x, y, or pixels (column, row) when it has no place.

    Raises:
        HsiError: there are so many groups that no program could show them.
    """
    from rasterio.features import shapes  # slow to import

    rows, cols = np.flatnonzero(array.any(axis=1)), np.flatnonzero(array.any(axis=0))
    if not len(rows):
        return
    top, left = int(rows[0]), int(cols[0])
    part = np.ascontiguousarray(array[top : rows[-1] + 1, left : cols[-1] + 1])
    _require_few_groups(part)
    for geometry, number in shapes(part, mask=part > 0, connectivity=4):
        rings = (np.add(ring, (left, top), dtype=np.float64) for ring in geometry["coordinates"])
        yield Shape(int(number), "polygon", tuple(grid.to_map(ring) for ring in rings))


def _require_few_groups(array: NDArray[np.uint16]) -> None:
    """Refuses speckles, before minutes and gigabytes are spent on them.

    Every group has a pixel that differs from its neighbours above and at the left; few groups have many of those.
    """
    first = array > 0
    first[1:] &= array[1:] != array[:-1]
    first[:, 1:] &= array[:, 1:] != array[:, :-1]
    count = int(np.count_nonzero(first))
    if count > MOST_GROUPS:
        raise HsiError(
            say(
                "These labels would be up to {count:,} polygons, more than {most_groups:,}.",
                count=count,
                most_groups=MOST_GROUPS,
            ),
            say("Save them as a raster (GeoTIFF or ENVI Classification), or smooth the map first."),
        )


def burn(found: LabelledShapes, grid: Grid | None, file_name: str, buffer: Buffer | None = None) -> ClassRaster:
    """The pixels of the scene whose centre lies in a polygon, that a line crosses or in which a point lies.

    Where shapes overlap, the later one in the file wins; what others lose by it is in the notes. Coordinates in
    another coordinate reference system are transformed.

    Args:
        grid: the scene; that which the file itself names when None.
        buffer: within which points and lines label; None for the pixels that they touch.

    Raises:
        HsiError: no scene is known, the file's place and the scene's cannot be brought together, or every shape lies
            outside the scene.
    """
    grid = grid or found.grid
    if grid is None:
        raise HsiError(
            say(
                "{file_name} holds shapes and does not say of which scene: rows and columns are not known.",
                file_name=file_name,
            ),
            say("Open the scene that they belong to first, or name it: hsigui labels FILE OUT --scene SCENE."),
        )
    placed, notes = _in_pixels(found, grid, file_name)
    placed = tuple(s for s in placed if len(s.rings[0]) >= _FEWEST[s.kind])
    if buffer is not None:
        placed, said = _widened(placed, buffer, grid, file_name)
        notes += said
    inside = [s for s in placed if _touches(s, grid)]
    if placed and not inside:
        raise _outside(placed, grid, file_name)
    if len(inside) < len(placed):
        notes += (
            say(
                "{count} of {placed_count} shapes lie outside the scene and are left out.",
                count=len(placed) - len(inside),
                placed_count=len(placed),
            ),
        )
    array = drawn(inside, grid.shape)
    classes = found.classes.merged_with({s.number for s in inside})
    notes += losses(inside, array, classes)
    thin = sum(_positions(s) for s in inside if s.kind != "polygon" and s.radius is None)
    return ClassRaster(array, classes, grid.geo, "uint16", notes=found.notes + notes, thin=thin)


def placed_on(found: LabelledShapes, grid: Grid, file_name: str) -> tuple[tuple[Shape, ...], tuple[str, ...]]:
    """The shapes that reach into the scene, in its pixels (column, row), and what was assumed.

    Raises:
        HsiError: the file's place and the scene's cannot be brought together, or every shape lies outside the scene.
    """
    placed, notes = _in_pixels(found, grid, file_name)
    inside = tuple(shape for shape in placed if _touches(shape, grid))
    if placed and not inside:
        raise _outside(placed, grid, file_name)
    return inside, notes


def _positions(shape: Shape) -> int:
    """As how many a shape counts: points can stand together."""
    return len(shape.rings[0]) if shape.kind == "point" else 1


def _widened(
    placed: tuple[Shape, ...], buffer: Buffer, grid: Grid, file_name: str
) -> tuple[tuple[Shape, ...], tuple[str, ...]]:
    """The shapes with points and lines widened, and what is to be said of it."""
    radius = buffer.in_pixels(grid, file_name)
    found = tuple(s if s.kind == "polygon" else replace(s, radius=radius) for s in placed)
    thin = sum(_positions(s) for s in found if s.radius)
    if not thin:
        return found, (say("{file_name} holds polygons only: nothing is widened.", file_name=file_name),)
    said = say("{count:,} points and lines label the pixels within {across:g} columns and {down:g} rows.", count=thin,
               across=round(radius[0], 2), down=round(radius[1], 2))  # fmt: skip
    return found, (said,)


def _touches(shape: Shape, grid: Grid) -> bool:
    (left, top), (right, bottom) = shape.bounds()
    return bool(right >= 0 and bottom >= 0 and left < grid.cols and top < grid.rows)


def _in_pixels(found: LabelledShapes, grid: Grid, file_name: str) -> tuple[tuple[Shape, ...], tuple[str, ...]]:
    """The shapes in pixels of the scene, and what was assumed."""
    if not found.shapes:
        return (), ()
    rings = [ring for shape in found.shapes for ring in shape.rings]
    points = np.concatenate(rings)
    if not np.isfinite(points).all():
        raise HsiError(
            say("{file_name} holds a coordinate that is no number.", file_name=file_name), say("Is the file complete?")
        )
    if (farthest := np.abs(points).max()) > _FARTHEST:
        raise HsiError(
            say("{file_name} holds a coordinate of {farthest:g}: so far away is nothing.", file_name=file_name,
                farthest=farthest),
            say("Is the file complete?"),
        )  # fmt: skip
    points, notes = place(points, found, grid, file_name)
    pieces = iter(np.split(points, np.cumsum([len(ring) for ring in rings])[:-1]))
    return tuple(replace(s, rings=tuple(next(pieces) for _ in s.rings)) for s in found.shapes), notes


def place(points: Points, found: LabelledShapes, grid: Grid, file_name: str) -> tuple[Points, tuple[str, ...]]:
    """The points of a file as pixel positions (column, row) of the scene, and what was assumed.

    Raises:
        HsiError: the file's place and the scene's cannot be brought together.
    """
    if found.coordinates == "pixels":
        _require_same_size(found, grid, file_name)
        return points, ()
    if crs_name(found.crs_wkt):
        return _from_crs(points, str(found.crs_wkt), grid, file_name)
    if grid.geo.transform is not None:
        positions = grid.to_pixels(points)
        if found.coordinates == "map" or _within(positions, grid):
            said = say("names no coordinate system: its coordinates are taken as map coordinates of the scene.")
            return positions, () if found.coordinates == "map" else (f"{file_name} {said}",)
    if found.coordinates != "map" and _within(points, grid):
        said = say("names no coordinate system: its coordinates are taken as pixels (column, row) of the scene.")
        return points, (f"{file_name} {said}",)
    low, high = points.min(axis=0), points.max(axis=0)
    raise HsiError(
        say(
            "{file_name} names no coordinate system, and its coordinates (x {first_low:.10g} to {first_high:.10g}, y "
            "{second_low:.10g} to {second_high:.10g}) are neither pixels nor map coordinates of this scene of {rows} x "
            "{cols} pixels.",
            file_name=file_name,
            first_low=low[0],
            first_high=high[0],
            second_low=low[1],
            second_high=high[1],
            rows=grid.rows,
            cols=grid.cols,
        ),
        say("Write the file again with its coordinate system."),
    )


def crs_name(wkt: str | None) -> str:
    """The name of a coordinate reference system; empty for none, and for local ones such as those of plain pixels."""
    if not wkt or re.match(r"\s*(LOCAL_CS|ENGCRS|ENGINEERINGCRS)\b", wkt, re.IGNORECASE):
        return ""
    named = re.search(r'"([^"]*)"', wkt)
    return named.group(1) if named else wkt


def _from_crs(points: Points, wkt: str, grid: Grid, file_name: str) -> tuple[Points, tuple[str, ...]]:
    if grid.geo.transform is None:
        raise HsiError(
            say(
                "{file_name} holds map coordinates ({crs_name}), and it is not known where the scene lies.",
                file_name=file_name,
                crs_name=crs_name(wkt),
            ),
            say("Give the scene a georeference (map info in its header), or use a file in pixel coordinates."),
        )
    if not crs_name(grid.geo.crs_wkt):
        said = say(
            "The scene names no coordinate system: that of {file_name} ({crs_name}) is taken as its own.",
            file_name=file_name,
            crs_name=crs_name(wkt),
        )
        return grid.to_pixels(points), (said,)
    return grid.to_pixels(transformed(points, wkt, str(grid.geo.crs_wkt), file_name)), ()


def transformed(points: Points, source: str, target: str, file_name: str) -> Points:
    """Points (n x 2) from one coordinate reference system into another.

    Raises:
        HsiError: a system is not understood, or points cannot be brought from one to the other.
    """
    from rasterio import warp
    from rasterio.errors import CRSError, RasterioError

    try:
        one, other = crs_of(source), crs_of(target)
        if one == other:
            return points
        xs, ys = warp.transform(one, other, points[:, 0], points[:, 1])
    except CRSError as error:
        raise HsiError(
            say(
                "The coordinate system of {file_name} or of the scene is not understood: {error}.",
                file_name=file_name,
                error=error,
            )
        ) from error
    except RasterioError as error:
        raise HsiError(
            say("The coordinates of {file_name} cannot be transformed: {error}.", file_name=file_name, error=error)
        ) from error
    moved = np.stack([np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64)], axis=1)
    if not np.isfinite(moved).all():
        raise HsiError(
            say(
                "Coordinates of {file_name} ({crs_name}) have no place in {crs_name_target}.",
                file_name=file_name,
                crs_name=crs_name(source),
                crs_name_target=crs_name(target),
            ),
            say("Is the coordinate system of the file right?"),
        )
    return moved


def _within(points: Points, grid: Grid) -> bool:
    """Whether pixel positions lie on the scene, a rounding apart."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool((low >= -1e-3).all() and high[0] <= grid.cols + 1e-3 and high[1] <= grid.rows + 1e-3)


def _require_same_size(found: LabelledShapes, grid: Grid, file_name: str) -> None:
    if found.grid is not None and found.grid.shape != grid.shape:
        raise HsiError(
            say(
                "{file_name} was drawn on a scene of {rows} x {cols} pixels, this one is {grid_rows} x {grid_cols}.",
                file_name=file_name,
                rows=found.grid.rows,
                cols=found.grid.cols,
                grid_rows=grid.rows,
                grid_cols=grid.cols,
            ),
            say("Open the scene that it belongs to."),
        )


def _outside(placed: tuple[Shape, ...], grid: Grid, file_name: str) -> HsiError:
    points = np.concatenate([shape.rings[0] for shape in placed])
    low, high = points.min(axis=0), points.max(axis=0)
    return HsiError(
        say(
            "All {count} shapes of {file_name} lie outside the scene of {rows} x {cols} pixels: they "
            "would be at rows {second_low:.0f} to {second_high:.0f} and columns {first_low:.0f} to {first_high:.0f}.",
            count=len(placed),
            file_name=file_name,
            rows=grid.rows,
            cols=grid.cols,
            second_low=low[1],
            second_high=high[1],
            first_low=low[0],
            first_high=high[0],
        ),
        say("Choose a file made for this scene, or check the coordinate system of both."),
    )


def grid_as_text(grid: Grid) -> dict[str, str]:
    """What a file says in words and numbers about its coordinates, for `grid_from_text`."""
    placed = grid.geo.transform is not None
    pixels = say(
        "x is the column and y the row in pixels, counted downwards from (0, 0), the outer corner of the upper left "
        "pixel; they are no map coordinates"
    )
    about = say("x and y are map coordinates") if placed else pixels
    said = {"coordinates": "map" if placed else "pixels", "about": about}
    said |= {"rows": str(grid.rows), "cols": str(grid.cols)}
    if grid.geo.transform is not None:
        said["transform"] = " ".join(map(repr, grid.geo.transform))
    return said


def grid_from_text(said: dict[str, Any], crs_wkt: str | None) -> tuple[str, Grid | None]:
    """The kind of coordinates and the scene that a file names; "" and None for files of others."""
    kind = said.get("coordinates")
    if kind not in ("map", "pixels"):
        return "", None
    try:
        rows, cols = int(said["rows"]), int(said["cols"])
        numbers = [float(n) for n in str(said.get("transform", "")).split()]
    except (KeyError, TypeError, ValueError):
        return str(kind), None
    if rows < 1 or cols < 1 or len(numbers) not in (0, 6) or rows * cols > 2**31:
        return str(kind), None
    transform = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]) if numbers else None
    return str(kind), Grid(rows, cols, Geo(transform, crs_wkt))
