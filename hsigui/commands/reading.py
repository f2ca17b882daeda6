"""How the options say that an array becomes the scene."""

from __future__ import annotations

import argparse
from typing import TypedDict

from hsigui.cube.open import ImportChoice
from hsigui.preparing.step import worded


class Reading(TypedDict, total=False):
    """What `api.open` is told of a scene."""

    variable: str | None
    choice: ImportChoice
    quality: tuple[str, ...]
    scale: float
    leave_out: tuple[int, ...]
    take_in: tuple[int, ...]


def reading(arguments: argparse.Namespace) -> Reading:
    """How the options say that an array becomes the scene; only the variable when they say no more; and its scale."""
    found = _of_array(arguments)
    if (scale := getattr(arguments, "scale", None)) is not None:
        found["scale"] = scale
    if arguments.leave_out_bands:
        found["leave_out"] = tuple(number - 1 for number in arguments.leave_out_bands)
    if arguments.take_in_bands:
        found["take_in"] = tuple(number - 1 for number in arguments.take_in_bands)
    return found


def reading_words(arguments: argparse.Namespace) -> str:
    """Those options as they were given; empty for none."""
    rows, cols = arguments.size or (0, 0)
    leave_out, take_in = (
        ",".join(map(str, each)) or None for each in (arguments.leave_out_bands, arguments.take_in_bands)
    )
    given = {
        "variable": arguments.variable, "axes": arguments.axes, "size": f"{rows}x{cols}" if rows else None,
        "order": arguments.order, "wavelengths": arguments.wavelengths, "units": arguments.units,
        "bad-bands": arguments.bad_bands, "quality": ",".join(arguments.quality) or None,
        "scale": getattr(arguments, "scale", None), "leave-out-bands": leave_out, "take-in-bands": take_in,
    }  # fmt: skip
    return " ".join(f"--{name} {worded(str(value))}" for name, value in given.items() if value is not None)


def _of_array(arguments: argparse.Namespace) -> Reading:
    rows, cols = arguments.size or (0, 0)
    given = {
        "axes": arguments.axes,
        "rows": rows or None,
        "cols": cols or None,
        "order": arguments.order,
        "wavelengths": _or_none(arguments.wavelengths),
        "units": arguments.units,
        "bad_bands": _or_none(arguments.bad_bands),
    }
    said = {name: value for name, value in given.items() if value is not None}
    masks: Reading = {"quality": arguments.quality} if arguments.quality else {}
    if not said:
        return {"variable": arguments.variable, **masks}
    return {"choice": ImportChoice(variable=arguments.variable or "", **said), **masks}


def _or_none(name: str | None) -> str | None:
    """The word "none" is the wish for no such variable, which a choice writes as an empty name."""
    return "" if name == "none" else name
