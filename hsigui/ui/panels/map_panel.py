"""How the map is shown and drawn, and its legend."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)


class MapPanel(QWidget):
    """Show, opacity, live, smoothing; what the map was made from; the legend below."""

    opacity_changed = Signal(float)
    smooth_changed = Signal(float)

    def __init__(self, show: QAction, live: QAction, renew: QAction, legend: QWidget) -> None:
        super().__init__()
        self.show_box, self.live_box = _box("Show the map (P)", show), _box("Live: follow the labels (L)", live)
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(60)
        self.opacity.setToolTip("A and Shift+A change it by 5 %")
        self.opacity.valueChanged.connect(lambda value: self.opacity_changed.emit(value / 100))
        self.smooth = QDoubleSpinBox(self)
        self.smooth.setRange(0.0, 20.0)
        self.smooth.setSingleStep(0.5)
        self.smooth.setDecimals(1)
        self.smooth.setSuffix(" px")
        self.smooth.setSpecialValueText("off")
        self.smooth.setKeyboardTracking(False)
        self.smooth.setToolTip("Smooths the class probabilities over neighbouring pixels")
        self.smooth.valueChanged.connect(self.smooth_changed)
        self.renew = QPushButton("Renew", self)
        self.renew.setToolTip("Renew the map from the labels now (Ctrl+R)")
        self.renew.clicked.connect(renew.trigger)
        self.renew.setEnabled(renew.isEnabled())
        renew.enabledChanged.connect(self.renew.setEnabled)
        self.state = QLabel("No map yet.", self)
        self.state.setWordWrap(True)
        self.pixel = QLabel("–", self)
        form = QFormLayout()
        form.addRow("&Opacity", self.opacity)
        form.addRow("S&moothing", self.smooth)
        form.addRow("Under cursor", self.pixel)
        live_row = QHBoxLayout()
        live_row.addWidget(self.live_box, 1)
        live_row.addWidget(self.renew)
        column = QVBoxLayout(self)
        column.addWidget(self.state)
        column.addWidget(self.show_box)
        column.addLayout(live_row)
        column.addLayout(form)
        column.addWidget(legend, 1)

    def set_opacity(self, value: float) -> None:
        self.opacity.setValue(round(100 * value))

    def set_smooth(self, value: float) -> None:
        with QSignalBlocker(self.smooth):
            self.smooth.setValue(value)

    def set_state(self, text: str) -> None:
        """One sentence: what the map was made from, or why there is none."""
        self.state.setText(text)

    def set_pixel(self, text: str) -> None:
        """Class and confidence of the pixel under the cursor."""
        self.pixel.setText(text)


def _box(text: str, action: QAction) -> QCheckBox:
    """A check box that is the same as a checkable action."""
    box = QCheckBox(text)
    box.setChecked(action.isChecked())
    box.setEnabled(action.isEnabled())
    box.toggled.connect(action.setChecked)
    action.toggled.connect(box.setChecked)
    action.enabledChanged.connect(box.setEnabled)
    return box
