"""From map to table: areas by class and zone, with intervals where a reference sample gives them, and their record."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Geo
from hsigui.finishing.finished_map import FinishedMap
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.labels.formats.zone_files import read_zones
from hsigui.labels.grid import Grid
from hsigui.labels.zones import RULES, Zones
from hsigui.pipeline import provenance
from hsigui.pipeline.matched_record import valid_of
from hsigui.pipeline.provenance import raster_hash, versions
from hsigui.pipeline.result import Result
from hsigui.report.sheet_files import write_book
from hsigui.report.sheets import Book, Places, Sheet
from hsigui.report.zone_areas import ZoneAreas, zone_areas
from hsigui.report.zone_sheets import area_sheets
from hsigui.texts import say


@dataclass(frozen=True, eq=False)
class CountedMap:
    """A map whose areas are counted.

    Attributes:
        name, path: in words; the path is empty where it is in no file.
        array: class numbers, rows x cols; 0 for no class.
        valid: rows x cols, False where the scene has no data; None where that is not known.
        steps: that finished it, as options of `hsigui edit`.
        notes: what was assumed at reading.
    """

    name: str
    array: NDArray[np.uint16] = field(repr=False)
    classes: ClassTable
    geo: Geo = field(default_factory=Geo)
    valid: NDArray[np.bool_] | None = field(default=None, repr=False)
    path: str = ""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def grid(self) -> Grid:
        """Its pixels."""
        return Grid(self.array.shape[0], self.array.shape[1], self.geo)


def counted(given: Result | Path, variable: str | None = None, background: str | float | None = None) -> CountedMap:
    """The map of a result or of a file.

    Args:
        variable, background: how the file is read; see `read_classes`.

    Raises:
        HsiError: the file cannot be read.
    """
    if isinstance(given, Result):
        name = say("the map of {name}", name=given.cube.name)
        return CountedMap(name, given.array, given.classes, given.cube.geo, given.valid)
    path = given.expanduser()
    raster = read_classes(path, variable=variable, background=background)
    valid = valid_of(provenance.load(path, raster.array), raster.array)
    return CountedMap(
        path.name, raster.array, raster.classes, raster.geo, valid, str(path.resolve()), notes=raster.notes
    )  # fmt: skip


def of_finished(found: FinishedMap, name: str) -> CountedMap:
    """A finished map: it has data where the model was sure of something, or a class."""
    valid = None
    if found.confidence is not None:
        valid = np.isfinite(found.confidence) | (found.classes != 0)
    return CountedMap(name, found.classes, found.table, found.geo, valid, steps=found.steps)


@dataclass(frozen=True)
class ZonesAsked:
    """A file of zones, and how it is read; see `read_zones`."""

    path: Path
    field: str | None = None
    layer: str | None = None
    by_share: bool = False

    def read(self, grid: Grid) -> Zones:
        """The zones on the pixels of a map.

        Raises:
            HsiError: as `read_zones` does.
        """
        return read_zones(self.path, grid, self.field, layer=self.layer, by_share=self.by_share)

    @property
    def record(self) -> dict[str, Any]:
        """What a table says of them."""
        with self.path.expanduser().open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found = {"zones": str(self.path.expanduser().resolve()), "zones_sha256": digest}
        chosen = {"zone_field": self.field, "zone_layer": self.layer}
        return {**found, **{name: value for name, value in chosen.items() if value is not None}}


@dataclass(frozen=True, eq=False, repr=False)
class AreaTables:
    """Areas by class and zone, as values and as tables.

    Attributes:
        areas: the values.
        book: the tables, and how they were made.
    """

    areas: ZoneAreas
    book: Book

    def __repr__(self) -> str:
        return f"AreaTables({len(self.areas.zones)} zones, {len(self.areas.classes)} classes)"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed or left out, a sentence each."""
        return self.book.notes

    def table(self, name: str = "") -> list[dict[str, Any]]:
        """A table as a list of lines, each column name -> value: for `pandas.DataFrame`, say.

        Args:
            name: "zones", "classes" or "zones_by_class"; empty for the first.

        Raises:
            KeyError: there is no such table.
        """
        return as_dicts(self.book.get(name) if name else self.book.sheets[0])

    def save(self, path: str | Path, table: str = "") -> list[Path]:
        """Writes the tables; the suffix chooses the format, see `report.sheet_files`.

        Raises:
            HsiError: the suffix or the table is unknown, or the file cannot be written.
        """
        return write_book(Path(path), self.book, table)


def as_dicts(sheet: Sheet) -> list[dict[str, Any]]:
    """The lines of a table, each column name -> value."""
    keys = [column.key for column in sheet.columns]
    return [dict(zip(keys, row, strict=True)) for row in sheet.rows]


def areas(of: CountedMap, asked: ZonesAsked | None, ctx: Context, *, command: str = "") -> AreaTables:
    """The areas of a map, in the zones of a file or, without one, on all of it.

    Args:
        command: the command line that makes them, for the record.

    Raises:
        HsiError: the file cannot be read, or not be brought to the map.
        Cancelled: through the context.
    """
    made: dict[str, Any] = {"command": command} if command else {}
    zones = None
    if asked is not None:
        ctx.progress(0, 1, say("Reading the zones"))
        zones, made = asked.read(of.grid), {**asked.record, **made}
    return area_tables(of, zones, ctx, made=made)


def area_tables(
    of: CountedMap, zones: Zones | None, ctx: Context, *, made: Mapping[str, Any] | None = None
) -> AreaTables:
    """The areas of a map.

    Args:
        zones: on its pixels; None for the whole map alone.
        made: what else is to be said of how they were made, such as the file of zones.

    Raises:
        HsiError: zones and map are of other sizes.
        Cancelled: through the context.
    """

    def check(done: int, total: int) -> None:
        ctx.progress(done, total, say("Counting the pixels of zones"))
        ctx.check()

    found = zone_areas(of.array, of.classes, zones, pixel_areas(of.geo, of.array.shape), of.valid, check)
    record = {**record_of(of), **(made or {})}
    if zones is not None:
        record["rule"] = RULES[zones.rule]
    if found.about:
        record["areas"] = found.about
    places = None if zones is None else Places(*zones.outlines())
    return AreaTables(found, Book(area_sheets(found), record, (*of.notes, *found.notes), places))


def record_of(of: CountedMap) -> dict[str, Any]:
    """What a table says of the map that it is of."""
    record: dict[str, Any] = {"map": of.path or of.name, "map_sha256": raster_hash(of.array)}
    if of.steps:
        record["steps"] = list(of.steps)
    now = datetime.datetime.now(datetime.UTC)
    return {**record, "created": now.isoformat(timespec="seconds"), "versions": versions()}
