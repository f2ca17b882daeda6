"""hsigui info: what a file holds."""

from __future__ import annotations

import argparse
import json

from hsigui.commands.reading import reading
from hsigui.commands.without_effect import require_effect
from hsigui.labels.describe import describe_file
from hsigui.texts import say


def info(arguments: argparse.Namespace) -> None:
    """Prints what a file holds: a cube, a class raster or a spectral library."""
    require_effect(arguments, [])
    about = describe_file(arguments.path, **reading(arguments))
    if arguments.json:
        print(json.dumps(about, indent=1))
        return
    told_otherwise = ("wavelengths", "class_table", "crs_wkt", "default_bands_zero_based", "notes", "metadata")
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
    for note in about["notes"]:
        print(say("{note:>24}  {note2}", note=say("note"), note2=note))


def _shortened(value: object) -> str:
    """A value for people: of a long list the first entries and their number."""
    if not isinstance(value, list):
        return str(value)
    shown = ", ".join(map(str, value[:10]))
    return shown if len(value) <= 10 else say("{shown}, ... ({count} in all)", shown=shown, count=len(value))
