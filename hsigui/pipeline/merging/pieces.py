"""The maps that a mosaic is to be made of, and the pixels that they share: one coordinate system, one size of pixels,
one grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import system_of
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi import find_pair
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.merging.class_tables import Agreed
from hsigui.report.mosaics import Mosaic, Piece
from hsigui.report.table import OWN
from hsigui.texts import say

TIFF, ENVI = "geotiff", "envi"  # formats of maps whose stored numbers are the class numbers, for any program
SAME_SIZE = 1e-6  # relative: sides of pixels that differ by less are one
ON_GRID = 1e-3  # of a pixel: what lies closer to the grid is on it


@dataclass(frozen=True, eq=False)
class MapAbout:
    """What is known of a map without its pixels.

    Attributes:
        shape: rows and columns.
        classes: its own table.
        geo: where it lies.
    """

    path: Path
    shape: tuple[int, int]
    classes: ClassTable
    geo: Geo

    @property
    def is_placed(self) -> bool:
        """Whether it is known where it lies."""
        return self.geo.transform is not None and bool(self.geo.crs_wkt)


def mosaic_of(maps: Sequence[MapAbout], table: Agreed, *, nearest: bool = False) -> Mosaic:
    """The mosaic of some maps, whose pixels lie on one grid.

    Args:
        table: of their classes, in their order; later maps lie on earlier ones.
        nearest: maps that are off the grid of the first by a part of a pixel are moved by at most half of one.

    Raises:
        HsiError: maps have no place, other coordinate systems, other or turned pixels, another grid, or a format that
            other programs cannot read as numbers of classes.
    """
    _require_placed(maps)
    _require_one_system(maps)
    a, _, left, _, e, top = _first(maps[0])
    found = []
    for about, numbers in zip(maps, table.numbers, strict=True):
        col, row = _offset(about, maps[0], nearest=nearest)
        changed = {own: number for own, number in numbers.items() if own != number}
        found.append((about, row, col, numbers if changed else {}))
    least_row, least_col = min(row for _, row, _, _ in found), min(col for _, _, col, _ in found)
    pieces = tuple(_piece(about, row - least_row, col - least_col, numbers) for about, row, col, numbers in found)
    rows = max(piece.row + piece.shape[0] for piece in pieces)
    cols = max(piece.col + piece.shape[1] for piece in pieces)
    geo = Geo((a, 0.0, left + a * least_col, 0.0, e, top + e * least_row), maps[0].geo.crs_wkt)
    return Mosaic(pieces, (rows, cols), table.classes, geo)


def in_common_numbers(array: NDArray[np.uint16], numbers: Mapping[int, int]) -> NDArray[np.uint16]:
    """A map (rows x cols, class numbers of its own) in the numbers of the common table."""
    if all(own == number for own, number in numbers.items()):
        return array
    look = np.arange(int(array.max(initial=0)) + 1, dtype=np.uint16)
    for own, number in numbers.items():
        if own < len(look):
            look[own] = number
    return look[array]


def _piece(about: MapAbout, row: int, col: int, numbers: Mapping[int, int]) -> Piece:
    path = about.path
    if _format_of(path) == ENVI:
        path = find_pair(path)[1]  # by the file of samples, as GDAL opens it
    return Piece(path, about.shape, row, col, dict(numbers))


def _format_of(path: Path) -> str:
    """The name of the format in which maps of this ending are written."""
    return next((row.name for row in OWN if path.suffix.lower() in row.suffixes), "")


def _require_placed(maps: Sequence[MapAbout]) -> None:
    for about in maps:
        if _format_of(about.path) not in (TIFF, ENVI):
            raise HsiError(
                say("{name} cannot be a part of a mosaic.", name=about.path.name),
                say("Classify with --format .tif, or give --no-mosaic."),
            )
    if without := [about for about in maps if not about.is_placed]:
        raise HsiError(
            say("It is not known where {count} of {all} maps lie: {name} has no coordinate system.",
                count=len(without), all=len(maps), name=without[0].path.name),
            say("Give --no-mosaic for the table and the areas alone."),
        )  # fmt: skip
    for about in maps:
        a, b, _, d, e, _ = _first(about)
        if b or d or a <= 0 or e >= 0:
            raise HsiError(
                say("{name} is not north-up: its rows do not run from west to east.", name=about.path.name),
                say("Bring it there first (hsigui export --north-up), or give --no-mosaic."),
            )


def _require_one_system(maps: Sequence[MapAbout]) -> None:
    systems = [system_of(about.geo) for about in maps]
    other = next((n for n, system in enumerate(systems) if system != systems[0]), None)
    if other is None:
        return
    count = sum(system != systems[0] for system in systems)
    first, second = ("" if system is None else system.to_string()[:60] for system in (systems[0], systems[other]))
    raise HsiError(
        say("Maps are in different coordinate systems: {first_name} in {first}, {second_name} in {second} "
            "({count} of {all} are not in the first's).", first_name=maps[0].path.name, first=first,
            second_name=maps[other].path.name, second=second, count=count, all=len(maps)),
        say("Merge those of each system apart, or reproject the cubes first (hsigui prepare)."),
    )  # fmt: skip


def _offset(about: MapAbout, first: MapAbout, *, nearest: bool) -> tuple[int, int]:
    """Columns and rows from the corner of the first map to that of another."""
    a, _, left, _, e, top = _first(first)
    own_a, _, own_left, _, own_e, own_top = _first(about)
    if abs(own_a / a - 1) > SAME_SIZE or abs(own_e / e - 1) > SAME_SIZE:
        raise HsiError(
            say("Maps have pixels of different sizes: {first_name} of {first} x {first_down}, {second_name} of "
                "{second} x {second_down}.", first_name=first.path.name, first=f"{a:.10g}", first_down=f"{-e:.10g}",
                second_name=about.path.name, second=f"{own_a:.10g}", second_down=f"{-own_e:.10g}"),
            say("Merge those of each size apart, or resample the cubes first (hsigui prepare)."),
        )  # fmt: skip
    found = (own_left - left) / a, (own_top - top) / e
    whole = round(found[0]), round(found[1])
    off = max(abs(part - at) for part, at in zip(found, whole, strict=True))
    if off > ON_GRID and not nearest:
        raise HsiError(
            say("{name} does not lie on the grid of {first}: its pixels are off by {off:.2f} of a pixel.",
                name=about.path.name, first=first.path.name, off=off),
            say("Give --nearest to move maps by half a pixel at most, or bring the cubes to one grid first "
                "(hsigui prepare)."),
        )  # fmt: skip
    return whole


def _first(about: MapAbout) -> tuple[float, float, float, float, float, float]:
    assert about.geo.transform is not None
    return about.geo.transform
