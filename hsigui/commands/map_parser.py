"""The options of what draws and writes maps: classify, export, card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.helping import MAPS
from hsigui.commands.match_parser import add_by
from hsigui.commands.options import (
    CLASS_TABLES,
    add_background,
    add_device,
    add_filters,
    add_labels_reading,
    add_manifest,
    add_overwrite,
    add_reading,
    add_scale,
    add_workers,
    command,
)
from hsigui.commands.values import positive, shard
from hsigui.specs import CONTEXTS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_classify(commands: Commands) -> None:
    """`hsigui classify`: by a run, or by spectra."""
    p = commands.add_parser(
        "classify", help=say("fit the probe to labels and draw the map; or draw the maps of many cubes"),
        description=say("With --labels: fits the probe to the labels of a scene, draws its map and keeps the "
                        "classifier in RUN. Without: draws the maps of other cubes with the classifier that RUN keeps; "
                        "their bands are matched by wavelength. With --out-dir a cube that fails does not stop the "
                        "others, and the same command given again makes only what failed or has changed. With --by: "
                        "draws the map by spectra, without a run."),
    )  # fmt: skip
    p.add_argument("cubes", metavar="CUBE", nargs="*", help=say("scenes; patterns such as 'flight-*/*.hdr' too"))
    add_manifest(p)
    p.add_argument(
        "--run", type=Path, metavar="RUN", dest="run_folder", help=say("folder that pretrain wrote; not with --by")
    )
    p.add_argument("--labels", type=Path, metavar="LABELS", help=say("of the one CUBE: a file of labels"))
    add_labels_reading(p)
    p.add_argument("--probe", choices=("kept",), help=say("the classifier that RUN keeps (so without --labels)"))
    p.add_argument(
        "--smooth", type=float, metavar="PIXELS", help=say("smoothing of the class probabilities (the run's)")
    )
    p.add_argument(
        "--edges", type=float, metavar="TOLERANCE",
        help=say("smoothing that stops at changes of so many times the scene's median change; 0 for none (the run's)"),
    )  # fmt: skip
    p.add_argument(
        "--context", choices=CONTEXTS, help=say("how much of its surroundings counts for a pixel (as the labels say)")
    )
    where = p.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="MAP", help=say("the map: {maps}", maps=MAPS))
    where.add_argument(
        "--out-dir", type=Path, metavar="DIR", help=say("folder for the maps of all cubes: NAME-map.tif")
    )
    p.add_argument(
        "--format", default=".tif", metavar="SUFFIX", help=say("of the maps in DIR: {maps} (.tif)", maps=MAPS)
    )
    p.add_argument("--table", type=Path, metavar="CSV", help=say("what became of each cube (DIR/outcomes.csv)"))
    p.add_argument(
        "--shard",
        type=shard,
        metavar="I/N",
        help=say("only every Nth cube, from the Ith on, such as 2/8: for array jobs"),
    )
    add_workers(p, say("cubes of --out-dir, or tiles of the one CUBE,"))
    p.add_argument(
        "--tile", type=positive, metavar="PIXELS",
        help=say("side of the tiles in which the map of the one CUBE is made by the classifier that RUN keeps: for "
                 "scenes of any size; with --jobs or --scheduler several at once (as suits --memory-limit, else 512)"),
    )  # fmt: skip
    p.add_argument("--confidence", type=Path, metavar="TIF", help=say("also write the confidence of every pixel"))
    p.add_argument("--entropy", type=Path, metavar="TIF", help=say("also write how undecided every pixel is, 0 to 1"))
    p.add_argument("--probabilities", type=Path, metavar="TIF", help=say("also write a layer of probabilities a class"))
    add_filters(p)
    add_by(p)
    add_device(p)
    add_reading(p)
    add_overwrite(p)
    add_scale(p)
    p.set_defaults(work=command("classify"), refuse=p.error)


def add_export(commands: Commands) -> None:
    """`hsigui export`."""
    p = commands.add_parser(
        "export", help=say("a map in other formats: for GIS, for globes, as polygons, as a picture")
    )
    p.add_argument("map", type=Path, metavar="MAP", help=say("a class map: a file of labels"))
    p.add_argument(
        "--out", type=Path, required=True, nargs="+", metavar="FILE", help=say("to write: {maps}", maps=MAPS)
    )
    p.add_argument("--variable", metavar="NAME", help=say("array of the map's .mat file, where several fit"))
    add_background(p)
    p.add_argument(
        "--classes",
        type=Path,
        metavar="TABLE",
        help=say("names and colours: {class_tables}", class_tables=CLASS_TABLES),
    )
    p.add_argument("--title", default="", help=say("above pictures with a legend, and of a KMZ"))
    add_filters(p)
    p.add_argument("--bare", action="store_true", help=say("pictures: the map alone, with world file and .prj"))
    p.add_argument(
        "--simplify", type=float, default=0.0, metavar="PIXELS", help=say("polygons: tolerance of simpler borders (0)")
    )
    p.add_argument(
        "--north-up", action="store_true",
        help=say("resample a turned or sheared map to rows from west to east, for formats that cannot say how it lies"),
    )  # fmt: skip
    p.add_argument(
        "--mmu", default="0", metavar="AREA",
        help=say("polygons: smallest mapping unit in pixels, or as 500m2 or 0.5ha where the map has a place"),
    )  # fmt: skip
    p.add_argument(
        "--legend",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help=say("the classes alone: {class_tables}", class_tables=CLASS_TABLES),
    )
    add_overwrite(p)
    p.set_defaults(work=command("export"))


def add_card(commands: Commands) -> None:
    """`hsigui card`."""
    p = commands.add_parser("card", help=say("the model card of a run: README.md, with the accuracy that was measured"))
    p.add_argument("run_folder", type=Path, metavar="RUN")
    p.add_argument("--report", type=Path, metavar="JSON", help=say("report.json of hsigui evaluate --report"))
    p.set_defaults(work=command("card", "export"))
