"""hsigui info: what a file holds."""

from __future__ import annotations

import argparse
import json
from math import isfinite
from typing import Any

from hsigui import api
from hsigui.commands.console import run_with_progress
from hsigui.commands.reading import reading
from hsigui.commands.without_effect import require_effect
from hsigui.cube.nodata import band_name
from hsigui.jobs import Context
from hsigui.labels.describe import describe_file
from hsigui.preparing.bad_bands import BadBand, proposed_bad_bands
from hsigui.preparing.smile import Smile, smile_of
from hsigui.texts import say


def info(arguments: argparse.Namespace) -> None:
    """Prints what a file holds: a cube, a class raster or a spectral library."""
    require_effect(arguments, [])
    about = describe_file(arguments.path, **reading(arguments))
    proposed: list[dict[str, Any]] = []
    if arguments.propose_bad_bands:
        proposed, smile = _proposed(arguments)
        about["proposed_bad_bands"] = proposed
        about["notes"] = [*about["notes"], *([] if smile is None else [smile.told])]
    if arguments.json:
        print(json.dumps(about, indent=1))
        return
    told_otherwise = ("wavelengths", "class_table", "crs_wkt", "default_bands_zero_based", "notes", "metadata",
                      "proposed_bad_bands")  # fmt: skip
    for name, value in about.items():
        if value in (None, "", [], {}) or value is False or name in told_otherwise:
            continue
        if (
            name.endswith("band_list") or name == "default_bands"
        ):  # people count bands from 1, as ENVI does; in JSON they count from 0
            name, value = say("{name} (from 1)", name=name), [number + 1 for number in value]
        print(f"{name.replace('_', ' '):>24}  {_shortened(value)}")
    for row in about.get("class_table", ()):
        print(
            say(
                "{number:>24}  {name}, {pixels} pixels",
                number=say("class ") + str(row["number"]),
                name=row["name"],
                pixels=row["pixels"],
            )
        )
    for bad in proposed:
        print(f"{say('looks bad'):>24}  {bad['name']}: {bad['told']}")
    if arguments.propose_bad_bands and not proposed:
        print(f"{say('looks bad'):>24}  {say('no band')}")
    for note in about["notes"]:
        print(say("{note:>24}  {note2}", note=say("note"), note2=note))


def _proposed(arguments: argparse.Namespace) -> tuple[list[dict[str, Any]], Smile | None]:
    """The bands of a cube that look bad, ready to be written as JSON (they count from 0); and its smile."""
    cube = api.open(arguments.path, **reading(arguments))

    def work(ctx: Context) -> tuple[tuple[BadBand, ...], Smile | None]:
        return proposed_bad_bands(cube, ctx.check), smile_of(cube, ctx.check)

    found, smile = run_with_progress(work, say("Looking at {name}", name=cube.name))
    return [
        {
            "band": bad.band, "name": band_name(bad.band, cube.info), "reason": bad.reason, "told": bad.told,
            "figure": bad.figure if isfinite(bad.figure) else None, "marked": bool(cube.is_bad[bad.band]),
        }
        for bad in found
    ], smile  # fmt: skip


def _shortened(value: object) -> str:
    """A value for people: of a long list the first entries and their number."""
    if not isinstance(value, list):
        return str(value)
    shown = ", ".join(map(str, value[:10]))
    return shown if len(value) <= 10 else say("{shown}, ... ({count} in all)", shown=shown, count=len(value))
