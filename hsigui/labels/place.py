"""Whether a raster of labels lies on the pixels of a scene, and what can be done when it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Geo
from hsigui.cube.flips import flips, to_north_up
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import require_same_size
from hsigui.labels.raster import ClassRaster
from hsigui.labels.shapes import crs_name, transformed
from hsigui.texts import say

RESAMPLE, PIXELS = "resample", "pixels"
_APART = 0.05  # of a pixel: more is told, and more than half a pixel refused


class Misplaced(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """A raster that does not lie on the scene's pixels, yet can be used if the user says how.

    Attributes:
        raster: what was read.
        remedies: `RESAMPLE` (the nearest pixel of the raster for each of the scene) and `PIXELS` (pixel by pixel, as
            if it lay on the scene), as far as they make sense; the better one first.
    """

    def __init__(self, message: str, hint: str, raster: ClassRaster, remedies: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.raster = raster
        self.remedies = remedies


def require_same_place(one: Geo, other: Geo, shape: tuple[int, int], what: str) -> None:
    """Refuses two georeferenced rasters of one size that lie apart; one without a georeference fits anywhere.

    Args:
        shape: rows and columns of both.
        what: what the first is, in the plural ("labels").

    Raises:
        HsiError: a corner of the first lies more than half a pixel from the same corner of the other.
    """
    apart = _apart(one, other, shape, what)
    if apart.max() > 0.5:
        corners = Grid(*shape).corners()
        at = corners[int((apart > 0.5).argmax())]
        here, there = one.to_map(at[1], at[0]), other.to_map(at[1], at[0])
        assert here is not None
        assert there is not None
        systems = [crs_name(geo.crs_wkt) for geo in (one, other)]
        told = [f" ({name})" if name and len({*systems, ""}) > 2 else "" for name in systems]
        raise HsiError(
            say(
                "The {what} lie elsewhere: their pixel at row {second_at:.0f}, column {first_at:.0f} is at "
                "{first_here:.10g}, {second_here:.10g}{first_told}, the scene's at {first_there:.10g}, "
                "{second_there:.10g}{second_told}.",
                what=what,
                second_at=at[1],
                first_at=at[0],
                first_here=here[0],
                second_here=here[1],
                first_told=told[0],
                first_there=there[0],
                second_there=there[1],
                second_told=told[1],
            ),
            say("Choose a file made for this scene, or one without a georeference."),
        )


def _apart(one: Geo, other: Geo, shape: tuple[int, int], what: str) -> NDArray[np.float64]:
    """By how many pixels points of the border of two rasters of one size lie apart, one a point; 0 where a place is not
    known."""
    moved, corners = _positions(Grid(*shape, one), Grid(*shape, other), what), Grid(*shape).corners()
    return np.zeros(len(corners)) if moved is None else np.asarray(np.abs(moved - corners).max(axis=1))


def _shift_told(raster: ClassRaster, grid: Grid, what: str) -> ClassRaster:
    """A raster that is laid on the scene pixel by pixel, with a sentence where it lies some of a pixel beside it."""
    apart = float(_apart(raster.geo, grid.geo, grid.shape, what).max())
    if apart <= _APART:
        return raster
    note = say("The {what} lie up to {apart:.2f} pixels beside the scene: they are laid on it pixel by pixel.",
               what=what, apart=apart)  # fmt: skip
    return replace(raster, notes=(*raster.notes, note))


def fitted(raster: ClassRaster, grid: Grid, what: str, remedy: str = "") -> ClassRaster:
    """The raster on the pixels of the scene.

    Args:
        what: what it is, in the plural ("labels").
        remedy: what the user chose after a `Misplaced`; empty for a first try.

    Raises:
        Misplaced: it has another size or place, and the user can choose what is to be done.
        HsiError: it has another size, and nothing can be done.
    """
    raster = turned_onto(raster, grid)
    shape = raster.array.shape
    if remedy == RESAMPLE:
        return resampled(raster, grid)
    if remedy == PIXELS:
        require_same_size(shape, grid.shape, what)
        return raster
    overlaps = _overlaps(raster, grid, what)
    if tuple(shape) == grid.shape:
        try:
            require_same_place(raster.geo, grid.geo, grid.shape, what)
        except HsiError as error:
            remedies = (RESAMPLE, PIXELS) if overlaps else (PIXELS,)
            raise Misplaced(error.message, error.hint, raster, remedies) from None
        return _shift_told(raster, grid, what)
    try:
        require_same_size(shape, grid.shape, what)
    except HsiError as error:
        if overlaps:
            hint = say("Both name their place: the labels can be resampled to the pixels of the scene.")
            raise Misplaced(error.message, hint, raster, (RESAMPLE,)) from None
        if overlaps is False:
            raise HsiError(
                say("{message} They do not overlap on the map.", message=error.message), error.hint
            ) from None
        if tuple(shape) == grid.shape[::-1]:
            hint = say("Rows and columns are exchanged: transpose the array in the program that wrote it.")
            raise HsiError(error.message, hint) from None
        raise
    raise AssertionError("two sizes that differ and do not")


def turned_onto(raster: ClassRaster, grid: Grid) -> ClassRaster:
    """A raster of the scene's pixels in the scene's order of rows and columns; any other as it is.

    Formats that cannot say that rows run northwards hold them from the northern one on.
    """
    if raster.array.shape != grid.shape or raster.geo.transform is None or grid.geo.transform is None:
        return raster
    if to_north_up(raster.geo) == to_north_up(grid.geo):
        return raster
    for flip in flips():
        geo = flip.geo(raster.geo, grid.shape)
        if _same_place(geo, grid):
            note = say("The labels were turned: their rows or columns run the other way than those of the scene.")
            array = np.ascontiguousarray(flip.array(raster.array))
            return replace(raster, array=array, geo=grid.geo, notes=(*raster.notes, note))
    return raster


def _same_place(geo: Geo, grid: Grid) -> bool:
    try:
        require_same_place(geo, grid.geo, grid.shape, say("labels"))
    except HsiError:
        return False
    return True


def resampled(raster: ClassRaster, grid: Grid) -> ClassRaster:
    """For each pixel of the scene the class of the raster's pixel at that place; 0 outside of the raster.

    Raises:
        HsiError: a coordinate system is not understood.
    """
    from rasterio.errors import CRSError, RasterioError
    from rasterio.transform import Affine
    from rasterio.warp import Resampling, reproject

    assert raster.geo.transform is not None
    assert grid.geo.transform is not None
    one, other = raster.geo.crs_wkt, grid.geo.crs_wkt
    target = np.zeros(grid.shape, dtype=np.uint16)
    try:
        reproject(
            raster.array,
            target,
            src_transform=Affine(*raster.geo.transform),
            dst_transform=Affine(*grid.geo.transform),
            src_crs=crs_of(one or other or "EPSG:3857"),  # any will do where none is named
            dst_crs=crs_of(other or one or "EPSG:3857"),
            src_nodata=0,
            dst_nodata=0,
            resampling=Resampling.nearest,
        )
    except (CRSError, RasterioError) as error:
        raise HsiError(
            say("The labels cannot be resampled to the scene: {error}.", error=error), say("Resample them elsewhere.")
        ) from error
    size = " x ".join(map(str, raster.array.shape))
    note = say("The labels ({size} pixels) were resampled to the scene by nearest neighbour.", size=size)
    return ClassRaster(
        target, raster.classes, grid.geo, raster.dtype, notes=(*raster.notes, note), background=raster.background
    )


def _positions(one: Grid, other: Grid, what: str) -> NDArray[np.float64] | None:
    """Where the border of one raster lies in pixels of another; None when a place is not known."""
    if one.geo.transform is None or other.geo.transform is None:
        return None
    points = one.to_map(one.corners())
    if crs_name(one.geo.crs_wkt) and crs_name(other.geo.crs_wkt):
        points = transformed(points, str(one.geo.crs_wkt), str(other.geo.crs_wkt), say("the {what}", what=what))
    return other.to_pixels(points)


def _overlaps(raster: ClassRaster, grid: Grid, what: str) -> bool | None:
    """Whether a raster lies on the scene, in part at least; None when a place is not known."""
    try:
        found = _positions(Grid(raster.array.shape[0], raster.array.shape[1], raster.geo), grid, what)
    except HsiError:  # no place in the scene's coordinate system: far away
        return False
    if found is None:
        return None
    low, high = found.min(axis=0), found.max(axis=0)
    return bool((high > 0).all() and low[0] < grid.cols and low[1] < grid.rows)
