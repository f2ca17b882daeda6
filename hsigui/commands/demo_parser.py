"""The options of `hsigui demo`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import add_device, add_seed, command
from hsigui.commands.values import amount, side
from hsigui.cube.demo_spec import FIELDS, DemoSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_demo(commands: Commands) -> None:
    """`hsigui demo`."""
    p = commands.add_parser("demo", help=say("the embedded demo scene, in the window or without one"))
    p.add_argument("--headless", action="store_true", help=say("no window: run the whole job and write its outputs"))
    p.add_argument(
        "--out", type=Path, default=Path("hsigui-demo"), metavar="DIR", help=say("where outputs go (hsigui-demo)")
    )
    p.add_argument(
        "--fields", choices=FIELDS, default="mixed",
        help=say("the land: all sizes, large fields, trial plots, trees and roofs, or fields alone (mixed)"),
    )  # fmt: skip
    p.add_argument("--noise", type=amount, default=1.0, metavar="X", help=say("times the sensor's usual noise (1)"))
    p.add_argument(
        "--white", type=amount, default=0.0, metavar="X", help=say("noise of all bands beside it, in reflectance (0)")
    )
    p.add_argument(
        "--size", type=side, default=(128, 128), metavar="N", help=say("rows and columns, N or ROWSxCOLS (128)")
    )
    add_seed(p)
    add_device(p)
    p.set_defaults(work=command("demo"))


def chosen_demo(arguments: argparse.Namespace) -> DemoSpec:
    """The demo scene that the options of `hsigui demo` name."""
    rows, cols = arguments.size
    return DemoSpec(arguments.fields, arguments.noise, arguments.white, arguments.seed, rows, cols)
