"""Flight lines of one sensor as one scene: side by side on one grid, with one of them or a mean of them where several
have data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.limits import require_memory
from hsigui.cube.nodata import equals_nodata
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.labels.on_scene import grid_of
from hsigui.preparing.cut import moved
from hsigui.preparing.grids import continued, positions_in
from hsigui.preparing.made import as_values, has_mark
from hsigui.preparing.onto import Onto
from hsigui.preparing.passes import Pass, Told
from hsigui.preparing.stack import marks_of, same_system
from hsigui.preparing.step import prepared
from hsigui.preparing.words import MOSAICS
from hsigui.texts import say

_MOST_OFF = 0.01  # pixels by which the corners of a line may lie beside those of pixels
_SAME_BAND = 0.1  # nm: headers round
_LOOKED_AT = 4  # bands by which it is found where a line has data
_STRIP = 1000  # rows in which distances are found, at least
_BYTES = 50  # of each pixel while distances are found
_LEAST = 1e-3  # weight of a sample with data outside of what the bands that were looked at have


@dataclass(frozen=True, eq=False)
class Line:
    """A cube in a mosaic.

    Attributes:
        top, left: the row and column of the mosaic at which it begins.
        edge: finds how far each pixel is from the edge of its data, in pixels, rows x cols; None where nobody asks.
    """

    cube: Cube
    top: int
    left: int
    edge: Pass[NDArray[np.float32]] | None = None

    def within(self, down: range, across: range) -> tuple[slice, slice, slice, slice] | None:
        """Which of some rows and columns of the mosaic it has, and their rows and columns in it; None for none."""
        rows, own_rows = _shared(down, self.top, self.cube.rows)
        cols, own_cols = _shared(across, self.left, self.cube.cols)
        return None if rows.start >= rows.stop or cols.start >= cols.stop else (rows, cols, own_rows, own_cols)


@dataclass(frozen=True, eq=False)
class FirstSource:
    """Each sample of the first line that has one there."""

    lines: tuple[Line, ...]
    size: tuple[int, int]
    nodata: float
    made_of: ClassVar[str] = "samples"  # see `windows`

    @property
    def cubes(self) -> tuple[Cube, ...]:
        return tuple(line.cube for line in self.lines)

    @property
    def shape(self) -> tuple[int, int, int]:
        return *self.size, self.cubes[0].bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return reduce(np.promote_types, (cube.source.dtype for cube in self.cubes))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Samples of a window, rows x cols x bands; those that stand for no data where no line has any."""
        down, across, count = _asked(self.shape, rows, cols, bands)
        out = np.full((len(down), len(across), count), self.nodata, self.dtype)
        for line in self.lines:
            if (found := line.within(down, across)) is not None:
                stopping.check()
                part = out[found[0], found[1]]
                open_ = equals_nodata(part, self.nodata)
                if part.dtype.kind in "fc":
                    open_ |= ~np.isfinite(part)
                if open_.any():
                    part[open_] = line.cube.source.read(found[2], found[3], bands)[open_]
        return out


@dataclass(frozen=True, eq=False)
class FeatheredSource:
    """The mean of all lines that have a value, each weighted by how far the pixel is from the edge of its data."""

    lines: tuple[Line, ...]
    size: tuple[int, int]
    made_of: ClassVar[str] = "samples"  # see `windows`

    @property
    def cubes(self) -> tuple[Cube, ...]:
        return tuple(line.cube for line in self.lines)

    @property
    def passes(self) -> tuple[Pass[NDArray[np.float32]], ...]:
        """What has to be looked at before: for each line how far its pixels are from its edge, rows x cols."""
        return tuple(line.edge for line in self.lines if line.edge is not None)

    @property
    def shape(self) -> tuple[int, int, int]:
        return *self.size, self.cubes[0].bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where no line has any."""
        down, across, count = _asked(self.shape, rows, cols, bands)
        total = np.zeros((len(down), len(across), count), np.float32)
        weights = np.zeros_like(total)
        for line in self.lines:
            if (found := line.within(down, across)) is not None:
                stopping.check()
                values = line.cube.read(found[2], found[3], bands)
                assert line.edge is not None
                weight = np.maximum(line.edge.found()[found[2], found[3]], _LEAST)[:, :, None] * np.isfinite(values)
                total[found[0], found[1]] += weight * np.where(np.isfinite(values), values, 0)
                weights[found[0], found[1]] += weight
        return np.where(weights > 0, total / np.where(weights > 0, weights, 1), np.nan).astype(np.float32)


def mosaicked(cubes: Sequence[Cube], way: str = "first", *, onto: bool = False, resampling: str = "nearest") -> Cube:
    """Cubes of one sensor as one scene that covers them all; the first names it, and its pixels are those of all.

    By "first" samples are kept as they are stored where all lines are scaled and marked alike, and else are values; by
    "feather" they are values: across an overlap one line fades into the other.

    Args:
        way: "first" for the first line in the order given that has data, or "feather".
        onto: resample lines whose pixels are others to those of the first.
        resampling: how, one of `words.RESAMPLINGS`.

    Raises:
        HsiError: a line has no place on a map, other bands, or pixels that are shifted by a part of a pixel.
    """
    if way not in MOSAICS:
        raise HsiError(say("There is no mosaic {name}.", name=way), say("Choose from: {all}.", all=", ".join(MOSAICS)))
    if not cubes:
        raise HsiError(say("There is nothing to put together."), say("Name one scene at least."))
    for cube in cubes:
        _require_placed(cube)
        _require_bands(cubes[0], cube)
    if onto:
        cubes = [_on_pixels(cubes[0], cube, resampling) for cube in cubes]
    places = [_place_in(cubes[0], cube) for cube in cubes]
    alike = len({marks_of(cube.info) for cube in cubes}) == 1 and all(map(has_mark, cubes))
    alike &= cubes[0].info.valid_range is None  # else other samples than one are no data, too
    parts = tuple(cubes) if alike and way == "first" else tuple(map(as_values, cubes))
    top, left = min(row for row, _ in places), min(col for _, col in places)
    size = (
        max(row + cube.rows for (row, _), cube in zip(places, cubes, strict=True)) - top,
        max(col + cube.cols for (_, col), cube in zip(places, cubes, strict=True)) - left,
    )
    lines = tuple(
        Line(cube, row - top, col - left, Pass(_looks(cube)) if way == "feather" else None)
        for (row, col), cube in zip(places, parts, strict=True)
    )
    info = _info_of(cubes, parts, way, moved(cubes[0].geo, top, left))
    if way == "feather":
        return Cube(FeatheredSource(lines, size), info, name=cubes[0].name)
    assert info.nodata is not None  # of values, or by `has_mark`
    return Cube(FirstSource(lines, size, info.nodata), info, name=cubes[0].name)


def edge_distances(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How far each pixel with data is from the nearest without, or from the frame, in pixels; 0 without data. Rows x
    cols, from centre to centre, in strips: no pixel of a strip is farther from the frame than half its width."""
    from scipy.ndimage import distance_transform_edt

    if mask.shape[0] < mask.shape[1]:
        return np.ascontiguousarray(edge_distances(mask.T).T)
    rows, cols = mask.shape
    reach = (cols + 1) // 2 + 1
    strip = max(_STRIP, reach)
    require_memory(say("The mosaic"), min(rows, strip + 2 * reach) * cols * _BYTES)
    out = np.empty(mask.shape, np.float32)
    for start in range(0, rows, strip):
        stopping.check()
        first, last = max(0, start - reach), min(rows, start + strip + reach)
        frame = ((int(first == 0), int(last == rows)), (1, 1))  # a cut is no edge
        found = distance_transform_edt(np.pad(mask[first:last], frame))[frame[0][0] :, 1:-1]
        out[start : start + strip] = found[start - first : start - first + strip][: rows - start]
    return out


def _looks(cube: Cube) -> Callable[[Told], NDArray[np.float32]]:
    return lambda told: edge_distances(_footprint(cube, told))


def _footprint(cube: Cube, told: Told) -> NDArray[np.bool_]:
    """The pixels that have data in one of some bands, rows x cols."""
    good = cube.good_bands if len(cube.good_bands) else np.arange(cube.bands)
    bands = np.unique(good[np.linspace(0, len(good) - 1, _LOOKED_AT).astype(int)]).tolist()
    mask = np.empty((cube.rows, cube.cols), dtype=bool)
    told(0, cube.rows)
    for rows in cube.blocks():
        stopping.check()
        mask[rows] = np.isfinite(cube.read(rows, slice(None), bands)).any(axis=2)
        told(rows.stop, cube.rows)
    return mask


def _require_placed(cube: Cube) -> None:
    if cube.geo.transform is None:
        raise HsiError(
            say("{name} has no place on a map.", name=cube.name),
            say("Only georeferenced lines can be put together; without a mosaic the bands of several are stacked."),
        )


def _require_bands(first: Cube, other: Cube) -> None:
    hint = say("Bring them to the same bands first (--bands, --like).")
    if first.bands != other.bands:
        raise HsiError(
            say("{name} has {bands} bands, and {other} has {other_bands}.", name=first.name, bands=first.bands,
                other=other.name, other_bands=other.bands), hint
        )  # fmt: skip
    if first.wavelengths is None or other.wavelengths is None:
        return
    apart = np.abs(first.wavelengths - other.wavelengths)
    if (apart > _SAME_BAND).any():
        band = int(apart.argmax())
        raise HsiError(
            say("Band {band} is at {nm:.1f} nm in {name} and at {other_nm:.1f} nm in {other}.", band=band + 1,
                nm=first.wavelengths[band], name=first.name, other_nm=other.wavelengths[band], other=other.name), hint
        )  # fmt: skip


def _place_in(first: Cube, other: Cube) -> tuple[int, int]:
    """The row and column of the first at which another begins; either may be below 0."""
    if first.geo.crs_wkt and other.geo.crs_wkt and not same_system(first.geo.crs_wkt, other.geo.crs_wkt):
        raise HsiError(
            say("{name} and {other} are of different coordinate systems.", name=first.name, other=other.name),
            say("Bring the others to the grid of the first (--onto first)."),
        )
    place, off = _beginning(first, other)
    if off > _MOST_OFF:
        raise HsiError(
            say("The pixels of {other} lie up to {off:.3g} pixels beside those of {name}.", other=other.name,
                name=first.name, off=off),
            say("Bring the others to the grid of the first (--onto first), or all to one grid (--grid)."),
        )  # fmt: skip
    return place


def _beginning(first: Cube, other: Cube) -> tuple[tuple[int, int], float]:
    """The row and column of the first that is nearest to the begin of another, and by how many pixels the other's
    corners miss those of pixels."""
    frame = Grid(other.rows, other.cols, replace(other.geo, crs_wkt=None))
    corners = np.array([(0, 0), (other.rows, 0), (0, other.cols), (other.rows, other.cols)], dtype=np.float64)
    rows, cols = positions_in(replace(first.geo, crs_wkt=None), frame, corners[:, 0], corners[:, 1])
    if not np.isfinite([rows, cols]).all():
        return (0, 0), float("inf")
    row, col = round(float(rows[0])), round(float(cols[0]))
    return (row, col), float(np.hypot(rows - row - corners[:, 0], cols - col - corners[:, 1]).max())


def _on_pixels(first: Cube, other: Cube, resampling: str) -> Cube:
    """A line on the pixels of the first, continued as far as it reaches; as it is where it has them already."""
    same = not (first.geo.crs_wkt and other.geo.crs_wkt) or same_system(first.geo.crs_wkt, other.geo.crs_wkt)
    if same and _beginning(first, other)[1] <= _MOST_OFF:
        return other
    named = first.name if first.path is None else first.path.name
    return prepared(other, [Onto(continued(grid_of(first), other), resampling, named)])


def _info_of(cubes: Sequence[Cube], parts: Sequence[Cube], way: str, geo: Geo) -> CubeInfo:
    """What is known of the mosaic: what the first says, with the bad bands, notes and steps of all."""
    bad = np.any([cube.is_bad for cube in cubes], axis=0)
    names = ", ".join(cube.name if cube.path is None else cube.path.name for cube in cubes)
    return replace(
        parts[0].info, geo=geo, gaps_unknown=True, bad_bands=tuple(bad.tolist()) if bad.any() else (),
        notes=tuple(dict.fromkeys(note for cube in cubes for note in cube.info.notes)), empty_bands=(),
        costly_band=None, history=(*(step for cube in cubes for step in cube.info.history), f"mosaic {way} {names}"),
    )  # fmt: skip


def _shared(asked: range, first: int, count: int) -> tuple[slice, slice]:
    """Which of some evenly spaced numbers lie in so many from a first one on, and which of those they are."""
    numbers = np.arange(asked.start, asked.stop, asked.step)
    hit = np.flatnonzero((numbers >= first) & (numbers < first + count))
    begin, end = (int(hit[0]), int(hit[-1]) + 1) if len(hit) else (0, 0)
    part = asked[begin:end]
    if not part:
        return slice(0, 0), slice(0, 0)
    stop = part[-1] - first + (1 if part.step > 0 else -1)
    return slice(begin, end), slice(part[0] - first, stop if stop >= 0 else None, part.step)


def _asked(
    shape: tuple[int, int, int], rows: slice, cols: slice, bands: slice | Sequence[int]
) -> tuple[range, range, int]:
    """The rows and columns that are asked for, and how many bands."""
    count = len(range(shape[2])[bands]) if isinstance(bands, slice) else len(bands)
    return range(shape[0])[rows], range(shape[1])[cols], count
