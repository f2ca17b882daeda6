"""One result from what the jobs of an array left: a table, a mosaic, areas and accuracies over all scenes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline.merging.accuracies import (
    Accuracies,
    accuracies,
    class_accuracy_sheet,
    confusion_sheet,
    reports_in,
    scene_sheet,
)
from hsigui.pipeline.merging.areas import Totals, about, class_sheet, map_sheet, totals
from hsigui.pipeline.merging.class_tables import agreed
from hsigui.pipeline.merging.pieces import mosaic_of
from hsigui.pipeline.merging.records import TABLE, Joined, joined, table_in, written_lines
from hsigui.pipeline.outcomes import write_table
from hsigui.pipeline.zone_tables import stamped
from hsigui.report.mosaics import Mosaic, write_tiff, write_vrt
from hsigui.report.sheet_files import csv_of, json_of, write_book
from hsigui.report.sheets import Book, Sheet
from hsigui.saving import written_beside
from hsigui.texts import say

VIRTUAL, TIFF, STATISTICS = "mosaic.vrt", "mosaic.tif", "statistics"


@dataclass(frozen=True)
class Asked:
    """How maps are brought together.

    Attributes:
        mosaic: whether one is made.
        tiff, cloud: also as a GeoTIFF; as a cloud-optimised one.
        match_classes: classes of one name are the same, whatever their numbers.
        nearest: maps that lie off the grid are moved by at most half a pixel.
        expected: cubes of which there are to be maps.
        reports: of accuracy, besides those in the folders.
        command: the command line that asked for it.
    """

    mosaic: bool = True
    tiff: bool = False
    cloud: bool = False
    match_classes: bool = False
    nearest: bool = False
    expected: tuple[Path, ...] = ()
    reports: tuple[Path, ...] = ()
    command: str = ""


@dataclass(frozen=True, eq=False)
class Merged:
    """What was brought together.

    Attributes:
        lines: what became of each cube.
        book: the tables of areas and accuracies.
        written: files, the table of cubes first.
        missing: what is to be said of cubes without a map, a sentence each.
        notes: what else a reader should know.
    """

    lines: Joined
    book: Book
    written: tuple[Path, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def merge(folders: Sequence[Path], out: Path, asked: Asked, ctx: Context) -> Merged:
    """Joins the folders of array jobs.

    Args:
        folders: of `hsigui classify --out-dir`, or the tables of `--table`; reports of accuracy in them, or in the
            folders there, are added up too.
        out: folder for the table, the mosaic and the statistics.

    Raises:
        HsiError: a folder holds nothing of it, no map is there, maps or classes do not go together, or a file cannot be
            read or written.
        Cancelled: through the context.
    """
    lines = joined(_tables_in(folders, asked), asked.expected)
    _require_own(folders, out)
    maps = lines.maps
    reports = [*asked.reports, *reports_in(folder for folder in folders if folder.is_dir())]
    measured = accuracies(list(dict.fromkeys(path.resolve() for path in reports)), by_name=asked.match_classes)
    if lines.lines and not maps and measured is None:
        raise HsiError(
            say("None of the {count} cubes has a map.", count=len(lines.lines)), "\n".join(lines.missing[:5])
        )
    found, mosaic = _counted(maps, asked, ctx) if maps else (None, None)
    notes = [*lines.notes, *(found.notes if found else ()), *(measured.notes if measured else ())]
    book = _book(folders, found, measured, asked, [*lines.missing, *notes])
    written = _write(out, lines, found, mosaic, book, asked, ctx)
    return Merged(lines, book, tuple(written), lines.missing, tuple(notes))


def _tables_in(folders: Sequence[Path], asked: Asked) -> list[Path]:
    tables = []
    for folder in folders:
        if not folder.exists():
            raise HsiError(say("{folder} does not exist.", folder=folder), say("Check its name."))
        table = table_in(folder)
        if table is not None:
            tables.append(table)
        elif not (folder.is_dir() and reports_in([folder])):
            raise HsiError(
                say("{folder} holds no table of outcomes, no report and no study.", folder=folder),
                say("Name folders that hsigui classify --out-dir, evaluate --report or study --out wrote."),
            )
    if not tables and asked.expected:
        raise HsiError(
            say("No folder has a table of outcomes, so it is not known what became of the cubes."),
            say("Name the folder of hsigui classify --out-dir."),
        )
    return tables


def _require_own(folders: Sequence[Path], out: Path) -> None:
    """The table of a folder is made from its own outcomes: it cannot be that of several folders."""
    if len(folders) > 1 and out.resolve() in {folder.resolve() for folder in folders}:
        raise HsiError(
            say("{out} is one of several folders that are merged.", out=out), say("Name another folder with --out.")
        )


def _counted(maps: Sequence[Path], asked: Asked, ctx: Context) -> tuple[Totals, Mosaic | None]:
    looked = []
    for number, path in enumerate(maps):
        ctx.progress(number, len(maps), say("Reading {name}", name=path.name))
        ctx.check()
        looked.append(about(path))
    table = agreed([(path.name, one.classes) for path, one in zip(maps, looked, strict=True)],
                   by_name=asked.match_classes)  # fmt: skip
    mosaic = mosaic_of(looked, table, nearest=asked.nearest) if asked.mosaic else None
    return totals(looked, table, mosaic, ctx), mosaic


def _book(
    folders: Sequence[Path], found: Totals | None, measured: Accuracies | None, asked: Asked, notes: Sequence[str]
) -> Book:
    sheets: list[Sheet] = []
    if found is not None:
        sheets += [class_sheet(found), map_sheet(found)]
    if measured is not None:
        sheets += [scene_sheet(measured), class_accuracy_sheet(measured), confusion_sheet(measured)]
    made: dict[str, Any] = {"merged": [str(folder.resolve()) for folder in folders]}
    if asked.command:
        made["command"] = asked.command
    return Book(tuple(sheets), {**made, **stamped()}, tuple(dict.fromkeys(notes)))


def _write(
    out: Path, lines: Joined, found: Totals | None, mosaic: Mosaic | None, book: Book, asked: Asked, ctx: Context
) -> list[Path]:
    """Writes all files; the GeoTIFF, which takes longest, last."""
    written = list[Path]()
    if lines.lines:
        out.mkdir(parents=True, exist_ok=True)
        write_table(out / TABLE, written_lines(lines))
        written.append(out / TABLE)
    if book.sheets:
        paths = [out / f"{sheet.name}.csv" for sheet in book.sheets]
        with written_beside(*paths, out / f"{STATISTICS}.json") as scratch:
            for path, sheet in zip(scratch, book.sheets, strict=False):
                path.write_text("\ufeff" + csv_of(sheet), encoding="utf-8", newline="")
            scratch[-1].write_text(json_of(book) + "\n", encoding="utf-8")
        written += [out / f"{STATISTICS}.json", *write_book(out / f"{STATISTICS}.xlsx", book), *paths]
    if mosaic is not None and found is not None:
        written += write_vrt(out / VIRTUAL, mosaic, found.pixels)
        if asked.tiff or asked.cloud:

            def check(done: int, total: int) -> None:
                ctx.progress(done, total, say("Writing the mosaic"))
                ctx.check()

            written += write_tiff(out / TIFF, out / VIRTUAL, mosaic, found.pixels, check, cloud=asked.cloud)
    return written


def settings_of(merged: Merged) -> str:
    """All tables as one JSON object, for programs."""
    return json.dumps(
        {**json.loads(json_of(merged.book)), "missing": list(merged.missing)}, ensure_ascii=False, indent=1
    )
