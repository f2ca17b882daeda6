"""What can be asked of results: writing them to files."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.results.export import ExportController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("export", say("&Export…"), say("Write the map and the report to files"), ExportController.ask,
              keys=("Ctrl+E",),
              icon="export", when=when.has_map),
    ActionRow("export_run", say("E&xport run…"),
              say("Write encoder and classifier to a folder that other programs can use"),
              ExportController.ask_run, when=when.has_features),
)  # fmt: skip
