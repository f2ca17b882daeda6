"""From map to table: areas by class and zone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.api.given import LabelsLike, PathLike, TruthLike
from hsigui.errors import HsiError
from hsigui.finishing.finished_map import FinishedMap
from hsigui.jobs import Context, quiet
from hsigui.pipeline.edited import EditedMap
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Labels
from hsigui.report.area import DESIGNS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.zone_tables import AreaTables, CountedMap, Sampled


def areas(
    map: Result | EditedMap | FinishedMap | LabelsLike | PathLike, zones: PathLike | None = None, *,
    zone_field: str | None = None,
    zone_layer: str | None = None, by_share: bool = False, reference: TruthLike | None = None, design: str = "",
    match: Mapping[str, str] | None = None, reference_variable: str | None = None, map_variable: str | None = None,
    map_background: str | float | None = None, command: str = "", ctx: Context | None = None,
) -> AreaTables:  # fmt: skip
    """How much of each class there is on a map, and in each zone of it: pixels, m² and hectares, shares.

    Args:
        map: a result, what `edit` made of it or of a file, class numbers (rows x cols, 0 for no class), or the file of
            a map.
        zones: a file of polygons (GeoPackage, GeoJSON, Shapefile, KML ...), whose coordinates are brought to the map,
            or of a raster of zone numbers; None for the whole map alone. Zones that overlap are each counted fully.
        zone_field: that has the names of polygons; polygons of one name are one zone. None for one that names are
            usually in, else each polygon is a zone.
        zone_layer: of a file with several.
        by_share: a pixel counts by the share of it that a zone covers, in place of by its centre.
        reference: test pixels of a designed sample (class numbers, rows x cols, or their file), from which areas are
            estimated with 95 % intervals (Olofsson et al. 2014): of the map, and of zones that have enough of them.
            Those that the map was trained on are left out.
        design: by which they were drawn: "stratified" (at random in each class of the map) or "random" (anywhere).
        match: name or number of a class of the map -> of the reference, where names differ.
        reference_variable: name of the array, where its file holds several.
        map_variable, map_background: how the file of a map is read; see `read_labels`.
        command: the command line that makes the tables, for their record.

    Returns:
        `AreaTables`: `table()` is a list of lines, column name -> value, with "zones" (a line a zone), "classes" or
        "zones_by_class" as the name of the table; `areas` the figures as arrays; `notes` what was assumed; `save`
        writes .csv, .xlsx, .gpkg or .json. Where the map has no place there are pixels and no hectares.

    Raises:
        HsiError: a file cannot be read, the zones cannot be brought to the map, or the reference is given without its
            design.
    """
    from hsigui.pipeline import zone_tables

    on = ctx or quiet()
    of = _counted(map, map_variable, map_background)
    asked = None
    if zones is not None:
        asked = zone_tables.ZonesAsked(Path(zones), zone_field, zone_layer, by_share)
    sampled = _sampled(reference, design, match, reference_variable)
    return zone_tables.areas(of, asked, on, sampled=sampled, command=command)


def _sampled(
    reference: TruthLike | None, design: str, match: Mapping[str, str] | None, variable: str | None
) -> Sampled | None:
    from hsigui.pipeline import zone_tables

    if reference is None:
        if design:
            raise HsiError(say("A design is of a reference sample, and none is given."), say("Give the reference."))
        return None
    if design not in DESIGNS:
        raise HsiError(
            say("Areas are estimated from a sample that was drawn by a design, and it is not said by which."),
            say("Say “stratified” where pixels were drawn at random in each class of the map, “random” where anywhere. "
                "Of pixels that were chosen otherwise no areas can be estimated."),
        )  # fmt: skip
    truth = Path(reference) if isinstance(reference, str | Path) else Labels.of(reference, say("The reference"))
    return zone_tables.Sampled(truth, design, match, variable)


def _counted(
    map: Result | EditedMap | FinishedMap | LabelsLike | PathLike, variable: str | None, background: str | float | None
) -> CountedMap:
    from hsigui.pipeline import zone_tables

    if isinstance(map, str | Path):
        return zone_tables.counted(Path(map), variable, background)
    if isinstance(map, EditedMap):
        return zone_tables.of_finished(map.finished, map.path.name)
    if isinstance(map, FinishedMap):
        return zone_tables.of_finished(map, say("the finished map"))
    if isinstance(map, Result):
        return zone_tables.counted(map)
    labels = Labels.of(map, say("The map"))
    name = labels.path.name if labels.path is not None else say("the map")
    return zone_tables.CountedMap(name, labels.array, labels.classes, labels.geo)
