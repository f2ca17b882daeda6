"""One map by a kept classifier, as the options of `hsigui classify` say: made, written, named by its command line."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.mask import given_masks
from hsigui.commands.reading import reading
from hsigui.jobs import Context
from hsigui.masks.using import MAP
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, KeptClassifier
from hsigui.report.map_options import MapOptions
from hsigui.specs import MapSpec

LAYERS = ("confidence", "entropy", "probabilities")


def mapped(
    path: Path, classifier: KeptClassifier, arguments: argparse.Namespace, out: Path, ctx: Context
) -> Result:  # fmt: skip
    """The map of a cube by the kept classifier; features that are too large for memory lie beside the map."""
    cube = api.open(path, **reading(arguments))
    return api.classify(
        cube, classifier, smooth=arguments.smooth, edges=arguments.edges,
        context=arguments.context, probabilities=arguments.probabilities is not None, filters=filters(arguments),
        device=arguments.device,
        scratch=out.parent, mask=given_masks(arguments, cube, MAP), ctx=ctx,
    )  # fmt: skip


def write(result: Result, arguments: argparse.Namespace, out: Path, command: str) -> None:
    """Writes the map with the record of how it came to be, and the measurements that were asked for."""
    layers = {name: getattr(arguments, name) for name in LAYERS}
    api.save(result, out, **layers, options=MapOptions(cloud=arguments.cog), command=command)


def command_of(arguments: argparse.Namespace, cube: Path, out: Path) -> str:
    """The command line that makes the map of one cube, also where it was asked for with others."""
    return canonical(arguments, out_dir=None, table=None, format=None, shard=None, cubes=[cube], out=out)


def asked_of(arguments: argparse.Namespace) -> dict[str, float | str]:
    """What the options say of drawing the map.

    Raises:
        HsiError: a value is out of range.
    """
    names = [f.name for f in dataclasses.fields(MapSpec)]
    asked = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    MapSpec(**asked)
    return asked


def filters(arguments: argparse.Namespace) -> Filters:
    """What is done with a copy of the map before it is written."""
    return Filters(arguments.majority, arguments.sieve, arguments.connectivity)
