"""How to pretrain: method, preset, device and seed, and the buttons to do it."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QPalette, QStandardItemModel
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

from hsigui.methods.registry import MethodInfo, methods
from hsigui.specs import PretrainSpec
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE
from hsigui.ui.training.advanced import Advanced

WHAT = "help:method"  # the link to the help page
FAMILY_TITLES = {"method": say("Methods"), "baseline": say("Baselines")}
DEVICE_TITLES = {
    "auto": say("Automatic"),
    "cpu": say("Processor (cpu)"),
    "cuda": say("NVIDIA GPU (cuda)"),
    "mps": say("Apple GPU (mps)"),
}


class MethodPanel(QWidget):
    """Choices for the next pretraining.

    Signals:
        device_changed(name), method_changed(info): another one is chosen, also by the program.
        help_asked(page): the name of the help page that tells of the chosen method.
    """

    device_changed = Signal(str)
    method_changed = Signal(object)
    help_asked = Signal(str)

    def __init__(self, buttons: tuple[QAction, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method, self.preset, self.device = QComboBox(self), QComboBox(self), QComboBox(self)
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 2_147_483_647)
        self.seed.setToolTip(say("The same seed gives the same result on the same machine"))
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.about = QLabel(self)
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.RichText)
        self.about.linkActivated.connect(self._follow)
        self._infos = {info.name: info for info in methods()}
        self._fill_methods()
        for name, title in DEVICE_TITLES.items():
            self.device.addItem(title, name)
        self._form = self._build_form()
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(self.text)
        self.advanced = Advanced(self)
        column.addWidget(self.advanced)
        column.addLayout(self._build_buttons(buttons))
        self.method.currentIndexChanged.connect(self._method_chosen)
        self.preset.currentIndexChanged.connect(self._preset_chosen)
        self.device.currentIndexChanged.connect(self._device_chosen)
        self._method_chosen()

    def spec(self) -> PretrainSpec:
        """What was chosen."""
        return self.advanced.onto(
            PretrainSpec(
                method=self.method.currentData(),
                preset=self.preset.currentData(),
                seed=self.seed.value(),
                device=self.device.currentData(),
            )
        )

    def show_spec(self, spec: PretrainSpec) -> None:
        """Shows the settings of a training."""
        for box, name in ((self.method, spec.method), (self.preset, spec.preset), (self.device, spec.device)):
            box.setCurrentIndex(max(0, box.findData(name)))
        self.seed.setValue(spec.seed)
        self.advanced.show_spec(spec)

    def set_device(self, name: str) -> None:
        self.device.setCurrentIndex(max(0, self.device.findData(name)))

    def set_running(self, running: bool) -> None:
        """Holds the choices while they are being used."""
        for widget in (self.method, self.preset, self.device, self.seed):
            widget.setEnabled(not running)
        self.advanced.set_running(running)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in RESTYLE:
            self._cite()  # the links have the colour of the palette
        super().changeEvent(event)

    def _build_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(say("&Method"), self.method)
        form.addRow("", self.about)
        for title, widget in ((say("&Preset"), self.preset), (say("Devi&ce"), self.device), (say("&Seed"), self.seed)):
            form.addRow(title, widget)
        return form

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
    def info(self) -> MethodInfo:
        """The method that is chosen."""
        return self._infos[self.method.currentData()]

    def _fill_methods(self) -> None:
        """The methods under a heading for each family; headings cannot be chosen."""
        families: dict[str, list[MethodInfo]] = {}
        for info in self._infos.values():
            families.setdefault(info.family, []).append(info)
        for family, members in families.items():
            if len(families) > 1:
                self._add_heading(FAMILY_TITLES[family])
            for info in members:
                self.method.addItem(info.title, info.name)
        self.method.setCurrentIndex(self.method.findData(next(iter(self._infos))))

    def _add_heading(self, title: str) -> None:
        if self.method.count():
            self.method.insertSeparator(self.method.count())
        self.method.addItem(title)
        model = self.method.model()
        item = model.item(self.method.count() - 1) if isinstance(model, QStandardItemModel) else None
        if item is not None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _method_chosen(self) -> None:
        info = self.info
        with QSignalBlocker(self.preset):
            self.preset.clear()
            for preset in info.presets:
                self.preset.addItem(preset.title, preset.name)
            self.preset.setCurrentIndex(max(0, self.preset.findData("quick")))
        self._form.setRowVisible(self.preset, len(info.presets) > 1)
        self._cite()
        self._preset_chosen()
        self.method_changed.emit(info)

    def _cite(self) -> None:
        color = self.palette().color(QPalette.ColorRole.Link).name()
        what = f'<a style="color: {color}" href="{WHAT}">' + say("What is this?") + "</a>"
        self.about.setText(" &nbsp;·&nbsp; ".join(filter(None, (cited(self.info.paper, color), what))))
        self.about.setToolTip(self.info.paper)

    def _follow(self, link: str) -> None:
        if link == WHAT:
            self.help_asked.emit(help_page(self.info))
        else:
            QDesktopServices.openUrl(QUrl(link))

    def _device_chosen(self, index: int) -> None:
        self.device_changed.emit(self.device.itemData(index))

    def _preset_chosen(self) -> None:
        index = self.preset.currentIndex()
        if index >= 0:
            preset = self.info.presets[index]
            self.text.setText(preset.text)
            self.advanced.show_preset(self.info, preset)


def learns(info: MethodInfo) -> bool:
    """Whether a method learns from the scene before there are labels; a baseline does not."""
    return info.family == "method"


def help_page(info: MethodInfo) -> str:
    """The name of the help page that tells of a method."""
    return info.name if learns(info) else "baselines"


def cited(paper: str, color: str) -> str:
    """A reference as rich text: what stands before its DOI becomes a link to it, in a colour (#rrggbb)."""
    found = re.search(r"[\s,;(]*\bdoi:? ?(10\.\d{4,}/[^\s,;&)]+)", paper)
    if found is None:
        return escape(paper, quote=False)
    words = escape(paper[: found.start()] or f"doi {found[1]}", quote=False)
    rest = escape(paper[found.end() :], quote=False)
    return f'<a style="color: {color}" href="https://doi.org/{found[1]}">{words}</a>{rest}'
