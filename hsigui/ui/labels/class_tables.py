"""Names and colours of classes from and to files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.errors import HsiError
from hsigui.labels.formats.class_tables import merged_table, read_table, write_table
from hsigui.texts import say
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
            say("Import classes"), self._desk.settings.last_folder, scene=False, kinds=class_table_kinds()
        )
        if path is None:
            return
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
        folder = Path(self._desk.settings.last_folder or Path.home())
        proposal = str(folder / f"{cube.name}-classes.csv")
        path = self._desk.prompts.save_path(say("Export classes"), proposal, kinds=class_table_kinds())
        if path is None:
            return
        try:
            write_table(path, self._session.classes)
        except HsiError as error:
            self._desk.fail(error)
            return
        self._desk.told(say("Classes written to {path}.", path=path), path)
