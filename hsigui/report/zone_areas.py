"""How much of each class there is in each zone of a map, and on all of it, counted in one pass.

The rest of the map, outside of all zones, is counted too, so that zones that do not overlap and the rest add up to the
map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import PixelAreas
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.zones import SHARE, Members, ZoneInfo, Zones
from hsigui.texts import say, say_number

Floats = NDArray[np.float64]
_AT_ONCE = 2_000_000  # pixels
_NUMBERS = np.iinfo(np.uint16).max + 1
_WHOLE = 1e-6  # of a pixel: shares of zones that add up to more overlap


@dataclass(frozen=True, eq=False)
class Amounts:
    """Pixels, and square metres where they are known, of some zones (or one) by class.

    Attributes:
        pixels: zones x columns (or one a column): the classes, then pixels without a class, then those without data.
        metres: likewise; None where the map has no place.
    """

    pixels: Floats
    metres: Floats | None = None


@dataclass(frozen=True, eq=False)
class ZoneAreas:
    """Areas by class and zone.

    Attributes:
        classes: of the map, in the order of the columns.
        zones: one a row of `by_zone`; none where no zones were given.
        by_zone: zones x columns.
        rest: outside of all zones, one a column; where weighted zones overlap, at least so much. None without zones.
        whole: of the whole map, one a column.
        shared: pixels that are in more than one zone, and so in several rows.
        rule: how pixels belong to zones: "centre", "share" or "numbers"; empty without zones.
        data_known: whether pixels without data are told apart from those without a class.
        about: a sentence on how areas were found; empty where they are not known.
        notes: what was assumed or left out, a sentence each.
    """

    classes: tuple[ClassInfo, ...]
    zones: tuple[ZoneInfo, ...]
    by_zone: Amounts
    rest: Amounts | None
    whole: Amounts
    shared: int
    rule: str
    data_known: bool
    about: str = ""
    notes: tuple[str, ...] = ()

    @property
    def weighted(self) -> bool:
        """Whether pixels count in part."""
        return self.rule == SHARE


def zone_areas(
    numbers: NDArray[np.integer], table: ClassTable, zones: Zones | None = None, areas: PixelAreas | None = None,
    valid: NDArray[np.bool_] | None = None, check: Callable[[int, int], None] = lambda done, total: None,
) -> ZoneAreas:  # fmt: skip
    """Areas of the classes of a map, on all of it and in zones.

    Args:
        numbers: class numbers, rows x cols; 0 for no class.
        table: names and colours; classes without a pixel are columns too.
        areas: of its pixels; None where the map has no place.
        valid: rows x cols, False where the scene has no data; None where that is not known.
        check: told of rows done and of all; may raise to stop.

    Raises:
        HsiError: zones or `valid` are of another size than the map.
    """
    _require_size(numbers.shape, zones, valid)
    table = table.merged_with(np.flatnonzero(np.bincount(numbers.ravel(), minlength=1)).tolist())
    sums = _Sums(tuple(table), 0 if zones is None else len(zones.infos), areas is not None)
    for rows in _strips(numbers.shape):
        check(rows.start, numbers.shape[0])
        column = sums.columns(numbers[rows], None if valid is None else valid[rows])
        metres = None if areas is None else areas.rows(rows).ravel()
        sums.add(column, metres, None if zones is None else zones.members(rows))
    check(numbers.shape[0], numbers.shape[0])
    return sums.closed(zones, areas, data_known=valid is not None)


class _Sums:
    """What is counted until all rows were read. Unclassified pixels and those without data are the last columns."""

    def __init__(self, classes: tuple[ClassInfo, ...], zones: int, placed: bool) -> None:
        self._classes, self._count = classes, len(classes) + 2
        self._column = np.full(_NUMBERS, len(classes), dtype=np.int64)
        self._column[[info.number for info in classes]] = np.arange(len(classes))
        # Pixels, then square metres.
        kinds = 2 if placed else 1
        self._by_zone = [np.zeros((zones, self._count)) for _ in range(kinds)]
        self._rest = [np.zeros(self._count) for _ in range(kinds)]
        self._whole = [np.zeros(self._count) for _ in range(kinds)]
        self._zones, self._shared = zones, 0

    def columns(self, numbers: NDArray[np.integer], valid: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The column of each pixel of some rows (rows x cols, both), one after the other."""
        found = self._column[numbers.ravel()]
        if valid is not None:
            found[(found == len(self._classes)) & ~valid.ravel()] += 1
        return found

    def add(self, column: NDArray[np.int64], metres: Floats | None, members: Members | None) -> None:
        """Takes some rows: the column and the square metres of each pixel, and who is in which zone."""
        units = [None] if metres is None else [None, metres]
        for whole, unit in zip(self._whole, units, strict=True):
            whole += np.bincount(column, weights=unit, minlength=self._count)
        if members is None:
            return
        key = members.zones * self._count + column[members.pixels]
        for by_zone, unit in zip(self._by_zone, units, strict=True):
            weights = members.shares
            if unit is not None:
                weights = unit[members.pixels] if weights is None else weights * unit[members.pixels]
            by_zone += np.bincount(key, weights=weights, minlength=by_zone.size).reshape(by_zone.shape)
        taken = np.bincount(members.pixels, weights=members.shares, minlength=len(column))
        self._shared += int(np.count_nonzero(taken > 1 + _WHOLE))
        free = np.maximum(0.0, 1.0 - taken)
        for rest, unit in zip(self._rest, units, strict=True):
            rest += np.bincount(column, weights=free if unit is None else free * unit, minlength=self._count)

    def closed(self, zones: Zones | None, areas: PixelAreas | None, *, data_known: bool) -> ZoneAreas:
        rule = "" if zones is None else zones.rule
        notes = () if zones is None else (*zones.notes, *_overlap(self._shared))
        if rule == SHARE and self._shared:
            notes += (say("Where weighted zones overlap, more may lie outside of all zones than the table says."),)
        if areas is None:
            notes += (say("The map has no place on the earth: there are pixels, and no hectares."),)
        if not data_known and self._whole[0][-2]:
            notes += (say("Whether pixels without a class have data is not known: they count as unclassified."),)
        return ZoneAreas(
            self._classes, () if zones is None else zones.infos, Amounts(*self._by_zone),
            None if zones is None else Amounts(*self._rest), Amounts(*self._whole), self._shared, rule, data_known,
            "" if areas is None else areas.about, notes,
        )  # fmt: skip


def _overlap(shared: int) -> tuple[str, ...]:
    if not shared:
        return ()
    return (
        say_number("Zones overlap: {count:,} pixel counts in more than one, so they add up to more than the map.",
                   "Zones overlap: {count:,} pixels count in more than one, so they add up to more than the map.",
                   shared),
    )  # fmt: skip


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _AT_ONCE // max(1, shape[1]))
    for start in range(0, shape[0], step):
        yield slice(start, min(shape[0], start + step))


def _require_size(shape: tuple[int, ...], zones: Zones | None, valid: NDArray[np.bool_] | None) -> None:
    sizes = [None if zones is None else zones.grid.shape, None if valid is None else valid.shape]
    for size in sizes:
        if size is not None and tuple(size) != tuple(shape):
            raise HsiError(
                say("The zones are of {size} pixels, and the map of {map}.", size=" x ".join(map(str, size)),
                    map=" x ".join(map(str, shape))),
                say("Read the zones for this map."),
            )  # fmt: skip
