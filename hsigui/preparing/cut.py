"""Parts of a cube: rows and columns, a box of the map, some bands in any order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.band_search import band_of, find_bands
from hsigui.cube.cube import Cube, Geo, Source
from hsigui.cube.ground import Ground
from hsigui.cube.picked_bands import PickedBands
from hsigui.errors import HsiError
from hsigui.preparing.step import info_of_bands
from hsigui.texts import say

_SLACK = 1e-6  # pixels by which a side of a box may miss the side of a pixel and still be taken for it


@dataclass(frozen=True)
class CutSource:
    """A window of another source."""

    source: Source
    rows: range
    cols: range
    made_of: ClassVar[str] = "samples"

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.rows), len(self.cols), self.source.shape[2]

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    @property
    def any_window_is_cheap(self) -> bool:
        """Whether samples lie in no pieces that are unpacked as a whole."""
        return bool(getattr(self.source, "any_window_is_cheap", False))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored."""
        return self.source.read(_slice_of(self.rows[rows]), _slice_of(self.cols[cols]), bands)


def _slice_of(numbers: range) -> slice:
    if not numbers:
        return slice(0, 0)
    stop = numbers.stop if numbers.stop >= 0 else None
    return slice(numbers.start, stop, numbers.step)


@dataclass(frozen=True)
class Crop:
    """Rows and columns of a cube, from 0, the last one not included; None for the first or last there is."""

    rows: tuple[int | None, int | None] = (None, None)
    cols: tuple[int | None, int | None] = (None, None)

    @property
    def told(self) -> str:
        return " ".join(
            f"--{axis} {'' if first is None else first}:{'' if last is None else last}"
            for axis, (first, last) in (("rows", self.rows), ("cols", self.cols))
            if (first, last) != (None, None)
        )

    def on(self, cube: Cube) -> Cube:
        """The window of the cube; its place on the map follows.

        Raises:
            HsiError: it holds no pixel, or leaves the scene.
        """
        rows = _part(self.rows, cube.rows, say("rows"))
        cols = _part(self.cols, cube.cols, say("columns"))
        info = replace(cube.info, geo=moved(cube.geo, rows.start, cols.start))
        return cube.over(lambda source: CutSource(source, rows, cols), info)


@dataclass(frozen=True)
class Box:
    """All pixels of a cube that a box of the map touches.

    Attributes:
        bounds: least x, least y, largest x, largest y in units of the scene's own map.
    """

    bounds: tuple[float, float, float, float]

    @property
    def told(self) -> str:
        return f"--box={','.join(map(repr, self.bounds))}"

    def on(self, cube: Cube) -> Cube:
        """The part of the cube within the box.

        Raises:
            HsiError: the cube has no place on a map, the box is none, or it misses the cube.
        """
        if cube.geo.transform is None:
            raise HsiError(
                say("{name} has no place on a map.", name=cube.name),
                say("Cut it by rows and columns (--rows, --cols)."),
            )
        west, south, east, north = self.bounds
        if not (west < east and south < north and all(map(math.isfinite, self.bounds))):
            raise HsiError(
                say("The box has no inside."), say("Give least x, least y, largest x, largest y, in this order.")
            )
        corners = np.array(list(itertools.product((west, east), (south, north))))
        rows, cols = Ground(cube.geo.transform, None, None).to_pixels(corners[:, 0], corners[:, 1])
        ends = [_within(places, count) for places, count in ((rows, cube.rows), (cols, cube.cols))]
        if any(first >= last for first, last in ends):
            raise HsiError(
                say("The box does not touch {name}.", name=cube.name),
                say("Is it in the coordinates of the scene's own map? `hsigui info` tells them."),
            )
        return Crop(*ends).on(cube)


def _within(places: NDArray[np.float64], count: int) -> tuple[int, int]:
    return max(0, math.floor(places.min() + _SLACK)), min(count, math.ceil(places.max() - _SLACK))


def _part(ends: tuple[int | None, int | None], count: int, what: str) -> range:
    first, last = 0 if ends[0] is None else ends[0], count if ends[1] is None else ends[1]
    if not 0 <= first < last <= count:
        raise HsiError(
            say("There are no {what} {first} to {last} in a scene of {count}.", what=what, first=first, last=last,
                count=count),
            say("Rows and columns count from 0, and the last one is not included: 0:{count} are all.", count=count),
        )  # fmt: skip
    return range(first, last)


def moved(geo: Geo, row: int, col: int) -> Geo:
    """The place of a window that begins at a row and a column of a raster."""
    if geo.transform is None or not (row or col):
        return geo
    a, b, c, d, e, f = geo.transform
    return Geo((a, b, a * col + b * row + c, d, e, d * col + e * row + f), geo.crs_wkt, _info_moved(geo, row, col))


def _info_moved(geo: Geo, row: int, col: int) -> tuple[str, ...]:
    """The map info, whose reference pixel is one of the window's own numbers now, in front of it perhaps."""
    info = geo.map_info
    if len(info) < 7:
        return ()
    return (info[0], repr(float(info[1]) - col), repr(float(info[2]) - row), *info[3:])


@dataclass(frozen=True)
class Bands:
    """Some bands of a cube, in the order in which they are named; one that is named twice comes where it is named
    first.

    Attributes:
        asked: numbers from 1 ("12", "5-20"), wavelengths ("650", "500-900 nm", "0.5-0.9 um"), "good", parts of the
            spectrum ("swir") or names, each an entry.
    """

    asked: tuple[str, ...]

    @property
    def told(self) -> str:
        return f'--bands "{",".join(self.asked)}"'

    def on(self, cube: Cube) -> Cube:
        """The cube of these bands; their wavelengths, widths, names and marks follow.

        Raises:
            HsiError: a text means no band.
        """
        picked = tuple(dict.fromkeys(n for text in self.asked for n in bands_meant(cube, text)))
        if not picked:
            raise HsiError(say("No band is named."), say("Name some, such as 500-900,1500-1700."))
        chosen = np.array(picked, dtype=np.intp)
        return cube.over(lambda source: PickedBands(source, chosen), info_of_bands(cube.info, cube.bands, picked))


def bands_meant(cube: Cube, text: str) -> list[int]:
    """Numbers of the bands (from 0) that a text means: a whole name, one band by number or wavelength, a range, a part
    of the spectrum.

    Raises:
        HsiError: it means none.
    """
    words = text.strip().casefold()
    named = [n for n, name in enumerate(cube.info.band_names) if name.strip().casefold() == words]
    if named:
        return named
    one = band_of(text, cube.bands, cube.wavelengths)
    found = [one] if one is not None else find_bands(cube, text).tolist() if words else []
    if not found:
        raise HsiError(
            say("{name} has no band “{text}”.", name=cube.name, text=text),
            say(
                "Bands are named by numbers from 1 to {bands}, wavelengths (650, 500-900 nm), parts of the spectrum "
                "(swir) or their names.",
                bands=cube.bands,
            ),
        )
    return found
