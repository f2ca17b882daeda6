"""The options of `hsigui pretrain`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.options import (
    add_background,
    add_buffer,
    add_device,
    add_manifest,
    add_reading,
    add_scale,
    add_seed,
    add_settings,
    command,
    scene,
)
from hsigui.commands.values import natural, positive
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_pretrain(commands: Commands) -> None:
    """`hsigui pretrain`."""
    from hsigui.methods.registry import names  # loads no torch

    p = commands.add_parser(
        "pretrain", help=say("learn an encoder from a cube, without labels; or from several of one sensor")
    )
    p.add_argument(
        "cubes", type=scene, metavar="CUBE", nargs="*",
        help=say("the scene; of several, bands are matched by wavelength with those of the first"),
    )  # fmt: skip
    add_manifest(p)
    p.add_argument(
        "--skip-unreadable", action="store_true",
        help=say("of several scenes leave out those that cannot be opened or are too small, and tell them"),
    )  # fmt: skip
    p.add_argument(
        "--normalise", default="together", choices=("together", "scene"),
        help=say("scene: bring each scene to one mean and deviation of every band, which the run keeps (together)"),
    )  # fmt: skip
    p.add_argument(
        "--method", default="lscosa", metavar="NAME",
        help=say("one of the methods {names}, or a baseline, which learns nothing: "
                 "{names2} (lscosa)", names=", ".join(names("method")), names2=", ".join(names("baseline"))),
    )  # fmt: skip
    p.add_argument(
        "--preset", default="quick", choices=("quick", "paper"), help=say("quick: about a minute; paper: as published")
    )
    p.add_argument(
        "--epochs",
        type=natural,
        metavar="N",
        help=say("epochs (paper) or steps (quick); 0 keeps the network untrained; the preset's own when left out"),
    )
    add_seed(p)
    add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="RUN", help=say("folder to write the run to"))
    p.add_argument(
        "--resume", action="store_true", help=say("go on with the unfinished training in RUN, with the same settings")
    )
    p.add_argument("--replace", action="store_true", help=say("train anew over a run in RUN, finished or not"))
    p.add_argument(
        "--start",
        type=Path,
        metavar="RUN",
        help=say("a trained run whose encoder stands in for the first of two stages"),
    )
    p.add_argument(
        "--from", type=Path, metavar="RUN", dest="begin_from",
        help=say("a trained run of the same method and sizes whose weights this training begins with"),
    )  # fmt: skip
    p.add_argument(
        "--mask-out",
        type=Path,
        metavar="TEST",
        help=say("pixels that the training is not to see: those other than 0 here"),
    )
    p.add_argument(
        "--monitor-labels", type=Path, metavar="LABELS",
        help=say("training labels to watch the features by; nothing is learned from them, but with --preset paper they "
                 "decide which epoch is kept (see --patience): never those that are tested on"),
    )  # fmt: skip
    p.add_argument(
        "--monitor-labels-variable", metavar="NAME", help=say("array, layer or field of these, where several fit")
    )
    add_background(p, "--monitor-labels-background")
    add_buffer(p, "--monitor-labels-buffer")
    p.add_argument(
        "--threads", type=positive, metavar="N",
        help=say("of the processor, where the numbers of a training depend on how many there are (all)"),
    )  # fmt: skip
    add_settings(p, "NAME=VALUE", say("value of a setting of the method, such as temperature=0.1; may be given again"))
    p.add_argument(
        "--list-settings",
        action=_ListSettings,
        metavar="METHOD",
        help=say("tell what can be set of a method, and stop"),
    )
    add_reading(p)
    add_scale(p)
    p.set_defaults(work=command("pretrain"), refuse=p.error)


class _ListSettings(argparse.Action):
    """Prints the settings of a method and ends the program, as `--help` does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        from hsigui.methods import asked, registry  # load no torch

        try:
            print(asked.table(registry.method(str(values))))
        except HsiError as error:
            raise argparse.ArgumentError(self, f"{error.message} {error.hint}") from error
        parser.exit()
