"""The options of `hsigui project`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hsigui.commands.options import command
from hsigui.texts import say


def add_project(commands: argparse._SubParsersAction[Any]) -> None:
    """Adds `hsigui project info`, `check` and `export`."""
    p = commands.add_parser(
        "project", help=say("what a project file holds, whether it and its copies are whole, and its content as files")
    )
    parts = p.add_subparsers(dest="what", required=True, title=say("what to do"))
    _add(parts, "info", say("its scenes: labels, classes, spectra, ground truth, runs and map")).set_defaults(
        work=command("project")
    )
    _add(parts, "check", say("what is damaged of it and its copies")).set_defaults(work=command("project"))
    _add_export(_add(parts, "export", say("write what it holds as files that other programs read")))


def _add(parts: argparse._SubParsersAction[Any], name: str, words: str) -> argparse.ArgumentParser:
    p: argparse.ArgumentParser = parts.add_parser(name, help=words, description=words)
    p.add_argument("path", type=Path, metavar="PROJECT", help=say("a .hsigui file"))
    p.add_argument("--json", action="store_true", help=say("as one JSON object"))
    return p


def _add_export(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help=say("where to write: a new or an empty folder")
    )
    p.add_argument("--scene", metavar="NAME", help=say("of this scene only"))
    p.add_argument(
        "--overwrite", action="store_true",
        help=say("write into a folder that holds files, and over those of the same names"),
    )  # fmt: skip
    p.set_defaults(work=command("export_project", "project_export"))
