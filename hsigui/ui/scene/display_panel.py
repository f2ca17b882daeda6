"""Which bands are shown as red, green and blue, and how they are stretched."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.render import CHANNELS, PRESETS, ViewState
from hsigui.texts import say
from hsigui.ui.desk.wavelength_units import NANOMETRES, UNITS, WavelengthUnit

_TITLES = {"true colour": say("True colour"), "colour infrared": say("Infrared"), "default bands": say("Default")}


class DisplayPanel(QWidget):
    """Three band sliders, presets and the percentiles of the stretch."""

    view_changed = Signal(object)  # ViewState
    preset_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ViewState(0, 0, 0)
        self._wavelengths: NDArray[np.float64] | None = None
        self._unit = NANOMETRES
        self._bad: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self.sliders: dict[str, QSlider] = {}
        self._labels: dict[str, QLabel] = {}
        self.presets: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.addLayout(self._build_presets())
        column.addLayout(self._build_sliders())
        column.addLayout(self._build_stretch())
        column.addStretch(1)
        self.setEnabled(False)

    def add(self, widget: QWidget) -> None:
        """Puts something more below the choices."""
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.count() - 1, widget)

    def set_bands(self, count: int, wavelengths: NDArray[np.float64] | None, bad: NDArray[np.bool_]) -> None:
        """Fits the sliders to a scene; wavelengths in nm."""
        self._wavelengths, self._bad = wavelengths, bad
        for slider in self.sliders.values():
            with QSignalBlocker(slider):
                slider.setRange(0, count - 1)
                slider.setPageStep(max(1, count // 10))
        self.setEnabled(True)

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes the wavelengths of the bands in a unit."""
        self._unit = unit
        if self.isEnabled():
            self.set_view(self._view)

    def set_default_bands(self, known: bool) -> None:
        """Whether the file proposes bands to be shown; without any their button rests."""
        button = self.presets["default bands"]
        button.setEnabled(known)
        button.setToolTip(say("Show the scene in default bands") if known else say("The file names no default bands"))

    def set_view(self, view: ViewState) -> None:
        """Shows a view that was chosen elsewhere."""
        self._view = view
        for channel, slider in self.sliders.items():
            with QSignalBlocker(slider):
                slider.setValue(getattr(view, channel))
            self._labels[channel].setText(self._words(getattr(view, channel)))
        for spin, value in ((self.low, view.low), (self.high, view.high)):
            with QSignalBlocker(spin):
                spin.setValue(value)

    def _build_presets(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name in PRESETS:
            button = QPushButton(_TITLES.get(name, name.capitalize()), self)
            button.setObjectName(f"preset {name}")
            button.setToolTip(say("Show the scene in {name}", name=name))
            button.clicked.connect(partial(self._ask_preset, name))
            self.presets[name] = button
            row.addWidget(button, 1)
        return row

    def _build_sliders(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, channel in enumerate(CHANNELS):
            slider = QSlider(Qt.Orientation.Horizontal, self)
            slider.setObjectName(f"band {channel}")
            slider.setAccessibleName(say("Band shown as {channel}", channel=channel))
            slider.valueChanged.connect(partial(self._moved, channel))
            label = QLabel(say("band –"), self)
            # Room for any wavelength, so that nothing moves while a slider does.
            widest = (label.fontMetrics().horizontalAdvance(_words_of(unit, 2499.0, True)) for unit in UNITS.values())
            label.setMinimumWidth(max(widest))
            title = QLabel({"red": say("Red"), "green": say("Green"), "blue": say("Blue")}[channel], self)
            title.setBuddy(slider)
            for place, widget in enumerate((title, slider, label)):
                grid.addWidget(widget, row, place)
            self.sliders[channel], self._labels[channel] = slider, label
        return grid

    def _build_stretch(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(QLabel(say("Stretch"), self))
        self.low, self.high = self._percent(0.0, 49.0, 2.0), self._percent(51.0, 100.0, 98.0)
        self.low.setAccessibleName(say("Percentile shown black"))
        self.high.setAccessibleName(say("Percentile shown white"))
        row.addWidget(self.low, 1)
        row.addWidget(QLabel(say("to"), self))
        row.addWidget(self.high, 1)
        return row

    def _percent(self, low: float, high: float, value: float) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(low, high)
        spin.setDecimals(1)
        spin.setSingleStep(0.5)
        spin.setSuffix(" %")
        spin.setToolTip(say("Percentiles of the valid pixels that become black and white"))
        spin.setValue(value)
        spin.valueChanged.connect(self._stretched)
        return spin

    def _ask_preset(self, name: str, *_pressed: bool) -> None:
        self.preset_asked.emit(name)

    def _moved(self, channel: str, value: int) -> None:
        self._labels[channel].setText(self._words(value))
        self._view = replace(self._view, **{channel: value})
        self.view_changed.emit(self._view)

    def _stretched(self) -> None:
        self._view = replace(self._view, low=self.low.value(), high=self.high.value())
        self.view_changed.emit(self._view)

    def _words(self, band: int) -> str:
        is_bad = band < len(self._bad) and bool(self._bad[band])
        if self._wavelengths is None:
            # People count bands from 1, as ENVI and QGIS do.
            return say("band {band}{mark}", band=band + 1, mark=_mark(is_bad))
        return _words_of(self._unit, self._wavelengths[band], is_bad)


def _words_of(unit: WavelengthUnit, nm: float, is_bad: bool) -> str:
    return unit.written(nm) + _mark(is_bad)


def _mark(is_bad: bool) -> str:
    return say(" bad") if is_bad else ""
