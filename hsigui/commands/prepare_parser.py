"""The options of `hsigui prepare`; its steps are kept in the order in which they are given."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui.commands.options import add_reading, add_scale, command, scene
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands

# As `preparing.asked` and `preparing.stored` have them; a test compares.
STEPS = (
    ("rows", "FIRST:LAST", say("these rows only, from 0, the last one not included")),
    ("cols", "FIRST:LAST", say("these columns only")),
    ("box", "X,Y,X,Y", say("the part that a box of the map touches: least x, least y, largest x, largest y")),
    ("bands", "BANDS",
     say("these bands in this order: numbers from 1, wavelengths, names; such as 500-900,1500-1700")),
    ("block-mean", "PIXELS", say("squares of so many pixels as one, their mean")),
    ("like", "SENSOR|FILE",
     say("the bands of another sensor: its name, a table of its bands (.csv, .txt), or another scene")),
    ("flat-field", "ROWS,COLS", say("divide by the mean spectrum of an area, such as 10:20,30:50")),
    ("internal-average", "", say("divide by the mean spectrum of the scene (IAR)")),
)  # fmt: skip
TYPES = ("uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "complex64",
         "complex128")  # fmt: skip


class _Step(argparse.Action):
    """Notes a step behind those that were given before it."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:  # fmt: skip
        text = values if isinstance(values, str) else ""
        namespace.steps = [*getattr(namespace, "steps", ()), ((option or "").lstrip("-"), text)]


def add_prepare(commands: Commands) -> None:
    """`hsigui prepare`: one cube of one or several, after some steps, as a new file."""
    p = commands.add_parser("prepare", help=say("cut, stack, calibrate and save cubes as a new one"))
    p.add_argument(
        "cubes", type=scene, metavar="CUBE", nargs="+",
        help=say("the scene; of several of one grid the bands of each follow those of the one before"),
    )  # fmt: skip
    p.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help=say("the file to write: ENVI (.hdr, .img), GeoTIFF (.tif) or MATLAB (.mat)"),
    )
    steps = p.add_argument_group(say("steps, done in the order given"))
    for name, form, told in STEPS:
        steps.add_argument(
            f"--{name}", action=_Step, dest="steps", default=[], help=told,
            **({"metavar": form} if form else {"nargs": 0}),
        )  # fmt: skip
    steps.add_argument(
        "--white", action=_Step, dest="steps", default=[], metavar="FILE|FIRST:LAST",
        help=say("divide by the mean line of a white reference: a cube, or rows of the scene"),
    )  # fmt: skip
    p.add_argument("--dark", metavar="FILE|FIRST:LAST", help=say("the dark reference that goes with --white"))
    p.add_argument("--panel", type=float, metavar="R", help=say("reflectance of the white reference (1)"))
    p.add_argument("--sort", action="store_true", help=say("sort the bands of several files by wavelength"))
    p.add_argument("--type", choices=TYPES, metavar="TYPE", help=say("of the samples, such as int16 (as they are)"))
    p.add_argument(
        "--to-scale", type=float, metavar="N", help=say("write whole numbers: values times this, such as 10000")
    )
    p.add_argument(
        "--interleave", choices=("bsq", "bil", "bip"), help=say("how samples lie in the file (as in the scene)")
    )
    p.add_argument("--cog", action="store_true", help=say("a GeoTIFF laid out for reading over a network"))
    add_reading(p)
    add_scale(p)
    p.add_argument("--overwrite", action="store_true", help=say("write over OUT where it is there already"))
    p.set_defaults(work=command("prepare"))
