"""`hsigui merge`: what the jobs of an array left, joined: table, mosaic, areas and accuracies; or one study."""

from __future__ import annotations

import argparse
from pathlib import Path

from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell, tell_all
from hsigui.commands.outputs import check_folder
from hsigui.commands.sheet_print import printed
from hsigui.commands.without_effect import Need, require_effect
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline import batch
from hsigui.pipeline.merging.merge import Asked, Merged, settings_of
from hsigui.pipeline.merging.merge import merge as join
from hsigui.pipeline.merging.studies import is_study, merge_studies
from hsigui.pipeline.outcomes import FAILED
from hsigui.texts import say, say_number


def merge(arguments: argparse.Namespace) -> None:
    """Joins folders of array jobs, and tells what is missing.

    Raises:
        HsiError: folders do not go together, a file cannot be read or written; or, after all is written, a cube has no
            map and it is not allowed.
    """
    check_folder(arguments.out)
    studies = [folder for folder in arguments.folders if is_study(folder)]
    if studies:
        _merge_studies(arguments, studies)
        return
    require_effect(arguments, [
        Need("cog", arguments.mosaic, say("--cog is of the mosaic, and none is made.")),
        Need("geotiff", arguments.mosaic, say("--geotiff is of the mosaic, and none is made.")),
        Need("nearest", arguments.mosaic, say("--nearest is of the mosaic, and none is made.")),
    ])  # fmt: skip
    asked = Asked(
        arguments.mosaic, arguments.geotiff, arguments.cog, arguments.match_classes, arguments.nearest,
        batch.found(arguments.expected or ()), tuple(arguments.reports or ()), canonical(arguments),
    )  # fmt: skip

    def work(ctx: Context) -> Merged:
        return join(arguments.folders, arguments.out, asked, ctx)

    merged = run_with_progress(work, say("Reading outcomes"))
    tell_all(merged.notes)
    tell_all(merged.missing)
    if arguments.json:
        print(settings_of(merged))
    else:
        _print(merged)
    if merged.missing and not arguments.allow_missing:
        raise HsiError(
            say_number("{count} cube has no map.", "{count} cubes have no map.", len(merged.missing)),
            say("What is there was merged. Classify these again with the same command, then merge again; or give "
                "--allow-missing."),
        )  # fmt: skip


def _print(merged: Merged) -> None:
    lines = merged.lines.lines
    if lines:
        failed = sum(line.outcome.outcome == FAILED for line in lines)
        print(
            say("{cubes}, {maps}, {failed} failed", cubes=say_number("{count} cube", "{count} cubes", len(lines)),
                maps=say_number("{count} map", "{count} maps", len(merged.lines.maps)), failed=failed)
        )  # fmt: skip
    for sheet in merged.book.sheets:
        if sheet.name in ("classes", "scenes", "class_accuracies"):
            print(f"\n{printed(sheet)}")
    print()
    for path in merged.written:
        print(path)


def _merge_studies(arguments: argparse.Namespace, studies: list[Path]) -> None:
    if len(studies) < len(arguments.folders):
        other = next(folder for folder in arguments.folders if folder not in studies)
        raise HsiError(
            say("{study} holds a study, and {other} does not.", study=studies[0], other=other),
            say("Merge studies and maps apart."),
        )
    nothing = say("It is of maps, and these are folders of a study.")
    require_effect(arguments, [
        Need(name, False, nothing)
        for name in ("mosaic", "geotiff", "cog", "match_classes", "nearest", "expected", "reports", "allow_missing",
                     "json")
    ])  # fmt: skip
    found = merge_studies(studies, arguments.out)
    tell_all(found.notes)
    if found.failures:
        tell(say_number("{count} result had failed, and is not taken over.",
                        "{count} results had failed, and are not taken over.", found.failures))  # fmt: skip
    print(say_number("{count} result of {folders} folders -> {out}", "{count} results of {folders} folders -> {out}",
                     found.scores, folders=len(studies), out=found.folder))  # fmt: skip
    tell(say("the command of the study with --out {out} computes what is missing and writes the report",
             out=arguments.out))  # fmt: skip
