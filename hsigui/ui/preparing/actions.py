"""What can be asked of cubes that are made ready."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.preparing.controller import PrepareController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("prepare_cube", say("Prepare cube…"),
              say("Cut, calibrate, clean and put together cubes, with a preview, into a new file"),
              PrepareController.show_dialog, when=when.has_scene),
    ActionRow("save_cube", say("Save cube…"), say("Write the scene as a new file of any format"),
              PrepareController.save_scene, when=when.has_scene),
)  # fmt: skip
