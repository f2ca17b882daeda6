"""`hsigui derive`: layers that need no learning, and masks by a threshold of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import api
from hsigui.analysis.layer import Layer
from hsigui.analysis.making import recipe_of
from hsigui.analysis.table import CLASSES, SPECTRA, kind
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.without_effect import Need, of_cloud, require_effect
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import read_library
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.using import STATISTICS
from hsigui.report.map_options import MapOptions
from hsigui.report.table import layer_suffixes, map_suffixes
from hsigui.texts import say


def derive(arguments: argparse.Namespace) -> None:
    """Makes a layer of a cube and writes it, with its record; and a mask by a threshold, where one is asked for.

    Raises:
        HsiError: options do not go together, a file cannot be read or written, or the scene lacks what the kind needs.
    """
    require_a_use(arguments)
    row = kind(recipe_of(arguments.kind, {}).kind)
    require_effect(arguments, _needs(arguments, SPECTRA in row.needs, row.background))
    classes = row.gives == CLASSES
    outputs: list[tuple[Path, Sequence[str]]] = [(arguments.out, map_suffixes() if classes else layer_suffixes())]
    if arguments.mask is not None:
        outputs.append((arguments.mask, map_suffixes()))
        if arguments.above is None and arguments.below is None:
            raise HsiError(say("The mask has no threshold."), say("Give --above, --below or both."))
    inputs = [path for path in (arguments.library, arguments.left_out) if path is not None]
    check_outputs([arguments.cube, *inputs], outputs)
    parameters = _parameters(arguments)
    recipe_of(arguments.kind, parameters)  # refused now rather than after the scene is read
    cube = api.open(arguments.cube, **reading(arguments))
    spectra, masks = _spectra(arguments, cube), given_masks(arguments, cube, STATISTICS)
    out = None if arguments.left_out is None else api.read_labels(arguments.left_out, cube).array > 0

    def work(ctx: Context) -> Layer:
        return api.derive(cube, arguments.kind, spectra=spectra, left_out=out, mask=masks, ctx=ctx, **parameters)

    layer = run_with_progress(work, say("Opening {name}", name=cube.name))
    for note in layer.notes:
        tell(note)
    command, options = canonical(arguments), MapOptions(cloud=arguments.cog)
    if arguments.mask is not None:  # first: a threshold that the layer has not is refused before anything is written
        mask = layer.masked(arguments.above, arguments.below, (arguments.measure or 1) - 1)
        api.save(layer, arguments.out, options=options, command=command)
        print(say("{told} -> {out}", told=_told(layer), out=arguments.out))
        api.save(mask, arguments.mask, options=options, command=command)
        inside = int(np.count_nonzero(mask.array == 1))
        print(say("{name}: {count:,} pixels -> {out}", name=mask.name, count=inside, out=arguments.mask))
        return
    api.save(layer, arguments.out, options=options, command=command)
    print(say("{told} -> {out}", told=_told(layer), out=arguments.out))


def _needs(arguments: argparse.Namespace, compares: bool, background: bool) -> list[Need]:
    spectra = say("This kind of layer is not compared with spectra.")
    threshold = say("The threshold is of --mask, and none is given.")
    return [
        *(Need(name, compares, spectra) for name in ("pixel", "library", "spectrum")),
        Need("left_out", background, say("This kind of layer has no background.")),
        Need("spectrum", arguments.library is not None, say("--spectrum is of --library, and none is given.")),
        *(Need(name, arguments.mask is not None, threshold) for name in ("above", "below", "measure")),
        of_cloud([arguments.out, *([arguments.mask] if arguments.mask else [])]),
    ]


def _parameters(arguments: argparse.Namespace) -> dict[str, Any]:
    """What --set says.

    Raises:
        HsiError: a text is no `name=value`, or the kind has no such setting, or not that value.
    """
    described = {each.name: each for each in kind(recipe_of(arguments.kind, {}).kind).settings.described()}
    found: dict[str, Any] = {}
    for text in arguments.settings:
        name, separator, value = text.partition("=")
        if not separator or not value.strip():
            raise HsiError(say("“{text}” sets nothing.", text=text), say("Write name=value, such as components=5."))
        if name.strip() not in described:
            raise HsiError(
                say("{kind} has no setting {name}.", kind=arguments.kind, name=name.strip()),
                say("Choose from: {known}.", known=", ".join(described)) if described else say("It has none."),
            )
        found[name.strip()] = described[name.strip()].read(value)
    return found


def _spectra(arguments: argparse.Namespace, cube: Cube) -> dict[str, NDArray[np.float32]] | SpectralLibrary | None:
    if arguments.pixel and arguments.library:
        raise HsiError(say("Spectra come from pixels or from a library."), say("Leave out --pixel or --library."))
    if arguments.pixel:
        return {say("pixel {row}, {col}", row=r, col=c): cube.spectrum(r, c) for r, c in arguments.pixel}
    if arguments.library is None:
        return None
    library = read_library(arguments.library)
    if not arguments.spectrum:
        return library
    if unknown := [name for name in arguments.spectrum if name not in library.names]:
        raise HsiError(
            say("{library} has no spectrum “{name}”.", library=arguments.library.name, name=unknown[0]),
            say("It has {names}.", names=", ".join(library.names[:20])),
        )
    places = [library.names.index(name) for name in arguments.spectrum]
    return library.taken(places)


def _told(layer: Layer) -> str:
    """What was made: name, and the range of the values or the number of classes."""
    if layer.classes is not None:
        return say("{name}: {count} classes", name=layer.name, count=len(layer.classes))
    low, high = layer.seen_limits
    units = f" {layer.units}" if layer.units else ""
    return say("{name}: {low:.4g} to {high:.4g}{units}", name=layer.name, low=low, high=high, units=units)
