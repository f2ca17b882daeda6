"""The options of `hsigui plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.helping import MAPS
from hsigui.commands.options import command
from hsigui.commands.values import amount, counts, natural, positive, scale
from hsigui.specs import CONTEXTS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_plan(commands: Commands) -> None:
    """`hsigui plan`."""
    from hsigui.methods.registry import names  # loads no torch

    p = commands.add_parser(
        "plan", help=say("hours, memory, disk and cost of all scenes under folders, before any is worked on"),
        description=say("Reads the headers of all scenes under the folders, tries the method on a crop of the largest "
                        "on this machine (half a minute to a few minutes), and reckons what all of them take by so "
                        "many workers, and what is used up first. Nothing is kept."),
    )  # fmt: skip
    p.add_argument("places", type=Path, metavar="FOLDER", nargs="+", help=say("folders and files"))
    work = p.add_argument_group(say("what is to be done with them"))
    work.add_argument(
        "--method", default="lscosa", metavar="NAME",
        help=say("one of {names} (lscosa)", names=", ".join((*names("method"), *names("baseline")))),
    )  # fmt: skip
    work.add_argument("--preset", default="quick", choices=("quick", "paper"), help=say("as for pretrain (quick)"))
    work.add_argument(
        "--epochs", type=natural, metavar="N", help=say("as for pretrain; the preset's own when left out")
    )
    work.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help=say("value of a setting of the method; may be given again"),
    )  # fmt: skip
    work.add_argument(
        "--no-monitor", action="store_false", dest="monitor", help=say("do not watch the features in training")
    )
    work.add_argument(
        "--run",
        type=Path,
        metavar="RUN",
        dest="run_folder",
        help=say("a finished run whose encoder is used: no training"),
    )
    work.add_argument(
        "--train", choices=("once", "each"),
        help=say("once: on the largest scene, whose classifier maps the others; each: every scene by itself (once)"),
    )  # fmt: skip
    work.add_argument("--classes", type=positive, default=10, metavar="N", help=say("of the labels (10)"))
    work.add_argument("--labels", type=positive, default=10, metavar="N", help=say("labels of each class (10)"))
    work.add_argument("--smooth", type=amount, metavar="PIXELS", help=say("as for classify"))
    work.add_argument("--edges", type=amount, metavar="TOLERANCE", help=say("as for classify"))
    work.add_argument("--context", choices=CONTEXTS, help=say("as for classify"))
    work.add_argument("--format", default=".tif", metavar="SUFFIX", help=say("of the maps: {maps} (.tif)", maps=MAPS))
    by = p.add_argument_group(say("by whom"))
    by.add_argument("--workers", type=counts, default=(1, 4, 16), metavar="N,N", help=say("processes at work (1,4,16)"))
    by.add_argument(
        "--per-machine", type=positive, metavar="N",
        help=say("workers on one machine, each like this one (all on this machine)"),
    )  # fmt: skip
    by.add_argument("--price-per-hour", type=amount, metavar="X", help=say("of one machine"))
    by.add_argument("--currency", default="", metavar="TEXT", help=say("of the price, such as EUR"))
    by.add_argument(
        "--read-speed", type=scale, metavar="MB",
        help=say("megabytes a second that all workers together read scenes with (measured on their files)"),
    )  # fmt: skip
    by.add_argument(
        "--rounds", type=positive, default=2, metavar="N",
        help=say("how often all is measured; from how they differ comes the range (2)"),
    )  # fmt: skip
    p.add_argument("--json", action="store_true", help=say("as one JSON object"))
    p.set_defaults(work=command("plan"))
