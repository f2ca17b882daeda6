"""What areas and statistics by zone can be of in a scene, and the work that makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsigui.analysis.measured import BandValues, LayerValues
from hsigui.cube.cube import Cube
from hsigui.document.finished import LastHand
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats import lines
from hsigui.labels.formats.files import ClassRaster
from hsigui.labels.formats.zone_files import fields_in
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import VALIDATION
from hsigui.labels.zones import Zones, raster_zones
from hsigui.report.sheets import Book
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.result import Result
    from hsigui.pipeline.zone_measures import Named
    from hsigui.pipeline.zone_tables import CountedMap

AREAS, GOOD, SHOWN, LAYER, ALL_LAYERS = "areas", "good bands", "shown bands", "layer ", "all layers"
MAP, FINISHED, LABELS, VALIDATED, TRUTH, NO_CLASSES = "map", "finished", "labels", "validation", "truth", ""
Choices = tuple[tuple[str, str], ...]  # id, never translated, and title


@dataclass(frozen=True)
class ZonesFile:
    """A file of zones; the layer is empty where it has one only, or none."""

    path: Path
    layer: str = ""

    @property
    def title(self) -> str:
        """As lists name it."""
        return f"{self.path.name}: {self.layer}" if self.layer else self.path.name


@dataclass(frozen=True)
class Wanted:
    """What the user chose.

    Attributes:
        what: areas, or of what statistics.
        classes: of which classes; `NO_CLASSES` for whole zones.
        zones: None for the whole scene.
        named_by: the field with the names of zones; empty for one that is found.
        by_share: whether pixels count by the share that is covered.
    """

    what: str = AREAS
    classes: str = MAP
    zones: ZonesFile | None = None
    named_by: str = ""
    by_share: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """Tables, and the zones that their rows are of; None for the whole scene."""

    wanted: Wanted
    book: Book
    zones: Zones | None


def what_choices(scene: Scene) -> Choices:
    """What there can be tables of now."""
    layers = [each for each in scene.derived if each.layer is not None and each.layer.classes is None]
    found = [(AREAS, say("Areas")), (GOOD, say("Statistics of all good bands")),
             (SHOWN, say("Statistics of the bands that are shown"))]  # fmt: skip
    found += [(f"{LAYER}{each.number}", say("Statistics of {layer}", layer=each.name)) for each in layers]
    if len(layers) > 1:
        found.append((ALL_LAYERS, say("Statistics of all layers")))
    return tuple(found)


def class_choices(scene: Scene, what: str) -> Choices:
    """What gives pixels classes now, the likeliest first."""
    found: list[tuple[str, str]] = [] if what == AREAS else [(NO_CLASSES, say("None: zones as a whole"))]
    if scene.map is not None:
        maps = [(MAP, say("The map"))]
        if scene.finishing.in_use and scene.finished is not None:
            maps = [(MAP, say("The map, as the model answered")), (FINISHED, say("The finished map"))]
        found += reversed(maps) if scene.shows_finished else maps
    found.append((LABELS, say("The labels")))
    if scene.labels.labelled(VALIDATION):
        found.append((VALIDATED, say("The validation labels")))
    if scene.truth is not None:
        found.append((TRUTH, say("The ground truth")))
    found += [
        (f"{LAYER}{each.number}", each.name)
        for each in scene.derived if each.layer is not None and each.layer.classes is not None
    ]  # fmt: skip
    return tuple(found)


def overlaid(scene: Scene) -> tuple[ZonesFile, ...]:
    """The files that lie over the image as lines: likely ones of zones."""
    return tuple(ZonesFile(each.path, each.layer) for each in scene.overlays if each.path is not None)


def look_into(_ctx: Context, path: Path) -> Mapping[str, tuple[str, ...]]:
    """The fields of each layer of a file of shapes (of an only one under an empty name); no layer of a raster. Reads
    it.

    Raises:
        HsiError: it cannot be read.
    """
    if path.suffix.lower() not in lines.suffixes():
        return {}
    layers = lines.layers_in(path)
    if len(layers) == 1:
        return {"": fields_in(path)}
    return {layer: fields_in(path, layer) for layer in layers}


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the work needs of a scene: values that do not change, but for labels, which it copies.

    Attributes:
        grid: of the scene.
        counted: whose classes; None for whole zones.
        measured: what is measured; empty for areas.
    """

    wanted: Wanted
    grid: Grid
    counted: CountedMap | None
    measured: tuple[Named, ...] = field(default=())

    def make(self, ctx: Context) -> Found:
        """Reads the zones and makes the tables.

        Raises:
            HsiError: the zones cannot be read, or not be brought to the scene.
            Cancelled: through the context.
        """
        from hsigui.pipeline import zone_measures, zone_tables

        zones, record, file = None, dict[str, Any](), self.wanted.zones
        if file is not None:
            ctx.progress(0, 1, say("Reading the zones"))
            by_share = self.wanted.by_share and self.wanted.what == AREAS
            asked = zone_tables.ZonesAsked(file.path, self.wanted.named_by or None, file.layer or None, by_share)
            zones, record = asked.read(self.grid), asked.record
        counted = self.counted
        if counted is not None and self.wanted.classes in (LABELS, VALIDATED):  # they may be painted meanwhile
            counted = replace(counted, array=counted.array.copy())
        if self.wanted.what == AREAS and counted is not None:
            return Found(self.wanted, zone_tables.area_tables(counted, zones, ctx, made=record).book, zones)
        of = None if counted is None else ClassRaster(counted.array, counted.classes)
        pixels = zones or raster_zones(
            np.ones(self.grid.shape, dtype=np.uint16), {1: say("Whole scene")}, self.grid, ()
        )  # fmt: skip
        made = zone_measures.statistics_tables(self.measured, pixels, ctx, classes=of, made=record)
        return Found(self.wanted, made.book, zones)


def lines_of(
    ctx: Context, result: Result | None, hand: LastHand | None, cube: Cube, wanted: Wanted
) -> tuple[str, ...]:  # fmt: skip
    """Command lines that make the same tables. Reads label files.

    Args:
        hand: what makes the finished map of the result, where that was counted.

    Raises:
        HsiError: the scene, its labels, its run or what is painted are in no file, or no command does it.
    """
    from hsigui.pipeline import step_lines
    from hsigui.pipeline.last_hand import finished_by

    file = wanted.zones
    of = None if file is None else (file.path, wanted.named_by, file.layer)
    if wanted.what == AREAS and wanted.classes in (MAP, FINISHED) and result is not None:
        if hand is not None:
            result = finished_by(ctx, result, hand)
        return step_lines.areas_counted(result, result.label_files(), of, by_share=wanted.by_share)
    if wanted.what == GOOD and wanted.classes == NO_CLASSES and of is not None:
        return step_lines.measured_by_zone(cube, of)
    raise HsiError(
        say("No command makes this table of what is in this window alone."),
        say("Save map, labels and layers to files: hsigui areas and hsigui statistics take them."),
    )


def prepared(scene: Scene, wanted: Wanted) -> Prepared | None:
    """What the work needs; None where the scene has no such classes or layer any more."""
    from hsigui.pipeline.zone_measures import Named

    grid = Grid(scene.cube.rows, scene.cube.cols, scene.cube.geo)
    counted = _counted(scene, wanted.classes)
    if counted is None and (wanted.what == AREAS or wanted.classes != NO_CLASSES):
        return None
    if wanted.what == AREAS:
        return Prepared(wanted, grid, counted)
    name = scene.cube.name
    if wanted.what in (GOOD, SHOWN):
        bands = None if wanted.what == GOOD else tuple(dict.fromkeys(scene.view.shown))
        return Prepared(wanted, grid, counted, (Named(name, BandValues(scene.cube, bands)),))
    layers = [
        Named(each.name, LayerValues(each.layer))
        for each in scene.derived
        if each.layer is not None and each.layer.classes is None
        and wanted.what in (ALL_LAYERS, f"{LAYER}{each.number}")
    ]  # fmt: skip
    return Prepared(wanted, grid, counted, tuple(layers)) if layers else None


def _counted(scene: Scene, classes: str) -> CountedMap | None:
    from hsigui.pipeline.zone_tables import CountedMap, of_finished

    geo, name, table = scene.cube.geo, scene.cube.name, scene.classes
    if classes == MAP and scene.map is not None:
        numbers = np.asarray(scene.map.class_map.classes)
        return CountedMap(say("the map of {name}", name=name), numbers, table, geo, scene.map_valid)
    if classes == FINISHED and scene.finished is not None:
        return of_finished(scene.finished, say("the finished map of {name}", name=name))
    if classes in (LABELS, VALIDATED):
        numbers = scene.labels.validation if classes == VALIDATED else scene.labels.array
        return CountedMap(say("the labels of {name}", name=name), numbers, table, geo)
    if classes == TRUTH and scene.truth is not None:
        return CountedMap(scene.truth.name, scene.truth.array, table, geo)
    if classes.startswith(LAYER):
        each = scene.derived.get(int(classes.removeprefix(LAYER)))
        if each is not None and each.layer is not None and each.layer.classes is not None:
            numbers = each.layer.array.astype(np.uint16, copy=False)
            return CountedMap(each.name, numbers, each.layer.classes, geo)
    return None
