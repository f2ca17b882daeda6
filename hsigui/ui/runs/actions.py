"""What can be asked of the table of maps and trainings."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.runs.controller import ResultsOfScene
from hsigui.ui.runs.saving import ResultFiles

ROWS: tuple[ActionRow, ...] = (
    ActionRow("keep_map", say("&Keep the map"),
              say("Put the map that is shown into the table of maps and trainings, to stay when others are made"),
              ResultsOfScene.keep_map, keys=("Ctrl+K",), icon="save", when=when.has_map),
    ActionRow("use_result", say("&Use"), say("Take the encoder of the chosen row into use"),
              ResultsOfScene.use, when=when.is_not_trained_on),
    ActionRow("repeat_training", say("R&epeat"), say("Train again with the settings and the seed of the chosen row"),
              ResultsOfScene.repeat, when=when.is_not_trained_on),
    ActionRow("compare_views", say("Side &by side"), say("Two maps and their difference in views beside the image"),
              ResultsOfScene.compare_views, when=when.has_scene),
    ActionRow("compare_swipe", say("Swipe &two"), say("Two maps over each other, with a line that you drag"),
              ResultsOfScene.compare_swipe, when=when.has_scene),
    ActionRow("show_difference", say("Di&fference"),
              say("Where two maps differ, and which of them is right there, in a view beside the image"),
              ResultsOfScene.show_difference, when=when.has_scene),
    ActionRow("rename_result", say("Re&name"), say("Name the chosen row (F2)"), ResultsOfScene.rename,
              when=when.has_scene),
    ActionRow("annotate_result", say("N&ote"), say("Write a note to the chosen row"), ResultsOfScene.annotate,
              when=when.has_scene),
    ActionRow("export_result", say("E&xport map…"), say("Write the map of the chosen row to a file"),
              ResultFiles.ask_and_export, icon="export", when=when.has_scene),
    ActionRow("save_results", say("&Save the table…"), say("The table as it is shown, to a CSV file"),
              ResultFiles.ask_and_save, when=when.has_scene),
    ActionRow("delete_result", say("&Delete"),
              say("Delete the map of the chosen row; or its training, which is asked about first"),
              ResultsOfScene.delete, icon="trash", when=when.has_scene),
)  # fmt: skip

MENU: tuple[str | None, ...] = (
    "keep_map", None, "compare_views", "compare_swipe", "show_difference", None, "use_result", "repeat_training",
    "rename_result", "annotate_result", None, "export_result", "save_results", "delete_result",
)  # fmt: skip
BAR: tuple[str | None, ...] = (
    "keep_map", None, "compare_views", "compare_swipe", "show_difference", None, "use_result", "repeat_training", None,
    "export_result", "delete_result",
)  # fmt: skip
