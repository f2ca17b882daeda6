"""What to write and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.report.table import ACCURACY, NEEDS, PLACE, offered
from hsigui.texts import say
from hsigui.ui.desk.dialogs import ScrolledPart, fit_on_screen, keep_wide
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.tips import explain

WINDOWS = (0, 3, 5, 7, 9, 11)  # of the majority filter, 0 for none


@dataclass(frozen=True)
class ExportChoice:
    """Which kinds, into which folder, under which name, and how.

    See `report.table` for the kinds, `report.filters` and `report.map_options.MapOptions` for the rest; `finished` for
    the finished map in place of the model's answer.
    """

    kinds: tuple[str, ...]
    folder: Path
    name: str
    cloud: bool = False
    majority: int = 0
    sieve: int = 0
    simplify: float = 0.0
    smallest: int = 0
    north_up: bool = False
    finished: bool = False


class ExportDialog(QDialog):
    """Check boxes for the kinds, a folder and a name; `choice` is what was chosen."""

    def __init__(
        self, folder: Path, name: str, has_accuracy: bool, parent: QWidget | None = None, *, has_place: bool = True,
        has_finished: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Export map and report"))
        there = {ACCURACY: has_accuracy, PLACE: has_place}
        self.boxes: dict[str, QCheckBox] = {}
        for row in offered():
            box = self.boxes[row.name] = QCheckBox(row.text, self)
            box.setChecked(row.checked)
            if row.needs and not there[row.needs]:
                self._switch_off(row.name, NEEDS[row.needs])
        self.folder, self.name = QLineEdit(str(folder), self), QLineEdit(name, self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self._make_options()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText(say("Export"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._maps(has_finished))
        column.addWidget(self._kinds(), 1)
        column.addLayout(self._where())
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        for edit in (self.folder, self.name):
            edit.textChanged.connect(self._check)
        for box in self.boxes.values():
            box.toggled.connect(self._check)
        keep_wide(column, 520)
        self._check()
        fit_on_screen(self)

    def _kinds(self) -> ScrolledPart:
        """What is written, and how; folder, name and buttons stay in sight."""
        part = QWidget(self)
        rows = QVBoxLayout(part)
        rows.setContentsMargins(0, 0, 0, 0)
        for box in self.boxes.values():
            rows.addWidget(box)
        rows.addWidget(self._options_group())
        return ScrolledPart(part, say("What is exported"), self)

    def _switch_off(self, kind: str, why: str) -> None:
        self.boxes[kind].setChecked(False)
        self.boxes[kind].setEnabled(False)
        self.boxes[kind].setToolTip(why)

    def _make_options(self) -> None:
        self.cloud = QCheckBox(say("Cloud-optimised"), self)
        self.north_up = QCheckBox(say("North-up: resample a turned or sheared map"), self)
        self.majority, self.sieve, self.smallest = QComboBox(self), QSpinBox(self), QSpinBox(self)
        for side in WINDOWS:
            self.majority.addItem(say("{side} x {side} pixels", side=side) if side else say("off"), side)
        for spin in (self.sieve, self.smallest):
            spin.setRange(0, 1_000_000)
            spin.setSuffix(say(" pixels"))
            spin.setSpecialValueText(say("off"))
        self.simplify = NumberBox(self)
        self.simplify.setRange(0.0, 50.0)
        self.simplify.setSingleStep(0.5)
        self.simplify.setDecimals(1)
        self.simplify.setSuffix(say(" pixels"))
        self.simplify.setSpecialValueText(say("off"))

    def _options_group(self) -> QGroupBox:
        """Filters and what only some kinds heed; the map in the window and the report stay as they are."""
        group = QGroupBox(say("Options of the files (the map in the window and the report stay as they are)"), self)
        form = QFormLayout(group)
        rows: tuple[tuple[str, QWidget, str], ...] = (
            (
                say("&Majority filter"),
                self.majority,
                say("Each pixel takes the most frequent class of the window around it"),
            ),
            (say("&Sieve"), self.sieve, say("Smaller groups of pixels take the class of their largest neighbour")),
            ("&GeoTIFF", self.cloud, say("For files that are read over the network")),
            (
                say("P&lace"),
                self.north_up,
                say("Rows from west to east, for formats that cannot say how the map lies, such as ENVI"),
            ),
            (say("&Polygons: simpler borders"), self.simplify, say("How much simpler; neighbours stay neighbours")),
            (say("Polygons: smallest &unit"), self.smallest, say("Smaller polygons join their largest neighbour")),
        )
        for text, widget, hint in rows:
            label = QLabel(text, group)
            label.setBuddy(widget)
            explain(widget, hint)
            form.addRow(label, widget)
        return group

    def _maps(self, has_finished: bool) -> QFormLayout:
        """Which of the two maps is written, where there are two."""
        self.which = QComboBox(self)
        self.which.addItem(say("The model's answer"), False)
        self.which.addItem(say("The finished map, after the steps and what is painted on it"), True)
        form = QFormLayout()
        label = QLabel(say("Ma&p"), self)
        label.setBuddy(self.which)
        form.addRow(label, self.which)
        for widget in (label, self.which):
            explain(widget, say("The report is of the same map; the record says which steps were done"))
            widget.setVisible(has_finished)
        return form

    def _where(self) -> QFormLayout:
        browse = QPushButton(say("Browse…"), self)
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        form = QFormLayout()
        folder_label = QLabel(say("&Folder"), self)
        folder_label.setBuddy(self.folder)
        form.addRow(folder_label, where)
        form.addRow(say("&Name"), self.name)
        return form

    @property
    def choice(self) -> ExportChoice:
        kinds = tuple(kind for kind, box in self.boxes.items() if box.isChecked())
        return ExportChoice(
            kinds, Path(self.folder.text().strip()).expanduser(), self.name.text().strip(),
            cloud=self.cloud.isChecked(), majority=int(self.majority.currentData()), sieve=self.sieve.value(),
            simplify=self.simplify.value(), smallest=self.smallest.value(),
            north_up=self.north_up.isChecked(), finished=bool(self.which.currentData()),
        )  # fmt: skip

    @property
    def options(self) -> dict[str, Any]:
        """What is chosen but for folder, name and which map, as values of JSON."""
        return {
            name: value for name, value in asdict(self.choice).items() if name not in ("folder", "name", "finished")
        }

    def show_options(self, options: Mapping[str, Any]) -> None:
        """Shows what was chosen before; what is not known, or cannot be had of this map, is left out."""
        kinds = options.get("kinds")
        if isinstance(kinds, list | tuple):
            for kind, box in self.boxes.items():
                box.setChecked(box.isEnabled() and kind in kinds)
        self.cloud.setChecked(options.get("cloud") is True)
        self.north_up.setChecked(options.get("north_up") is True)
        self.majority.setCurrentIndex(max(0, self.majority.findData(options.get("majority"))))
        for name, spin in (("sieve", self.sieve), ("smallest", self.smallest)):
            if isinstance(value := options.get(name), int):
                spin.setValue(value)
        if isinstance(value := options.get("simplify"), int | float):
            self.simplify.setValue(value)

    def _check(self) -> None:
        choice = self.choice
        named = bool(choice.name) and not set(choice.name) & set('/\\:*?"<>|')
        good = bool(choice.kinds) and named and bool(self.folder.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(good)
        there = [p.name for p in existing(choice)] if good else []
        self.note.setText(say("Will be replaced: {there}", there=", ".join(there)) if there else "")
        self.note.setVisible(bool(there))

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, say("Export to"), self.folder.text())
        if folder:
            self.folder.setText(folder)


def targets(choice: ExportChoice) -> dict[str, Path]:
    """The main file (or folder) of each kind."""
    rows = {row.name: row for row in offered()}
    return {kind: rows[kind].target(choice.folder, choice.name) for kind in choice.kinds}


def existing(choice: ExportChoice) -> list[Path]:
    """Which files of the kinds are there already."""
    rows = {row.name: row for row in offered()}
    endings = (ending for kind in choice.kinds for ending in rows[kind].endings_with(choice.kinds))
    named = [choice.folder / f"{choice.name}{ending}" for ending in endings]
    return [path for path in named if path.exists()]
