"""What can be asked of trainings and their runs."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.training.controller import TrainingController
from hsigui.ui.training.run_files import RunFiles

ROWS: tuple[ActionRow, ...] = (
    ActionRow("pretrain", "&Pretrain", "Learn features of this scene, without labels", TrainingController.pretrain,
              keys=("Ctrl+P",), icon="pretrain", when=when.is_not_trained_on),
    ActionRow("pause", "P&ause", "Hold the training and go on later", TrainingController.pause, icon="pause",
              when=when.is_training, checkable=True),
    ActionRow("cancel", "&Cancel", "Stop the training; labels and earlier results stay", TrainingController.cancel,
              icon="cancel", when=when.is_training),
    ActionRow("open_run", "&Open run…", "Use an encoder that was trained before, here or by command",
              RunFiles.ask_and_open, when=when.is_not_trained_on),
)  # fmt: skip
