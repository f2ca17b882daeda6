"""How the map is shown and drawn, and its legend."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.references import Matching
from hsigui.specs import MapSpec
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.desk.tips import explain
from hsigui.ui.map.context import ContextBox
from hsigui.ui.map.gains_bar import GainsBar
from hsigui.ui.map.layers import LAYERS, ColorBar

FARTHEST = 1e9  # a threshold


class MapPanel(QWidget):
    """Show, layer, opacity, live, smoothing; what the map was made from; where to label next; the legend below.

    Signals:
        opacity_changed(opacity).
        drawn_changed(spec): how the map is to be drawn, a MapSpec.
        layer_chosen(id): of `layers.LAYERS`.
        threshold_changed(value): of a map by spectra; 0 for none.
    """

    opacity_changed = Signal(float)
    drawn_changed = Signal(object)
    layer_chosen = Signal(str)
    threshold_changed = Signal(float)

    def __init__(
        self, show: QAction, live: QAction, renew: QAction, ask: QAction, by_spectra: QAction, legend: QWidget
    ) -> None:
        super().__init__()
        self.show_box, self.live_box = (
            _box(say("Show the map (P)"), show),
            _box(say("Live: follow the labels (L)"), live),
        )
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(60)
        self.opacity.setToolTip(say("A and Shift+A change it by 5 %"))
        self.opacity.valueChanged.connect(self._opacity_moved)
        self.smooth = self._strength(20.0, " px", say("Smooths the class probabilities over neighbouring pixels"))
        self.edges = self._strength(
            100.0, " ×",
            say("Smooths the class probabilities inside fields and stops at their borders: at changes of about so many "
                "times the scene's median change from a pixel to the next"),
        )  # fmt: skip
        self.context = ContextBox(self)
        self.context.chosen.connect(self._drawn_otherwise)
        self._edges_asked = self._edges_shown = self._by_spectra = False
        self.layer = QComboBox(self)
        for layer in LAYERS:
            self.layer.addItem(layer.title, layer.id)
            self.layer.setItemData(self.layer.count() - 1, layer.tip, Qt.ItemDataRole.ToolTipRole)
        self.layer.setToolTip(say("What of the map is drawn (M: the next one)"))
        self.layer.currentIndexChanged.connect(self._layer_picked)
        self.bar = ColorBar(self)
        self.bar.hide()
        self.threshold = Decimal(self)
        self.threshold.setDecimals(6)
        self.threshold.setRange(0.0, FARTHEST)
        self.threshold.setSpecialValueText(say("none"))
        self.threshold.setKeyboardTracking(False)
        self.threshold.setAccessibleName(say("Threshold of the map by spectra"))
        explain(self.threshold, say("What is farther from its nearest class is unclassified; 0 for no threshold"))
        self.threshold.valueChanged.connect(self.threshold_changed)
        self.by_spectra = tool_button(by_spectra, self)
        self.renew = _button(say("Renew"), say("Renew the map from the labels now (Ctrl+R)"), renew)
        self.ask = _button(say("Ask me"), ask.toolTip(), ask)
        self.ask.setIcon(ask.icon())
        self.asked = QLabel(self)
        self.asked.setWordWrap(True)
        self.asked.hide()
        self.gains = GainsBar(self)
        self.state = QLabel(say("No map yet."), self)
        self.state.setWordWrap(True)
        self.pixel = ElidedLabel(self)
        self.pixel.setText("–")
        self.calibration = QLabel(self)
        form = QFormLayout()
        form.addRow(say("La&yer"), self.layer)
        form.addRow("", self.bar)
        form.addRow(self.calibration)
        for shown_with_scale in (self.bar, self.calibration):
            form.setRowVisible(shown_with_scale, False)
        form.addRow(say("Threshol&d"), self.threshold)
        form.setRowVisible(self.threshold, False)
        form.addRow(say("&Opacity"), self.opacity)
        form.addRow(say("Smoothin&g"), self.smooth)
        form.addRow(say("Smoothing &in fields"), self.edges)
        form.addRow(say("Under cursor"), self.pixel)
        self._form = form
        show_row = QHBoxLayout()
        show_row.addWidget(self.show_box, 1)
        show_row.addWidget(self.ask)
        live_row = QHBoxLayout()
        live_row.addWidget(self.live_box, 1)
        live_row.addWidget(self.by_spectra)
        live_row.addWidget(self.renew)
        column = QVBoxLayout(self)
        column.addWidget(self.state)
        column.addWidget(self.asked)
        column.addWidget(self.gains)
        column.addLayout(show_row)
        column.addLayout(live_row)
        column.addWidget(self.context)
        column.addLayout(form)
        column.addWidget(legend, 1)
        for one, next_one in pairwise(
            (
                self.show_box,
                self.ask,
                self.live_box,
                self.by_spectra,
                self.renew,
                self.context.slider,
                self.layer,
                self.threshold,
                self.opacity,
                self.smooth,
                self.edges,
            )
        ):
            self.setTabOrder(one, next_one)  # as they stand, not as they were made

    def _opacity_moved(self, percent: int) -> None:
        self.opacity_changed.emit(percent / 100)

    def _layer_picked(self, index: int) -> None:
        self.layer_chosen.emit(self.layer.itemData(index))

    def _strength_changed(self, _value: float) -> None:
        self._edges_asked = self._edges_asked or self.sender() is self.edges
        self._drawn_otherwise()

    def _drawn_otherwise(self, _context: str = "") -> None:
        edges = self.edges.value() if self._edges_asked else None
        self.drawn_changed.emit(MapSpec(self.smooth.value(), edges, self.context.context))

    def set_opacity(self, value: float) -> None:
        self.opacity.setValue(round(100 * value))

    def set_drawn(self, spec: MapSpec, edges: float | None) -> None:
        """Shows how the map is drawn.

        Args:
            edges: tolerance of the smoothing in fields where there is one level of context alone; None where there are
                several, each with its own.
        """
        with QSignalBlocker(self.smooth), QSignalBlocker(self.edges):
            self.smooth.setValue(spec.smooth)
            self.edges.setValue(edges or 0.0 if spec.edges is None else spec.edges)
        self._edges_asked = spec.edges is not None
        self.context.set_context(spec.context)
        self._edges_shown = edges is not None
        self.context.setVisible(edges is None and not self._by_spectra)
        self._form.setRowVisible(self.edges, edges is not None and not self._by_spectra)

    def set_layer(self, name: str) -> None:
        """Shows which layer is drawn; the scale is seen where there is one."""
        index = self.layer.findData(name)
        with QSignalBlocker(self.layer):
            self.layer.setCurrentIndex(index)
        self.bar.set_ends(LAYERS[index].ends)
        for shown_with_scale in (self.bar, self.calibration):
            self._form.setRowVisible(shown_with_scale, any(LAYERS[index].ends))

    def set_asked(self, text: str) -> None:
        """What is asked for, in words; nothing hides them."""
        self.asked.setText(text)
        self.asked.setVisible(bool(text))

    def _strength(self, highest: float, suffix: str, tip: str) -> NumberBox:
        """A number whose 0 reads "off"."""
        box = NumberBox(self)
        box.setRange(0.0, highest)
        box.setSingleStep(0.5)
        box.setDecimals(1)
        box.setSuffix(suffix)
        box.setSpecialValueText(say("off"))
        box.setKeyboardTracking(False)
        explain(box, tip)
        box.valueChanged.connect(self._strength_changed)
        return box

    def show_threshold(self, matching: Matching | None) -> None:
        """Shows the threshold of a map by spectra; None for another map, which has none."""
        self._by_spectra = matching is not None  # which is neither smoothed nor of any context
        self._form.setRowVisible(self.threshold, matching is not None)
        self._form.setRowVisible(self.smooth, matching is None)
        self._form.setRowVisible(self.edges, self._edges_shown and matching is None)
        self.context.setVisible(not self._edges_shown and matching is None)
        if matching is not None:
            with QSignalBlocker(self.threshold):
                self.threshold.setSuffix(say(" rad") if matching.measure.unit == "rad" else "")
                self.threshold.setSingleStep(matching.measure.step)
                self.threshold.setValue(matching.threshold or 0.0)

    def set_state(self, text: str) -> None:
        """One sentence: what the map was made from, or why there is none."""
        self.state.setText(text)

    def set_calibration(self, brief: str, text: str) -> None:
        """Whether confidence is calibrated, and by what, in a few words and in a sentence; both empty without a map."""
        self.calibration.setText(brief)
        for told in (self.calibration, self.bar, self.pixel):
            explain(told, text)
        confidence = next(layer for layer in LAYERS if layer.id == "confidence")
        tip = f"{as_sentence(confidence.tip)} {text}" if text else confidence.tip
        self.layer.setItemData(LAYERS.index(confidence), tip, Qt.ItemDataRole.ToolTipRole)

    def set_pixel(self, text: str) -> None:
        """Class and confidence of the pixel under the cursor."""
        self.pixel.setText(text)


def _button(text: str, tip: str, action: QAction) -> QPushButton:
    """A button that does what an action does."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setWhatsThis(action.whatsThis())
    button.clicked.connect(action.trigger)
    button.setEnabled(action.isEnabled())
    action.enabledChanged.connect(button.setEnabled)
    return button


def _box(text: str, action: QAction) -> QCheckBox:
    """A check box that is the same as a checkable action."""
    box = QCheckBox(text)
    box.setChecked(action.isChecked())
    box.setEnabled(action.isEnabled())
    box.toggled.connect(action.setChecked)
    action.toggled.connect(box.setChecked)
    action.enabledChanged.connect(box.setEnabled)
    return box
