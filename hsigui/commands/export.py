"""What `hsigui export` and `hsigui card` do: maps in other formats, and the model card of a run."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
from pathlib import Path

import numpy as np

from hsigui import untrusted
from hsigui.commands.canonical import canonical
from hsigui.commands.console import counted, tell, tell_all
from hsigui.commands.outputs import check_outputs
from hsigui.commands.without_effect import of_export, require_effect
from hsigui.errors import HsiError
from hsigui.labels.formats.class_tables import merged_table, read_table, write_table
from hsigui.labels.formats.files import read_classes
from hsigui.labels.formats.table import class_table_suffixes
from hsigui.methods import model_card
from hsigui.pipeline import provenance
from hsigui.pipeline.chain import Chain
from hsigui.pipeline.finished_record import filtered_record
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.values import Filters
from hsigui.report.filters import filtered
from hsigui.report.map_options import MapOptions
from hsigui.report.mapping_unit import smallest_unit
from hsigui.report.maps import export_map
from hsigui.report.table import map_suffixes, read_back_suffixes
from hsigui.texts import say


def export(arguments: argparse.Namespace) -> None:
    """Writes a map in other formats, filtered on a copy where that is asked for, and its legend.

    Raises:
        HsiError: a file cannot be read or written, or an option does not fit the map; what can be written is.
    """
    require_effect(arguments, of_export(arguments))
    outputs = [(path, map_suffixes()) for path in arguments.out]
    outputs += [(path, class_table_suffixes()) for path in arguments.legend]
    check_outputs([arguments.map], outputs)
    raster = read_classes(arguments.map, variable=arguments.variable, background=arguments.background)
    tell_all(raster.notes)
    classes = raster.classes
    if arguments.classes is not None:
        classes = merged_table(classes, read_table(arguments.classes))
    filters = Filters(arguments.majority, arguments.sieve, arguments.connectivity)
    array = filtered(raster.array, **dataclasses.asdict(filters))
    smallest = smallest_unit(arguments.mmu, raster.geo, raster.array.shape)
    options = MapOptions(
        arguments.title, arguments.cog, arguments.bare, arguments.simplify, smallest, arguments.north_up
    )
    record = provenance.load(arguments.map, raster.array)
    refused: list[tuple[Path, HsiError]] = []  # a format that does not suit the map keeps none of the others back
    for path in arguments.out:
        try:
            written = export_map(path, array, classes, raster.geo, options=options, title=arguments.map.stem)
        except HsiError as error:
            refused.append((path, error))
            continue
        if record is not None and not options.north_up and path.suffix.lower() in read_back_suffixes():
            made = dataclasses.replace(record, commands=_commands(arguments, record, path))
            written.append(provenance.save(filtered_record(made, raster, filters), path, array))
        print(f"{counted(array, 'pixel')} -> {', '.join(map(str, written))}")
    for path in arguments.legend:
        print(say("{count} classes -> {write_table}", count=len(classes), write_table=write_table(path, classes)[0]))
    if changed := int(np.count_nonzero(array != raster.array)):
        print(say("{changed} pixels were changed by the filters", changed=changed))
    if refused:
        words = "; ".join(
            say("{name} was not written: {message}", name=path.name, message=error.message) for path, error in refused
        )
        raise HsiError(words, " ".join(dict.fromkeys(error.hint for _, error in refused if error.hint)))


def _commands(arguments: argparse.Namespace, record: Provenance, out: Path) -> tuple[str, ...]:
    """The command lines that make one of the exported maps again; none where those of the map are not known."""
    if not record.commands:
        return ()
    chain = Chain()
    drawn = chain.add(record.commands)
    there = {str(arguments.map.expanduser().resolve()): drawn} if drawn else {}
    chain.add([canonical(arguments, out=[out], legend=None)], there)
    return tuple(chain.lines)


def card(arguments: argparse.Namespace) -> None:
    """Writes the model card of a run again, with the accuracy of a report where one is named.

    Raises:
        HsiError: the folder holds no run, or the report no accuracy, or that of another run.
    """
    if arguments.report is None:
        written = model_card.write_card(arguments.run_folder)
    else:
        found = _report(arguments.report)
        _require_same_run(found, arguments.run_folder, arguments.report)
        inner = found.get("accuracy", found)
        measured = inner if isinstance(inner, dict) else {}
        if found.get("areas"):
            measured = {**measured, "areas": found["areas"]}
        written = model_card.keep_accuracy(arguments.run_folder, measured, arguments.report.name)[-1]
    print(say("Model card: {written}", written=written))


def _report(path: Path) -> dict[str, object]:
    try:
        found = untrusted.json_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HsiError(
            say("{path} cannot be read: {error}.", path=path, error=error),
            say("Choose the report.json of an evaluation."),
        ) from error
    return found if isinstance(found, dict) else {}


def _require_same_run(report: dict[str, object], folder: Path, name: Path) -> None:
    """Refuses the accuracy of another run's map, and says where the kept classifier was fitted to other labels."""
    hashes, weights = report.get("hashes"), folder / model_card.WEIGHTS
    told = hashes if isinstance(hashes, dict) else {}
    if told.get("weights") and weights.is_file():
        with weights.open("rb") as file:
            own = hashlib.file_digest(file, "sha256").hexdigest()
        if own != told["weights"]:
            raise HsiError(
                say("{name} measured a map of another run.", name=name),
                say("Choose the report of a map made with this one."),
            )
    try:
        kept = untrusted.json_of((folder / model_card.PROBE).read_text(encoding="utf-8"))["fitted"]["labels_sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # no classifier is kept
    if told.get("labels") and told["labels"] != kept:
        tell(say("the kept classifier was fitted to other labels than the one whose map the report measured"))
