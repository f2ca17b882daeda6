"""A field for a formula of bands, checked at each letter: below it stands what it means, or a caret at the fault."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from hsigui.analysis import formula as formulas
from hsigui.analysis.asked import taken
from hsigui.analysis.band_math import bands_for
from hsigui.analysis.formula import FormulaError
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

AROUND = 24  # letters of the formula that are shown on each side of a fault


class FormulaField(QWidget):
    """Signals:
    changed(): another formula stands there, or it means other bands.
    """

    changed = Signal()

    def __init__(self, cube: Cube, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cube, self._tolerance = cube, 15.0
        self.problem: HsiError | None = None
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.field, self.place, self.told = QLineEdit(text, self), QLabel(self), QLabel(self)
        self.field.setFont(fixed)
        self.field.setMaxLength(formulas.LONGEST)
        self.field.setAccessibleName(say("Formula"))
        self.field.setToolTip(
            say("b850 is the band at 850 nm, band(12) the twelfth; mean(600:700), sqrt, log, exp, abs")
        )
        self.place.setFont(fixed)
        self.told.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.field, self.place, self.told):
            column.addWidget(widget)
        column.addStretch(1)
        self.field.textChanged.connect(self._check)
        self._check()

    @property
    def text(self) -> str:
        return self.field.text()

    def set_tolerance(self, tolerance: float) -> None:
        """Takes how many nm a band may lie from a wavelength that is asked for."""
        if tolerance != self._tolerance:
            self._tolerance = tolerance
            self._check()

    def _check(self, _text: str = "") -> None:
        try:
            wanted = bands_for(self._cube, formulas.read(self.text), self._tolerance)
        except FormulaError as error:
            self.problem = error
            self.place.setText(pointed_at(self.text, error.column))
            self.told.setText(f"{error.message} {error.hint}")
        else:
            self.problem = None
            self.place.clear()
            self.told.setText(say("; ").join(str(taken(self._cube, bands[0], name)) for name, bands in wanted.items()))
        self.place.setVisible(self.problem is not None)
        self.changed.emit()


def pointed_at(text: str, column: int) -> str:
    """A part of a text, and below it a caret at a column (from 1)."""
    first = max(0, column - 1 - AROUND)
    before = "…" if first else ""
    shown = before + text[first : column - 1 + AROUND]
    return f"{shown}\n{' ' * (len(before) + column - 1 - first)}^"
