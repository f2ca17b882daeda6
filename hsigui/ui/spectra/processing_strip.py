"""A row of choices: what is done to the spectra before they are drawn; raw is one click back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QToolButton, QWidget

from hsigui.analysis.processing import NORMS, Processing
from hsigui.cube.responses import Responses
from hsigui.cube.sensor_tables import sensors
from hsigui.texts import say
from hsigui.ui.desk.flow import FlowLayout
from hsigui.ui.desk.tips import explain

WINDOWS = (0, 5, 7, 9, 11, 15, 21, 31, 51)
ORDERS = (1, 2, 3, 4)
APART = (0.0, 0.1, 0.25, 0.5, 1.0)
_ROOM = 28  # logical pixels beside the words of a choice, for its arrow and its frame


class ProcessingStrip(QWidget):
    """The choices.

    Signals:
        changed(Processing): others are chosen.
        responses_asked(): the user wants to choose a file of a sensor's bands.
    """

    changed = Signal(object)
    responses_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: list[Responses] = []
        self._chosen_sensor = 0
        self.raw = QToolButton(self)
        self.raw.setText(say("Raw"))
        self.raw.setToolTip(say("The values as they are: takes all choices of this row back"))
        self.raw.setAccessibleName(say("Show raw values"))
        self.raw.clicked.connect(self.reset)
        windows = [say("Smooth: no"), *(say("Smooth: {n}", n=n) for n in WINDOWS[1:])]
        self.window_choice = self._choice(windows, say("Savitzky-Golay: over how many bands is smoothed"))
        self.order = self._choice([say("Order: {n}", n=n) for n in ORDERS], say("Order of the smoothing polynomials"))
        self.order.setCurrentIndex(ORDERS.index(2))
        self.derivative = self._choice(
            [say("Derive: no"), say("Derive: once"), say("Derive: twice")],
            say("Derivatives over wavelength; over bands where wavelengths are not known"),
        )
        self.continuum = QCheckBox(say("No continuum"), self)
        self.continuum.setToolTip(say("Divides each spectrum by its upper hull"))
        self.norm = self._choice(
            [say("Norm: no"), say("Norm: area"), say("Norm: largest"), say("Norm: length")],
            say("What becomes 1 of each spectrum: the area below it, its largest value, or its length as a vector"),
        )
        self.sensor = self._choice([], say("The bands of another sensor, to which the spectra are brought"))
        self.apart = self._choice(
            [say("Apart: no"), *(say("Apart: {part:.0f} %", part=100 * part) for part in APART[1:])],
            say("Sets each further spectrum above the one before, by a part of the largest range"),
        )
        self._fill_sensors(0)
        self.sensor.activated.connect(self._sensor_picked)
        layout = FlowLayout(self, spacing=3)
        layout.setContentsMargins(8, 0, 4, 2)
        self.controls: tuple[QWidget, ...] = (
            self.raw, self.window_choice, self.order, self.derivative, self.continuum, self.norm, self.sensor,
            self.apart,
        )  # fmt: skip
        for widget in self.controls:
            layout.addWidget(widget)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        for choice in (self.window_choice, self.order, self.derivative, self.norm, self.sensor, self.apart):
            choice.currentIndexChanged.connect(self._tell)
        self.continuum.toggled.connect(self._tell)
        self._rest()

    @property
    def processing(self) -> Processing:
        """What is chosen."""
        window = WINDOWS[self.window_choice.currentIndex()]
        order = ORDERS[self.order.currentIndex()]
        return Processing(
            window=window, order=min(order, window - 1) if window else order,
            derivative=self.derivative.currentIndex(), continuum=self.continuum.isChecked(),
            norm=("", *NORMS)[self.norm.currentIndex()], offset=APART[self.apart.currentIndex()],
            responses=self._responses(),
        )  # fmt: skip

    def reset(self) -> None:
        """Takes all choices back."""
        if self.processing.is_raw:
            return
        self.blockSignals(True)
        for choice in (self.window_choice, self.derivative, self.norm, self.apart, self.sensor):
            choice.setCurrentIndex(0)
        self.continuum.setChecked(False)
        self.blockSignals(False)
        self._tell()

    def without_sensor(self) -> None:
        """Takes the other sensor back: the spectra cannot be brought to its bands."""
        if self.sensor.currentIndex():
            self.sensor.setCurrentIndex(0)

    def add_responses(self, responses: Responses) -> None:
        """Offers the bands of a file, and chooses them."""
        self._files = [*(own for own in self._files if own.name != responses.name), responses]
        self._fill_sensors(len(sensors()) + len(self._files))
        self._tell()

    def _responses(self) -> Responses | None:
        place = self.sensor.currentIndex() - 1
        if place < 0:
            return None
        own = self._files[place - len(sensors())] if place >= len(sensors()) else None
        return own if own is not None else _of_sensor(place)

    def _fill_sensors(self, chosen: int) -> None:
        known = [sensor.name for sensor in sensors()] + [own.name for own in self._files]
        names = [say("Bands: own"), *(say("Bands: {name}", name=name) for name in known)]
        self.sensor.blockSignals(True)
        self.sensor.clear()
        self.sensor.addItems([*names, say("From a file…")])
        self.sensor.setCurrentIndex(chosen)
        self.sensor.blockSignals(False)
        self._chosen_sensor = chosen

    def _sensor_picked(self, place: int) -> None:
        if place == self.sensor.count() - 1:
            self._fill_sensors(self._chosen_sensor)
            self.responses_asked.emit()

    def _choice(self, texts: Sequence[str], tip: str) -> QComboBox:
        made = QComboBox(self)
        made.addItems(list(texts))
        explain(made, tip)
        made.setAccessibleName(tip)
        # As wide as its first words; what else can be chosen is seen whole in the list, and shortened in the row.
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(1)
        words = max(map(made.fontMetrics().horizontalAdvance, [*texts[:3], say("Bands: own")]))
        made.setFixedWidth(words + _ROOM)
        made.view().setTextElideMode(Qt.TextElideMode.ElideNone)
        return made

    def _tell(self, _index: int | bool = 0) -> None:
        if self.sensor.count() and self.sensor.currentIndex() == self.sensor.count() - 1:
            return  # a file is asked for first
        self._chosen_sensor = self.sensor.currentIndex()
        self._rest()
        if not self.signalsBlocked():
            self.changed.emit(self.processing)

    def _rest(self) -> None:
        self.order.setVisible(self.window_choice.currentIndex() > 0)
        raw = replace(self.processing, order=2).is_raw
        self.raw.setEnabled(not raw)


_MADE: dict[int, Responses] = {}


def _of_sensor(place: int) -> Responses:
    """The bands of a sensor of the table; the same object each time, so that equal choices are equal."""
    return _MADE.setdefault(place, Responses.of_sensor(sensors()[place]))
