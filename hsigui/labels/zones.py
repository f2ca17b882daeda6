"""Zones of a scene, such as parcels: polygons with a name each, or the numbers of a raster, as the pixels they hold.

A pixel belongs to a zone by its centre, or in part, by the share of it that the zone covers. Polygons of one name are
one zone; zones may overlap, and each has all of its pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.grid import Grid
from hsigui.labels.scan_lines import Runs, areas_of, areas_within, centres_within, edges_of, shares_covered
from hsigui.labels.shapes import Shape, outlines
from hsigui.texts import say, say_number

CENTRE, SHARE, NUMBERS = "centre", "share", "numbers"
RULES = {
    CENTRE: say("a pixel belongs to a zone where its centre lies in it"),
    SHARE: say("a pixel counts by the share of it that the zone covers"),
    NUMBERS: say("a pixel belongs to the zone whose number it has"),
}
"""How pixels belong to zones, in words."""
_MOST_NAMED = 6  # zones in a sentence
_LEAST = 1e-6  # of a polygon: less beside the scene is rounding


@dataclass(frozen=True, eq=False)
class Members:
    """The pixels of zones in some rows. Arrays are one a pixel of a zone; a pixel of two zones is there twice.

    Attributes:
        zones: numbers of the zones, from 0.
        pixels: place in the rows, counted along rows.
        shares: that the zone covers of the pixel; None for all of it.
    """

    zones: NDArray[np.int64]
    pixels: NDArray[np.int64]
    shares: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class ZoneInfo:
    """A zone.

    Attributes:
        name: its own.
        polygons: of which it is made; 0 for one of a raster.
        size: in pixels, also of what lies beside the scene; NaN for one of a raster.
        outside: the share of it that lies beside the scene, 0 to 1.
    """

    name: str
    polygons: int = 0
    size: float = float("nan")
    outside: float = 0.0


@dataclass(frozen=True, eq=False)
class PolygonZones:
    """Zones of polygons on the pixels of a scene.

    Attributes:
        infos: one a zone.
        grid: the scene.
        rule: how pixels belong to them: "centre" or "share".
        runs: their pixels.
        shapes: of each zone, as they were read.
        crs_wkt: that the shapes are in; None for pixels, or where the file names none.
        notes: what was assumed or left out, a sentence each.
    """

    infos: tuple[ZoneInfo, ...]
    grid: Grid
    rule: str
    runs: Runs = field(repr=False)
    shapes: Sequence[tuple[Shape, ...]] = field(repr=False, default=())
    crs_wkt: str | None = None
    notes: tuple[str, ...] = ()

    def members(self, rows: slice) -> Members:
        """The pixels of zones in some rows, sorted by row."""
        runs = self.runs
        first, last = np.searchsorted(runs.rows, [rows.start, rows.stop])
        part = slice(int(first), int(last))
        count = runs.stops[part] - runs.starts[part]
        begin = (runs.rows[part] - rows.start) * self.grid.cols + runs.starts[part]
        pixels = np.arange(int(count.sum())) + np.repeat(begin - (np.cumsum(count) - count), count)
        shares = None if runs.shares is None else np.repeat(runs.shares[part], count)
        return Members(np.repeat(runs.zones[part], count), pixels, shares)

    def wanted(self) -> NDArray[np.bool_]:
        """Which rows hold a pixel of a zone; one a row."""
        found = np.zeros(self.grid.rows, dtype=bool)
        found[self.runs.rows] = True
        return found

    def outlines(self) -> tuple[Sequence[tuple[Shape, ...]], str | None]:
        """The polygons of each zone, and the coordinate system they are in; None for pixels of the scene."""
        return self.shapes, self.crs_wkt

    def box(self, zone: int) -> tuple[int, int, int, int] | None:
        """Top, left, bottom and right (the last two exclusive) of the pixels of a zone; None where it has none."""
        own = self.runs.zones == zone
        if not own.any():
            return None
        rows, starts, stops = self.runs.rows[own], self.runs.starts[own], self.runs.stops[own]
        return int(rows[0]), int(starts.min()), int(rows[-1]) + 1, int(stops.max())


@dataclass(frozen=True, eq=False)
class RasterZones:
    """Zones by the numbers of a raster on the pixels of a scene.

    Attributes:
        infos, grid, rule, notes: as of `PolygonZones`; the rule is "numbers".
        numbers: rows x cols, 0 for no zone.
        of_number: zone of each number, from 0; -1 for none.
    """

    infos: tuple[ZoneInfo, ...]
    grid: Grid
    numbers: NDArray[np.uint16] = field(repr=False)
    of_number: NDArray[np.int64] = field(repr=False)
    notes: tuple[str, ...] = ()
    rule: str = NUMBERS

    def members(self, rows: slice) -> Members:
        """As of `PolygonZones`."""
        zones = self.of_number[self.numbers[rows].ravel()]
        pixels = np.flatnonzero(zones >= 0)
        return Members(zones[pixels], pixels)

    def wanted(self) -> NDArray[np.bool_]:
        """As of `PolygonZones`; one a row."""
        return np.asarray((self.numbers != 0).any(axis=1))

    def outlines(self) -> tuple[Sequence[tuple[Shape, ...]], str | None]:
        """As of `PolygonZones`: the groups of pixels of each zone, in map coordinates."""
        found: list[list[Shape]] = [[] for _ in self.infos]
        for shape in outlines(self.numbers, self.grid):
            found[int(self.of_number[shape.number])].append(shape)
        crs = self.grid.geo.crs_wkt if self.grid.geo.transform is not None else None
        return [tuple(shapes) for shapes in found], crs

    def box(self, zone: int) -> tuple[int, int, int, int] | None:
        """As of `PolygonZones`."""
        own = self.numbers == int(np.flatnonzero(self.of_number == zone)[0])
        rows, cols = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
        return (int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1) if len(rows) else None


Zones = PolygonZones | RasterZones


def polygon_zones(
    names: Sequence[str], placed: Sequence[Sequence[Shape]], grid: Grid, *, by_share: bool = False,
    shapes: Sequence[tuple[Shape, ...]] = (), crs_wkt: str | None = None, notes: tuple[str, ...] = (),
) -> PolygonZones:  # fmt: skip
    """Zones of polygons.

    Args:
        names: one a zone.
        placed: the polygons of each zone, in pixels of the scene.
        by_share: whether pixels count by the share that is covered.
        shapes: as they were read; those in pixels where not given.
        crs_wkt: that these are in.
        notes: what was assumed at reading.
    """
    zone = np.repeat(np.arange(len(names)), [len(parts) for parts in placed]).astype(np.int64)
    edges = edges_of([shape.rings for parts in placed for shape in parts])
    runs = (shares_covered if by_share else centres_within)(edges, zone, grid.shape)
    sizes = np.bincount(zone, weights=areas_of(edges, len(zone)), minlength=len(names))
    inside = np.bincount(zone, weights=areas_within(edges, len(zone), grid.shape), minlength=len(names))
    outside = np.where(sizes > 0, np.clip(1 - inside / np.where(sizes > 0, sizes, 1), 0, 1), 0)
    outside[outside < _LEAST] = 0
    infos = tuple(
        ZoneInfo(name, len(parts), float(size), float(beyond))
        for name, parts, size, beyond in zip(names, placed, sizes, outside, strict=True)
    )
    without = np.bincount(runs.zones, minlength=len(names)) == 0
    found = PolygonZones(infos, grid, SHARE if by_share else CENTRE, runs, shapes or [*map(tuple, placed)], crs_wkt)
    said = (*notes, *_said(found.infos, without, by_share=by_share))
    return PolygonZones(infos, grid, found.rule, runs, found.shapes, crs_wkt, said)


def raster_zones(numbers: NDArray[np.uint16], names: dict[int, str], grid: Grid, notes: tuple[str, ...]) -> RasterZones:
    """Zones by the numbers of a raster (rows x cols, 0 for no zone), in the order of `names`; those without a pixel are
    there too."""
    of_number = np.full(np.iinfo(np.uint16).max + 1, -1, dtype=np.int64)
    of_number[list(names)] = np.arange(len(names))
    infos = tuple(ZoneInfo(name) for name in names.values())
    return RasterZones(infos, grid, numbers, of_number, notes)


def _said(infos: Sequence[ZoneInfo], empty: NDArray[np.bool_], *, by_share: bool) -> tuple[str, ...]:
    """What is to be said of zones that reach beyond the scene or have no pixel."""
    notes = []
    gone = [info for info, none in zip(infos, empty.tolist(), strict=True) if none and info.outside > 1 - _LEAST]
    if gone:
        notes.append(
            say_number("{count:,} zone lies beside the scene: {names}.",
                       "{count:,} zones lie beside the scene: {names}.", len(gone),
                       names=named([info.name for info in gone]))
        )  # fmt: skip
    partly = [info for info in infos if 0 < info.outside <= 1 - _LEAST]
    if partly:
        told = [say("{name} ({percent:.3g} % outside)", name=info.name, percent=100 * info.outside) for info in partly]
        notes.append(
            say_number("{count:,} zone reaches beyond the scene, and only what lies on it counts: {names}.",
                       "{count:,} zones reach beyond the scene, and only what lies on it counts: {names}.",
                       len(partly), names=named(told))
        )  # fmt: skip
    thin = [info for info, none in zip(infos, empty.tolist(), strict=True) if none and info.outside <= 1 - _LEAST]
    if thin and not by_share:
        notes.append(
            say_number("{count:,} zone holds no pixel's centre and so has no pixel: {names}. Areas by the share that "
                       "is covered count it.",
                       "{count:,} zones hold no pixel's centre and so have no pixel: {names}. Areas by the share that "
                       "is covered count them.", len(thin), names=named([info.name for info in thin]))
        )  # fmt: skip
    return tuple(notes)


def named(names: Sequence[str]) -> str:
    """Some names in a sentence, the first of many."""
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return say("{names} and {count:,} more", names=", ".join(names[:_MOST_NAMED]), count=len(names) - _MOST_NAMED)
