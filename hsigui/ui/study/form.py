"""What a study compares, as the user chooses it: methods, labels, draws, and the folder of its results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.errors import HsiError
from hsigui.methods.registry import methods, of_studies
from hsigui.pipeline.study.plan import StudySpec
from hsigui.texts import say
from hsigui.ui.desk.tips import explain

PRESETS = {"quick": say("Quick"), "paper": say("Paper")}
SPLITS = {
    "random": (say("Anywhere, at random"), say("Labels anywhere; test pixels lie beside them, which flatters maps")),
    "block": (say("In blocks apart"), say("Labels from some squares; test pixels outside of them and their guard")),
    "strokes:1": (say("One stroke a class"), say("A stroke of a brush of up to 12 pixels in one field of each class")),
    "strokes:3": (say("Three strokes a class"), say("Three such strokes a class")),
}
DEVICES = {"auto": say("Automatic"), "cpu": say("Processor (cpu)"), "cuda": say("NVIDIA GPU (cuda)"),
           "mps": say("Apple GPU (mps)")}  # fmt: skip
_FIRST = StudySpec(("lscosa",))


class StudyForm(QWidget):
    """The choices.

    Signals:
        changed(): something was chosen.
        folder_asked(): another folder is to be chosen.
    """

    changed = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.methods = QListWidget(self)
        self.methods.setAccessibleName(say("Methods and baselines"))
        for info in (*methods(), *of_studies()):
            item = QListWidgetItem(info.title)
            item.setData(Qt.ItemDataRole.UserRole, info.name)
            item.setToolTip(info.paper)
            item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Unchecked if info.matches else Qt.CheckState.Checked)
            self.methods.addItem(item)
        self.methods.setMinimumHeight(110)
        self.untrained = QCheckBox(say("Also each network &untrained"), self)
        self.untrained.setChecked(True)
        explain(self.untrained, say("Beside each method its own network before training: what training is worth"))
        self.presets = {name: QCheckBox(title, self) for name, title in PRESETS.items()}
        self.presets["quick"].setChecked(True)
        self.labels = QLineEdit(", ".join(map(str, _FIRST.labels)), self)
        explain(self.labels, say("Labels a class; several numbers with commas between give a curve. Strokes have their "
                                 "own number of pixels."))  # fmt: skip
        self.draws, self.seed = self._spin(1, 1000, _FIRST.draws), self._spin(0, 2_147_483_647, 0)
        explain(self.draws, say("How often labels are drawn; the same draws for every method"))
        explain(self.seed, say("Of pretraining, and of the first draw; the next draws have the next seeds"))
        self.epochs = self._spin(0, 1_000_000, 0)
        self.epochs.setSpecialValueText(say("as the preset"))
        explain(self.epochs, say("Steps (Quick) or epochs (Paper) of pretraining"))
        self.splits = {name: QCheckBox(title, self) for name, (title, _) in SPLITS.items()}
        for name, box in self.splits.items():
            explain(box, SPLITS[name][1])
        self.splits["random"].setChecked(True)
        self.block, self.guard = self._spin(1, 10_000, _FIRST.block), self._spin(0, 1000, _FIRST.guard)
        for spin, tip in ((self.block, say("Side of the blocks")), (self.guard, say("Unused pixels around blocks"))):
            spin.setSuffix(say(" px"))
            spin.setAccessibleName(tip)
            explain(spin, tip)
        self.device = QComboBox(self)
        for name, title in DEVICES.items():
            self.device.addItem(title, name)
        self.folder = QLineEdit(self)
        self.folder.setPlaceholderText(say("Folder for results and report"))
        self.folder.setAccessibleName(say("Folder for results and report"))
        explain(self.folder, say("A folder that holds a study with the same settings is gone on with"))
        choose = QPushButton(say("C&hoose…"), self)
        choose.setAutoDefault(False)
        choose.clicked.connect(self.folder_asked)
        self._lay_out(choose)
        self._connect()

    def values(self) -> dict[str, Any]:
        """What was chosen, by the names in `StudySpec`.

        Raises:
            HsiError: the labels are no numbers.
        """
        words = [word for word in re.split(r"[,;\s]+", self.labels.text().strip()) if word]
        if not all(word.isdecimal() for word in words):
            raise HsiError(say("“{text}” are no numbers of labels.", text=self.labels.text()), say("Such as 5, 10."))
        strokes_only = all(name.startswith("strokes") for name, box in self.splits.items() if box.isChecked())
        labels = tuple(int(word) for word in words) or (_FIRST.labels if strokes_only else ())
        return {
            "methods": tuple(self._checked_methods()),
            "presets": tuple(name for name, box in self.presets.items() if box.isChecked()) or ("quick",),
            "labels": labels, "draws": self.draws.value(), "seed": self.seed.value(),
            "splits": tuple(name for name, box in self.splits.items() if box.isChecked()),
            "epochs": self.epochs.value() or None, "block": self.block.value(), "guard": self.guard.value(),
            "untrained": self.untrained.isChecked(), "device": str(self.device.currentData()),
        }  # fmt: skip

    def spec(self) -> StudySpec:
        """The study that was chosen.

        Raises:
            HsiError: there is none such.
        """
        return StudySpec(**self.values())

    def path(self) -> Path | None:
        """The folder; None where none is named."""
        text = self.folder.text().strip()
        return Path(text).expanduser() if text else None

    def show_settings(self, settings: Mapping[str, Any], seed: int) -> None:
        """Shows the choices of a study as its report names them; what is not understood stays."""
        words = {name: [word.strip() for word in str(settings.get(name, "")).split(",") if word.strip()]
                 for name in ("methods", "presets", "split", "labels a class")}  # fmt: skip
        if words["methods"]:
            for n in range(self.methods.count()):
                item = self.methods.item(n)
                named = item.data(Qt.ItemDataRole.UserRole) in words["methods"]
                item.setCheckState(Qt.CheckState.Checked if named else Qt.CheckState.Unchecked)
        for boxes, key in ((self.presets, "presets"), (self.splits, "split")):
            if any(name in words[key] for name in boxes):
                for name, box in boxes.items():
                    box.setChecked(name in words[key])
        if words["labels a class"]:
            self.labels.setText(", ".join(words["labels a class"]))
        self.draws.setValue(int(settings.get("draws") or self.draws.value()))
        self.epochs.setValue(int(settings.get("epochs or steps") or 0))
        self.untrained.setChecked("untrained networks" not in settings)
        self.seed.setValue(seed)

    def _checked_methods(self) -> list[str]:
        items = (self.methods.item(n) for n in range(self.methods.count()))
        return [
            str(item.data(Qt.ItemDataRole.UserRole)) for item in items if item.checkState() == Qt.CheckState.Checked
        ]

    def _lay_out(self, choose: QPushButton) -> None:
        form = QFormLayout(self)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(say("&Methods"), self.methods)
        form.addRow("", self.untrained)
        form.addRow(say("Presets"), _row(*self.presets.values()))
        form.addRow(say("&Labels a class"), self.labels)
        splits = QWidget(self)
        column = QVBoxLayout(splits)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for box in self.splits.values():
            column.addWidget(box)
        form.addRow(say("Labels drawn"), splits)
        form.addRow(say("&Blocks, guard"), _row(self.block, self.guard))
        form.addRow(say("&Draws"), self.draws)
        form.addRow(say("S&eed"), self.seed)
        form.addRow(say("Ste&ps"), self.epochs)
        form.addRow(say("De&vice"), self.device)
        form.addRow(say("&Folder"), _row(self.folder, choose))
        self._form = form

    def _connect(self) -> None:
        for box in (self.untrained, *self.presets.values(), *self.splits.values()):
            box.toggled.connect(self._changed)
        for spin in (self.draws, self.seed, self.epochs, self.block, self.guard):
            spin.valueChanged.connect(self._changed)
        for line in (self.labels, self.folder):
            line.textChanged.connect(self._changed)
        self.methods.itemChanged.connect(self._changed)
        self._changed()

    def _changed(self, *_values: object) -> None:
        for spin in (self.block, self.guard):
            spin.setEnabled(self.splits["block"].isChecked())
        self.changed.emit()

    def _spin(self, low: int, high: int, value: int) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setRange(low, high)
        spin.setValue(value)
        return spin


def _row(*widgets: QWidget) -> QWidget:
    """Widgets side by side."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        line.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    if not any(isinstance(widget, QLineEdit) for widget in widgets):
        line.addStretch(1)
    return row
