"""A kept map as a file, and the table itself as CSV."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.cube.cube import Geo
from hsigui.document.results import KeptResult
from hsigui.jobs import Context
from hsigui.report.table import exporters
from hsigui.report.tables import csv_text
from hsigui.saving import write_text
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.desk import Desk
from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.rows import COLUMNS


class ResultFiles(QObject):
    """Asks where, and writes in a worker."""

    def __init__(self, desk: Desk, panel: ResultsTable) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._panel = desk, desk.session, panel

    def ask_and_export(self) -> None:
        """Writes the map of the chosen row."""
        row, scene = self._panel.chosen, self._session.shown
        if row is None or scene is None:
            return
        if not row.has_map:
            self._desk.messages.info(say("This training has no map: use it, then label."))
            return
        proposal = str(self._desk.folder() / f"{scene.cube.name}-{row.title}.tif")
        path = self._desk.prompts.save_path(say("Export map"), proposal, kinds=map_kinds())
        if path is not None:
            self._write(path, row.result, scene.cube.geo, row.title)

    def ask_and_save(self) -> None:
        """Writes the table as it is shown."""
        if not self._panel.model.rows:
            return
        name = self._session.scene.cube.name
        path = self._desk.prompts.save_path(
            say("Save table"), str(self._desk.folder() / f"{name}-maps.csv"), kinds=say("CSV (*.csv)")
        )
        if path is not None:
            self._write_table(path, csv_text([[title for title, _ in COLUMNS], *self._panel.model.texts()]))

    def _write(self, path: Path, result: KeptResult, geo: Geo, title: str) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("{title} was written to {path}.", title=title, path=path), written[0])

        work = partial(write_map, path=path, result=result, geo=geo, title=title)
        self._save(path, say("Export map"), work, done, partial(self._write, result=result, geo=geo, title=title))

    def _write_table(self, path: Path, text: str) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("The table was saved to {path}.", path=path), written[0])

        def work(_ctx: Context) -> list[Path]:
            return write_text(path, text)

        self._save(path, say("Save table"), work, done, partial(self._write_table, text=text))

    def _save(
        self, path: Path, title: str, work: Callable[[Context], list[Path]], done: Callable[[list[Path]], None],
        again: Callable[[Path], None],
    ) -> None:  # fmt: skip
        copy = free_name(path)
        careful_saving.save(self._desk, Saving(title, (path,), work, done, lambda: None, (copy, partial(again, copy))))


def map_kinds() -> str:
    """The filters for writing a map: the formats that say all of it by their ending."""
    rows = [row for row in exporters() if row.suffixes and row.write is not None and row.available]
    return ";;".join(f"{row.title} (*{row.suffixes[0]})" for row in rows)


def write_map(ctx: Context, path: Path, result: KeptResult, geo: Geo, title: str) -> list[Path]:
    """Writes a kept map in the format of the ending.

    Raises:
        HsiError: it is damaged, or cannot be written.
    """
    from hsigui.report.maps import export_map

    if result.map is None:
        return []
    ctx.progress(0, 0, say("Writing the map…"))
    return export_map(path, result.map.array(), result.classes, geo, title=title, check=ctx.check)
