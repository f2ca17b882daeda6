"""What can be asked of trainings and their runs."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.training.controller import TrainingController
from hsigui.ui.training.run_files import RunFiles

ROWS: tuple[ActionRow, ...] = (
    ActionRow("pretrain", say("&Pretrain"),
              say("Learn features of this scene, without labels"), TrainingController.pretrain,
              keys=("Ctrl+P",), icon="pretrain", when=when.is_not_trained_on,
              more=say("In the mean of the scenes that it was measured on, training is worth 0.7 points over an "
                       "untrained network: a few where labels are few, next to nothing where the map is right "
                       "without it.")),
    ActionRow("pause", say("P&ause"), say("Hold the training and go on later"), TrainingController.pause, icon="pause",
              when=when.is_training, checkable=True),
    ActionRow("cancel", say("&Cancel"), say("Stop the training; labels and earlier results stay"),
              TrainingController.cancel,
              icon="cancel", when=when.is_training),
    ActionRow("show_run_folder", say("Show the r&un in its folder"),
              say("Open the folder that the run in use is kept in"), RunFiles.show_folder, when=when.has_features),
    ActionRow("open_run", say("&Open run…"), say("Use an encoder that was trained before, here or by command"),
              RunFiles.ask_and_open, when=when.is_not_trained_on),
)  # fmt: skip
