"""Which class of a file is which class of the scene."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import ClassInfo, ClassTable, Color
from hsigui.labels.matching import free_number, proposed_targets
from hsigui.texts import say

_NEW, _NONE = -1, 0  # what a choice stands for when it is no class of the scene
_SWATCH = 14


class ClassMappingDialog(QDialog):
    """One row for each class of the file, with its colour and pixels, and what becomes of it.

    Proposed is the class of the same name, else of the same number, else a new one, and it is said which: numbers may
    agree by chance. `targets` is what was chosen.

    Args:
        file_name: for the text.
        classes: of the file.
        counts: pixels of each class number in the file; classes without any are not asked about.
        table: the classes of the scene.
    """

    def __init__(
        self,
        file_name: str,
        classes: ClassTable,
        counts: Mapping[int, int],
        table: ClassTable,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Classes of the file and of the scene"))
        self._classes, self._scene = classes, table
        self._shown = [c for c in classes if counts.get(c.number)]
        self._proposed = proposed_targets(classes, table)
        text = QLabel(
            say(
                "{file_name} names classes that this scene does not have. Choose what each of them becomes; "
                "several may become one class. Look twice where only the number is the same.",
                file_name=file_name,
            ),
            self,
        )
        text.setWordWrap(True)
        self.table = self._build_table(counts)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Take over"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addWidget(self.table)
        column.addWidget(buttons)
        self.resize(700, min(640, 180 + 34 * len(self._shown)))

    @property
    def targets(self) -> dict[int, int]:
        """For each class number of the file a number of the scene, a free one for a new class, or 0 to leave it out."""
        taken = {*self._scene.numbers}
        found = {info.number: _NONE for info in self._classes}
        for info, choice in zip(self._shown, self._choices, strict=True):
            wanted = int(choice.currentData())
            if wanted == _NEW:
                wanted = info.number if info.number not in taken else free_number(taken | {*self._classes.numbers})
                taken.add(wanted)
            found[info.number] = wanted
        return found

    def choice(self, number: int) -> QComboBox:
        """The choice of a class of the file."""
        return self._choices[[info.number for info in self._shown].index(number)]

    def _build_table(self, counts: Mapping[int, int]) -> QTableWidget:
        table = QTableWidget(len(self._shown), 4, self)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(say("Classes of the file"))
        table.setHorizontalHeaderLabels([say("Class of the file"), say("Pixels"), say("Becomes"), say("Because")])
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        header = table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
        self._choices: list[QComboBox] = []
        for row, info in enumerate(self._shown):
            table.setItem(row, 0, QTableWidgetItem(swatch(info.color), _titled(info)))
            pixels = QTableWidgetItem(say("{count:,}", count=counts[info.number]))
            pixels.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            table.setItem(row, 1, pixels)
            choice = self._build_choice(info)
            table.setCellWidget(row, 2, choice)
            reason = QTableWidgetItem(self._reason(info))
            table.setItem(row, 3, reason)
            choice.activated.connect(partial(_mark_as_chosen, reason))
            self._choices.append(choice)
        return table

    def _reason(self, info: ClassInfo) -> str:
        """Why a class is proposed."""
        wanted = self._proposed[info.number]
        if wanted not in self._scene:
            return say("not in the scene")
        same = self._scene.get(wanted).name.casefold() == info.name.casefold()
        return say("same name") if same else say("same number only")

    def _build_choice(self, info: ClassInfo) -> QComboBox:
        choice = QComboBox(self)
        choice.setAccessibleName(say("What {name} becomes", name=info.name))
        for there in self._scene:
            choice.addItem(swatch(there.color), _titled(there), there.number)
        choice.addItem(swatch(info.color), say("New class “{name}”", name=info.name), _NEW)
        choice.addItem(say("Leave out"), _NONE)
        wanted = self._proposed[info.number]
        choice.setCurrentIndex(choice.findData(wanted if wanted in self._scene else _NEW))
        return choice


def swatch(color: Color) -> QIcon:
    """A square in the colour of a class."""
    picture = QPixmap(_SWATCH, _SWATCH)
    picture.fill(QColor(*color))
    return QIcon(picture)


def _mark_as_chosen(reason: QTableWidgetItem, _place: int) -> None:
    reason.setText(say("your choice"))


def _titled(info: ClassInfo) -> str:
    return f"{info.number}  {info.name}"
