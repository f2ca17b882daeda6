"""One band, typed by its number or its wavelength, or gone through with a slider as wide as the panel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QGridLayout, QLabel, QSizePolicy, QSlider, QSpinBox, QWidget

from hsigui.cube.band_search import band_of
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role
from hsigui.ui.desk.wavelength_units import NANOMETRES, UNITS, WavelengthUnit

SPLIT = " · "  # between a wavelength and the number of its band


class BandEntry(QSpinBox):
    """A band: its value counts from 1, as ENVI and QGIS do. Shows the wavelength where there is one; takes either."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wavelengths: NDArray[np.float64] | None = None
        self._bad: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._unit = NANOMETRES
        self.setKeyboardTracking(False)
        self.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToPreviousValue)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.set_bands(1, None, self._bad)

    def set_bands(self, count: int, wavelengths: NDArray[np.float64] | None, bad: NDArray[np.bool_]) -> None:
        """Takes the bands of a scene; wavelengths in nm, None where unknown."""
        self._wavelengths, self._bad = wavelengths, bad
        with QSignalBlocker(self):
            self.setRange(1, max(count, 1))
        self._tell()

    def set_unit(self, unit: WavelengthUnit) -> None:
        self._unit = unit
        self._tell()

    def set_band(self, band: int) -> None:
        """Shows a band (from 0) that was chosen elsewhere."""
        with QSignalBlocker(self):
            self.setValue(band + 1)

    # What Qt asks

    def textFromValue(self, value: int) -> str:
        band = value - 1
        bad = say(" bad") if band < len(self._bad) and self._bad[band] else ""
        if self._wavelengths is None or not 0 <= band < len(self._wavelengths):
            return say("band {band}{mark}", band=value, mark=bad)
        return f"{self._unit.written(float(self._wavelengths[band]))}{SPLIT}{value}{bad}"

    def valueFromText(self, text: str) -> int:
        band = self._typed(text)
        return self.value() if band is None else band + 1

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        good = self._typed(text) is not None
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate, text, position)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._widest() - self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self._widest(), super().sizeHint().height())

    # Inner doings

    def _typed(self, text: str) -> int | None:
        """The band that a text means; of what is shown, the half that was typed over."""
        shown = self.textFromValue(self.value())
        if text == shown:
            return self.value() - 1
        bad = say(" bad")
        words, was = (one.removesuffix(bad).removeprefix(say("band ")) for one in (text, shown))
        if SPLIT in words:
            (head, tail), (head_was, _) = words.split(SPLIT, 1), was.split(SPLIT, 1)
            words = tail if head == head_was else head
        return band_of(words, self.maximum(), self._wavelengths)

    def _widest(self) -> int:
        """Room for any wavelength, so that nothing moves while a slider does."""
        texts = (unit.written(2499.0) for unit in UNITS.values())
        width = max(self.fontMetrics().horizontalAdvance(f"{text}{SPLIT}224{say(' bad')}") for text in texts)
        return width + self.fontMetrics().averageCharWidth() * 6

    def _tell(self) -> None:
        first = say("Number of the band")
        if self._wavelengths is not None:
            first = say("Number of the band, or a wavelength: 12, 670, 0.67 µm")
        self.setToolTip(first)
        self.lineEdit().setText(self.textFromValue(self.value()))


class ChannelRow(QWidget):
    """A channel: what it is, which band it shows, and below both a slider.

    Signals:
        moved(band): another band (from 0) is wanted.
    """

    moved = Signal(int)

    def __init__(self, title: str, name: str, color: QColor | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry, self.slider = BandEntry(self), QSlider(Qt.Orientation.Horizontal, self)
        for widget in (self.entry, self.slider):
            widget.setAccessibleName(name)
        self.slider.setToolTip(say("Bands from the first to the last; arrows go by one, Page keys by ten per cent"))
        self.slider.valueChanged.connect(self._chosen)
        self.entry.valueChanged.connect(self._typed)
        label = QLabel(title, self)
        label.setBuddy(self.entry)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        if color is not None:
            swatch = _Swatch(color, self)
            give_role(swatch, QAccessible.Role.Graphic, say("Colour of {name}", name=name))
            grid.addWidget(swatch, 0, 0)
        grid.addWidget(label, 0, 1)
        grid.addWidget(self.entry, 0, 2)
        grid.addWidget(self.slider, 1, 0, 1, 3)
        self.setTabOrder(self.entry, self.slider)

    def set_bands(self, count: int, wavelengths: NDArray[np.float64] | None, bad: NDArray[np.bool_]) -> None:
        """Takes the bands of a scene; wavelengths in nm, None where unknown."""
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(count - 1, 0))
            self.slider.setPageStep(max(1, count // 10))
        self.entry.set_bands(count, wavelengths, bad)

    def set_band(self, band: int) -> None:
        """Shows a band (from 0) that was chosen elsewhere."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(band)
        self.entry.set_band(band)

    def _chosen(self, band: int) -> None:
        self.entry.set_band(band)
        self.moved.emit(band)

    def _typed(self, number: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(number - 1)
        self.moved.emit(number - 1)


class _Swatch(QWidget):
    """A spot of the channel's colour."""

    SIDE = 10

    def __init__(self, color: QColor, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = color
        self.setFixedSize(self.SIDE, self.SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        color = QColor(self._color)
        color.setAlpha(255 if self.isEnabled() else 90)
        painter.setBrush(color)
        painter.drawEllipse(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
