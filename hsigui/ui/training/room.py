"""The panel of trainings: how to pretrain, what waits, and how it goes; with the runs that come of it."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from hsigui.methods.registry import MethodInfo
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.mnemonics import set_text
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.training.controller import TrainingController
from hsigui.ui.training.method_panel import MethodPanel, learns
from hsigui.ui.training.other_runs import OtherRuns
from hsigui.ui.training.queue_list import QueueList
from hsigui.ui.training.run_files import RunFiles
from hsigui.ui.training.subject import offer_training
from hsigui.ui.training.view import TrainingView


class MethodChoice(QObject):
    """Names what Pretrain does with the chosen method, and remembers the device."""

    def __init__(self, desk: Desk, panel: MethodPanel, view: TrainingView, action: QAction) -> None:
        super().__init__(desk.window)
        self._desk, self._view, self._action = desk, view, action
        panel.set_device(desk.settings.device)
        panel.device_changed.connect(self._device_changed)
        panel.method_changed.connect(self._method_changed)
        self._method_changed(panel.info)

    def _device_changed(self, name: str) -> None:
        self._desk.remember(dataclasses.replace(self._desk.settings, device=name))

    def _method_changed(self, info: MethodInfo) -> None:
        """The action is called by what it does: a baseline learns nothing."""
        action = self._action
        set_text(action, say("&Pretrain") if learns(info) else say("&Prepare features"))
        action.setToolTip(
            say("Learn features of this scene with {title}, without labels (Ctrl+P)", title=info.title)
            if learns(info)
            else say("Compute the features of {title}: nothing is learned (Ctrl+P)", title=info.title)
        )
        action.setStatusTip(action.toolTip())
        self._view.set_empty_text(
            say("No pretraining yet.\nPress Pretrain to learn features from the scene.")
            if learns(info)
            else say("No features yet.\nPress Prepare features to compute those of the baseline.")
        )


def training(bench: Bench) -> PanelParts:
    """Makes the panel of trainings."""
    desk, buttons = bench.desk, bench.actions.of("pretrain", "pause", "cancel")
    whole = QWidget(desk.window)
    method, queue, view = MethodPanel(buttons, whole), QueueList(whole), TrainingView(whole)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(method)
    column.addWidget(queue)
    column.addWidget(view, 1)
    runs = RunFiles(desk, bench.runs)
    trainer = TrainingController(desk, method, view, queue, runs, bench.actions["pause"], bench.subjects)
    offer_training(bench)
    choice = MethodChoice(desk, method, view, bench.actions["pretrain"])
    others = OtherRuns(desk, bench.runs, view)
    return PanelParts(whole, (method, queue, view, runs, trainer, choice, others))
