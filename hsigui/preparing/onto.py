"""A cube on another grid: the pixels of another raster, or those of another coordinate system.

Source: GDAL, "gdalwarp" and "GDALWarpOptions", whose kernels are used, window by window: positions are computed for
each pixel (`-et 0`), and by how much a scene is reduced is decided once for all of it (XSCALE, YSCALE), so that no
sample depends on the window in which it is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube, Geo, block_values
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.preparing.cut import moved
from hsigui.preparing.grids import System, positions_in
from hsigui.preparing.made import as_values, has_mark
from hsigui.preparing.words import RESAMPLINGS, TYPES
from hsigui.texts import say

_REACH = {"nearest": 1, "bilinear": 1, "cubic": 2, "average": 1}  # pixels of the source on each side, unreduced
_ALONG = 21  # points along a side of a window by which it is found what it sees
_AS_IT_IS = 0.05  # by so much of its size a pixel may differ and count as of the same size
_EXACT = 1e-6  # of a pixel: rasterio does not take 0
_NOWHERE = "EPSG:3857"  # of both where one names no system: coordinates are taken as they are


@dataclass(frozen=True, eq=False)
class Onto:
    """The cube on other pixels.

    Attributes:
        to: rows, columns and place of another raster, or a coordinate system with or without a size of pixels.
        resampling: "nearest" keeps samples as they are; "bilinear", "cubic" and "average" make values of those that
            have data.
        named: how the grid was asked for.
    """

    to: Grid | System
    resampling: str = "nearest"
    named: str = ""

    @property
    def told(self) -> str:
        name = self.named or (self.to.told if isinstance(self.to, System) else say("grid"))
        return f'--grid "{name}" --resampling {self.resampling}'

    def on(self, cube: Cube) -> Cube:
        """The cube on the grid: no data where it has none. By "nearest" samples are kept as they are stored where one
        of them stands for no data; else they are values, float32.

        Raises:
            HsiError: the cube or the grid has no place on a map, or they do not touch; or there is no such resampling.
        """
        if self.resampling not in RESAMPLINGS:
            raise HsiError(
                say("There is no resampling {name}.", name=self.resampling),
                say("Choose from: {all}.", all=", ".join(RESAMPLINGS)),
            )
        if cube.geo.transform is None:
            raise HsiError(
                say("{name} has no place on a map.", name=cube.name), say("Only a scene with one can be resampled.")
            )
        grid = self.to.grid_of(cube) if isinstance(self.to, System) else self.to
        kept = self.resampling == "nearest" and has_mark(cube) and cube.dtype.name in TYPES
        part = cube if kept else as_values(cube)
        source = WarpedSource(part, grid, self.resampling)
        if source.seen(range(grid.rows), range(grid.cols)) is None:
            raise HsiError(
                say("{name} does not touch the grid.", name=cube.name),
                say("Are the coordinate systems of both right? `hsigui info` tells them."),
            )
        notes = cube.info.notes
        if bool(cube.geo.crs_wkt) != bool(grid.geo.crs_wkt):
            notes += (say("Only one of {name} and the grid names a coordinate system: it is taken for that of both.",
                          name=cube.name),)  # fmt: skip
        geo = Geo(grid.geo.transform, grid.geo.crs_wkt or cube.geo.crs_wkt)
        info = replace(part.info, geo=geo, gaps_unknown=True, notes=notes)
        return Cube(source, info, name=cube.name, path=cube.path)


@dataclass(frozen=True, eq=False)
class WarpedSource:
    """The samples of a cube on other pixels.

    Attributes:
        cube: a sample of it stands for no data (`has_mark`).
        grid: has a place.
        resampling: one of `RESAMPLINGS`.
    """

    cube: Cube
    grid: Grid
    resampling: str
    most: int = field(
        default_factory=block_values
    )  # samples of the cube that are held at once, where a pixel needs no more

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.grid.rows, self.grid.cols, self.cube.bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.cube.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Samples of a window, rows x cols x bands; those that stand for no data where the cube has none."""
        down, across = range(self.grid.rows)[rows], range(self.grid.cols)[cols]
        picked = np.arange(self.cube.bands)[bands if isinstance(bands, slice) else list(bands)]
        out = np.full((len(down), len(across), len(picked)), self.cube.info.nodata, self.dtype)
        unique, place = np.unique(picked, return_inverse=True)
        if self.resampling == "average":  # what a pixel is the mean of depends on its size
            whole = [range(min(at), max(at) + 1) if at else at for at in (down, across)]
            found = np.full((len(whole[0]), len(whole[1]), len(unique)), self.cube.info.nodata, self.dtype)
            self._fill(found, whole[0], whole[1], unique.tolist())
            at_rows, at_cols = (np.array(at, dtype=np.intp) - (min(at) if at else 0) for at in (down, across))
            out[:] = found[np.ix_(at_rows, at_cols, place)]
        else:
            found = out if np.array_equal(unique, picked) else np.empty_like(out, shape=(*out.shape[:2], len(unique)))
            found[:] = self.cube.info.nodata
            self._fill(found, down, across, unique.tolist())
            if found is not out:
                out[:] = found[:, :, place]
        return out

    def _fill(self, out: NDArray[Any], down: range, across: range, bands: list[int]) -> None:
        """Sets the samples of evenly spaced pixels; in parts, where they need much of the cube."""
        if not out.size:
            return
        seen = self.seen(down, across)
        if seen is None:
            return
        stopping.check()
        size = (seen[0].stop - seen[0].start) * (seen[1].stop - seen[1].start) * len(bands)
        if size <= self.most or len(down) == len(across) == 1:
            self._warp(out, down, across, bands, seen)
        elif len(down) >= len(across):
            half = len(down) // 2
            self._fill(out[:half], down[:half], across, bands)
            self._fill(out[half:], down[half:], across, bands)
        else:
            half = len(across) // 2
            self._fill(out[:, :half], down, across[:half], bands)
            self._fill(out[:, half:], down, across[half:], bands)

    def _warp(self, out: NDArray[Any], down: range, across: range, bands: list[int], seen: tuple[slice, slice]) -> None:
        from rasterio.enums import Resampling  # slow to import
        from rasterio.transform import Affine
        from rasterio.vrt import WarpedVRT

        from hsigui.cube.formats.memory_rasters import in_memory

        nodata = self.cube.info.nodata
        own, other = moved(self.cube.geo, seen[0].start, seen[1].start), _spaced(self.grid.geo, down, across)
        assert own.transform is not None
        assert other.transform is not None
        crs, to = own.crs_wkt or other.crs_wkt or _NOWHERE, other.crs_wkt or own.crs_wkt or _NOWHERE
        stored = np.moveaxis(self.cube.source.read(*seen, bands), 2, 0)
        with in_memory(stored, transform=Affine(*own.transform), crs=crs, nodata=nodata) as file, WarpedVRT(
            file, crs=to, transform=Affine(*other.transform), height=len(down), width=len(across),
            resampling=Resampling[self.resampling], tolerance=_EXACT, src_nodata=nodata, nodata=nodata,
            UNIFIED_SRC_NODATA="NO", XSCALE=repr(self._scales[1]), YSCALE=repr(self._scales[0]),
        ) as warped:  # fmt: skip
            out[:] = np.moveaxis(warped.read(), 0, 2)

    def seen(self, down: range, across: range) -> tuple[slice, slice] | None:
        """The rows and columns of the cube that some pixels of the grid may need; None for none."""
        rows, cols = (np.linspace(min(at), max(at) + 1, _ALONG) for at in (down, across))
        found = positions_in(self.cube.geo, self.grid, *np.meshgrid(rows, cols, indexing="ij"))
        if not np.isfinite(found).any():
            return None
        ends = []
        for place, scale, count in zip(found, self._scales, (self.cube.rows, self.cube.cols), strict=True):
            reach = _REACH[self.resampling] / min(1.0, scale) + 3 + 0.01 * float(np.nanmax(place) - np.nanmin(place))
            if not np.isfinite(place).all():  # the edge of what the coordinate system has lies between two points
                reach += _widest(place, count)
            low, high = max(0, math.floor(np.nanmin(place) - reach)), min(count, math.ceil(np.nanmax(place) + reach))
            if low >= high:
                return None
            ends.append(slice(low, high))
        return ends[0], ends[1]

    @cached_property
    def _scales(self) -> tuple[float, float]:
        """How many rows and columns of the grid there are for each of the cube, in its middle."""
        centre = np.array([self.grid.rows / 2, self.grid.rows / 2 + 1, self.grid.rows / 2])
        middle = np.array([self.grid.cols / 2, self.grid.cols / 2, self.grid.cols / 2 + 1])
        found = positions_in(self.cube.geo, self.grid, centre, middle)
        steps = [float(np.hypot(each[1] - each[0], each[2] - each[0])) for each in found]
        scales = [1 / step if step > 0 and math.isfinite(step) else 1.0 for step in steps]
        rounded = [1.0 if abs(scale - 1) < _AS_IT_IS else scale for scale in scales]
        return rounded[0], rounded[1]


def _widest(place: NDArray[np.float64], count: int) -> float:
    """The widest step from one known position to the next, rows x cols of them; so many where no two are known."""
    steps = np.concatenate([np.abs(np.diff(place, axis=axis)).ravel() for axis in (0, 1)])
    known = steps[np.isfinite(steps)]
    return float(known.max()) if known.size else float(count)


def _spaced(geo: Geo, down: range, across: range) -> Geo:
    """The place of evenly spaced pixels of a grid, as a raster whose pixels are as large as they stand apart. Their
    centres are those of the pixels; a negative step turns them round."""
    assert geo.transform is not None
    a, b, c, d, e, f = geo.transform
    col, row = (at.start + 0.5 - 0.5 * at.step for at in (across, down))
    wide, high = across.step, down.step
    return Geo((a * wide, b * high, a * col + b * row + c, d * wide, e * high, d * col + e * row + f), geo.crs_wkt)
