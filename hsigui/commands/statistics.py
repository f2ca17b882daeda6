"""`hsigui statistics` and `hsigui separability`: what the values of classes are like, and how well they part."""

from __future__ import annotations

import argparse

import numpy as np

from hsigui import api
from hsigui.analysis.class_statistics import Statistics
from hsigui.analysis.separability import OVERLAP, Separability
from hsigui.analysis.statistics_csv import covariance_csv, separability_csv, statistics_csv
from hsigui.commands.areas import needs_of_zones
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell_all, tell_of
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.sheet_print import printed
from hsigui.commands.without_effect import Need, require_effect
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.mask import Mask
from hsigui.masks.using import STATISTICS
from hsigui.pipeline.values import Labels
from hsigui.pipeline.zone_measures import StatisticsTables
from hsigui.report.sheet_table import sheet_suffixes
from hsigui.saving import write_text
from hsigui.texts import say, say_number

CSV = (".csv",)
_OF_LABELS = {
    "labels_variable": "--labels-variable", "labels_background": "--labels-background",
    "labels_buffer": "--labels-buffer",
}  # fmt: skip
TOLD = 5  # pairs that are told on the terminal


def statistics(arguments: argparse.Namespace) -> None:
    """Writes statistics of the classes of some pixels as CSV, or those of zones.

    Raises:
        HsiError: a file cannot be read or written, the labels are of another scene, or a band does not exist.
    """
    with_zones = arguments.zones is not None
    require_effect(arguments, [
        *needs_of_zones(arguments),
        Need("covariance", not with_zones, say("--covariance is of classes, and not of zones.")),
        Need("correlation", not with_zones, say("--correlation is of classes, and not of zones.")),
        Need("layer", with_zones, say("--layer is of statistics by zone, and no --zones are given.")),
        Need("table", with_zones and arguments.out.suffix.lower() in CSV,
             say("--table is for a .csv of statistics by zone, and none is written.")),
        *(Need(name, bool(arguments.labels), say("{option} is of --labels, and none are given.", option=option))
          for name, option in _OF_LABELS.items()),
    ])  # fmt: skip
    if with_zones:
        _by_zone(arguments)
        return
    if arguments.labels is None:
        raise HsiError(say("Statistics are of classes or of zones, and neither is given."),
                       say("Give --labels or --zones."))  # fmt: skip
    more = [path for path in (arguments.covariance, arguments.correlation) if path is not None]
    check_outputs([arguments.cube, arguments.labels], [(path, CSV) for path in (arguments.out, *more)])
    cube, labels, masks = _opened(arguments)

    def work(ctx: Context) -> Statistics:
        return api.statistics(
            cube, labels, bands=_bands(arguments), percentiles=arguments.percentiles, mask=masks, ctx=ctx
        )

    found = run_with_progress(work, say("Opening {name}", name=cube.name))
    tell_all(found.notes)
    write_text(arguments.out, statistics_csv(found))
    if arguments.covariance is not None:
        write_text(arguments.covariance, covariance_csv(found))
    if arguments.correlation is not None:
        write_text(arguments.correlation, covariance_csv(found, correlation=True))
    pixels = sum(each.pixels for each in found.classes)
    print(
        say("{pixels:,} pixels of {classes} in {bands} -> {out}", pixels=pixels, out=arguments.out,
            classes=say_number("{count} class", "{count} classes", len(found.classes)),
            bands=say_number("{count} band", "{count} bands", len(found.names)))
    )  # fmt: skip


def _by_zone(arguments: argparse.Namespace) -> None:
    """Statistics of zones, and of the classes of zones where there are labels."""
    inputs = [path for path in (arguments.cube, arguments.labels, arguments.zones, *arguments.layer) if path]
    check_outputs(inputs, [(arguments.out, sheet_suffixes())])
    require_a_use(arguments)
    cube = api.open(arguments.cube, **reading(arguments))
    labels = None if arguments.labels is None else _labels(arguments, cube)
    masks = given_masks(arguments, cube, STATISTICS) or None
    several = [cube, *map(api.open, arguments.layer)]

    def work(ctx: Context) -> StatisticsTables:
        return api.statistics(
            several, labels, zones=arguments.zones, zone_field=arguments.zone_field, zone_layer=arguments.zone_layer,
            bands=_bands(arguments), percentiles=arguments.percentiles, mask=masks, command=canonical(arguments),
            ctx=ctx,
        )  # fmt: skip

    found = run_with_progress(work, say("Opening {name}", name=cube.name))
    tell_all(found.notes)
    out = found.save(arguments.out, arguments.table or "")[0]
    print(printed(found.book.sheets[0]))
    print(say("Table: {path}", path=out))


def separability(arguments: argparse.Namespace) -> None:
    """Writes how well the pairs of some classes can be told apart as CSV, and tells those that are hardest.

    Raises:
        HsiError: as `statistics`, or there are fewer than two classes.
    """
    require_effect(arguments, [])
    check_outputs([arguments.cube, arguments.labels], [(arguments.out, CSV)])
    cube, labels, masks = _opened(arguments)

    def work(ctx: Context) -> Separability:
        return api.separability(cube, labels, bands=_bands(arguments), mask=masks, ctx=ctx)

    found = run_with_progress(work, say("Opening {name}", name=cube.name))
    tell_all(found.notes)
    write_text(arguments.out, separability_csv(found))
    below = sum(pair.jeffries_matusita < OVERLAP for pair in found.pairs)
    print(
        say("{pairs}, {below} of them below {overlap} (Jeffries-Matusita) -> {out}", below=below, overlap=OVERLAP,
            out=arguments.out, pairs=say_number("{count} pair of classes", "{count} pairs of classes",
                                                len(found.pairs)))
    )  # fmt: skip
    for pair in found.pairs[:TOLD]:
        if not np.isnan(pair.jeffries_matusita):
            print(
                say("{jm:8.3f}  {first} / {second}", jm=pair.jeffries_matusita, first=pair.names[0],
                    second=pair.names[1])
            )  # fmt: skip


def _opened(arguments: argparse.Namespace) -> tuple[Cube, Labels, list[Mask]]:
    require_a_use(arguments)
    cube = api.open(arguments.cube, **reading(arguments))
    return cube, _labels(arguments, cube), given_masks(arguments, cube, STATISTICS)


def _labels(arguments: argparse.Namespace, cube: Cube) -> Labels:
    labels = api.read_labels(
        arguments.labels, cube, variable=arguments.labels_variable, background=arguments.labels_background,
        buffer=arguments.labels_buffer,
    )  # fmt: skip
    tell_of(labels)
    return labels


def _bands(arguments: argparse.Namespace) -> list[int] | None:
    return None if arguments.bands is None else [number - 1 for number in arguments.bands]
