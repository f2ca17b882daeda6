"""Editors of the settings of a step: one for each that has settings of its own kind, and a line for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from hsigui.finishing.asked import STEPS
from hsigui.report.filters import LARGEST_WINDOW
from hsigui.texts import say
from hsigui.ui.finishing.words import title_of

FIRST: Mapping[str, str] = {"majority": "3", "sieve": "4"}  # settings of a step that was just added


class StepEditor(QWidget):
    """Edits what is given with a step, as the text that the command line takes.

    Signals:
        changed(text): by the user.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    @property
    def text(self) -> str:
        """What it shows."""
        raise NotImplementedError

    def set_text(self, text: str) -> None:
        """Shows what was chosen; tells nobody."""
        raise NotImplementedError

    def _tell(self) -> None:
        self.changed.emit(self.text)

    def _spin(self, low: int, high: int, suffix: str, name: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSuffix(suffix)
        box.setKeyboardTracking(False)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.valueChanged.connect(self._tell)
        self._row.addWidget(box)
        return box


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
    """The smallest group, and how its pixels hang together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.smallest = self._spin(2, 1_000_000, say(" pixels"), say("Smallest group that is kept"))
        self.ways = QComboBox(self)
        for ways, title in ((4, say("by sides")), (8, say("by sides and corners"))):
            self.ways.addItem(title, ways)
        self.ways.setAccessibleName(say("How the pixels of a group hang together"))
        self.ways.setToolTip(self.ways.accessibleName())
        self.ways.currentIndexChanged.connect(self._tell)
        self._row.addWidget(self.ways, 1)

    @property
    def text(self) -> str:
        return str(self.smallest.value()) + (",8" if self.ways.currentData() == 8 else "")

    def set_text(self, text: str) -> None:
        smallest, _, ways = text.partition(",")
        with QSignalBlocker(self.smallest), QSignalBlocker(self.ways):
            self.smallest.setValue(_whole(smallest, 4))
            self.ways.setCurrentIndex(int(ways == "8"))


class LineEditor(StepEditor):
    """The text itself."""

    def __init__(self, form: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(form)
        self.line.setAccessibleName(name)
        self.line.setToolTip(form)
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


OWN: Mapping[str, Callable[[QWidget], StepEditor]] = {"majority": MajorityEditor, "sieve": SieveEditor}


def editor_of(option: str, parent: QWidget) -> StepEditor | None:
    """The editor for a step; None for one that has no settings."""
    row = next((row for row in STEPS if row.option == option), None)
    if option in OWN:
        return OWN[option](parent)
    return LineEditor(row.form, title_of(option), parent) if row is not None and row.form else None


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdecimal() else otherwise
