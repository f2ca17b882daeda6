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
from hsigui.labels.formats.files import ClassRaster, read_classes
from hsigui.labels.formats.zone_files import read_zones
from hsigui.labels.grid import Grid
from hsigui.labels.zones import RULES, Zones
from hsigui.pipeline.provenance import raster_hash, versions
from hsigui.pipeline.result import Result
from hsigui.pipeline.scoring import HowRead, MadeMap, Scored, made_map, read_map, score
from hsigui.report.sheet_files import write_book
from hsigui.report.sheets import Book, Places, Sheet
from hsigui.report.zone_areas import ZoneAreas, zone_areas
from hsigui.report.zone_estimates import Estimate, estimates, estimates_sheet
from hsigui.report.zone_sheets import area_sheets
from hsigui.texts import say, say_number


@dataclass(frozen=True, eq=False)
class CountedMap:
    """A map whose areas are counted.

    Attributes:
        name, path: in words; the path is empty where it is in no file.
        array: class numbers, rows x cols; 0 for no class.
        valid: rows x cols, False where the scene has no data; None where that is not known.
        steps: that finished it, as options of `hsigui edit`.
        notes: what was assumed at reading.
        made: the same as it is scored, with the labels that it was trained on; None where these are not known.
    """

    name: str
    array: NDArray[np.uint16] = field(repr=False)
    classes: ClassTable
    geo: Geo = field(default_factory=Geo)
    valid: NDArray[np.bool_] | None = field(default=None, repr=False)
    path: str = ""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made: MadeMap | None = field(default=None, repr=False)

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
        steps = () if given.finishing is None else _told(given.finishing)
        return CountedMap(
            name, given.array, given.classes, given.cube.geo, given.valid, steps=steps, made=made_map(given)
        )  # fmt: skip
    path = given.expanduser()
    made = read_map(path, None, HowRead(map_variable=variable, map_background=background))
    raster = made.raster
    return CountedMap(
        path.name, raster.array, raster.classes, raster.geo, made.valid, str(path.resolve()),
        () if made.finished is None else _told(made.finished), raster.notes, made,
    )  # fmt: skip


def of_finished(found: FinishedMap, name: str) -> CountedMap:
    """A map after some steps."""
    made = MadeMap(
        name, name, ClassRaster(found.classes, found.table, found.geo), valid=found.valid, finished=found
    )  # fmt: skip
    return CountedMap(name, found.classes, found.table, found.geo, found.valid, steps=_told(found), made=made)


def _told(found: FinishedMap) -> tuple[str, ...]:
    return tuple(step.told for step in found.steps)


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
        estimates: of the whole map and of each zone, where a reference sample was given.
    """

    areas: ZoneAreas
    book: Book
    estimates: tuple[Estimate, ...] = ()

    def __repr__(self) -> str:
        return f"AreaTables({len(self.areas.zones)} zones, {len(self.areas.classes)} classes)"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed or left out, a sentence each."""
        return self.book.notes

    def table(self, name: str = "") -> list[dict[str, Any]]:
        """A table as a list of lines, each column name -> value: for `pandas.DataFrame`, say.

        Args:
            name: "zones", "classes", "zones_by_class" or "estimates"; empty for the first.

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


@dataclass(frozen=True)
class Sampled:
    """A reference sample, from which areas are estimated.

    Attributes:
        truth: its file, or the labels themselves.
        design: how its pixels were drawn: "stratified" (at random in each class of the map) or "random".
        match: name or number of a class of the map -> of the reference, where names differ.
        variable: the array (layer, field) of the file, where several fit.
    """

    truth: Path | ClassRaster
    design: str
    match: Mapping[str, str] | None = None
    variable: str | None = None

    @property
    def record(self) -> dict[str, Any]:
        """What a table says of it."""
        named = {} if isinstance(self.truth, ClassRaster) else {"reference": str(self.truth.expanduser().resolve())}
        return {**named, "design": self.design}


def areas(
    of: CountedMap, asked: ZonesAsked | None, ctx: Context, *, sampled: Sampled | None = None, command: str = ""
) -> AreaTables:
    """The areas of a map, in the zones of a file or, without one, on all of it.

    Args:
        sampled: a reference sample, from which areas are estimated too.
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
    return area_tables(of, zones, ctx, sampled=sampled, made=made)


def area_tables(
    of: CountedMap, zones: Zones | None, ctx: Context, *, sampled: Sampled | None = None,
    made: Mapping[str, Any] | None = None,
) -> AreaTables:  # fmt: skip
    """The areas of a map.

    Args:
        zones: on its pixels; None for the whole map alone.
        sampled: a reference sample, from which areas are estimated too.
        made: what else is to be said of how they were made, such as the file of zones.

    Raises:
        HsiError: zones and map are of other sizes, or the reference cannot be read or does not fit the map.
        Cancelled: through the context.
    """

    def check(done: int, total: int) -> None:
        ctx.progress(done, total, say("Counting the pixels of zones"))
        ctx.check()

    each = pixel_areas(of.geo, of.array.shape)
    found = zone_areas(of.array, of.classes, zones, each, of.valid, check)
    record, sheets, notes = {**record_of(of), **(made or {})}, area_sheets(found), (*of.notes, *found.notes)
    estimated: tuple[Estimate, ...] = ()
    if sampled is not None:
        scored = _scored(of, sampled)
        estimated = estimates(
            scored.array, scored.test, scored.classes, sampled.design, zones, each, of.valid, check
        )  # fmt: skip
        sheets, notes = (
            (*sheets, estimates_sheet(estimated, each is not None)),
            (*notes, *scored.notes, *_not_given(estimated)),
        )
        record = {**record, **sampled.record, "reference_sha256": scored.hashes["reference"]}
    if zones is not None:
        record["rule"] = RULES[zones.rule]
    if found.about:
        record["areas"] = found.about
    places = None if zones is None else Places(*zones.outlines())
    return AreaTables(found, Book(sheets, record, tuple(dict.fromkeys(notes)), places), estimated)


def _not_given(found: tuple[Estimate, ...]) -> tuple[str, ...]:
    """What is to be said of areas that are not estimated, and of estimates that are to be taken with care."""
    whole, zones = found[0], found[1:]
    notes = [say("{zone}: {why}", zone=whole.zone, why=whole.why)] if whole.why else []
    without = [one for one in zones if one.area is None]
    if without:
        notes.append(
            say_number("{count:,} zone has no estimate, and the table says why. {name}: {why}",
                       "{count:,} zones have no estimate, and the table says why. {name}: {why}", len(without),
                       name=without[0].zone, why=without[0].why)
        )  # fmt: skip
    return tuple(notes)


def _scored(of: CountedMap, sampled: Sampled) -> Scored:
    """The map and the sample in the classes of the sample, without the pixels that the map was trained on."""
    truth = sampled.truth
    if isinstance(truth, Path):
        truth = read_classes(truth.expanduser(), variable=sampled.variable, grid=of.grid)
    made = of.made or MadeMap(of.name, of.path or of.name, ClassRaster(of.array, of.classes, of.geo), valid=of.valid)
    return score(made, truth, match=sampled.match)


def record_of(of: CountedMap) -> dict[str, Any]:
    """What a table says of the map that it is of."""
    record: dict[str, Any] = {"map": of.path or of.name, "map_sha256": raster_hash(of.array)}
    if of.steps:
        record["steps"] = list(of.steps)
    return {**record, **stamped()}


def stamped() -> dict[str, Any]:
    """When a table is made, and by which versions."""
    now = datetime.datetime.now(datetime.UTC)
    return {"created": now.isoformat(timespec="seconds"), "versions": versions()}
