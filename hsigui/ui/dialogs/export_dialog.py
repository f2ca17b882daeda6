"""What to write and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

KINDS = {
    "geotiff": "GeoTIFF with palette, names and place (.tif)",
    "envi": "ENVI Classification (.hdr + .img)",
    "png": "Picture with legend (.png)",
    "report": "Report of the accuracy (HTML, CSV, JSON)",
}


@dataclass(frozen=True)
class ExportChoice:
    """Which kinds, into which folder, under which name."""

    kinds: tuple[str, ...]
    folder: Path
    name: str


class ExportDialog(QDialog):
    """Check boxes for the kinds, a folder and a name; `choice` is what was chosen."""

    def __init__(self, folder: Path, name: str, has_accuracy: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export map and report")
        self.boxes = {kind: QCheckBox(text, self) for kind, text in KINDS.items()}
        for box in self.boxes.values():
            box.setChecked(True)
        if not has_accuracy:
            self.boxes["report"].setChecked(False)
            self.boxes["report"].setEnabled(False)
            self.boxes["report"].setToolTip("Needs ground truth: File > Open ground truth")
        self.folder, self.name = QLineEdit(str(folder), self), QLineEdit(name, self)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        browse = QPushButton("Browse…", self)
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        where.addWidget(self.folder, 1)
        where.addWidget(browse)
        form = QFormLayout()
        folder_label = QLabel("&Folder", self)
        folder_label.setBuddy(self.folder)
        form.addRow(folder_label, where)
        form.addRow("&Name", self.name)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setText("Export")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for box in self.boxes.values():
            column.addWidget(box)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(self.buttons)
        for edit in (self.folder, self.name):
            edit.textChanged.connect(self._check)
        for box in self.boxes.values():
            box.toggled.connect(self._check)
        self.setMinimumWidth(480)
        self._check()

    @property
    def choice(self) -> ExportChoice:
        kinds = tuple(kind for kind, box in self.boxes.items() if box.isChecked())
        return ExportChoice(kinds, Path(self.folder.text().strip()).expanduser(), self.name.text().strip())

    def _check(self) -> None:
        choice = self.choice
        named = bool(choice.name) and not set(choice.name) & set('/\\:*?"<>|')
        good = bool(choice.kinds) and named and bool(self.folder.text().strip())
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(good)
        there = [p.name for p in existing(choice)] if good else []
        self.note.setText(f"Will be replaced: {', '.join(there)}" if there else "")

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if folder:
            self.folder.setText(folder)


def targets(choice: ExportChoice) -> dict[str, Path]:
    """The main file (or folder) of each kind."""
    base = choice.folder / choice.name
    named = {
        "geotiff": base.with_name(f"{choice.name}.tif"),
        "envi": base.with_name(f"{choice.name}.hdr"),
        "png": base.with_name(f"{choice.name}.png"),
        "report": base.with_name(f"{choice.name}-report"),
    }
    return {kind: named[kind] for kind in choice.kinds}


def existing(choice: ExportChoice) -> list[Path]:
    """Which of them are there already."""
    return [path for path in targets(choice).values() if path.exists()]
