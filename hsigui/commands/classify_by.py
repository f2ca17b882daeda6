"""`hsigui classify --by`: the map of a scene by spectra of a library, of pixels, or of the means of labels."""

from __future__ import annotations

import argparse
from pathlib import Path

from hsigui import api
from hsigui.commands.canonical import canonical, given
from hsigui.commands.console import counted, run_with_progress, tell_all, tell_of
from hsigui.commands.mask import given_masks
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.scene_lists import alone, entries_of, with_masks_of_list
from hsigui.commands.without_effect import Need, of_filters
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.using import MAP
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters
from hsigui.report.map_options import MapOptions
from hsigui.report.table import layer_suffixes, map_suffixes
from hsigui.texts import say, say_number

OF_A_RUN = ("run_folder", "probe", "smooth", "edges", "context", "probabilities", "out_dir", "format", "table",
            "jobs", "scheduler", "tile", "device")  # fmt: skip
OWN = ("library", "spectrum", "of_class", "group_by", "pixel", "threshold", "thresholds", "between")


def needs(arguments: argparse.Namespace) -> list[Need]:
    """What the options of `classify` need where it classifies by spectra."""
    of_run, of_library = say("The map by spectra needs no run."), say("It is of --library, and none is given.")
    of_labels = say("It is of --labels, and none are given.")
    return [
        *of_filters(arguments, [arguments.out] if arguments.out is not None else []),
        *(Need(name, False, of_run) for name in OF_A_RUN),
        *(Need(name, arguments.library is not None, of_library) for name in ("spectrum", "of_class", "group_by")),
        Need("group_by", arguments.of_class is None, say("Classes are named by --class already.")),
        *(Need(f"labels_{name}", arguments.labels is not None, of_labels)
          for name in ("variable", "background", "buffer")),
    ]  # fmt: skip


def require_by(arguments: argparse.Namespace) -> None:
    """Refuses options of maps by spectra where none is asked for.

    Raises:
        HsiError: there is one.
    """
    words = given(arguments)
    if wrong := [words[name] for name in OWN if name in words]:
        raise HsiError(say("{option} is for maps by spectra.", option=wrong[0]), say("Add --by sam, or leave it out."))
    if arguments.run_folder is None:
        raise HsiError(
            say("It is not said by which run to classify."), say("Name it with --run, or classify by spectra: --by.")
        )


def classify_by(arguments: argparse.Namespace) -> None:
    """Draws the map and writes it, with its record.

    Raises:
        HsiError: options do not go together, or a file cannot be read or written.
    """
    entries = entries_of(arguments, patterns=True)
    with_masks_of_list(arguments, entries)
    cubes = tuple(entry.path for entry in entries)
    if len(cubes) > 1:
        raise HsiError(
            say("{count} cubes cannot be classified into one map.", count=len(cubes)), say("Classify them one by one.")
        )
    if arguments.out is None:
        raise HsiError(say("It is not said where the map goes."), say("Name it with --out."))
    layers: list[tuple[Path, tuple[str, ...]]] = [
        (path, layer_suffixes()) for path in (arguments.confidence, arguments.entropy) if path is not None
    ]
    read = [path for path in (cubes[0], arguments.library, arguments.labels) if path is not None]
    check_outputs(read, [(arguments.out, map_suffixes()), *layers])
    cube = api.open(cubes[0], **reading(arguments))
    labels = None
    if arguments.labels is not None:
        labels = api.read_labels(
            arguments.labels, cube, variable=arguments.labels_variable, background=arguments.labels_background,
            buffer=arguments.labels_buffer,
        )  # fmt: skip
        tell_of(labels)
    masks = given_masks(arguments, cube, MAP)

    def work(ctx: Context) -> Result:
        return api.classify_by(
            cube, arguments.library, arguments.by, threshold=arguments.threshold,
            thresholds=None if arguments.thresholds is None else dict(arguments.thresholds),
            spectra=arguments.spectrum, pixels=_pixels(arguments),
            groups=_groups(arguments),
            labels=labels, between=arguments.between,
            filters=Filters(arguments.majority, arguments.sieve, arguments.connectivity), mask=masks, ctx=ctx,
        )  # fmt: skip

    result = run_with_progress(work, say("Opening {name}", name=cube.name))
    tell_all(result.notes)
    api.save(
        result, arguments.out, confidence=arguments.confidence, entropy=arguments.entropy,
        options=MapOptions(cloud=arguments.cog),
        command=canonical(arguments, cubes=[cubes[0]], **alone(arguments, cubes[0])),
    )  # fmt: skip
    none = int((result.valid & (result.array == 0)).sum())
    left = say_number(", {count:,} pixel unclassified", ", {count:,} pixels unclassified", none) if none else ""
    print(f"{counted(result.array, 'pixel')}{left} -> {arguments.out}")


def _pixels(arguments: argparse.Namespace) -> dict[str, list[tuple[int, int]]] | None:
    """The pixels that stand for each class, of which there may be several."""
    if arguments.pixel is None:
        return None
    found: dict[str, list[tuple[int, int]]] = {}
    for name, place in arguments.pixel:
        found.setdefault(name, []).append(place)
    return found


def _groups(arguments: argparse.Namespace) -> dict[str, str] | str | None:
    """The classes of the spectra: by a column, or named one by one."""
    if arguments.of_class is None:
        return str(arguments.group_by) if arguments.group_by else None
    return {name: group for group, name in arguments.of_class}
