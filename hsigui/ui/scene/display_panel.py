"""Which bands are shown: three as red, green and blue, or one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.color_maps import COLOR_MAPS
from hsigui.cube.render import CHANNELS, SINGLE, ViewState
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.channels import CHANNEL_COLORS, CHANNEL_TITLES, COLOR_MAP_TITLES, COMPOSITE_TITLES
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.scene.band_entry import ChannelRow

BUTTONS = ("true colour", "colour infrared")  # the presets that have one; the others are in the menu beside
SPEEDS = (1, 60, 10)  # bands a second: least, most, at first


class DisplayPanel(QWidget):
    """Presets, the bands of the three channels or the single band, and what goes through bands.

    Args:
        steps: the actions that go to the band before, to the next one, and that play through all.

    Signals:
        view_changed(ViewState): another view is wanted.
        preset_asked(name): of PRESETS.
        one_band_asked(on): one band alone, or the composite.
        wavelengths_asked(): the user wants to give them.
    """

    view_changed = Signal(object)
    preset_asked = Signal(str)
    one_band_asked = Signal(bool)
    wavelengths_asked = Signal()

    def __init__(self, parent: QWidget | None = None, steps: Sequence[QAction] = ()) -> None:
        super().__init__(parent)
        self._view = ViewState(0, 0, 0)
        self.presets: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        margins = column.contentsMargins()
        column.setContentsMargins(margins.left(), 4, margins.right(), 4)
        column.setSpacing(4)
        column.addLayout(self._build_presets())
        column.addWidget(self._build_hint())
        column.addLayout(self._build_kind(steps))
        self.rows = self._build_rows(column)
        self.single = ChannelRow(say("Band"), say("Band shown alone"), None, self)
        column.addWidget(self.single)
        self.single.moved.connect(partial(self._moved, SINGLE))
        column.addWidget(self._build_single())
        column.addStretch(1)
        self.set_view(self._view)
        self.setEnabled(False)

    @property
    def sliders(self) -> dict[str, QSlider]:
        """Of red, green and blue."""
        return {channel: row.slider for channel, row in self.rows.items()}

    def add(self, widget: QWidget) -> None:
        """Puts something more below the choices."""
        column = self.layout()
        if isinstance(column, QVBoxLayout):
            column.insertWidget(column.count() - 1, widget)

    def set_menu(self, menu: QMenu) -> None:
        """Takes the menu of all composites."""
        self.more.setMenu(menu)

    def set_bands(self, count: int, wavelengths: NDArray[np.float64] | None, bad: NDArray[np.bool_]) -> None:
        """Fits sliders and fields to a scene; wavelengths in nm."""
        for row in self._all_rows():
            row.set_bands(count, wavelengths, bad)
        self._hint.setVisible(wavelengths is None)
        self.setEnabled(True)

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes the wavelengths of the bands in a unit."""
        for row in self._all_rows():
            row.entry.set_unit(unit)

    def set_reach(self, missing: dict[str, str]) -> None:
        """Which presets the scene cannot show, and why not in words; their buttons rest and tell it."""
        for name, button in self.presets.items():
            button.setEnabled(name not in missing)
            button.setToolTip(missing.get(name) or say("Show the scene in {name}", name=COMPOSITE_TITLES[name].lower()))

    def set_view(self, view: ViewState) -> None:
        """Shows a view that was chosen elsewhere."""
        self._view = view
        alone = view.single is not None
        for channel, row in self.rows.items():
            row.set_band(getattr(view, channel))
            row.setVisible(not alone)
        self.single.setVisible(alone)
        if view.single is not None:
            self.single.set_band(view.single)
        with QSignalBlocker(self.kind), QSignalBlocker(self.colors):
            self.kind.setCurrentIndex(int(alone))
            self.colors.setCurrentIndex(COLOR_MAPS.index(view.colors))
        self._alone.setVisible(alone)

    def _all_rows(self) -> tuple[ChannelRow, ...]:
        return (*self.rows.values(), self.single)

    # Building

    def _build_presets(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        for name in BUTTONS:
            button = QPushButton(COMPOSITE_TITLES[name], self)
            button.setObjectName(f"preset {name}")
            button.clicked.connect(partial(self._ask_preset, name))
            self.presets[name] = button
            row.addWidget(button, 1)
        self.more = QPushButton(say("More"), self)
        self.more.setToolTip(say("More composites by wavelength, and your own"))
        row.addWidget(self.more, 1)
        self.set_reach({})
        return row

    def _build_hint(self) -> QWidget:
        """What to do where the scene has no wavelengths; presets need them."""
        self._hint = QWidget(self)
        row = QHBoxLayout(self._hint)
        row.setContentsMargins(0, 0, 0, 0)
        text = QLabel(say("No wavelengths"), self._hint)
        text.setWordWrap(True)
        text.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.give = QPushButton(say("Give them…"), self._hint)
        self.give.setToolTip(say("Take wavelengths from a sensor or a list, as Edit > Bands… does"))
        self.give.clicked.connect(self.wavelengths_asked)
        row.addWidget(text, 1)
        row.addWidget(self.give)
        self._hint.hide()
        return self._hint

    def _build_kind(self, steps: Sequence[QAction]) -> QHBoxLayout:
        self.kind = QComboBox(self)
        self.kind.addItems([say("Three bands"), say("One band")])
        self.kind.setToolTip(say("A composite of three bands, or one band alone (I)"))
        self.kind.setAccessibleName(say("How many bands are shown"))
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.kind, 1)
        self.steps: list[QToolButton] = []
        for action in steps:
            button = tool_button(action, self)
            button.setAccessibleName(action.toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.steps.append(button)
            row.addWidget(button)
        return row

    def _build_single(self) -> QWidget:
        """What a band alone has more than a channel: colours, and how fast bands are played."""
        self.colors, self.speed = QComboBox(self), QSpinBox(self)
        for name in COLOR_MAPS:
            self.colors.addItem(COLOR_MAP_TITLES[name], name)
        self.colors.setToolTip(say("Colours of the band from its lowest to its highest value"))
        self.colors.setAccessibleName(say("Colour map"))
        self.colors.currentIndexChanged.connect(self._colors_chosen)
        least, most, first = SPEEDS
        self.speed.setRange(least, most)
        self.speed.setValue(first)
        self.speed.setSuffix(say(" bands/s"))
        self.speed.setToolTip(say("How fast bands are played; what cannot be drawn in time is left out"))
        self.speed.setAccessibleName(say("Bands a second"))
        self._alone = QWidget(self)
        row = QHBoxLayout(self._alone)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.colors, 1)
        row.addWidget(self.speed, 1)
        return self._alone

    def _build_rows(self, column: QVBoxLayout) -> dict[str, ChannelRow]:
        rows = {}
        for channel, color in zip(CHANNELS, CHANNEL_COLORS, strict=True):
            name = say("Band shown as {channel}", channel=CHANNEL_TITLES[channel].lower())
            row = ChannelRow(CHANNEL_TITLES[channel], name, QColor(*color), self)
            row.slider.setObjectName(f"band {channel}")
            row.moved.connect(partial(self._moved, channel))
            column.addWidget(row)
            rows[channel] = row
        return rows

    # What is asked for

    def _ask_preset(self, name: str, *_pressed: bool) -> None:
        self.preset_asked.emit(name)

    def _moved(self, channel: str, band: int) -> None:
        self._view = self._view.with_band(channel, band)
        self.view_changed.emit(self._view)

    def _kind_chosen(self, place: int) -> None:
        self.one_band_asked.emit(bool(place))

    def _colors_chosen(self, place: int) -> None:
        self._view = replace(self._view, colors=COLOR_MAPS[place])
        self.view_changed.emit(self._view)
