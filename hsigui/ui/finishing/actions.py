"""What can be asked of the finished map."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.finishing.controller import FinishingController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("show_finished", say("Show the &finished map"),
              say("Show the map after the steps and what is painted on it, in place of the model's answer (Shift+P)"),
              FinishingController.show_finished, keys=("Shift+P",), when=when.has_map, checkable=True),
    ActionRow("paint_map", say("Paint on the &map"),
              say("The tools paint on the finished map; Esc: labels (Shift+V)"),
              FinishingController.paint_map, keys=("Shift+V",), icon="map", when=when.has_map, checkable=True,
              more=say("What is painted stays over every new map. The eraser gives pixels back what the model and the "
                       "steps make of them.")),
    ActionRow("erase_painted", say("Take all back that was &painted on the map"),
              say("Give all pixels back what the model and the steps make of them; can be undone"),
              FinishingController.erase_painted, when=when.has_painted_map),
    ActionRow("save_painted", say("&Save what is painted…"),
              say("Write what is painted on the map as a file of labels, as hsigui edit --paint reads it"),
              FinishingController.save_painted, when=when.has_painted_map),
    ActionRow("swipe_finished", say("&Compare the finished map with the answer"),
              say("The model's answer on the left, the finished map on the right of a line that is dragged"),
              FinishingController.swipe, when=when.has_finished),
)  # fmt: skip

MENU = tuple(row.id for row in ROWS)
