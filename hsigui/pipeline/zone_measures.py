"""Statistics of bands and layers by zone, and by class within zones, as tables with their record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.analysis.class_statistics import PERCENTILES
from hsigui.analysis.measured import Measured
from hsigui.analysis.zone_statistics import ZoneStatistics, zone_statistics
from hsigui.jobs import Context
from hsigui.labels.formats.files import ClassRaster
from hsigui.labels.zones import RULES, Zones
from hsigui.pipeline.zone_tables import as_dicts, stamped
from hsigui.report.sheet_files import write_book
from hsigui.report.sheets import COUNT, TEXT, Book, Cell, Column, Places, Sheet, known
from hsigui.texts import say

MOST_IN_A_LINE = 300  # figures of a zone, of a table with a line a zone: of more only means are in it


@dataclass(frozen=True, eq=False)
class Named:
    """Something that was measured, with what it is called."""

    name: str
    measured: Measured


@dataclass(frozen=True, eq=False, repr=False)
class StatisticsTables:
    """Statistics by zone, as values and as tables.

    Attributes:
        statistics: the values, one for each scene or layer.
        zones: names of the zones.
        book: the tables, and how they were made.
    """

    statistics: tuple[ZoneStatistics, ...]
    zones: tuple[str, ...]
    book: Book

    def __repr__(self) -> str:
        count = sum(len(one.names) for one in self.statistics)
        return f"StatisticsTables({len(self.zones)} zones, {count} measurements)"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed or left out, a sentence each."""
        return self.book.notes

    def table(self, name: str = "") -> list[dict[str, Any]]:
        """A table as a list of lines, each column name -> value: for `pandas.DataFrame`, say.

        Args:
            name: "statistics" (a line for each zone and measurement) or, without classes, "zones" (a line a zone);
                empty for the first.

        Raises:
            KeyError: there is no such table.
        """
        return as_dicts(self.book.get(name) if name else self.book.sheets[0])

    def save(self, path: str | Path, table: str = "") -> list[Path]:
        """Writes the tables; the suffix chooses the format, see `report.sheet_table`.

        Raises:
            HsiError: the suffix or the table is unknown, or the file cannot be written.
        """
        return write_book(Path(path), self.book, table)


def statistics_tables(
    of: Sequence[Named], zones: Zones, ctx: Context, *, classes: ClassRaster | None = None,
    percents: Sequence[float] = PERCENTILES, made: Mapping[str, Any] | None = None,
) -> StatisticsTables:  # fmt: skip
    """The statistics of scenes and layers of one grid.

    Args:
        classes: of the pixels, where each zone is parted by them.
        made: what else is to be said of how they were made, such as the file of zones.

    Raises:
        HsiError: as `zone_statistics`.
        Cancelled: through the context.
    """
    found = tuple(
        zone_statistics(
            one.measured, zones, ctx, numbers=None if classes is None else classes.array,
            table=None if classes is None else classes.classes, percents=percents,
        )
        for one in of
    )  # fmt: skip
    found = tuple(_called_apart(found, [one.name for one in of]))
    infos = tuple(info.name for info in zones.infos)
    sheets: tuple[Sheet, ...] = (_long(found, infos),)
    places = None
    if classes is None:
        sheets, places = (*sheets, _wide(found, zones)), Places(*zones.outlines(), sheet=1)
    record = {"measured": [one.name for one in of], **stamped(), **(made or {}), "rule": RULES[zones.rule]}
    notes = dict.fromkeys([*zones.notes, *(note for one in found for note in one.notes)])
    return StatisticsTables(found, infos, Book(sheets, record, tuple(notes), places))


def _called_apart(found: Sequence[ZoneStatistics], names: Sequence[str]) -> list[ZoneStatistics]:
    """The same with the name of scene or layer before those measurements that several have."""
    often = Counter(name for one in found for name in one.names)
    return [
        replace(one, names=tuple(f"{of}: {name}" if often[name] > 1 else name for name in one.names))
        for one, of in zip(found, names, strict=True)
    ]


def _figures(percents: Sequence[float]) -> tuple[Column, ...]:
    ends = (("mean", say("Mean")), ("sd", say("Deviation")), ("min", say("Least")))
    inner = ((f"p{percent:g}", say("{percent:g} %", percent=percent)) for percent in percents)
    return tuple(Column(key, title, places=None) for key, title in (*ends, *inner, ("max", say("Most"))))


def _values(one: ZoneStatistics, group: int, n: int) -> tuple[Cell, ...]:
    """In the order of `_figures`."""
    inner = one.percentiles[:, group, n].tolist()
    values = (one.mean[group, n], one.deviation[group, n], one.least[group, n], *inner, one.most[group, n])
    return tuple(known(float(value)) for value in values)


def _long(found: Sequence[ZoneStatistics], zones: Sequence[str]) -> Sheet:
    """A line for each zone (and class) and measurement."""
    with_classes = any(one.classes is not None for one in found)
    with_waves = any(one.wavelengths is not None for one in found)
    columns = [Column("zone", say("Zone"), TEXT)]
    if with_classes:
        columns += [Column("class_number", say("No."), COUNT), Column("class", say("Class"), TEXT)]
    columns.append(Column("measurement", say("Measurement"), TEXT))
    if with_waves:
        columns.append(Column("wavelength_nm", say("Wavelength, nm"), places=1))
    columns += [Column("pixels", say("Pixels"), COUNT), Column("without_data", say("Without data"), COUNT)]
    columns += _figures(found[0].percents)
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        for group, zone in enumerate(one.zones.tolist()):
            info = None if one.classes is None else one.classes[group]
            of_class: tuple[Cell, ...] = () if info is None else (info.number, info.name)
            for n, name in enumerate(one.names):
                wave: tuple[Cell, ...] = ()
                if with_waves:
                    wave = (None if one.wavelengths is None else known(one.wavelengths[n]),)
                count = int(one.count[group, n])
                lost = int(one.pixels[group]) - count
                rows.append((zones[zone], *of_class, name, *wave, count, lost, *_values(one, group, n)))
    return Sheet("statistics", say("Statistics by zone"), tuple(columns), tuple(rows))


def _wide(found: Sequence[ZoneStatistics], zones: Zones) -> Sheet:
    """A line for each zone, with the figures of all measurements in columns."""
    figures = _figures(found[0].percents)
    total = sum(len(one.names) for one in found) * len(figures)
    kept = figures if total <= MOST_IN_A_LINE else figures[:1]
    columns = [Column("zone", say("Zone"), TEXT), Column("pixels", say("Pixels"), COUNT)]
    columns += [
        Column(f"{name} {figure.key}", say("{name}, {figure}", name=name, figure=figure.title), places=None)
        for one in found for name in one.names for figure in kept
    ]  # fmt: skip
    pixels = np.zeros(len(zones.infos), dtype=np.int64) if not found else found[0].pixels
    rows: list[tuple[Cell, ...]] = []
    for n, info in enumerate(zones.infos):
        cells: list[Cell] = [info.name, int(pixels[n])]
        for one in found:
            for place in range(len(one.names)):
                cells += _values(one, n, place)[: len(kept)]
        rows.append(tuple(cells))
    return Sheet("zones", say("Zones"), tuple(columns), tuple(rows))
