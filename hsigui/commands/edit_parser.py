"""The options of `hsigui edit`; its steps are kept in the order in which they are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.helping import MAPS
from hsigui.commands.options import add_background, add_cloud, command
from hsigui.commands.step_options import add_steps
from hsigui.finishing.words import STEPS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_edit(commands: Commands) -> None:
    """`hsigui edit`: a map after some steps, as a new file."""
    p = commands.add_parser(
        "edit", help=say("finish a map: majority, sieve, merged classes, a class tree, painted pixels"),
        description=say("Writes a map after steps, done in the order given; the map itself stays as it is. The record "
                        "beside OUT says what was done, and evaluate tells which steps the accuracy was measured "
                        "after."),
    )  # fmt: skip
    p.add_argument("map", type=Path, metavar="MAP", help=say("a class map, of this program or another"))
    p.add_argument("out", type=Path, metavar="OUT", help=say("to write: {maps}", maps=MAPS))
    add_steps(p, STEPS)
    p.add_argument(
        "--confidence", type=Path, metavar="TIF",
        help=say("of the map, for --below, or the probabilities of its classes; the one that was written with the map, "
                 "unless that has moved"),
    )  # fmt: skip
    p.add_argument("--variable", metavar="NAME", help=say("array of the map's .mat file, where several fit"))
    add_background(p)
    add_cloud(p)
    p.add_argument("--overwrite", action="store_true", help=say("write over OUT where it is there already"))
    p.set_defaults(work=command("edit"))
