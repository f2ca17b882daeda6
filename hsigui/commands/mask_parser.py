"""The options of `hsigui mask`, whose steps are kept in the order in which they are given, and of masks at other
commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import add_overwrite, add_reading, add_scale, command, scene
from hsigui.commands.step_options import add_steps
from hsigui.masks.words import STEPS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_mask(commands: Commands) -> None:
    """`hsigui mask`: pixels of a scene that are masked out, as a file."""
    p = commands.add_parser(
        "mask", help=say("pixels to mask out: by a formula, a layer, polygons, a class; grown, shrunk, joined"),
        description=say("Finds pixels of a scene and writes them as a mask: 1 is masked out, 0 is not. The first step "
                        "finds pixels, each further one that finds some adds them. --mask FILE takes a mask out of "
                        "what pretrain, classify, statistics, separability and study see (of derive: --masked FILE)."),
    )  # fmt: skip
    p.add_argument("cube", type=scene, metavar="SCENE", help=say("the scene"))
    p.add_argument(
        "out",
        type=Path,
        metavar="OUT",
        help=say("the file to write: GeoTIFF (.tif), ENVI (.hdr, .img) or NumPy (.npy)"),
    )
    add_steps(p, STEPS)
    p.add_argument("--name", default="", help=say("of the mask, for lists and records (the file's)"))
    add_reading(p, quality=False)
    add_scale(p)
    add_overwrite(p)
    p.set_defaults(work=command("mask"))


def add_masks(p: argparse.ArgumentParser, uses: Sequence[str], *, short: bool = True) -> None:
    """What is masked out of what a command sees.

    Args:
        uses: that the command has, of `words.USES`.
        short: whether `--mask` is free for it.
    """
    form = f"FILE[:{','.join(uses)}]" if len(uses) > 1 else f"FILE[:{uses[0]}]"
    p.add_argument(
        *(["--mask"] if short else []), "--masked", action="append", type=_masks, metavar=form, dest="masks",
        help=say("pixels that are masked out: those other than 0 of a file of hsigui mask or another raster, or under "
                 "its shapes; may be given again"),
    )  # fmt: skip
    p.set_defaults(uses_of_masks=tuple(uses))


def _masks(text: str) -> str:
    """A file with its uses, with a whole path, so that the command line does the same from any folder."""
    from hsigui.errors import HsiError
    from hsigui.masks.using import uses_of

    try:
        file, uses = uses_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    whole = str(Path(file).expanduser().resolve())
    return f"{whole}:{','.join(uses)}" if uses else whole
