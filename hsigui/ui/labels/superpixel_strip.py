"""Whether superpixels are shown, how many are asked for, and how many there are."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QSpinBox, QVBoxLayout, QWidget

from hsigui.texts import say

LEAST, MOST = 50, 5000
STEPS = 200  # of the slider


class SuperpixelStrip(QWidget):
    """A check box, a slider whose steps are factors, the number itself, and a line of words.

    Signals:
        count_changed(count): another number of superpixels is asked for.
    """

    count_changed = Signal(int)

    def __init__(self, show: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox(say("Superpixels (S)"), self)
        self.box.setToolTip(show.toolTip())
        self.box.setChecked(show.isChecked())
        self.box.toggled.connect(show.setChecked)
        show.toggled.connect(self.box.setChecked)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.slider.setAccessibleName(say("Number of superpixels, in steps"))
        self.number = QSpinBox(self)
        self.number.setRange(LEAST, MOST)
        self.number.setSingleStep(10)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName(say("Number of superpixels"))
        for widget in (self.slider, self.number):
            widget.setToolTip(say("How many superpixels are asked for; the number got differs"))
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        row = QHBoxLayout()
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        column.addLayout(row)
        column.addWidget(self.text)
        self.slider.valueChanged.connect(self._slid)
        self.number.valueChanged.connect(self._chosen)
        show.toggled.connect(self._show_choices)
        self._show_choices(show.isChecked())
        self.set_count(LEAST)

    @property
    def count(self) -> int:
        """How many are asked for."""
        return self.number.value()

    def set_count(self, count: int) -> None:
        """Shows a number that was chosen elsewhere."""
        with QSignalBlocker(self.number), QSignalBlocker(self.slider):
            self.number.setValue(count)
            self.slider.setValue(place_of(self.count))

    def set_text(self, text: str) -> None:
        """What came of it, in a few words."""
        self.text.setText(text)
        self.text.setVisible(bool(text) and self.box.isChecked())

    def _slid(self, place: int) -> None:
        self.number.setValue(count_at(place))

    def _chosen(self, count: int) -> None:
        if count_at(self.slider.value()) != count:
            with QSignalBlocker(self.slider):
                self.slider.setValue(place_of(count))
        self.count_changed.emit(count)

    def _show_choices(self, on: bool) -> None:
        for widget in (self.slider, self.number):
            widget.setVisible(on)
        self.text.setVisible(on and bool(self.text.text()))


def count_at(place: int) -> int:
    """The number that a place of the slider stands for, to two figures."""
    return nearest_count(LEAST * (MOST / LEAST) ** (place / STEPS))


def place_of(count: int) -> int:
    """The place of the slider nearest to a number."""
    return round(STEPS * math.log(count / LEAST) / math.log(MOST / LEAST))


def nearest_count(count: float) -> int:
    """A number within the slider's range, to two figures."""
    count = min(max(count, LEAST), MOST)
    tens: int = 10 ** (math.floor(math.log10(count)) - 1)
    return min(max(round(count / tens) * tens, LEAST), MOST)
