"""The options of `hsigui prepare`; its steps are kept in the order in which they are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import add_reading, add_scale, command, scene
from hsigui.commands.step_options import StepAction, add_steps
from hsigui.preparing.words import INTERLEAVES, MOSAICS, RESAMPLINGS, STEPS, TYPES, WHITE, WHITE_FORM, WHOSE_GRID
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_prepare(commands: Commands) -> None:
    """`hsigui prepare`: one cube of one or several, after some steps, as a new file."""
    p = commands.add_parser("prepare", help=say("cut, stack, calibrate and save cubes as a new one"))
    p.add_argument(
        "cubes", type=scene, metavar="CUBE", nargs="+",
        help=say("the scene; of several of one grid the bands of each follow those of the one before (but --mosaic); "
                 "a folder of files of single bands"),
    )  # fmt: skip
    p.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help=say("the file to write: ENVI (.hdr, .img), GeoTIFF (.tif), MATLAB (.mat) or zarr (.zarr)"),
    )
    steps = add_steps(p, STEPS)
    steps.add_argument(
        "--white", action=StepAction, dest="steps", default=[], metavar=WHITE_FORM, help=WHITE,
    )  # fmt: skip
    steps.add_argument(
        "--steps", action=StepAction, dest="steps", default=[], metavar="FILE",
        help=say("the steps of a text file, a line each as they are written here; # begins a remark"),
    )  # fmt: skip
    steps.add_argument(
        "--resampling", action=StepAction, dest="steps", default=[], choices=RESAMPLINGS,
        help=say("how the --grid before it, or --onto, makes samples of others (nearest)"),
    )  # fmt: skip
    p.add_argument("--dark", metavar="FILE|FIRST:LAST", help=say("the dark reference that goes with --white"))
    p.add_argument(
        "--white-dark", metavar="FILE|FIRST:LAST", help=say("the dark reference of --white, where it is another")
    )
    p.add_argument("--panel", type=float, metavar="R", help=say("reflectance of the white reference (1)"))
    p.add_argument("--sort", action="store_true", help=say("sort the bands of several files by wavelength"))
    p.add_argument(
        "--mosaic", choices=MOSAICS,
        help=say("several flight lines as one scene: the first that has data, or fading one into the other"),
    )  # fmt: skip
    p.add_argument("--onto", choices=WHOSE_GRID, help=say("resample files of other grids to the first or finest"))
    p.add_argument("--type", choices=TYPES, metavar="TYPE", help=say("of the samples, such as int16 (as they are)"))
    p.add_argument(
        "--to-scale", type=float, metavar="N", help=say("write whole numbers: values times this, such as 10000")
    )
    p.add_argument("--interleave", choices=INTERLEAVES, help=say("how samples lie in the file (as in the scene)"))
    p.add_argument("--cog", action="store_true", help=say("a GeoTIFF laid out for reading over a network"))
    add_reading(p)
    add_scale(p)
    p.add_argument("--overwrite", action="store_true", help=say("write over OUT where it is there already"))
    p.set_defaults(work=command("prepare"))
