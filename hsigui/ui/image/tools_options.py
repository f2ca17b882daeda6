"""What can be set of the chosen tool, and how it is used, beside the tools of the window."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.tips import explain
from hsigui.ui.image.tools import MAX_BRUSH, MIN_BRUSH
from hsigui.ui.image.tools_table import BY_NAME, FIRST_TOOL

STEPS = 200  # of the tolerance slider, which is finer where tolerances are small
LARGEST = {"angle": 45.0, "euclidean": 150.0}
FIRST = {"angle": 3.0, "euclidean": 10.0}
NAME_LETTERS = 24  # of a mask: what stands beside it is to be seen, too


class ToolOptionsBar(QWidget):
    """Brush size and shape, or the likeness of a flood fill, and a hint.

    Signals:
        fill_changed(): another tolerance, or connected or not.
        measure_changed(): another measure of likeness; the tolerance is then that last used with it.
    """

    fill_changed = Signal()
    measure_changed = Signal()

    def __init__(self, square: QAction, validation: QAction, on_map: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.brush = self._build_size()
        self.square = tool_button(square, self)
        self.measure = QComboBox(self)
        self.measure.addItem(say("Spectral angle"), "angle")
        self.measure.addItem(say("Distance"), "euclidean")
        explain(
            self.measure,
            say("Spectral angle ignores brightness; distance is in percent of the length of the clicked spectrum"),
        )
        self.measure.setAccessibleName(say("Measure of likeness"))
        self.slider, self.tolerance = self._build_tolerance()
        self.connected = QCheckBox(say("Connected"), self)
        self.connected.setChecked(True)
        self.connected.setToolTip(say("Only pixels that hang together with the one clicked"))
        self.validation = self._build_target(say("Validation labels"), validation.toolTip())
        self.on_map = self._build_target(say("On the map · Esc: labels"), on_map.toolTip())
        self.on_mask = self._build_target("", say("The tools draw on a mask; Esc in the image: labels again"))
        self.on_mask.hide()
        self.hint = QLabel(self)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tolerances = dict(FIRST)
        self._set_by_user: set[str] = set()  # measures
        self._tool, self._text = FIRST_TOOL, ""
        self._lay_out()
        self.measure.currentIndexChanged.connect(self._other_measure)
        self.slider.valueChanged.connect(self._slid)
        self.tolerance.valueChanged.connect(self._typed)
        self.connected.toggled.connect(self._connected_toggled)
        self._targets = validation, on_map
        for action in self._targets:
            action.toggled.connect(self._show_target)
        self._show_target()
        self._show_tolerance()
        self.set_tool(FIRST_TOOL)

    def set_tool(self, name: str) -> None:
        """Shows what belongs to a tool."""
        self._tool, self._text = name, ""
        parts: tuple[QWidget, ...] = (self.brush, self.square)
        for part in parts:
            part.setVisible(BY_NAME[name].has_brush)
        widgets: tuple[QWidget, ...] = (self.measure, self.slider, self.tolerance, self.connected)
        for widget in widgets:
            widget.setVisible(BY_NAME[name].likeness)
        self._show_hint()

    def set_text(self, text: str) -> None:
        """Says something of what the tool is doing in place of its hint; empty for the hint."""
        self._text = text
        self._show_hint()

    def propose_tolerance(self, value: float) -> None:
        """A tolerance that fits the pixel clicked; nothing happens once the user has chosen one for this measure."""
        if self.measure_name not in self._set_by_user:
            self._tolerances[self.measure_name] = min(value, LARGEST[self.measure_name])
            self._show_tolerance()

    @property
    def measure_name(self) -> str:
        """ "angle" or "euclidean"."""
        return str(self.measure.currentData())

    def _show_hint(self) -> None:
        text = self._text or BY_NAME[self._tool].hint
        self.hint.setText(text)
        self.hint.setToolTip(text)

    def _other_measure(self) -> None:
        self._show_tolerance()
        self.measure_changed.emit()

    def _show_tolerance(self) -> None:
        name = self.measure_name
        with QSignalBlocker(self.slider), QSignalBlocker(self.tolerance):
            self.tolerance.setRange(0, LARGEST[name])
            self.tolerance.setSuffix("°" if name == "angle" else " %")
            self.tolerance.setValue(self._tolerances[name])
            self.slider.setValue(_place(self._tolerances[name], LARGEST[name]))

    def _slid(self, place: int) -> None:
        value = LARGEST[self.measure_name] * (place / STEPS) ** 2
        with QSignalBlocker(self.tolerance):
            self.tolerance.setValue(value)
        self._chosen()

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(_place(value, LARGEST[self.measure_name]))
        self._chosen()

    def _connected_toggled(self, _on: bool) -> None:
        self.fill_changed.emit()

    def _chosen(self) -> None:
        self._tolerances[self.measure_name] = self.tolerance.value()
        self._set_by_user.add(self.measure_name)
        self.fill_changed.emit()

    def show_mask(self, name: str) -> None:
        """Says on which mask the tools draw; empty for none."""
        short = name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
        text = say("Drawing on mask ‘{name}’: labels are not touched · Esc: labels", name=short)
        self.on_mask.setText(text)
        self.on_mask.setVisible(bool(name))

    def _show_target(self, _on: bool = False) -> None:
        """What is painted, where it is not the training labels."""
        validation, on_map = (action.isChecked() for action in self._targets)
        self.validation.setVisible(validation and not on_map)
        self.on_map.setVisible(on_map)

    def _build_target(self, text: str, tip: str) -> QLabel:
        label = QLabel(text, self)
        label.setToolTip(tip)
        label.setAutoFillBackground(True)
        label.setBackgroundRole(QPalette.ColorRole.Highlight)
        label.setForegroundRole(QPalette.ColorRole.HighlightedText)
        label.setContentsMargins(6, 2, 6, 2)
        return label

    def _build_size(self) -> QSpinBox:
        size = QSpinBox(self)
        size.setRange(MIN_BRUSH, MAX_BRUSH)
        size.setPrefix(say("Brush "))
        size.setSuffix(say(" px"))
        size.setToolTip(say("Width of the brush ([ and ], or Ctrl + wheel)"))
        size.setAccessibleName(say("Width of the brush"))
        size.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return size

    def _build_tolerance(self) -> tuple[QSlider, NumberBox]:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, STEPS)
        slider.setFixedWidth(120)
        number = NumberBox(self)
        number.setDecimals(2)
        number.setSingleStep(0.1)
        for widget in (slider, number):
            widget.setToolTip(say("How different a pixel may be from the one clicked"))
            widget.setAccessibleName(say("Tolerance"))
        number.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return slider, number

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        widgets: tuple[QWidget, ...] = (
            self.validation, self.on_map, self.on_mask, self.brush, self.square, self.measure, self.slider,
            self.tolerance, self.connected,
        )  # fmt: skip
        for widget in widgets:
            row.addWidget(widget)
        row.addWidget(self.hint, 1)


def _place(value: float, largest: float) -> int:
    """The place of the slider for a tolerance."""
    return round(STEPS * float((value / largest) ** 0.5))
