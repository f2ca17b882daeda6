"""`hsigui edit`: a map finished by steps, as a new file."""

from __future__ import annotations

import argparse

from hsigui import api
from hsigui.commands.console import counted, tell_all
from hsigui.commands.outputs import check_outputs
from hsigui.commands.without_effect import TIFFS, Need, require_effect
from hsigui.errors import HsiError
from hsigui.finishing.asked import file_of, step_of
from hsigui.labels.formats.files import files_written
from hsigui.report.map_options import MapOptions
from hsigui.report.table import map_suffixes
from hsigui.texts import say, say_number


def edit(arguments: argparse.Namespace) -> None:
    """Writes a map after some steps, and tells what each has changed.

    Raises:
        HsiError: a file cannot be read or written, no step is given, or one does not fit.
    """
    steps: list[tuple[str, str]] = arguments.steps
    require_effect(arguments, [
        Need("confidence", any(name == "below" for name, _ in steps), say("--confidence is for --below.")),
        Need("cog", arguments.out.suffix.lower().lstrip(".") in TIFFS, say("--cog is of GeoTIFFs.")),
    ])  # fmt: skip
    if not steps:
        raise HsiError(say("No step is given."), say("Give one or more, such as --majority 3; see hsigui edit --help."))
    there = next((file for file in files_written(arguments.out) if file.exists()), None)
    if there is not None and not arguments.overwrite:
        raise HsiError(
            say("{name} is there already.", name=there.name), say("Choose another name, or add --overwrite.")
        )
    files = (arguments.confidence, *(file_of(name, text) for name, text in steps))
    read = [arguments.map, *(file for file in files if file is not None)]
    check_outputs(read, [(arguments.out, map_suffixes())], replaces=False)
    given = api.edit(
        arguments.map, confidence=arguments.confidence, variable=arguments.variable, background=arguments.background
    )
    tell_all(given.notes)
    made = given.after([step_of(name, text, given.grid) for name, text in steps])
    for done in made.finished.steps[given.before :]:
        print(
            say_number("{step}: {count:,} pixel changed", "{step}: {count:,} pixels changed", done.changed,
                       step=done.told)
        )  # fmt: skip
    if made.finished.painted_pixels:
        print(
            say_number(
                "{count:,} pixel is painted by hand; evaluate leaves it out of the test",
                "{count:,} pixels are painted by hand; evaluate leaves them out of the test",
                made.finished.painted_pixels,
            )
        )
    api.save(made, arguments.out, options=MapOptions(cloud=arguments.cog))
    print(f"{counted(made.array, 'pixel')} -> {arguments.out}")
