"""How to pretrain: method, preset, device and seed, and the buttons to do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.methods.registry import METHODS, MethodInfo
from hsigui.specs import PretrainSpec

DEVICE_TITLES = {"auto": "Automatic", "cpu": "Processor (cpu)", "cuda": "NVIDIA GPU (cuda)", "mps": "Apple GPU (mps)"}


class MethodPanel(QWidget):
    """Choices for the next pretraining."""

    device_changed = Signal(str)

    def __init__(self, buttons: tuple[QAction, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method, self.preset, self.device = QComboBox(self), QComboBox(self), QComboBox(self)
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 2_147_483_647)
        self.seed.setToolTip("The same seed gives the same result on the same machine")
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        for info in METHODS:
            self.method.addItem(info.title, info.name)
        for name, title in DEVICE_TITLES.items():
            self.device.addItem(title, name)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, widget in (("&Method", self.method), ("P&reset", self.preset)):
            form.addRow(title, widget)
        form.addRow("De&vice", self.device)
        form.addRow("S&eed", self.seed)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.text)
        column.addLayout(self._build_buttons(buttons))
        self.method.currentIndexChanged.connect(self._method_chosen)
        self.preset.currentIndexChanged.connect(self._preset_chosen)
        self.device.currentIndexChanged.connect(lambda _index: self.device_changed.emit(self.device.currentData()))
        self._method_chosen()

    def spec(self) -> PretrainSpec:
        """What was chosen."""
        return PretrainSpec(
            method=self.method.currentData(),
            preset=self.preset.currentData(),
            seed=self.seed.value(),
            device=self.device.currentData(),
        )

    def set_device(self, name: str) -> None:
        self.device.setCurrentIndex(max(0, self.device.findData(name)))

    def set_running(self, running: bool) -> None:
        """Holds the choices while they are being used."""
        for widget in (self.method, self.preset, self.device, self.seed):
            widget.setEnabled(not running)

    def _build_buttons(self, actions: tuple[QAction, ...]) -> QHBoxLayout:
        row = QHBoxLayout()
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button, 1)
        return row

    @property
    def _info(self) -> MethodInfo:
        return METHODS[self.method.currentIndex()]

    def _method_chosen(self) -> None:
        self.preset.clear()
        for preset in self._info.presets:
            self.preset.addItem(preset.title, preset.name)
        quick = self.preset.findData("quick")
        self.preset.setCurrentIndex(max(0, quick))
        self.method.setToolTip(self._info.paper)
        self._preset_chosen()

    def _preset_chosen(self) -> None:
        index = self.preset.currentIndex()
        if index >= 0:
            self.text.setText(self._info.presets[index].text)
