"""Edit > Preferences: a form made of rows, and the room that kept runs take."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.settings import Settings
from hsigui.sizes import size_text
from hsigui.storage.run_space import RunSpace
from hsigui.texts import say, say_number
from hsigui.ui.desk.dialogs import keep_wide
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.tips import explain
from hsigui.ui.shell.outside_group import OutsideGroup
from hsigui.ui.shell.preference_rows import ROWS


class PreferencesDialog(QDialog):
    """The preferences as they are; `choice` is what they become.

    Signals:
        features_unwanted(), runs_unwanted(): these are to be removed from the disk.
        allowed_unwanted(): files that may name others outside their folder may so no more.
    """

    features_unwanted = Signal()
    runs_unwanted = Signal()
    allowed_unwanted = Signal()

    def __init__(self, settings: Settings, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Preferences"))
        rows = [row for row in ROWS if row.means_something()]
        self.editors = {row.name: row.make(self) for row in rows}
        form = QFormLayout()
        for row in rows:
            editor = self.editors[row.name]
            editor.put(getattr(settings, row.name))
            label = QLabel(row.label, self)
            label.setBuddy(editor.widget)
            for part in (label, editor.widget):
                explain(part, row.tip)
            for named in filter(None, (editor.widget, editor.widget.focusProxy())):
                named.setAccessibleName(plain(row.label))
            form.addRow(label, editor.widget)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._make_space(folder))
        self.outside = OutsideGroup(self)
        self.outside.forget.clicked.connect(self.allowed_unwanted)
        column.addWidget(self.outside)
        column.addStretch(1)
        column.addWidget(self.buttons)
        keep_wide(column, 560)

    def _make_space(self, folder: str) -> QGroupBox:
        group = QGroupBox(say("Kept runs"), self)
        self.space = QLabel(say("Looking…"), group)
        self.space.setWordWrap(True)
        where = QLineEdit(folder, group)
        where.setReadOnly(True)
        where.setAccessibleName(say("Folder of kept runs"))
        self.features, self.runs = QPushButton(say("Remove features"), group), QPushButton(say("Remove runs…"), group)
        self.features.setToolTip(say("They are computed again when a run is opened; encoders stay"))
        self.runs.setToolTip(say("Encoders and all; asks first"))
        self.features.clicked.connect(self.features_unwanted)
        self.runs.clicked.connect(self.runs_unwanted)
        for button in (self.features, self.runs):
            button.setAutoDefault(False)
            button.setEnabled(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.features)
        row.addWidget(self.runs)
        column = QVBoxLayout(group)
        column.addWidget(self.space)
        column.addWidget(where)
        column.addLayout(row)
        return group

    @property
    def choice(self) -> dict[str, Any]:
        """What was chosen, by the names of the fields of `Settings`."""
        return {name: editor.value() for name, editor in self.editors.items()}

    def show_space(self, space: RunSpace) -> None:
        """Says how much room runs take."""
        if not space.runs:
            self.space.setText(say("No run is kept."))
        else:
            self.space.setText(
                say_number(
                    "{count} run of {size}, of which {features} are features, which can be computed again.",
                    "{count} runs of {size}, of which {features} are features, which can be computed again.",
                    space.runs,
                    size=size_text(space.size),
                    features=size_text(space.features),
                )
            )
        self.features.setEnabled(space.features > 0)
        self.runs.setEnabled(space.runs > 0)
