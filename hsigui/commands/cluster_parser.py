"""The options of what brings jobs of a cluster out and home: cluster-script, merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import command
from hsigui.commands.values import positive
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_merge(commands: Commands) -> None:
    """`hsigui merge`."""
    p = commands.add_parser(
        "merge", help=say("join what array jobs made: one table, one mosaic, areas and accuracies over all scenes"),
        description=say("Joins folders that classify --out-dir wrote: one table with the latest line of each cube, a "
                        "virtual mosaic of the maps for GIS, areas of classes over all of them, and the accuracies of "
                        "the reports that lie there. Ends with 1 where a cube has no map. Folders of one study are "
                        "joined into one."),
    )  # fmt: skip
    p.add_argument(
        "folders", type=Path, nargs="+", metavar="DIR",
        help=say("folders of classify --out-dir, or tables of its --table; or folders of one study"),
    )  # fmt: skip
    p.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("folder for what is joined"))
    p.add_argument(
        "--cubes", type=Path, nargs="+", metavar="CUBE", dest="expected",
        help=say("cubes of which there are to be maps, or patterns: those of which nothing is known are told"),
    )  # fmt: skip
    p.add_argument(
        "--reports", type=Path, nargs="+", metavar="JSON",
        help=say("further report.json of evaluate; those in the folders and one below are taken anyway"),
    )  # fmt: skip
    p.add_argument("--no-mosaic", action="store_false", dest="mosaic", help=say("tables alone"))
    p.add_argument("--geotiff", action="store_true", help=say("also write the mosaic as one GeoTIFF"))
    p.add_argument("--cog", action="store_true", help=say("also write the mosaic as one cloud-optimised GeoTIFF"))
    p.add_argument(
        "--match-classes", action="store_true",
        help=say("classes of one name are the same, whatever their numbers; else both must agree"),
    )  # fmt: skip
    p.add_argument(
        "--nearest", action="store_true",
        help=say("move maps that lie off the grid of the first by at most half a pixel, in place of refusing them"),
    )  # fmt: skip
    p.add_argument("--allow-missing", action="store_true", help=say("end with 0 although cubes have no map"))
    p.add_argument("--json", action="store_true", help=say("print the tables of statistics as one JSON object"))
    p.set_defaults(work=command("merge"))


def add_cluster_script(commands: Commands) -> None:
    """`hsigui cluster-script`."""
    p = commands.add_parser(
        "cluster-script", help=say("a script for SLURM or Snakemake that does a command by many tasks"),
        usage="hsigui cluster-script [--for {slurm,snakemake}] [options] -- COMMAND ...",
        description=say("Writes a command that several processes can share, classify with --out-dir or study, as an "
                        "array job: each task takes a share of the cubes. The script is meant to be read and changed."),
    )  # fmt: skip
    p.add_argument(
        "--for", choices=("slurm", "snakemake"), default="slurm", dest="kind", help=say("what runs it (slurm)")
    )
    p.add_argument("--out", type=Path, metavar="FILE", help=say("the script (printed)"))
    p.add_argument("--replace", action="store_true", help=say("write over FILE"))
    p.add_argument("--tasks", type=positive, default=8, metavar="N", help=say("how many share the work (8)"))
    p.add_argument("--cpus", type=positive, default=4, metavar="N", help=say("processors of a task (4)"))
    p.add_argument("--memory", default="8G", metavar="SIZE", help=say("of a task, as 8G or 8000M (8G)"))
    p.add_argument("--time", default="04:00:00", metavar="HH:MM:SS", help=say("the most a task may take (04:00:00)"))
    p.add_argument(
        "--program", default="hsigui", metavar="WORDS",
        help=say("how the program is called there, such as 'apptainer exec hsigui.sif hsigui' (hsigui)"),
    )  # fmt: skip
    p.add_argument(
        "--merged", type=Path, metavar="DIR", help=say("folder that merge writes (that of the maps with -merged)")
    )
    p.add_argument("command", nargs="+", metavar="COMMAND", help=say("behind two dashes: classify ..., or study ..."))
    p.set_defaults(work=command("cluster_script"))
