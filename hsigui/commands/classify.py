"""What `hsigui classify` does: the map of a scene from its labels, or maps of other cubes by the kept classifier."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from hsigui import api
from hsigui.commands import classify_by as by_spectra
from hsigui.commands.canonical import canonical
from hsigui.commands.console import counted, run_with_progress, tell, tell_of
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_folder, check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.scene_lists import alone, entries_of, with_masks_of_list
from hsigui.commands.without_effect import Need, of_filters, require_effect
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.using import MAP
from hsigui.methods import run_record
from hsigui.pipeline import batch, kept_probe
from hsigui.pipeline.outcomes import FAILED, MADE, CubeOutcome
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, KeptClassifier
from hsigui.report.map_options import MapOptions
from hsigui.report.table import layer_suffixes, map_suffixes
from hsigui.specs import MapSpec
from hsigui.texts import say

TABLE = "outcomes.csv"
LAYERS = ("confidence", "entropy", "probabilities")


def classify(arguments: argparse.Namespace) -> None:
    """Fits the probe to labels and draws the map of their scene; or draws maps with the probe that the run keeps, or
    one by spectra.

    Raises:
        HsiError: options do not go together, a file cannot be read or written, or a cube failed.
    """
    require_a_use(arguments)
    if arguments.by is not None:
        require_effect(arguments, by_spectra.needs(arguments))
        by_spectra.classify_by(arguments)
        return
    by_spectra.require_by(arguments)
    require_effect(arguments, _needs(arguments))
    entries = entries_of(arguments, patterns=True)
    with_masks_of_list(arguments, entries)
    cubes = tuple(entry.path for entry in entries)
    if said := run_record.note_unchecked(arguments.run_folder):
        tell(said)
    if arguments.labels is not None:
        _fit_and_map(arguments, _the_one(cubes, arguments))
    elif arguments.out_dir is not None:
        _map_many(arguments, cubes)
    else:
        _map_one(arguments, _the_one(cubes, arguments))


def _needs(arguments: argparse.Namespace) -> list[Need]:
    """What the options need, of one map or of many."""
    many = arguments.out_dir is not None
    outputs = [arguments.out] if arguments.out is not None else [Path(f"map{arguments.format}")]
    return [
        *of_filters(arguments, outputs),
        Need(
            "labels_variable",
            arguments.labels is not None,
            say("--labels-variable is of --labels, and none are given."),
        ),
        Need(
            "labels_background",
            arguments.labels is not None,
            say("--labels-background is of --labels, and none are given."),
        ),
        Need("labels_buffer", arguments.labels is not None, say("--labels-buffer is of --labels, and none are given.")),
        Need(
            "format", many, say("--format is of the maps of --out-dir; the name after --out ends in that of one map.")
        ),
        Need("table", many, say("--table is of the maps of --out-dir.")),
        Need("shard", many, say("--shard is of the maps of --out-dir.")),
    ]


def _the_one(cubes: tuple[Path, ...], arguments: argparse.Namespace) -> Path:
    if arguments.labels is not None and arguments.probe == "kept":
        raise HsiError(
            say("Either labels or the kept classifier can be used."), say("Leave out --labels or --probe kept.")
        )
    if len(cubes) > 1:
        hint = say("Name a folder for the maps with --out-dir.")
        if arguments.labels is not None:
            hint = say("Classify the scene of the labels first, then all cubes with --probe kept and --out-dir.")
        raise HsiError(
            say("{count} cubes cannot be classified into one map or from the labels of one.", count=len(cubes)), hint
        )
    if arguments.out is None:
        raise HsiError(say("It is not said where the map goes."), say("Name it with --out."))
    return cubes[0]


def _fit_and_map(arguments: argparse.Namespace, path: Path) -> None:
    """The map of the labels' own scene; its classifier is kept in the run."""
    check_outputs([path, arguments.labels], _outputs(arguments))
    cube = api.open(path, **reading(arguments))
    labels = api.read_labels(
        arguments.labels, cube, variable=arguments.labels_variable, background=arguments.labels_background,
        buffer=arguments.labels_buffer,
    )  # fmt: skip
    tell_of(labels)
    masks = given_masks(arguments, cube, MAP)
    _asked(arguments)  # refused now rather than after the features are made

    def work(ctx: Context) -> Result:
        encoder = api.load_encoder(arguments.run_folder)
        features = api.embed(cube, encoder, folder=arguments.run_folder, device=arguments.device, mask=masks, ctx=ctx)
        classifier = api.fit(
            features, labels, smooth=arguments.smooth, edges=arguments.edges, context=arguments.context, ctx=ctx
        )
        result = api.classify(
            features, classifier, smooth=arguments.smooth, edges=arguments.edges,
            context=arguments.context, probabilities=arguments.probabilities is not None, filters=_filters(arguments),
            ctx=ctx,
        )  # fmt: skip
        try:
            api.keep(result, command=_command(arguments, path, arguments.out), ctx=ctx)
        except HsiError as error:  # the map does not depend on it
            ctx.warn(say("The classifier is not kept for other cubes: {message}", message=error.message))
        return result

    result = run_with_progress(work, say("Loading PyTorch"))
    _write(result, arguments, path, arguments.out)
    if without := [c.name for c in labels.classes if not (labels.array == c.number).any()]:
        tell(say("without labels, so not in the map: {without}", without=", ".join(without)))
    print(f"{counted(result.array, 'pixel')} -> {arguments.out}")


def _map_one(arguments: argparse.Namespace, path: Path) -> None:
    """The map of another cube by the kept classifier."""
    check_outputs([path], _outputs(arguments))
    _asked(arguments)

    def work(ctx: Context) -> Result:
        return _mapped(path, api.load_classifier(arguments.run_folder), arguments, arguments.out, ctx)

    result = run_with_progress(work, say("Loading PyTorch"))
    _write(result, arguments, path, arguments.out)
    print(f"{counted(result.array, 'pixel')} -> {arguments.out}")


def _map_many(arguments: argparse.Namespace, cubes: tuple[Path, ...]) -> None:
    """Maps of many cubes, a table of what became of each, and what failed as one error at the end."""
    if given := [name for name in ("out", *LAYERS) if getattr(arguments, name) is not None]:
        raise HsiError(
            say("--{first_given} is for one cube.", first_given=given[0]), say("Maps of several go to --out-dir.")
        )
    maps = map_suffixes()
    if arguments.format not in maps:
        raise HsiError(
            say("Maps cannot be written as {format}.", format=arguments.format),
            say("Choose one of {maps}.", maps=", ".join(maps)),
        )
    asked = _asked(arguments)
    check_folder(arguments.out_dir)
    wanted = batch.orders(cubes, arguments.out_dir, arguments.format)  # of all, so that every shard names them alike
    if arguments.shard is not None:
        number, count = arguments.shard
        wanted = wanted[number - 1 :: count]
    table = arguments.table or arguments.out_dir / TABLE
    check_outputs(list(cubes), [(table, (".csv",)), *((order.map, maps) for order in wanted)], replaces=False)
    run, read = kept_probe.identity(arguments.run_folder), {k: str(v) for k, v in reading(arguments).items()}
    filters, options = dict(_filters(arguments).words), dataclasses.asdict(MapOptions(cloud=arguments.cog))
    masks = [each for each in (arguments.masks, arguments.masks_of_scenes) if each]
    settings = json.dumps([run, asked, filters, options, read, *masks])

    def work(ctx: Context) -> tuple[CubeOutcome, ...]:
        classifier = api.load_classifier(arguments.run_folder)

        def make(order: batch.Order, one: Context) -> CubeOutcome:
            result = _mapped(order.cube, classifier, arguments, order.map, one)
            _write(result, arguments, order.cube, order.map)
            count, classes = int(np.count_nonzero(result.array)), len(np.unique(result.array[result.array > 0]))
            told = result.notes if result.brought is None else (*result.notes, *result.brought.words)
            said, size = " ".join(told), result.cube.shape
            return CubeOutcome(str(order.cube), MADE, str(order.map), *size, count, classes, message=said)

        return batch.run(wanted, make, settings, table, ctx)

    outcomes = run_with_progress(work, say("Loading PyTorch"))
    _print_table(outcomes, table)
    if failed := [line for line in outcomes if line.outcome == FAILED]:
        raise HsiError(
            say(
                "{count} of {outcomes_count} cubes failed: {failed}.",
                count=len(failed),
                outcomes_count=len(outcomes),
                failed=", ".join(Path(line.cube).name for line in failed),
            ),
            say("The reasons are in {table}; the same command makes only these again.", table=table),
        )


def _print_table(outcomes: tuple[CubeOutcome, ...], table: Path) -> None:
    width = max(len(Path(line.cube).name) for line in outcomes)
    print(
        say(
            "{cube:{width}}  {outcome:9}  {pixels:>10}  {seconds:>7}  map, or why not",
            cube=say("cube"),
            width=width,
            outcome=say("outcome"),
            pixels=say("pixels"),
            seconds=say("seconds"),
        )
    )
    for line in outcomes:
        pixels, seconds = (str(line.pixels), f"{line.seconds:.1f}") if line.outcome != FAILED else ("", "")
        what = line.message if line.outcome == FAILED else line.map
        print(f"{Path(line.cube).name:{width}}  {line.outcome:9}  {pixels:>10}  {seconds:>7}  {what}")
    print(say("Table: {table}", table=table))


def _mapped(
    path: Path, classifier: KeptClassifier, arguments: argparse.Namespace, out: Path, ctx: Context
) -> Result:  # fmt: skip
    """The map of a cube by the kept classifier; features that are too large for memory lie beside the map."""
    cube = api.open(path, **reading(arguments))
    return api.classify(
        cube, classifier, smooth=arguments.smooth, edges=arguments.edges,
        context=arguments.context, probabilities=arguments.probabilities is not None, filters=_filters(arguments),
        device=arguments.device,
        scratch=out.parent, mask=given_masks(arguments, cube, MAP), ctx=ctx,
    )  # fmt: skip


def _write(result: Result, arguments: argparse.Namespace, cube: Path, out: Path) -> None:
    """Writes the map with the record of how it came to be, and the measurements that were asked for."""
    layers = {name: getattr(arguments, name) for name in LAYERS}
    command = _command(arguments, cube, out)
    api.save(result, out, **layers, options=MapOptions(cloud=arguments.cog), command=command)


def _command(arguments: argparse.Namespace, cube: Path, out: Path) -> str:
    """The command line that makes the map of one cube, also where it was asked for with others."""
    return canonical(
        arguments, out_dir=None, table=None, format=None, shard=None, cubes=[cube], out=out,
        **alone(arguments, cube),
    )  # fmt: skip


def _asked(arguments: argparse.Namespace) -> dict[str, float | str]:
    """What the options say of drawing the map.

    Raises:
        HsiError: a value is out of range.
    """
    names = [f.name for f in dataclasses.fields(MapSpec)]
    asked = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    MapSpec(**asked)
    return asked


def _filters(arguments: argparse.Namespace) -> Filters:
    return Filters(arguments.majority, arguments.sieve, arguments.connectivity)


def _outputs(arguments: argparse.Namespace) -> list[tuple[Path, tuple[str, ...]]]:
    outputs: list[tuple[Path, tuple[str, ...]]] = [(arguments.out, map_suffixes())]
    given = (getattr(arguments, name) for name in LAYERS)
    return outputs + [(path, layer_suffixes()) for path in given if path is not None]
