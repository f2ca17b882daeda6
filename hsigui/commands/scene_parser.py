"""The options of what is asked of a scene and its labels: info, labels, derive, statistics, separability."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import (
    CLASS_TABLES,
    add_background,
    add_buffer,
    add_cloud,
    add_labels_reading,
    add_overwrite,
    add_reading,
    add_scale,
    command,
    scene,
)
from hsigui.commands.values import bands, percents, place, positive
from hsigui.commands.zones_parser import add_zones
from hsigui.cube.formats.rows import one_of, suffixes_of
from hsigui.labels.formats import table as labels
from hsigui.report import table as maps
from hsigui.report.sheet_table import sheet_suffixes
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_info(commands: Commands) -> None:
    """`hsigui info`."""
    p = commands.add_parser(
        "info", help=say("what a cube, class raster or spectral library holds, and what was assumed")
    )
    p.add_argument("path", type=scene, metavar="PATH")
    p.add_argument("--json", action="store_true", help=say("as one JSON object"))
    p.add_argument("--propose-bad-bands", action="store_true", help=say("also which bands of a cube look bad, and why"))
    add_reading(p)
    p.set_defaults(work=command("info"))


def add_labels(commands: Commands) -> None:
    """`hsigui labels`."""
    p = commands.add_parser("labels", help=say("labels from one format into another"))
    p.add_argument(
        "source", type=Path, metavar="LABELS",
        help=say("to read: {listed}", listed=one_of(suffixes_of(labels.FORMATS))),
    )  # fmt: skip
    p.add_argument(
        "out", type=Path, metavar="OUT", help=say("to write: {listed}", listed=one_of(labels.written_suffixes()))
    )
    p.add_argument("--scene", type=scene, metavar="CUBE", help=say("the scene whose pixels are meant"))
    p.add_argument(
        "--resample", action="store_true", help=say("a raster of another place or size: by nearest neighbour")
    )
    p.add_argument(
        "--classes",
        type=Path,
        metavar="TABLE",
        help=say("names and colours: {class_tables}", class_tables=CLASS_TABLES),
    )
    p.add_argument("--variable", "--layer", metavar="NAME", help=say("array, layer or field, where several fit"))
    add_buffer(p)
    add_background(p)
    add_overwrite(p)
    p.set_defaults(work=command("labels"))


def add_derive(commands: Commands) -> None:
    """`hsigui derive`."""
    from hsigui.analysis.table import OWN  # loads no numpy

    p = commands.add_parser(
        "derive",
        help=say("a layer that needs no learning: components, indices, distances, targets, unmixing, clusters"),
    )
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene"))
    p.add_argument(
        "kind", metavar="KIND",
        help=say("one of {kinds}, or an index such as ndvi", kinds=", ".join(row.name for row in OWN)),
    )  # fmt: skip
    p.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help=say("the layer: {layers}; clusters as a map", layers=maps.in_words(maps.layer_suffixes())),
    )  # fmt: skip
    p.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help=say("value of a setting of the kind, such as components=5; may be given again"),
    )  # fmt: skip
    p.add_argument(
        "--pixel", action="append", type=place, metavar="ROW,COL",
        help=say("compare with the spectrum of this pixel, from 0; may be given again"),
    )  # fmt: skip
    p.add_argument("--library", type=Path, metavar="FILE", help=say("compare with the spectra of a library"))
    p.add_argument(
        "--spectrum", action="append", metavar="NAME", help=say("only with this one of the library; may be given again")
    )
    p.add_argument(
        "--left-out", type=Path, metavar="LABELS",
        help=say("mf, ace, cem: pixels with a label in this file have no part in the background"),
    )  # fmt: skip
    p.add_argument(
        "--mask", type=Path, metavar="FILE", help=say("also write where the layer passes a threshold, as a map")
    )
    p.add_argument("--above", type=float, metavar="X", help=say("the threshold: values of X and more"))
    p.add_argument("--below", type=float, metavar="X", help=say("values of X and less"))
    p.add_argument(
        "--measure", type=positive, metavar="N", help=say("which measurement of the layer the threshold is for (1)")
    )
    add_cloud(p)
    p.add_argument("--list", action=_ListKinds, nargs=0, help=say("tell all kinds, settings and indices, and stop"))
    add_reading(p)
    add_overwrite(p)
    add_scale(p)
    p.set_defaults(work=command("derive"))


class _ListKinds(argparse.Action):
    """Prints the kinds of layers and ends the program, as `--help` does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        from hsigui.analysis.table import in_words

        print(in_words())
        parser.exit()


def add_statistics(commands: Commands) -> None:
    """`hsigui statistics`."""
    p = commands.add_parser(
        "statistics",
        help=say("what the values of classes of pixels or of zones are like: mean, spread, percentiles, covariance"),
    )
    _add_classes_of_cube(p, required=False)
    add_zones(p)
    p.add_argument(
        "--layer", type=scene, action="append", default=[], metavar="FILE",
        help=say("with --zones: measure this raster of the same pixels too, such as a layer; may be given again"),
    )  # fmt: skip
    p.add_argument(
        "--table", choices=("statistics", "zones"),
        help=say("with --zones: which table a .csv holds, a line for each zone and band, or a line a zone "
                 "(statistics)"),
    )  # fmt: skip
    p.add_argument(
        "--percentiles", type=percents, default=(5.0, 25.0, 50.0, 75.0, 95.0), metavar="P,P",
        help=say("which percentiles (5,25,50,75,95); none for none"),
    )  # fmt: skip
    p.add_argument("--covariance", type=Path, metavar="CSV", help=say("also write the covariance of each class"))
    p.add_argument("--correlation", type=Path, metavar="CSV", help=say("also write the correlation of each class"))
    add_overwrite(p)
    add_scale(p)
    p.set_defaults(work=command("statistics"))


def add_separability(commands: Commands) -> None:
    """`hsigui separability`."""
    p = commands.add_parser(
        "separability",
        help=say("how well pairs of classes can be told apart: Jeffries-Matusita and transformed divergence"),
    )
    _add_classes_of_cube(p)
    add_overwrite(p)
    add_scale(p)
    p.set_defaults(work=command("separability", "statistics"))


def _add_classes_of_cube(p: argparse.ArgumentParser, *, required: bool = True) -> None:
    """A scene, classes of its pixels, and bands.

    Args:
        required: whether there must be classes; else there may be zones.
    """
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene, or a layer that derive wrote"))
    p.add_argument(
        "--labels", type=Path, required=required, metavar="LABELS",
        help=say("classes of its pixels: labels, a ground truth, a map or clusters"),
    )  # fmt: skip
    add_labels_reading(p)
    p.add_argument(
        "--bands", type=bands, metavar="N,N-N", help=say("only these bands, counted from 1 (all that are good)")
    )
    p.add_argument("--out", type=Path, required=True, metavar="CSV" if required else "OUT",
                   help=say("the table") if required else _of_tables())  # fmt: skip
    add_reading(p)


def _of_tables() -> str:
    return say("the table: .csv; of zones {listed}", listed=one_of(sheet_suffixes()))
