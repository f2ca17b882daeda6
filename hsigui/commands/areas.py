"""`hsigui areas`: areas of the classes of a map, on all of it and by zone."""

from __future__ import annotations

import argparse
from pathlib import Path

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell_all
from hsigui.commands.evaluate import pairs
from hsigui.commands.outputs import check_outputs
from hsigui.commands.sheet_print import printed
from hsigui.commands.without_effect import Need, require_effect
from hsigui.jobs import Context
from hsigui.pipeline.zone_tables import AreaTables
from hsigui.report.sheet_files import json_of
from hsigui.report.sheet_table import sheet_suffixes
from hsigui.texts import say


def areas(arguments: argparse.Namespace) -> None:
    """Counts the areas of a map, prints them and writes them as tables.

    Raises:
        HsiError: a file cannot be read or written, or the zones cannot be brought to the map.
    """
    sampled = arguments.reference is not None
    require_effect(arguments, [
        *needs_of_zones(arguments),
        Need("by_share", arguments.zones is not None, say("--by-share is of --zones, and none are given.")),
        Need("design", sampled, say("--design is of --reference, and none is given.")),
        Need("match", sampled, say("--match is of --reference, and none is given.")),
        Need("reference_variable", sampled, say("--reference-variable is of --reference, and none is given.")),
        Need("table", any(path.suffix.lower() == ".csv" for path in arguments.out),
             say("--table is for a .csv, and none is written.")),
    ])  # fmt: skip
    inputs = [path for path in (arguments.map, arguments.zones, arguments.reference) if path is not None]
    check_outputs(inputs, [(path, sheet_suffixes()) for path in arguments.out])

    def work(ctx: Context) -> AreaTables:
        return api.areas(
            arguments.map, arguments.zones, zone_field=arguments.zone_field, zone_layer=arguments.zone_layer,
            by_share=arguments.by_share, reference=arguments.reference, design=arguments.design or "",
            match=pairs(arguments.match), reference_variable=arguments.reference_variable,
            map_variable=arguments.map_variable, map_background=arguments.map_background,
            command=canonical(arguments), ctx=ctx,
        )  # fmt: skip

    found = run_with_progress(work, say("Reading {name}", name=arguments.map.name))
    tell_all(found.notes)
    files = [found.save(path, _table(path, arguments.table))[0] for path in arguments.out]
    if arguments.json:
        print(json_of(found.book))
        return
    print(printed(found.book.sheets[0]))
    if found.estimates:
        print()
        sheet = found.book.get("estimates")
        print(printed(sheet, sum(row[0] == sheet.rows[0][0] for row in sheet.rows)))  # of the whole map
    for path in files:
        print(say("Table: {path}", path=path))


def _table(path: Path, asked: str | None) -> str:
    return asked or "" if path.suffix.lower() == ".csv" else ""


def needs_of_zones(arguments: argparse.Namespace) -> list[Need]:
    """What the options of zones need."""
    there = arguments.zones is not None
    return [
        Need("zone_field", there, say("--zone-field is of --zones, and none are given.")),
        Need("zone_layer", there, say("--zone-layer is of --zones, and none are given.")),
    ]
