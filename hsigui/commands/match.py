"""`hsigui match`: which spectra of libraries a pixel of a scene, or the mean of a region, is most like."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from hsigui import api
from hsigui.analysis.ranking import Match, Matches
from hsigui.commands.console import tell_all
from hsigui.commands.reading import reading
from hsigui.commands.without_effect import require_effect
from hsigui.cube.cube import Cube
from hsigui.cube.spectra import mean_spectrum
from hsigui.texts import say


def match(arguments: argparse.Namespace) -> None:
    """Prints the best matches, best first.

    Raises:
        HsiError: a file cannot be read, or nothing can be compared.
    """
    require_effect(arguments, [])
    cube = api.open(arguments.cube, **reading(arguments))
    told = []
    for name, spectrum in _asked(arguments, cube):
        found = api.match(
            cube, spectrum, arguments.library, by=arguments.by, count=arguments.count, between=arguments.between
        )
        tell_all(found.notes)
        if arguments.json:
            told.append(
                {"of": name, "by": found.by, "left_out": found.left_out, "matches": list(map(_json, found.best))}
            )
        else:
            _print(name, found)
    if arguments.json:
        print(json.dumps({"scene": cube.where, "spectra": told}, indent=1))


def _asked(arguments: argparse.Namespace, cube: Cube) -> Iterator[tuple[str, Any]]:
    """Names and spectra: of the pixel, or the means of the classes of a file of labels."""
    if arguments.at is not None:
        yield say("pixel {row}, {col}", row=arguments.at[0], col=arguments.at[1]), arguments.at
        return
    labels = api.read_labels(arguments.region, cube)
    for number in np.unique(labels.array[labels.array > 0]).tolist():
        yield labels.classes.get(number).name, mean_spectrum(cube, labels.array == number)[0]


def _print(name: str, found: Matches) -> None:
    unit = f" ({found.measure.unit})" if found.measure.unit == "rad" else ""
    print(say("{name}: {title}{unit}", name=name, title=found.measure.title, unit=unit))
    for place, each in enumerate(found.best, 1):
        print(f"{place:>4}  {each.distance:10.4f}  {each.name}{_fit(each)}  [{each.reference.source}]")


def _fit(each: Match) -> str:
    if math.isnan(each.scale):
        return ""
    return say("  scale {scale:.3f}, rms {rms:.4f}", scale=each.scale, rms=each.rms)


def _json(each: Match) -> dict[str, Any]:
    fit = {} if math.isnan(each.scale) else {"scale": each.scale, "rms": each.rms}
    return {
        "name": each.name, "distance": each.distance, "likeness": each.likeness, "bands": each.bands, **fit,
        "library": each.reference.source,
    }  # fmt: skip
