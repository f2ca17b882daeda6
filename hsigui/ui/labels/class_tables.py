"""Names and colours of classes from and to files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.class_tables import merged_table, read_table, write_table
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.comparing import compare_tables
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.prompts import class_table_kinds


class ClassTables(QObject):
    """Labels > Import classes and Export classes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session

    def ask_and_import_classes(self) -> None:
        """Takes names and colours of a table: those of the same name are recoloured, others are added."""
        if self._session.cube is None:
            return
        path = self._desk.prompts.open_path(
            say("Import classes"), str(self._desk.folder()), scene=False, kinds=class_table_kinds()
        )
        if path is None:
            return
        self._desk.seen.note_before_reading(path)
        try:
            table = read_table(path)
        except HsiError as error:
            self._desk.fail(error)
            return
        merged = merged_table(self._session.classes, table)
        if merged != self._session.classes:
            self._session.set_classes(merged, say("Import {name}", name=path.name))
        self._desk.messages.info(
            say(
                "{count} classes from {name}; those of the same name took its colours.",
                count=len(table),
                name=path.name,
            )
        )

    def ask_and_export_classes(self) -> None:
        """Writes numbers, names and colours of the classes to a table."""
        cube = self._session.cube
        if cube is None:
            return
        proposal = str(self._desk.folder() / f"{cube.name}-classes.csv")
        path = self._desk.prompts.save_path(say("Export classes"), proposal, kinds=class_table_kinds())
        if path is None:
            return
        self._write(path)

    def _write(self, path: Path) -> None:
        classes, copy = self._session.classes, free_name(path)

        def write(_ctx: Context) -> list[Path]:
            return write_table(path, classes)

        def done(written: list[Path]) -> None:
            self._desk.told(say("Classes written to {path}.", path=path), written[0])

        careful_saving.save(self._desk, Saving(
            say("Export classes"), (path,), write, done, lambda: None, (copy, partial(self._write, copy)),
            lambda changed: compare_tables(changed, classes),
        ))  # fmt: skip
