"""The options of what makes tables of maps: areas; and those of zones."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import add_background, add_overwrite, command
from hsigui.cube.formats.rows import one_of
from hsigui.report.sheet_table import sheet_suffixes
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_areas(commands: Commands) -> None:
    """`hsigui areas`: hectares by class and zone."""
    p = commands.add_parser(
        "areas", help=say("areas of the classes of a map, on all of it and by zone"),
        description=say("Counts the pixels, square metres and hectares of each class of a map, made here or elsewhere, "
                        "and of each zone of it, such as parcels: polygons, or a raster of numbers."),
    )  # fmt: skip
    p.add_argument("map", type=Path, metavar="MAP", help=say("the map"))
    p.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        nargs="*",
        help=say("tables to write: {listed}", listed=one_of(sheet_suffixes())),
    )
    add_zones(p)
    p.add_argument(
        "--by-share", action="store_true",
        help=say("a pixel counts by the share of it that a zone covers, not by its centre"),
    )  # fmt: skip
    p.add_argument(
        "--reference", type=Path, metavar="FILE",
        help=say("test pixels of a designed sample: areas are estimated from them, with 95 %% intervals"),
    )  # fmt: skip
    p.add_argument(
        "--design", choices=("stratified", "random"),
        help=say("how they were drawn: at random in each class of the map, or over the scene"),
    )  # fmt: skip
    p.add_argument(
        "--match", metavar="A=B,...",
        help=say("which class of the map is which of the reference, by name or number, where names differ"),
    )  # fmt: skip
    p.add_argument(
        "--reference-variable", metavar="NAME", help=say("array, layer or field of the reference, where several fit")
    )
    p.add_argument(
        "--table", choices=("zones", "classes", "zones_by_class", "estimates"),
        help=say("which table a .csv holds: a line a zone, a class, a class of a zone, or an estimate (zones, else "
                 "classes)"),
    )  # fmt: skip
    p.add_argument("--map-variable", metavar="NAME", help=say("array of the map's .mat file, where several fit"))
    add_background(p, "--map-background")
    p.add_argument("--json", action="store_true", help=say("print the tables as one JSON object"))
    add_overwrite(p)
    p.set_defaults(work=command("areas"))


def add_zones(p: argparse.ArgumentParser) -> None:
    """The file of zones."""
    p.add_argument(
        "--zones", type=Path, metavar="FILE",
        help=say("polygons of any coordinate system (GeoPackage, GeoJSON, Shapefile, KML), or a raster of numbers"),
    )  # fmt: skip
    p.add_argument(
        "--zone-field", metavar="NAME",
        help=say("field with the names of zones, of which several polygons may have one; array of a raster's file"),
    )  # fmt: skip
    p.add_argument("--zone-layer", metavar="NAME", help=say("layer of the file, where it has several"))
