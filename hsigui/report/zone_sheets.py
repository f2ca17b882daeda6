"""The tables of areas: a line a zone, a line a class, and a line for each class of each zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.report.sheets import COUNT, SHARE, TEXT, Cell, Column, Sheet, known
from hsigui.report.zone_areas import Amounts, ZoneAreas
from hsigui.texts import say

UNCLASSIFIED, NO_DATA = say("Unclassified"), say("No data")
REST, WHOLE = say("Outside the zones"), say("Whole map")
_HECTARE = 10_000.0
_NUMBER = Column("class_number", say("No."), COUNT)
_CLASS = Column("class", say("Class"), TEXT)
_ZONE = Column("zone", say("Zone"), TEXT)


def area_sheets(found: ZoneAreas) -> tuple[Sheet, ...]:
    """All tables of areas; without zones that of classes alone."""
    if not found.zones:
        return (classes_sheet(found),)
    return zones_sheet(found), classes_sheet(found), cells_sheet(found)


def _pixels(found: ZoneAreas) -> Column:
    return Column("pixels", say("Pixels"), places=2) if found.weighted else Column("pixels", say("Pixels"), COUNT)


def _sizes(found: ZoneAreas) -> tuple[Column, ...]:
    metres = Column("square_metres", say("m²"), places=1), Column("hectares", say("ha"))
    return (_pixels(found), *(metres if found.whole.metres is not None else ()))


def _size(found: ZoneAreas, pixels: float, metres: float | None) -> tuple[Cell, ...]:
    count: Cell = float(pixels) if found.weighted else round(pixels)
    return (count,) if metres is None else (count, float(metres), float(metres) / _HECTARE)


def classes_sheet(found: ZoneAreas) -> Sheet:
    """A line for each class of the whole map, then unclassified pixels, those without data, and the sum."""
    share = Column("share_of_map", say("Of the map"), SHARE)
    classified = Column("share_of_classified", say("Of what has a class"), SHARE)
    whole, measure = found.whole, _measure(found.whole)
    total, of_classes = float(measure.sum()), float(measure[: len(found.classes)].sum())
    rows: list[tuple[Cell, ...]] = []
    for n, (number, name) in enumerate(_columns(found)):
        metres = None if whole.metres is None else whole.metres[n]
        own = _share(measure[n], of_classes) if n < len(found.classes) else None
        rows.append((number, name, *_size(found, whole.pixels[n], metres), _share(measure[n], total), own))
    sums = None if whole.metres is None else whole.metres.sum()
    rows.append((None, WHOLE, *_size(found, whole.pixels.sum(), sums), _share(total, total), None))
    columns = (_NUMBER, _CLASS, *_sizes(found), share, classified)
    return Sheet("classes", say("Areas by class"), columns, tuple(rows), 1)


def zones_sheet(found: ZoneAreas) -> Sheet:
    """A line for each zone with the area of each class in columns, in hectares or, where these are not known, pixels;
    then what is outside of the zones, and the whole map."""
    unit = "pixels" if found.whole.metres is None else "ha"
    kind = COUNT if found.whole.metres is None and not found.weighted else "figure"
    columns = [_ZONE, Column("polygons", say("Polygons"), COUNT), *_sizes(found),
               Column("share_beside_scene", say("Beside the scene"), SHARE)]  # fmt: skip
    columns += [
        Column(f"{name} [{unit}]", say("{name}, {unit}", name=name, unit=unit if unit == "ha" else say("pixels")), kind)
        for _, name in _columns(found)
    ]  # fmt: skip
    columns += [Column("largest_class", say("Largest class"), TEXT), Column("largest_share", say("Its share"), SHARE)]
    rows = [
        (info.name, info.polygons or None, *_zone_line(found, _row(found.by_zone, n), info.outside))
        for n, info in enumerate(found.zones)
    ]
    sums = [(REST, found.rest)] if found.rest is not None else []
    sums.append((WHOLE, found.whole))
    rows += [(name, None, *_zone_line(found, amounts, None)) for name, amounts in sums]
    return Sheet("zones", say("Areas by zone"), tuple(columns), tuple(rows), len(sums))


def _zone_line(found: ZoneAreas, own: Amounts, outside: float | None) -> tuple[Cell, ...]:
    measure, count = _measure(own), len(_columns(found))
    metres = None if own.metres is None else float(own.metres.sum())
    size = _size(found, float(own.pixels.sum()), metres)
    if own.metres is None:
        each: list[Cell] = [float(v) if found.weighted else round(v) for v in own.pixels[:count]]
    else:
        each = [float(v) / _HECTARE for v in own.metres[:count]]
    classes = measure[: len(found.classes)]
    largest = int(classes.argmax()) if classes.any() else None
    name = None if largest is None else found.classes[largest].name
    share = None if largest is None else _share(classes[largest], float(measure.sum()))
    return (*size, None if outside is None else known(outside), *each, name, share)


def cells_sheet(found: ZoneAreas) -> Sheet:
    """A line for each class of each zone: its size, its share of the zone and of the class on the whole map."""
    columns = (
        _ZONE, _NUMBER, _CLASS, *_sizes(found), Column("share_of_zone", say("Of the zone"), SHARE),
        Column("share_of_class", say("Of the class"), SHARE),
    )  # fmt: skip
    of_class = _measure(found.whole)
    listed = [(info.name, _row(found.by_zone, n)) for n, info in enumerate(found.zones)]
    if found.rest is not None:
        listed.append((REST, found.rest))
    rows: list[tuple[Cell, ...]] = []
    for zone, own in listed:
        measure = _measure(own)
        for n, (number, name) in enumerate(_columns(found)):
            metres = None if own.metres is None else own.metres[n]
            shares = _share(measure[n], float(measure.sum())), _share(measure[n], of_class[n])
            rows.append((zone, number, name, *_size(found, own.pixels[n], metres), *shares))
    return Sheet("zones_by_class", say("Areas by zone and class"), columns, tuple(rows))


def _columns(found: ZoneAreas) -> list[tuple[Cell, str]]:
    """Number and name of what areas are counted of; not of pixels without data where these are not known."""
    named: list[tuple[Cell, str]] = [(info.number, info.name) for info in found.classes]
    return [*named, (0, UNCLASSIFIED), *([(None, NO_DATA)] if found.data_known else [])]


def _row(amounts: Amounts, n: int) -> Amounts:
    return Amounts(amounts.pixels[n], None if amounts.metres is None else amounts.metres[n])


def _measure(amounts: Amounts) -> NDArray[np.float64]:
    return amounts.pixels if amounts.metres is None else amounts.metres


def _share(part: float, whole: float) -> Cell:
    return float(part / whole) if whole else None
