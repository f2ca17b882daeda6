"""How a cube is saved: format, samples, and what is said before anything is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.pipeline.disk import free
from hsigui.preparing.table import WRITERS, Writer, not_carried, writer_of
from hsigui.preparing.wish import Written
from hsigui.preparing.words import TYPES
from hsigui.sizes import size_text
from hsigui.texts import say
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.setting_editors import DECIMALS, Decimal

AskPath = Callable[[str, str, str], Path | None]  # title, proposal, kinds


class SaveCubeDialog(QDialog):
    """Asks where and how.

    Args:
        cube: that is saved; nothing of it is read.
        proposal: a file to begin with.
        ask: asks for a file to write.
    """

    def __init__(self, cube: Cube, proposal: Path, ask: AskPath, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Save cube"))
        self._cube, self._ask = cube, ask
        self._confirmed: Path | None = None
        self.formats = QComboBox(self)
        for row in WRITERS:
            self.formats.addItem(say("{title} ({suffix})", title=row.title, suffix=row.suffixes[0]), row)
        self.formats.setAccessibleName(say("Format"))
        self.file = QLineEdit(str(proposal), self)
        self.file.setAccessibleName(say("File to write"))
        self.choose = QPushButton(say("C&hoose…"), self)
        self.choose.setToolTip(say("Choose a file to write"))
        self.choose.setAutoDefault(False)
        self.interleaves = self._combo(say("Interleave"))
        self.types = self._combo(say("Type of the numbers"))
        self.types.addItem(say("as they are"), "")
        for name in TYPES:
            self.types.addItem(name, name)
        self.scaled = QCheckBox(say("times"), self)
        self.scaled.setToolTip(say("Write whole numbers: the values times this, rounded"))
        self.scale = Decimal(self)
        self.scale.setDecimals(DECIMALS)
        self.scale.setRange(1e-9, 1e12)
        self.scale.setValue(10000)
        self.scale.setAccessibleName(say("What the values are multiplied by"))
        self.cloud = QCheckBox(say("Laid out for reading over a network (COG)"), self)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.problem = ProblemLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.opens = QCheckBox(say("&Open it when it is saved"), self)
        self.opens.setChecked(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self.formats.currentIndexChanged.connect(self._other_format)
        self.choose.clicked.connect(self._choose)
        self.file.textChanged.connect(self._other_file)
        for box in (self.interleaves, self.types):
            box.currentIndexChanged.connect(self._tell)
        self.scale.valueChanged.connect(self._tell)
        for switch in (self.scaled, self.cloud):
            switch.toggled.connect(self._tell)
        self._other_file()
        self.resize(560, 0)

    @property
    def path(self) -> Path:
        """The file to write."""
        return Path(self.file.text().strip()).expanduser()

    @property
    def written(self) -> Written:
        """How."""
        scale = self.scale.value() if self.scaled.isChecked() and self.scaled.isEnabled() else None
        return Written(
            str(self.interleaves.currentData() or ""), str(self.types.currentData()), scale,
            self.cloud.isChecked() and self.cloud.isVisibleTo(self),
        )  # fmt: skip

    @property
    def confirmed(self) -> bool:
        """Whether the user agreed that the file is written over: the system's dialog asks that."""
        return self._confirmed is not None and self._confirmed == self.path

    # What is chosen

    def _writer(self) -> Writer | None:
        try:
            return writer_of(self.path)
        except HsiError:
            return None

    def _other_format(self, number: int) -> None:
        row: Writer = self.formats.itemData(number)
        if self._writer() is not row:
            path = self.path
            known = path.suffix.lower() in {suffix for each in WRITERS for suffix in each.suffixes}
            name = (path.stem if known else path.name) + row.suffixes[0]
            self.file.setText(str(path.with_name(name)))

    def _choose(self, *_pressed: bool) -> None:
        kinds = ";;".join(f"{row.title} (*{row.suffixes[0]})" for row in WRITERS)
        path = self._ask(say("Save cube"), str(self.path), kinds)
        if path is not None:
            self._confirmed = path
            self.file.setText(str(path))

    def _other_file(self, *_text: str) -> None:
        row = self._writer()
        if row is not None:
            self.formats.blockSignals(True)
            self.formats.setCurrentIndex(WRITERS.index(row))
            self.formats.blockSignals(False)
            chosen = self.interleaves.currentData()
            self.interleaves.blockSignals(True)
            self.interleaves.clear()
            self.interleaves.addItem(say("as it is"), "")
            for name in row.interleaves if len(row.interleaves) > 1 else ():
                self.interleaves.addItem(name, name)
            self.interleaves.setCurrentIndex(max(0, self.interleaves.findData(chosen)))
            self.interleaves.blockSignals(False)
            self.interleaves.setEnabled(len(row.interleaves) > 1)
            self.cloud.setVisible(row.cloud)
        self._tell()

    def _tell(self, *_value: object) -> None:
        written = self.written
        whole = bool(written.dtype) and np.issubdtype(np.dtype(written.dtype), np.integer)
        self.scaled.setEnabled(whole)
        self.scale.setEnabled(whole and self.scaled.isChecked())
        problem, notes = "", list[str]()
        try:
            notes = not_carried(self._cube, self.path, self.written.dtype, self.written.scale)
            problem = self._in_the_way()
        except HsiError as error:
            problem = str(error)
        self.told.setText("\n".join([self._size(), *notes]))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not problem)

    def _in_the_way(self) -> str:
        """Why it cannot be written there; empty where nothing is known."""
        path = self.path
        if not path.stem or not path.parent.is_dir():
            return say("The folder {folder} is not there.", folder=path.parent)
        if path.is_dir() and path.suffix.lower() != ".zarr":
            return say("{name} is a folder.", name=path.name)
        if not os.access(path.parent, os.W_OK):
            return say("Nothing can be written in {folder}.", folder=path.parent)
        room = free(path.parent)
        if room is not None and room < self._bytes():
            return say("{size} are needed, and {free} are free.", size=size_text(self._bytes()), free=size_text(room))
        return ""

    def _bytes(self) -> int:
        dtype = np.dtype(self.written.dtype) if self.written.dtype else self._cube.dtype
        return self._cube.rows * self._cube.cols * self._cube.bands * dtype.itemsize

    def _size(self) -> str:
        cube, room = self._cube, free(self.path.parent)
        text = say(
            "{rows} x {cols} pixels, {bands} bands: about {size}", rows=cube.rows, cols=cube.cols, bands=cube.bands,
            size=size_text(self._bytes()),
        )  # fmt: skip
        return text if room is None else say("{text}; {free} are free there.", text=text, free=size_text(room))

    # Building

    def _combo(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(say("&Format"), self.formats)
        file = QHBoxLayout()
        file.addWidget(self.file, 1)
        file.addWidget(self.choose)
        form.addRow(say("File"), file)
        form.addRow(say("&Interleave"), self.interleaves)
        numbers = QHBoxLayout()
        numbers.addWidget(self.types)
        numbers.addWidget(self.scaled)
        numbers.addWidget(self.scale)
        numbers.addStretch(1)
        form.addRow(say("Numbers"), numbers)
        form.addRow("", self.cloud)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.told)
        column.addWidget(self.problem)
        column.addWidget(self.opens)
        column.addStretch(1)
        column.addWidget(self.buttons)
