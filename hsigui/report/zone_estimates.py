"""Areas that a designed sample of reference pixels estimates, with their intervals, of a map and of zones of it.

A pixel count carries the errors of the map; an estimate does not, and says how sure it is (`area`, Olofsson et al.
2014). The pixels of the sample that lie in a zone are a random sample of each class of the map there, so that the same
holds for the zone; but few zones have enough of them. Where they are too few nothing is given, and the reason is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import PixelAreas
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.zones import CENTRE, NUMBERS, Zones, named
from hsigui.report.area import AreaEstimate, area_estimate
from hsigui.report.metrics import accuracy
from hsigui.report.sheets import COUNT, SHARE, TEXT, Cell, Column, Sheet, known
from hsigui.report.zone_areas import ZoneAreas, zone_areas
from hsigui.report.zone_sheets import WHOLE
from hsigui.texts import say

LEAST_IN_ZONE = 20
"""Test pixels in each class that the map has in a zone. Of fewer all may happen to be right, and the formulas would
then give an interval without any width."""
_HECTARE = 10_000.0


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a sample says of a zone, or of the whole map.

    Attributes:
        zone: its name.
        tested: pixels of the sample in it.
        area: the estimate; None where it is not given.
        names: of the classes of the estimate.
        mapped_metres: square metres of these classes on the map; empty where they are not known.
        why: it is not given, a sentence; of one that is given what is to be known of it, or empty.
    """

    zone: str
    tested: int
    area: AreaEstimate | None
    names: tuple[str, ...] = ()
    mapped_metres: tuple[float, ...] = ()
    why: str = ""


def estimates(
    numbers: NDArray[np.uint16], reference: NDArray[np.uint16], table: ClassTable, design: str, zones: Zones | None,
    areas: PixelAreas | None = None, valid: NDArray[np.bool_] | None = None,
    check: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Estimate, ...]:  # fmt: skip
    """Of the whole map first, then of each zone.

    Args:
        numbers: the map, rows x cols, 0 for no class.
        reference: test pixels in the same class numbers, rows x cols, 0 for none.
        design: by which they were drawn, "stratified" or "random".
        areas: of the pixels; None where the map has no place.
        valid: rows x cols, False where the scene has no data; None where that is not known.
        check: told of rows done and of all; may raise to stop.

    Raises:
        HsiError: the design is unknown, or there is no test pixel.
    """
    counted = zone_areas(numbers, table, zones, areas, valid, check)
    columns = tuple(info.number for info in counted.classes)
    everything = Estimate(WHOLE, int(np.count_nonzero(reference)), None)
    sample = numbers[reference != 0], reference[reference != 0]
    found = [_estimated(everything, sample, counted, None, columns, table, design, least=2)]
    if zones is None:
        return tuple(found)
    if zones.rule not in (CENTRE, NUMBERS):
        why = say("Zones that are weighted by share get no estimates: a test pixel is in a zone or not.")
        return (*found, *(Estimate(info.name, 0, None, why=why) for info in zones.infos))
    for n, picked in enumerate(_in_zones(reference, zones)):
        inside = numbers.ravel()[picked], reference.ravel()[picked]
        zone = Estimate(zones.infos[n].name, len(picked), None)
        found.append(_estimated(zone, inside, counted, n, columns, table, design, least=LEAST_IN_ZONE))
    return tuple(found)


def _in_zones(reference: NDArray[np.uint16], zones: Zones) -> Iterator[NDArray[np.int64]]:
    """The places of the test pixels in each zone, counted along rows."""
    members = [
        (part.zones[hit], part.pixels[hit] + row * reference.shape[1])
        for row in np.flatnonzero(reference.any(axis=1)).tolist()
        for part in [zones.members(slice(row, row + 1))]
        for hit in [reference[row][part.pixels] != 0]
    ]
    of = np.concatenate([zone for zone, _ in members] or [np.zeros(0, dtype=np.int64)])
    pixels = np.concatenate([place for _, place in members] or [np.zeros(0, dtype=np.int64)])
    order = np.argsort(of, kind="stable")
    ends = np.searchsorted(of[order], np.arange(len(zones.infos) + 1))
    for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        yield pixels[order[first:last]]


def _estimated(
    zone: Estimate, sample: tuple[NDArray[np.uint16], NDArray[np.uint16]], counted: ZoneAreas, n: int | None,
    columns: tuple[int, ...], table: ClassTable, design: str, *, least: int,
) -> Estimate:  # fmt: skip
    """The estimate of a zone (the whole map without a number) from pixels of the map and the reference."""
    own = counted.whole if n is None else counted.by_zone
    pixels = own.pixels if n is None else own.pixels[n]
    mapped = {number: round(float(count)) for number, count in zip((*columns, 0), pixels, strict=False)}
    predicted, reference = sample
    short = _too_few(mapped, predicted, table, least)
    if not len(reference) or (n is not None and short):
        return Estimate(zone.zone, zone.tested, None, why=short or say("No test pixel lies there."))
    metres = None if own.metres is None else (own.metres if n is None else own.metres[n])
    sizes = None if metres is None else dict(zip((*columns, 0), map(float, metres), strict=False))
    measured = accuracy(predicted[None], reference[None], table)
    try:
        area = area_estimate(measured, mapped, design, sizes)
    except HsiError as error:
        if n is not None or _too_few(mapped, predicted, table, 2):
            return Estimate(zone.zone, zone.tested, None, why=error.message)
        raise
    why = _too_few(mapped, predicted, table, LEAST_IN_ZONE)
    of_map = () if sizes is None else tuple(sizes.get(number, 0.0) for number in measured.classes)
    return Estimate(zone.zone, zone.tested, area, measured.names, of_map, _careful(why) if why else "")


def _careful(why: str) -> str:
    return say("{why} The intervals may be too narrow.", why=why)


def _too_few(mapped: dict[int, int], predicted: NDArray[np.uint16], table: ClassTable, least: int) -> str:
    """A sentence on classes of the map with too few test pixels; empty for none."""
    tested = np.bincount(predicted, minlength=max(mapped) + 1)
    short = [
        say("{name} ({count:,})", name=table.get(number).name, count=int(tested[number]))
        for number, pixels in mapped.items()
        if number and pixels and tested[number] < least
    ]
    if not short:
        return ""
    return say("Fewer than {least} test pixels lie in classes of the map there: {names}.", least=least,
               names=named(short))  # fmt: skip


def estimates_sheet(found: tuple[Estimate, ...], placed: bool) -> Sheet:
    """A line for each class of each estimate, and one line for each that is not given, with the reason.

    Args:
        placed: whether hectares are known.
    """
    unit = "ha" if placed else "pixels"
    shown = "ha" if placed else say("pixels")
    columns = [
        Column("zone", say("Zone"), TEXT), Column("class_number", say("No."), COUNT),
        Column("class", say("Class"), TEXT),
        Column("mapped_pixels", say("Mapped, pixels"), COUNT),
        *(
            Column(f"{key}_{unit}", say("{title}, {unit}", title=title, unit=shown), places=4 if placed else 1)
            for key, title in (("mapped", say("Mapped")), ("estimated", say("Estimated")), ("half_interval", "±"),
                               ("low", say("Low")), ("high", say("High")))
        ),
        Column("share", say("Share"), SHARE), Column("users_accuracy", say("UA"), SHARE),
        Column("producers_accuracy", say("PA"), SHARE), Column("test_pixels", say("Test pixels"), COUNT),
        Column("remark", say("Remark"), TEXT),
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        if one.area is None:
            rows.append((one.zone, *[None] * (len(columns) - 3), one.tested, one.why))
            continue
        rows += [_line(one, one.area, i, placed) for i in range(len(one.area.classes))]
    return Sheet("estimates", say("Areas by the sample, with 95 % intervals"), tuple(columns), tuple(rows))


def _line(one: Estimate, area: AreaEstimate, i: int, placed: bool) -> tuple[Cell, ...]:
    figures = area.figures
    size, half = (area.hectares(i) if placed else None) or area.pixels(i)
    low = None if known(size) is None else max(0.0, size - half)
    high = None if known(size) is None else size + half
    whole = (area.square_metres or 0) / _HECTARE if placed else area.total
    mapped = one.mapped_metres[i] / _HECTARE if placed else float(area.mapped[i])
    return (
        one.zone, area.classes[i], one.names[i], area.mapped[i], mapped, known(size), known(half), low,
        None if high is None else min(high, whole), known(figures.share[i]), known(figures.users[i]),
        known(figures.producers[i]), one.tested, one.why,
    )  # fmt: skip
