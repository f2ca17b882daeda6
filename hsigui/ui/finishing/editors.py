"""Editors of the settings of a step: one for each that has settings of its own kind, and a line for the others."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from hsigui.finishing.asked import STEPS
from hsigui.finishing.naming import exactly
from hsigui.report.filters import LARGEST_WINDOW
from hsigui.texts import say
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.finishing.merge_editor import MergeEditor
from hsigui.ui.finishing.step_editor import StepEditor
from hsigui.ui.finishing.words import title_of

FIRST: Mapping[str, str] = {"majority": "3", "sieve": "4", "below": "0.5"}  # settings of a step that was just added
UNITS = (("", say("pixels")), ("m2", say("m²")), ("ha", say("ha")))
MOST = 1_000_000
AskFile = Callable[[str], Path | None]  # of a title; None where none was chosen


class MajorityEditor(StepEditor):
    """The side of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = self._spin(3, LARGEST_WINDOW, say(" pixels a side"), say("Side of the window"))
        self.side.setSingleStep(2)
        self._row.addStretch(1)

    @property
    def text(self) -> str:
        return str(self.side.value() // 2 * 2 + 1)

    def set_text(self, text: str) -> None:
        with QSignalBlocker(self.side):
            self.side.setValue(_whole(text, 3))

    def _tell(self) -> None:
        self.set_text(self.text)  # windows have a middle
        super()._tell()


class SieveEditor(StepEditor):
    """The smallest group, in pixels or as an area, and how its pixels hang together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.smallest = NumberBox(self)
        self.smallest.setRange(0.01, MOST)
        self.smallest.setKeyboardTracking(False)
        self.smallest.setAccessibleName(say("Smallest group that is kept"))
        self.smallest.setToolTip(self.smallest.accessibleName())
        self.unit = self._combo(say("Unit of the smallest group"))
        for unit, title in UNITS:
            self.unit.addItem(title, unit)
        self.ways = self._combo(say("How the pixels of a group hang together"))
        for ways, title in ((4, say("by sides")), (8, say("by sides and corners"))):
            self.ways.addItem(title, ways)
        self.smallest.valueChanged.connect(self._tell)
        self.unit.currentIndexChanged.connect(self._tell)
        self.ways.currentIndexChanged.connect(self._tell)
        self._row.addWidget(self.smallest)
        self._row.addWidget(self.unit)
        self._row.addWidget(self.ways, 1)
        self.set_text(FIRST["sieve"])

    @property
    def text(self) -> str:
        return exactly(self.smallest.value()) + self._unit + (",8" if self.ways.currentData() == 8 else "")

    def set_text(self, text: str) -> None:
        smallest, _, ways = text.partition(",")
        said = re.fullmatch(r"\s*([\d.]+)\s*(m2|m²|ha)?\s*", smallest.casefold())
        value, unit = (said[1], said[2] or "") if said else ("", "")
        with QSignalBlocker(self.smallest), QSignalBlocker(self.unit), QSignalBlocker(self.ways):
            self.unit.setCurrentIndex(max(0, self.unit.findData("m2" if unit == "m²" else unit)))
            self._round()
            self.smallest.setValue(_number(value, 4))
            self.ways.setCurrentIndex(int(ways.strip() == "8"))

    @property
    def _unit(self) -> str:
        return str(self.unit.currentData())

    def _round(self) -> None:
        self.smallest.setDecimals({"": 0, "m2": 0, "ha": 2}[self._unit])
        self.smallest.setMinimum({"": 2, "m2": 1, "ha": 0.01}[self._unit])
        self.smallest.setSingleStep({"": 1, "m2": 100, "ha": 0.1}[self._unit])

    def _tell(self) -> None:
        with QSignalBlocker(self.smallest):
            self._round()
        super()._tell()


class BelowEditor(StepEditor):
    """The confidence that is enough."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.least = NumberBox(self)
        self.least.setRange(0.01, 1.0)
        self.least.setSingleStep(0.05)
        self.least.setKeyboardTracking(False)
        self.least.setPrefix(say("no class below "))
        self.least.setAccessibleName(say("Probability of the class that is enough, 0 to 1"))
        self.least.setToolTip(self.least.accessibleName())
        self.least.valueChanged.connect(self._tell)
        self._row.addWidget(self.least)
        self._row.addStretch(1)

    @property
    def text(self) -> str:
        return exactly(round(self.least.value(), 4))

    def set_text(self, text: str) -> None:
        value = _number(text, 0.5)
        with QSignalBlocker(self.least):
            self.least.setDecimals(2 if round(value, 2) == value else 4)
            self.least.setValue(value)


class FillEditor(StepEditor):
    """How far away the nearest pixel with a class may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.distance = self._spin(0, MOST, say(" pixels away at most"), say("How far the nearest class may be"))
        self.distance.setSpecialValueText(say("however far away"))
        self._row.addStretch(1)

    @property
    def text(self) -> str:
        return str(self.distance.value()) if self.distance.value() else ""

    def set_text(self, text: str) -> None:
        with QSignalBlocker(self.distance):
            self.distance.setValue(math.ceil(_number(text, 0)))


class LineEditor(StepEditor):
    """The text itself, as of a step that has no editor of its own."""

    def __init__(self, form: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(form)
        self.line.setAccessibleName(name)
        self.line.editingFinished.connect(self._finished)
        self._known = ""
        self._row.addWidget(self.line)

    @property
    def text(self) -> str:
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        self._known = text
        self.line.setText(text)

    def _finished(self) -> None:
        if self.text != self._known:
            self._known = self.text
            self._tell()


class FileEditor(LineEditor):
    """A file, typed or chosen."""

    def __init__(self, hint: str, name: str, ask: AskFile, parent: QWidget | None = None) -> None:
        super().__init__(hint, name, parent)
        self._ask, self._title = ask, name
        self.browse = QPushButton(say("Choose…"), self)
        self.browse.setToolTip(hint)
        self.browse.clicked.connect(self._choose)
        self.line.setToolTip(hint)
        self._row.addWidget(self.browse)

    def _choose(self) -> None:
        path = self._ask(self._title)
        if path is not None:
            self.line.setText(str(path))
            self._finished()


OWN: Mapping[str, Callable[[QWidget], StepEditor]] = {
    "majority": MajorityEditor, "sieve": SieveEditor, "merge": MergeEditor, "below": BelowEditor, "fill": FillEditor,
}  # fmt: skip
OF_FILES: Mapping[str, str] = {
    "recode": say("Table (.csv): old,new and, if wanted, name,color"),
    "tree": say("Table (.csv): class and a column for each level; :LEVEL may follow"),
    "mask": say("A raster; pixels that are not 0 get no class"),
    "paint": say("A file of labels; 0 where nothing is painted"),
}


def editor_of(option: str, ask: AskFile, parent: QWidget) -> StepEditor | None:
    """The editor for a step; None for one that has no settings.

    Args:
        ask: asks for a file.
    """
    row = next((row for row in STEPS if row.option == option), None)
    if option in OWN:
        return OWN[option](parent)
    if option in OF_FILES:
        return FileEditor(OF_FILES[option], title_of(option), ask, parent)
    return LineEditor(row.form, title_of(option), parent) if row is not None and row.form else None


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdecimal() else otherwise


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise
