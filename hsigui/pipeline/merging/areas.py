"""Areas by class over many maps: each map once, and the ground that they cover together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import pixel_areas
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.labels.raster import ClassRaster
from hsigui.pipeline.merging.class_tables import Agreed
from hsigui.pipeline.merging.pieces import MapAbout, in_common_numbers
from hsigui.report.mosaics import Mosaic
from hsigui.report.sheets import COUNT, SHARE, TEXT, Cell, Column, Sheet
from hsigui.texts import say, say_number

_HECTARE = 10_000.0
Counts = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MapCounts:
    """What there is of each class on a map, in the numbers of all maps.

    Attributes:
        pixels: of each number from 0 (no class) on.
        metres: square metres likewise; None where the map has no place.
    """

    path: Path
    pixels: Counts
    metres: Counts | None


@dataclass(frozen=True, eq=False)
class Totals:
    """Areas over all maps.

    Attributes:
        classes: of all maps.
        maps: each by itself.
        ground: the mosaic: what is covered by several maps counts once, as the latest on top has it; None without one.
    """

    classes: ClassTable
    maps: tuple[MapCounts, ...]
    ground: MapCounts | None
    notes: tuple[str, ...] = ()

    @property
    def placed(self) -> bool:
        """Whether areas are known of all maps."""
        return all(one.metres is not None for one in self.maps)

    @property
    def pixels(self) -> NDArray[np.int64]:
        """1-D: pixels of each number from 0 on, of the mosaic or, without one, of all maps."""
        whole = self.ground.pixels if self.ground else np.sum([one.pixels for one in self.maps], axis=0)
        return np.asarray(whole).astype(np.int64)


def about(path: Path) -> MapAbout:
    """What is known of a map without its pixels.

    Raises:
        HsiError: it cannot be read.
    """
    raster = read_classes(path)
    rows, cols = raster.array.shape
    return MapAbout(path, (rows, cols), raster.classes, raster.geo)


def totals(maps: Sequence[MapAbout], table: Agreed, mosaic: Mosaic | None, ctx: Context) -> Totals:
    """Counts all maps, each read once; where they overlap, the overlapping ones again.

    Raises:
        HsiError: a map cannot be read, or has changed since it was looked at.
        Cancelled: through the context.
    """
    last = max(table.classes.numbers, default=0)
    each, over = list[MapCounts](), 0
    ground = MapCounts(Path(), np.zeros(last + 1), None if mosaic is None else np.zeros(last + 1))
    for number, one in enumerate(maps):
        ctx.progress(number, len(maps), say("Counting {name}", name=one.path.name))
        ctx.check()
        raster, array = _read(one, table, number)
        counts = _counted(one.path, array, raster, last)
        each.append(counts)
        if mosaic is not None:
            covered = _covered(mosaic, maps, table, number)
            seen = counts
            if covered is not None:
                lost = covered & (array != 0)
                over += int(np.count_nonzero(lost))
                # Unclassified pixels that another map has are not of the ground without a class either.
                seen = _counted(one.path, array, raster, last, ~covered)
            ground.pixels[:] += seen.pixels
            if ground.metres is not None and seen.metres is not None:
                ground.metres[:] += seen.metres
    notes = [*table.notes, *_told_of_overlap(mosaic, over)]
    return Totals(table.classes, tuple(each), None if mosaic is None else ground, tuple(notes))


def class_sheet(found: Totals) -> Sheet:
    """A line a class: over all maps, and, where they are a mosaic, on the ground."""
    names = [*((info.number, info.name) for info in found.classes), (0, say("Unclassified"))]
    columns = [
        Column("class_number", say("No."), COUNT), Column("class", say("Class"), TEXT),
        Column("maps", say("Maps"), COUNT), Column("pixels", say("Pixels"), COUNT),
    ]  # fmt: skip
    if found.placed:
        columns += [Column("square_metres", say("m²"), places=1), Column("hectares", say("ha"))]
    columns.append(Column("share", say("Of all"), SHARE))
    ground = found.ground
    if ground is not None:
        columns += [Column("ground_pixels", say("Ground, pixels"), COUNT), Column("ground_hectares", say("Ground, ha"))]
    pixels = np.sum([one.pixels for one in found.maps], axis=0)
    known = [one.metres for one in found.maps if one.metres is not None]
    metres = np.sum(known, axis=0) if found.placed else None
    measure = pixels if metres is None else metres
    rows: list[tuple[Cell, ...]] = []
    for number, name in [*names, (None, say("All maps"))]:
        at: int | slice = slice(None) if number is None else number
        with_it = sum(bool(one.pixels[at].sum()) for one in found.maps)
        cells: list[Cell] = [number, name, with_it, round(float(pixels[at].sum()))]
        if metres is not None:
            cells += [float(metres[at].sum()), float(metres[at].sum()) / _HECTARE]
        total = float(measure.sum())
        cells.append(float(measure[at].sum()) / total if total else None)
        if ground is not None:
            of_ground = None if ground.metres is None else float(ground.metres[at].sum()) / _HECTARE
            cells += [round(float(ground.pixels[at].sum())), of_ground]
        rows.append(tuple(cells))
    return Sheet("classes", say("Areas by class"), tuple(columns), tuple(rows), 1)


def map_sheet(found: Totals) -> Sheet:
    """A line a map: the area of each class in hectares or, where these are not known, pixels."""
    unit = "ha" if found.placed else "pixels"
    kind = "figure" if found.placed else COUNT
    named = [*((info.number, info.name) for info in found.classes), (0, say("Unclassified"))]
    columns = [Column("map", say("Map"), TEXT), Column("pixels", say("Pixels"), COUNT)]
    columns += [
        Column(f"{name} [{unit}]", say("{name}, {unit}", name=name, unit=unit if unit == "ha" else say("pixels")), kind)
        for _, name in named
    ]
    rows = []
    for one in found.maps:
        amounts = one.pixels if not found.placed or one.metres is None else one.metres / _HECTARE
        cells: list[Cell] = [float(amounts[number]) if found.placed else round(amounts[number]) for number, _ in named]
        rows.append((one.path.name, round(float(one.pixels.sum())), *cells))
    return Sheet("maps", say("Areas by map"), tuple(columns), tuple(rows))


def _read(one: MapAbout, table: Agreed, number: int) -> tuple[ClassRaster, NDArray[np.uint16]]:
    raster = read_classes(one.path)
    if raster.array.shape != one.shape or not raster.classes.same_content(one.classes):
        raise HsiError(
            say("{path} has changed while the maps were merged.", path=one.path), say("Merge again once all is done.")
        )
    return raster, in_common_numbers(raster.array, table.numbers[number])


def _counted(
    path: Path, array: NDArray[np.uint16], raster: ClassRaster, last: int, where: NDArray[np.bool_] | None = None
) -> MapCounts:
    """Pixels and square metres of each class number of a map; `array` and `where` are rows x cols."""
    picked = slice(None) if where is None else where.ravel()
    numbers = array.ravel()[picked]
    pixels = np.bincount(numbers, minlength=last + 1).astype(float)
    each = pixel_areas(raster.geo, array.shape)
    if each is None:
        return MapCounts(path, pixels, None)
    metres = np.zeros(last + 1)
    step = max(1, 4_000_000 // array.shape[1])
    for start in range(0, array.shape[0], step):
        rows = slice(start, min(start + step, array.shape[0]))
        weights = each.rows(rows)
        if where is not None:
            weights = np.where(where[rows], weights, 0.0)
        metres += np.bincount(array[rows].ravel(), weights=weights.ravel(), minlength=last + 1)
    return MapCounts(path, pixels, metres)


def _covered(mosaic: Mosaic, maps: Sequence[MapAbout], table: Agreed, number: int) -> NDArray[np.bool_] | None:
    """Where a map (rows x cols) is not to be counted: a later one has a class there, or an earlier one where this has
    none; None where no other lies on it."""
    own = mosaic.pieces[number]
    covered: NDArray[np.bool_] | None = None
    unclassified: NDArray[np.bool_] | None = None
    for other, piece in enumerate(mosaic.pieces):
        if other == number or (window := own.overlap(piece)) is None:
            continue
        back = piece.overlap(own)
        assert back is not None
        if covered is None or unclassified is None:
            covered = np.zeros(own.shape, dtype=bool)
            unclassified = _read(maps[number], table, number)[1] == 0
        classified = _read(maps[other], table, other)[1][back] != 0
        # A later map counts for the pixels that neither has a class for.
        hidden = classified | unclassified[window] if other > number else classified & unclassified[window]
        covered[window] |= hidden
    return covered


def _told_of_overlap(mosaic: Mosaic | None, pixels: int) -> list[str]:
    if mosaic is None:
        return [say("Whether maps overlap is not known without a mosaic: ground on two of them counts twice.")]
    if not pixels:
        return []
    return [
        say_number(
            "Maps overlap: {count:,} pixel has a class on several maps. In the mosaic the map that comes later by its "
            "name lies on top; sums over maps count such ground each time, the columns of the ground once.",
            "Maps overlap: {count:,} pixels have a class on several maps. In the mosaic the map that comes later by "
            "its name lies on top; sums over maps count such ground each time, the columns of the ground once.",
            pixels,
        )
    ]  # fmt: skip
