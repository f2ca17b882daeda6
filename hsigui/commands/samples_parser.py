"""The options of `hsigui samples`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hsigui.commands.options import add_progress, command
from hsigui.texts import say


def add_samples(commands: argparse._SubParsersAction[Any]) -> None:
    """Adds `hsigui samples list` and `get`."""
    p = commands.add_parser("samples", help=say("public scenes for learning: what there is, and fetching them"))
    parts = p.add_subparsers(dest="what", title=say("what to do"))
    p.set_defaults(work=command("list_samples", "samples"), to=None, json=False)
    words = say("which there are, under which terms, and which are here; asks no server")
    listing = parts.add_parser("list", help=words, description=words)
    listing.add_argument("--json", action="store_true", help=say("as one JSON object"))
    listing.set_defaults(work=command("list_samples", "samples"))
    words = say("fetch scenes with their ground truth, and check them; what has come is gone on from")
    getting = parts.add_parser("get", help=words, description=words)
    getting.add_argument(
        "names", nargs="+", metavar="NAME", help=say("of a scene, as the list has it, such as indian-pines")
    )
    add_progress(getting)
    getting.set_defaults(work=command("get_samples", "samples"))
    for part in (listing, getting):
        part.add_argument(
            "--to", type=Path, metavar="FOLDER",
            help=say("the folder of all scenes, each in a folder of its own (where the window keeps them)"),
        )  # fmt: skip
