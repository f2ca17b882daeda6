"""What can be asked of studies."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.study.controller import StudyController

ROWS: tuple[ActionRow, ...] = (
    ActionRow("study", say("Stu&dy…"),
              say("Compare methods and baselines on the same draws of labels: a table, and curves against labels"),
              StudyController.show_study, when=when.has_scene),
    ActionRow("open_study", say("Open study…"), say("Show the table and the curves of a study of an earlier day"),
              StudyController.ask_and_open, when=when.has_scene),
)  # fmt: skip
