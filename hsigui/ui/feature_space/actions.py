"""What can be asked of the feature space."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.feature_space.selecting import Selecting

ROWS: tuple[ActionRow, ...] = (
    ActionRow("label_cloud", say("&Label the selected pixels"),
              say("Give the pixels that are selected in the feature space the current class; labels stay as they are"),
              Selecting.label, when=when.has_scene),
    ActionRow("label_cloud_new", say("Label as a &new class"),
              say("Add a class and give it to the pixels that are selected in the feature space, as one step"),
              Selecting.label_as_new_class, when=when.has_scene),
    ActionRow("clear_cloud", say("&Clear the selection"), say("Select nothing in the feature space"), Selecting.clear,
              icon="trash", when=when.has_scene),
)  # fmt: skip

# What stands of them in the menu Labels.
MENU: tuple[object, ...] = (say("Feature s&pace"), tuple(row.id for row in ROWS))
