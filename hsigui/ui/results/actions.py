"""What can be asked of results: writing them to files."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.results.accuracy_controller import AccuracyController
from hsigui.ui.results.copying import CopyController
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.export import ExportController
from hsigui.ui.results.zones_controller import ZonesController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("export", say("&Export…"), say("Write the map and the report to files"), ExportController.ask,
              keys=("Ctrl+E",),
              icon="export", when=when.has_map),
    ActionRow("export_run", say("E&xport run…"),
              say("Write encoder and classifier to a folder that other programs can use"),
              ExportController.ask_run, when=when.has_features),
    ActionRow("show_accuracy", say("Confusion matri&x…"),
              say("Which classes are taken for which, how right each class is, and what is tested"),
              AccuracyController.show_accuracy, keys=("Ctrl+Shift+Y",), icon="matrix", when=when.is_measured),
    ActionRow("show_errors", say("Show &errors"),
              say("In place of the map, show where it is right and wrong on the pixels it is measured on (Shift+Y)"),
              ErrorController.show_errors, keys=("Shift+Y",), when=when.is_measured, checkable=True),
    ActionRow("next_error", say("Next err&or"),
              say("Go to the largest area of wrong pixels, then to the next smaller one (F3)"),
              ErrorController.next_error, keys=("F3",), icon="next", when=when.is_measured),
    ActionRow("previous_error", say("Pre&vious error"), say("Go back to the next larger one (Shift+F3)"),
              ErrorController.previous_error, keys=("Shift+F3",), icon="previous", when=when.is_measured),
    ActionRow("show_zones", say("Areas and statistics by &zone…"),
              say("Hectares of each class, or what bands and layers are like, by parcel or on all of the scene, as a "
                  "table"),
              ZonesController.show_zones, when=when.has_scene),
    ActionRow("copy_commands", say("Copy the map as &commands"),
              say("Command lines that make this map again in an empty folder, to the clipboard"),
              CopyController.copy_commands, when=when.has_map, icon="copy"),
    ActionRow("copy_python", say("Copy the map as P&ython"),
              say("A Python script that makes this map again in an empty folder, to the clipboard"),
              CopyController.copy_python, when=when.has_map, icon="copy"),
    ActionRow("copy_step_commands", say("Copy the last step as c&ommand"),
              say("The command line for what was done last, to the clipboard: a scene opened, labels read or drawn, a "
                  "training, a map, an export, a layer"),
              CopyController.copy_step_commands, when=when.has_scene, icon="copy"),
    ActionRow("copy_step_python", say("Copy the last step as Pyt&hon"),
              say("Python that does what was done last, to the clipboard"),
              CopyController.copy_step_python, when=when.has_scene, icon="copy"),
)  # fmt: skip
