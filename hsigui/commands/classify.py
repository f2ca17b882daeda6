"""What `hsigui classify` does: the map of a scene from its labels, or maps of other cubes by the kept classifier."""

from __future__ import annotations

import argparse
from pathlib import Path

from hsigui import api
from hsigui.commands import classify_by as by_spectra
from hsigui.commands import classify_tiles as by_tiles
from hsigui.commands.console import counted, run_with_progress, tell, tell_of
from hsigui.commands.many_maps import map_many
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.one_map import LAYERS, asked_of, command_of, filters, mapped, write
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.scene_lists import entries_of, with_masks_of_list
from hsigui.commands.without_effect import Need, of_filters, require_effect
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.using import MAP
from hsigui.methods import run_record
from hsigui.pipeline.result import Result
from hsigui.report.table import layer_suffixes, map_suffixes
from hsigui.texts import say


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
        map_many(arguments, cubes)
    elif by_tiles.is_asked_for(arguments):
        by_tiles.map_tiles(arguments, _the_one(cubes, arguments))
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
        *by_tiles.needs(arguments),
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
    asked_of(arguments)  # refused now rather than after the features are made

    def work(ctx: Context) -> Result:
        encoder = api.load_encoder(arguments.run_folder)
        features = api.embed(cube, encoder, folder=arguments.run_folder, device=arguments.device, mask=masks, ctx=ctx)
        classifier = api.fit(
            features, labels, smooth=arguments.smooth, edges=arguments.edges, context=arguments.context, ctx=ctx
        )
        result = api.classify(
            features, classifier, smooth=arguments.smooth, edges=arguments.edges,
            context=arguments.context, probabilities=arguments.probabilities is not None, filters=filters(arguments),
            ctx=ctx,
        )  # fmt: skip
        try:
            api.keep(result, command=command_of(arguments, path, arguments.out), ctx=ctx)
        except HsiError as error:  # the map does not depend on it
            ctx.warn(say("The classifier is not kept for other cubes: {message}", message=error.message))
        return result

    result = run_with_progress(work, say("Loading PyTorch"))
    write(result, arguments, arguments.out, command_of(arguments, path, arguments.out))
    if without := [c.name for c in labels.classes if not (labels.array == c.number).any()]:
        tell(say("without labels, so not in the map: {without}", without=", ".join(without)))
    print(f"{counted(result.array, 'pixel')} -> {arguments.out}")


def _map_one(arguments: argparse.Namespace, path: Path) -> None:
    """The map of another cube by the kept classifier."""
    check_outputs([path], _outputs(arguments))
    asked_of(arguments)

    def work(ctx: Context) -> Result:
        return mapped(path, api.load_classifier(arguments.run_folder), arguments, arguments.out, ctx)

    result = run_with_progress(work, say("Loading PyTorch"))
    write(result, arguments, arguments.out, command_of(arguments, path, arguments.out))
    print(f"{counted(result.array, 'pixel')} -> {arguments.out}")


def _outputs(arguments: argparse.Namespace) -> list[tuple[Path, tuple[str, ...]]]:
    outputs: list[tuple[Path, tuple[str, ...]]] = [(arguments.out, map_suffixes())]
    given = (getattr(arguments, name) for name in LAYERS)
    return outputs + [(path, layer_suffixes()) for path in given if path is not None]
