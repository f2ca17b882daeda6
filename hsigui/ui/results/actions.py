"""What can be asked of results: writing them to files."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.results.copying import CopyController
from hsigui.ui.results.export import ExportController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("export", say("&Export…"), say("Write the map and the report to files"), ExportController.ask,
              keys=("Ctrl+E",),
              icon="export", when=when.has_map),
    ActionRow("export_run", say("E&xport run…"),
              say("Write encoder and classifier to a folder that other programs can use"),
              ExportController.ask_run, when=when.has_features),
    ActionRow("copy_commands", say("Copy the map as &commands"),
              say("Command lines that make this map again in an empty folder, to the clipboard"),
              CopyController.copy_commands, when=when.has_map, icon="copy"),
    ActionRow("copy_python", say("Copy the map as P&ython"),
              say("A Python script that makes this map again in an empty folder, to the clipboard"),
              CopyController.copy_python, when=when.has_map, icon="copy"),
)  # fmt: skip
